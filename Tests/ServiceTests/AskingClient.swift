import AuctionClient
import AuctionWire
import SuiteTesting

/// A bidder's session that asks the house and hears its answers, and nothing else.
final class AskingClient {
  private let bench: BooksBench
  private(set) var session = BidderSession(interest: .everything, seed: 1)
  /// Whether the answer to a question arrives.
  var hears: (Query) -> Bool = { _ in true }

  init(_ bench: BooksBench) { self.bench = bench }

  func give(_ input: BidderSession.Input) throws {
    for case .ask(let query) in session.handle(input, at: bench.service.clock.now()) where hears(query) {
      guard let answer = try bench.ask(query) else { throw Missing("an answer") }
      try give(.link(.snapshot(answer)))
    }
  }
}
