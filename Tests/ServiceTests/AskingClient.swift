import AuctionClient
import AuctionWire
import SuiteTesting

/// A bidder's session that asks the house and hears its answers, and nothing else.
final class AskingClient {
  private let bench: BooksBench
  private(set) var session = BidderSession(interest: .everything, seed: 1)
  /// Whether the answer to a question arrives.
  var hears: (Query) -> Bool = { _ in true }
  private(set) var asked: [Query.Subject] = []
  private(set) var told: [BidderSession.Event] = []

  init(_ bench: BooksBench) { self.bench = bench }

  func give(_ input: BidderSession.Input) throws {
    let outputs = session.handle(input, at: bench.service.clock.now())
    for case .tell(let event) in outputs { told.append(event) }
    for case .ask(let query) in outputs {
      asked.append(query.subject)
      guard hears(query) else { continue }
      guard let answer = try bench.ask(query) else { throw Missing("an answer") }
      try give(.link(.snapshot(answer)))
    }
  }

  var isLive: Bool { told.contains { if case .live = $0 { true } else { false } } }
}
