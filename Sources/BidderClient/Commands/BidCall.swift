import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import NTPKit
import ServiceKit
import SharedKernel
import SigningKit

/// One bid from a command line, from the first contact to its decision.
struct BidCall: Sendable {
  let settings: HouseSettings
  let bidder: PrincipalID
  let patience: Interval

  func inquire(_ id: BidID, _ report: BidReport) async throws {
    let sent = SentBids(beside: ReceiptFolder(settings, of: bidder))
    // Only what is in it is struck out; asking must not depend on it.
    _ = try? sent.load()
    try await visit(interest: .only([])) { driver, events, deadline in
      var report = report
      driver.inquire(bidder, id)
      while let event = try events.next(until: deadline) {
        if case .refusedLongAgo(id) = event {
          sent.strike(id, .refused)
          throw report.refusedLongAgo(id)
        }
        guard case .decision(id, let statement, _) = event else { continue }
        switch statement?.fact {
        case .block(let block):
          sent.strike(id, .accepted)
          let accepted = block.accepted(id, of: bidder)
          // What was sealed is not told again.
          (report.auction, report.amount) = (block.auction, accepted.flatMap { $0.bid.amount > .zero ? $0.bid.amount : nil })
          return report.accepted(
            id, block: block.number, currency: nil, standing: accepted.map { ($0.entry.price, $0.entry.leader) })
        case .refused(let receipt):
          sent.strike(id, .refused)
          report.auction = receipt.auction
          throw report.refused(id, receipt, on: nil)
        case nil:
          sent.strike(id, .neverDecided)
          throw report.refused(
            id, because: "desconhecido",
            said(
              "a casa não decidiu nenhum lance \(id) de \(bidder), e já não aceitaria um mandado até agora",
              "the house has decided no bid \(id) of \(bidder), and would take none that was sent until now"))
        default: throw report.unknown(id)
        }
      }
      throw report.unknown(id)
    }
  }

  func place(_ text: String, upTo limit: String?, on auction: AuctionID, by voice: Voice, _ report: BidReport) async throws {
    let clock = BidderClock.started(settings)
    defer { clock.stop() }
    _ = await clock.waitUntilReady(within: .seconds(6))
    let sent = SentBids(beside: ReceiptFolder(settings, of: bidder))
    try await visit(interest: .only([auction]), clock: clock) { driver, events, deadline in
      var followed = try meet(auction, events, deadline, report)
      let amount = try amount(text, in: followed.terms.currency, report.money)
      if let buyNow = followed.terms.rules.buyNow, amount > buyNow {
        let price = report.money.format(buyNow, in: followed.terms.currency)
        throw Failure(
          .usage,
          said(
            "“\(text)” é mais do que a compra imediata custa; aceito: até \(price)",
            "“\(text)” is more than it costs to buy now; accepted: up to \(price)"))
      }
      let maximum = try limit.map { try self.maximum($0, over: amount, on: followed, report.money) }
      var report = report
      (report.amount, report.maximum) = (amount, maximum)
      var bid = followed.bid(amount, upTo: maximum, at: clock.now(), by: voice)
      try sent.record(bid.bid, bid.sealed, in: followed.terms.currency)
      driver.submit(bid.bid, bid.sealed)
      while let outcome = try decision(on: bid.bid.id, events, deadline, &followed) {
        sent.strike(bid.bid.id, decided: outcome, closing: followed.closesAt)
        if case .refused(let receipt) = outcome,
          let again = followed.bidAgain(after: receipt, refusing: bid.bid, amount, upTo: maximum, at: clock.now(), by: voice)
        {
          // What cannot be written down is not sent; then it stays with the refusal.
          guard (try? sent.record(again.bid, again.sealed, in: followed.terms.currency)) != nil else {
            return try tell(outcome, of: bid.bid.id, on: followed, report)
          }
          bid = again
          driver.submit(bid.bid, bid.sealed)
          continue
        }
        return try tell(outcome, of: bid.bid.id, on: followed, report)
      }
      throw report.unknown(bid.bid.id)
    }
  }

  private func amount(_ text: String, in currency: Currency, _ money: MoneyText) throws -> Money {
    do {
      let amount = try money.parse(text, in: currency)
      guard amount > .zero else { throw MoneyText.Problem.empty }
      return amount
    } catch MoneyText.Problem.tooLarge {
      let most = money.format(MoneyText.largest, in: currency)
      throw Failure(
        .usage, said("“\(text)” é demais; o maior lance é \(most)", "“\(text)” is too much; the largest bid is \(most)"))
    } catch {
      throw Failure(
        .usage,
        said(
          "“\(text)” não é um valor; aceito: 1300, 1300,50, 1.300,50",
          "“\(text)” is no amount; accepted: 1300, 1300.50, 1,300.50"))
    }
  }

  /// How far the house may go for the bidder: only where bids are open is there anything to go beyond.
  private func maximum(_ text: String, over amount: Money, on auction: FollowedAuction, _ money: MoneyText) throws -> Money {
    guard auction.terms.format == .english else {
      throw Failure(
        .usage,
        said(
          "--maximo: só em leilão inglês; neste o próprio valor é segredo até o fim, ou o primeiro lance leva",
          "--maximum: in English auctions only; in this one the amount itself is secret until the end, or the first bid wins"))
    }
    let maximum = try self.amount(text, in: auction.terms.currency, money)
    guard maximum >= amount else {
      let least = money.format(amount, in: auction.terms.currency)
      throw Failure(
        .usage,
        said(
          "--maximo: “\(text)” é menos que o lance; aceito: de \(least) para cima",
          "--maximum: “\(text)” is less than the bid; accepted: \(least) and more"))
    }
    return maximum
  }

  /// - Parameter followed: the auction, as it goes on meanwhile.
  /// - Returns: nil when the deadline has passed without one.
  private func decision(
    on bid: BidID, _ events: EventReader, _ deadline: ContinuousClock.Instant, _ followed: inout FollowedAuction
  ) throws -> BidAttempt.Outcome? {
    while let event = try events.next(until: deadline) {
      switch event {
      case .auction(let state, _) where state.terms.auction == followed.terms.auction: followed = state
      case .attempt(let attempt):
        if attempt.bid.id == bid, case .decided(let outcome) = attempt.state { return outcome }
      default: break
      }
    }
    return nil
  }

  private func tell(_ outcome: BidAttempt.Outcome, of bid: BidID, on auction: FollowedAuction, _ report: BidReport) throws {
    let currency = auction.terms.currency
    switch outcome {
    case .accepted(let block):
      let recorded = auction.bids.last { $0.id == bid && $0.bidder == bidder }
      report.accepted(bid, block: block, currency: currency, standing: recorded.map { ($0.price, $0.leader) })
    case .refused(let receipt): throw report.refused(bid, receipt, on: auction)
    case .refusedLongAgo: throw report.refusedLongAgo(bid)
    case .busy:
      throw report.refused(
        bid, because: "ocupado",
        said("recusado: a casa está cheia (ocupado); tente de novo", "refused: the house is full (ocupado); try again"))
    case .unroutable:
      throw Failure(
        .unavailable,
        said(
          "o broker não tem a fila dos lances; a topologia está inteira?",
          "the broker has no queue for bids; is its topology whole?"))
    case .neverDecided:
      throw report.refused(
        bid, because: "desconhecido",
        said(
          "recusado: a casa não tem decisão sobre este lance (\(bid)) e já não o aceitaria",
          "refused: the house holds no decision on this bid (\(bid)) and would take it no more"))
    }
  }

  /// Waits until the auction is known and brought up to date.
  private func meet(
    _ auction: AuctionID, _ events: EventReader, _ deadline: ContinuousClock.Instant, _ report: BidReport
  ) throws -> FollowedAuction {
    var followed: FollowedAuction?
    while let event = try events.next(until: deadline) {
      switch event {
      case .auction(let state, _) where state.terms.auction == auction: followed = state
      // Others' partitions are not needed for this bid.
      case .incomplete:
        if let followed, !followed.isCatchingUp { return followed }
      case .live:
        guard let followed else { throw report.unknownAuction(auction) }
        return followed
      default: break
      }
    }
    if let missing = HouseKeys.missing(in: try BidderAccess.keys(settings).ring) {
      throw Failure(.unavailable, missing + said(" Nada foi enviado.", " Nothing was sent."))
    }
    throw Failure(
      .unavailable, said("a casa não respondeu a tempo; nada foi enviado", "the house did not answer in time; nothing was sent"))
  }

  private func visit(
    interest: BidderSession.Interest, clock: TrustedClock? = nil,
    _ body: @escaping @Sendable (SessionDriver, EventReader, ContinuousClock.Instant) throws -> Void
  ) async throws {
    let channel = Channel<BidderSession.Event>()
    let receipts = ReceiptFolder(settings, of: bidder)
    defer { receipts.complain() }
    let clock: any HouseClock = clock ?? TrustedClock(TrustedClockOptions(source: .none))
    let driver = SessionDriver(
      broker: settings.broker, name: bidder.text, bidder: bidder, keys: try BidderAccess.keys(settings), interest: interest,
      clock: clock
    ) { receipts.keepOr($0) { channel.send($0) } }
    let deadline = ContinuousClock.now + .microseconds(patience.microseconds)
    do {
      try await onThread(named: "lance") { try body(driver, EventReader(channel, broker: settings.broker), deadline) }
    } catch {
      await driver.close()
      throw error
    }
    await driver.close()
  }
}

/// A session's events one by one; ends a visit when there never was a broker, or it would not have us.
final class EventReader {
  private let channel: Channel<BidderSession.Event>
  private var waiting: [BidderSession.Event] = []
  private var wasConnected = false

  private let broker: BrokerAccess

  init(_ channel: Channel<BidderSession.Event>, broker: BrokerAccess) { (self.channel, self.broker) = (channel, broker) }

  /// - Returns: nil when the deadline has passed.
  func next(until deadline: ContinuousClock.Instant) throws -> BidderSession.Event? {
    if waiting.isEmpty {
      waiting = (channel.takeAll(until: deadline) ?? []).reversed()
    }
    guard let event = waiting.popLast() else { return nil }
    switch event {
    case .connected: wasConnected = true
    case .disconnected(let reason, _) where !wasConnected:
      throw Failure.noBroker(reason, at: broker)
    case .refused(let reason) where !wasConnected:
      throw Failure.refusedByBroker(reason)
    default: break
    }
    return event
  }
}
