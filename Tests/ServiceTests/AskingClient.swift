import AuctionClient
import AuctionWire
import ServiceKit
import SharedKernel
import SuiteTesting

/// A bidder's session that asks the house and hears its answers, and nothing else.
final class AskingClient {
  private let bench: BooksBench
  private(set) var session = BidderSession(interest: .everything, seed: 1)
  /// Whether the answer to a question arrives.
  var hears: (Query) -> Bool = { _ in true }
  /// What passes an answer on makes of it.
  var passesOn: (Query, SnapshotReply) throws -> SnapshotReply = { $1 }
  /// How long an answer is on its way.
  var latency = Interval.zero
  private var underWay: [(at: Timestamp, answer: HouseAnswer)] = []
  private(set) var asked: [Query.Subject] = []
  private(set) var told: [BidderSession.Event] = []

  init(_ bench: BooksBench) { self.bench = bench }

  func give(_ input: BidderSession.Input) throws {
    let outputs = session.handle(input, at: bench.service.clock.now())
    for case .tell(let event) in outputs { told.append(event) }
    for case .ask(let query) in outputs {
      asked.append(query.subject)
      guard hears(query) else { continue }
      guard let answer = try bench.ask(query, passedOn: { try self.passesOn(query, $0) }) else { throw Missing("an answer") }
      if latency > .zero {
        underWay.append((bench.world.time.now + latency, answer))
      } else {
        try give(.link(.snapshot(answer)))
      }
    }
  }

  /// Lets the time go on, ten times a second.
  func pass(_ interval: Interval) throws {
    let end = bench.world.time.now + interval
    while bench.world.time.now < end {
      bench.world.time.advance(by: .milliseconds(100))
      let arrived = underWay.filter { $0.at <= bench.world.time.now }
      underWay.removeAll { $0.at <= bench.world.time.now }
      for one in arrived { try give(.link(.snapshot(one.answer))) }
      try give(.tick)
    }
  }

  var isLive: Bool { told.contains { if case .live = $0 { true } else { false } } }

  /// What it was told of its own bids in the end.
  var outcomes: [BidAttempt.Outcome] {
    told.compactMap {
      if case .attempt(let attempt) = $0, case .decided(let outcome) = attempt.state { outcome } else { nil }
    }
  }
}
