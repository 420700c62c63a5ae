import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization

/// The run lost or misjudged something, or did not come to its end: it has no figure.
struct NotWhole: Error, CustomStringConvertible {
  let description: String
}

/// One load, once: auctions opened, bids signed, the clock, and the check of every bid.
struct LoadRun {
  let mode: String
  let house: BenchHouse
  let auctions: [AuctionID]
  let bidders: [Voice]
  let bids: Int
  let refusedOfTen: Int
  /// Bids a second of an open loop; nil: as many as go.
  let rate: Int?

  init(_ load: Load, mode: String, house: BenchHouse, number: Int, refusedOfTen: Int = 0) {
    (self.mode, self.house, self.refusedOfTen) = (mode, house, refusedOfTen)
    (bids, rate) = (load.bids, load.rate)
    bidders = Array(house.voices.prefix(load.bidders))
    auctions = (0..<load.auctions).map { AuctionID(stringLiteral: "\(mode)-\(number)-\($0)") }
  }

  /// - Parameter audience: who else must have had every block before the clock stops.
  func measure(before audience: Audience? = nil) async throws -> Figure {
    let open = try await house.open(auctions)
    let follower = try await Follower(house, auctions)
    let load = try BidLoad(bids, on: open, by: bidders, refusedOfTen: refusedOfTen)
    let accepted = load.items.count { $0.expected == .accepted }
    let waiting = max(4_000, bids)
    let connection = try await house.connect("licitantes", waiting: waiting)

    let meter = try CPUMeter(house.processes())
    let began = ContinuousClock.now
    let outcomes = try await publish(load, on: connection, from: began)
    guard outcomes.allSatisfy({ $0 == .confirmed }) else { throw NotWhole(description: "the broker did not take every bid") }
    try await follower.hears(accepted, before: load.validUntil)
    let heardByAll = try await audience?.heard(follower.laterBlocks)
    let spent = try meter.spent()
    let reading = try follower.read()
    guard let seen = reading.seen.values.max() else { throw NotWhole(description: "nothing was seen") }
    let ended = max(seen, heardByAll ?? seen)
    await connection.close(within: .zero)
    try await check(load, reading)
    await follower.leave()
    return Figure(
      mode: mode, key: house.keyName, bids: bids, auctions: auctions.count, bodySize: load.bodySize,
      seconds: began.duration(to: ended) / .seconds(1),
      cpu: spent.map { ($0.name, Double($0.microseconds) / Double(bids)) }, rate: rate,
      latency: rate.flatMap { rate in
        Percentiles(
          load.items.enumerated().compactMap { number, item in
            reading.seen[item.id].map { due(number, rate, began).duration(to: $0) }
          })
      })
  }

  /// When a bid of an open loop is due, whether or not those before it have got anywhere.
  func due(_ number: Int, _ rate: Int, _ began: ContinuousClock.Instant) -> ContinuousClock.Instant {
    began + .nanoseconds(Int64(number) * 1_000_000_000 / Int64(rate))
  }

  func publish(
    _ load: BidLoad, on connection: Connection, from began: ContinuousClock.Instant
  ) async throws -> [PublishOutcome] {
    let outcomes = Recorder<PublishOutcome>()
    if let rate {
      var next = 0
      while next < load.items.count {
        let now = ContinuousClock.now
        var end = next
        while end < load.items.count, due(end, rate, began) <= now { end += 1 }
        if end > next {
          connection.publish(load.items[next..<end].map(\.message)) { _, outcome in outcomes.record(outcome) }
          next = end
        } else {
          try await Task.sleep(until: due(next, rate, began), tolerance: .zero)
        }
      }
    } else {
      connection.publish(load.items.map(\.message)) { _, outcome in outcomes.record(outcome) }
    }
    try await until("the broker has answered for every bid", within: .seconds(300)) { outcomes.count == load.items.count }
    return outcomes.values
  }

  /// Block 0 goes out when the auction opens: before anybody follows, or just then.
  private func later(_ statements: [HouseStatement]) -> [Digest] {
    statements.compactMap { if case .block(let block) = $0.fact, block.number > 0 { $0.digest } else { nil } }
  }

  /// Whole ledgers by the checker of the tests, each bid decided as it had to be, and the follower's blocks those of the ledger.
  func check(_ load: BidLoad, _ reading: Follower.Reading) async throws {
    for item in load.items where (reading.seen[item.id] != nil) != (item.expected == .accepted) {
      throw NotWhole(description: "bid \(item.id) was not \(item.expected)")
    }
    let refusable = Dictionary(grouping: load.items.filter { $0.expected == .refused }, by: \.auction)
    for (auction, ledger) in zip(auctions, try await house.ledgers(of: auctions)) {
      guard later(ledger) == later(reading.blocks[auction] ?? []) else {
        throw NotWhole(description: "the follower of \(auction) heard other blocks than stand in the ledger")
      }
      let problems = LedgerCheck(ledger, of: auction, isOpen: true).violations
      if let first = problems.first { throw NotWhole(description: "\(auction): \(first)") }
      let refused = try Set(
        ledger.compactMap { statement -> Digest? in
          guard case .refused(let receipt) = statement.fact else { return nil }
          guard receipt.reason == .belowMinimum else { throw NotWhole(description: "\(auction): refused as \(receipt.reason)") }
          return receipt.bidDigest
        })
      let expected = Set((refusable[auction] ?? []).map(\.digest))
      guard refused == expected else {
        throw NotWhole(description: "\(auction): \(refused.count) refused, not the \(expected.count) that had to be")
      }
    }
  }
}
