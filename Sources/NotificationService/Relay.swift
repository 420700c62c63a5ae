// NotificationService: ms-notificacao. It hears what ms-lance and ms-leilao say, checks who said it, and says the same bytes
// again on one topic for each auction and one for each bidder. It keeps nothing: a delivery is acknowledged when its
// forwarding has been confirmed, so that a crash anywhere means at most the same notification twice.

import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
package import MessagingKit
package import ServiceKit
import SharedKernel

/// What becomes of one delivery. Pure: no broker, no thread.
package struct Relay: Sendable {
  package enum Verdict: Sendable {
    case forward(Publishing)
    /// Heard and rightly not passed on.
    case drop
    /// Not what the house says: to the dead letters, with the reason.
    case poison(Publishing, reason: String, detail: String)
  }

  package init() {}

  package func judge(_ delivery: Delivery, by ring: LiveKeyRing) -> Verdict {
    do throws(Rejection) {
      guard !delivery.isOversize else { throw Rejection(.malformed, "too large") }
      guard delivery.exchange == Exchange.leilao.rawValue else { throw Rejection(.wrongExchange, delivery.exchange) }
      let news = try ring.open { ring throws(Rejection) in try HouseNews(delivery.body, from: .leilao, ring: ring) }
      guard let key = topic(of: news) else { return .drop }
      return .forward(
        Publishing(
          exchange: Exchange.notificacoes.rawValue, routingKey: key, isMandatory: false,
          properties: forwarded(delivery.properties),
          body: delivery.body))
    } catch {
      let message = OutgoingMessage.deadLetter(delivery, from: .msNotificacao, reason: error.reason.rawValue)
      return .poison(Publishing(message), reason: error.reason.rawValue, detail: error.detail)
    }
  }

  private func topic(of news: HouseNews) -> String? {
    switch news {
    case .block(let head): RoutingKey.auction(head.auction)
    case .statement(let statement): topic(of: statement)
    }
  }

  /// Refusals concern one bidder; all else concerns the auction's followers.
  private func topic(of statement: HouseStatement) -> String? {
    switch statement.fact {
    case .refused(let receipt):
      guard let bidder = receipt.bidder else { return nil }
      return RoutingKey.bidder(bidder)
    case .notice(let notice):
      switch notice.action {
      // A cancellation of an open auction comes as its closing block; alone it is final only when there never was a chain.
      case .cancel: return statement.auction.map(RoutingKey.auction)
      case .suspend, .resume: return statement.auction.map(RoutingKey.auction)
      case .close: return nil
      }
    case .block, .extended, .passedOn: return statement.auction.map(RoutingKey.auction)
    case .scheduled, .reserve, .opened, .answered, .clock, .ledgerClosed, .voiding: return nil
    }
  }

  private func forwarded(_ properties: MessageProperties) -> MessageProperties {
    MessageProperties(
      contentType: properties.contentType, messageID: properties.messageID, correlationID: properties.correlationID,
      isPersistent: true)
  }
}

/// Which deliveries are done, so that they can be acknowledged in order although confirms come out of order.
package struct SettlementWindow: Sendable {
  private var open: [DeliveryTag] = []
  private var settled: Set<DeliveryTag> = []

  package init() {}

  package mutating func began(_ tag: DeliveryTag) {
    // A new connection delivers again whatever was open on the old one.
    if let last = open.last, last.generation != tag.generation {
      open.removeAll()
      settled.removeAll()
    }
    open.append(tag)
  }

  /// - Returns: the tag up to which everything is done now, if that moved.
  package mutating func settle(_ tag: DeliveryTag) -> DeliveryTag? {
    guard let oldest = open.first, tag.generation == oldest.generation, tag >= oldest else { return nil }
    settled.insert(tag)
    var done: DeliveryTag?
    while let first = open.first, settled.remove(first) != nil {
      done = first
      open.removeFirst()
    }
    return done
  }

  package var count: Int { open.count }
  /// Whether this delivery is still ours to settle.
  package func contains(_ tag: DeliveryTag) -> Bool { tag.generation == open.first?.generation && open.contains(tag) }
}
