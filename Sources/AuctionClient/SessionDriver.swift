package import AuctionFacts
import AuctionWire
import MessagingKit
package import ServiceKit
package import SharedKernel
import SigningKit
import Synchronization

/// Runs a bidder's session over a real link, on a thread of its own.
package final class SessionDriver: Sendable {
  private let inbox = Channel<BidderSession.Input>()
  private let link = Mutex<HouseLink?>(nil)
  private let clock: any HouseClock
  private let onEvent: @Sendable (BidderSession.Event) -> Void

  /// - Parameter onEvent: called on the session's thread, in order.
  package init(
    broker: BrokerAccess, name: String, bidder: PrincipalID, keys: LiveKeyRing, interest: BidderSession.Interest,
    clock: any HouseClock,
    onEvent: @escaping @Sendable (BidderSession.Event) -> Void
  ) {
    self.clock = clock
    self.onEvent = onEvent
    let made = HouseLink(broker: broker, name: name, keys: keys, hearing: Self.hearing(bidder, broker.profile)) {
      [weak self] event in
      self?.post(.link(event))
    }
    link.withLock { $0 = made }
    let seed = SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let session = BidderSession(interest: interest, seed: seed, bidder: bidder)
    startThread(named: name) { [self] in work(session) }
    made.start()
  }

  private static func hearing(_ bidder: PrincipalID, _ profile: IdentityProfile) -> HouseLink.Hearing {
    switch profile {
    case .own: .madeQueue(Topology.queue(of: bidder))
    case .shared: .ownQueue(Topology.announcements.map { (.leilao, $0) } + [(.notificacoes, RoutingKey.bidder(bidder))])
    }
  }

  /// Sends a signed bid; what becomes of it is told as `.attempt`.
  package func submit(_ bid: Bid, _ sealed: Sealed) { post(.submit(bid, sealed)) }

  /// Asks for one that an earlier program sent, until it is known what became of it, which is told as `.attempt`.
  package func resume(_ bid: Bid, _ sealed: Sealed) { post(.resume(bid, sealed)) }

  package func inquire(_ bidder: PrincipalID, _ bid: BidID) { post(.inquire(bidder, bid)) }

  package func reconnectNow() { link.withLock { $0 }?.reconnectNow() }

  package func close() async {
    inbox.close()
    await link.withLock({ link in
      defer { link = nil }
      return link
    })?.close()
  }

  private func post(_ input: BidderSession.Input) { inbox.send(input) }

  private func work(_ start: BidderSession) {
    var session = start
    while let inputs = inbox.takeAll(until: .now + wait(for: session.wakeUp)) {
      for input in inputs + [.tick] { perform(session.handle(input, at: clock.now())) }
    }
  }

  private func wait(for due: Timestamp?) -> Duration {
    due.map { .microseconds(max(0, min(($0 - clock.now().instant).microseconds, 60_000_000))) } ?? .seconds(60)
  }

  private func perform(_ outputs: [BidderSession.Output]) {
    let link = link.withLock { $0 }
    for output in outputs {
      switch output {
      case .tell(let event): onEvent(event)
      case .ask(let query): link?.ask(query)
      case .follow(let auction): link?.follow(auction)
      case .publish(let bid, let sealed):
        link?.publish(bid, sealed, to: .lances) { [weak self] outcome in
          let result: BidderSession.PublishResult =
            switch outcome {
            case .confirmed: .confirmed
            case .refused: .refused
            case .returned: .unroutable
            case .unknown: .lost
            case .invalid: .unroutable
            }
          self?.post(.published(bid.id, result))
        }
      }
    }
  }
}
