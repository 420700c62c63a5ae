import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// The whole house on the simulated broker: whatever fails, what must hold holds in the end.
struct HouseTests {
  /// `SEED=42 swift test --disable-xctest --filter HouseTests` plays one history again, `SEED=1-10000` as many others.
  static let seeds: [UInt64] = {
    let bounds = (ProcessInfo.processInfo.environment["SEED"] ?? "1-100").split(separator: "-").compactMap { UInt64($0) }
    guard let first = bounds.first, let last = bounds.last, first <= last else { return [] }
    return Array(first...last)
  }()

  @Test(arguments: seeds)
  func `whatever fails, the house comes to rest and every invariant holds`(seed: UInt64) throws {
    let house = try SimulatedHouse(seed: seed)
    house.run()
    let problems = HouseInspection(house).problems
    #expect(problems.isEmpty, Self.report(house, problems))
  }

  @Test func `a seed is the whole of a history`() throws {
    func play(_ seed: UInt64) throws -> SimulatedHouse {
      let house = try SimulatedHouse(seed: seed)
      house.run()
      return house
    }
    let (once, again, other) = (try play(7), try play(7), try play(8))
    #expect(once.world.trace.events == again.world.trace.events)
    #expect(once.books.store.allDocuments == again.books.store.allDocuments)
    #expect(once.world.trace.events != other.world.trace.events)
  }

  @Test func `histories reach what seldom happens`() throws {
    var reached: Set<String> = []
    for seed: UInt64 in 20_001...20_030 {
      let house = try SimulatedHouse(seed: seed)
      house.run()
      reached.formUnion(Self.reached(by: house))
    }
    let missing = Self.rare.subtracting(reached)
    #expect(missing.isEmpty, "never: \(missing.sorted())")
  }

  private static let rare: Set<String> = Set(
    CrashPoint.allCases.map { "\($0)" } + [
      "redelivered", "stale acknowledgement", "lost with the link", "recovered", "broker restart", "commit failed", "dead letter",
      "sold", "noBids", "cancelled", "extended by bid", "extended by outage", "accepted", "belowMinimum", "closed",
      "asked twice", "power lost",
    ])

  private static func reached(by house: SimulatedHouse) -> Set<String> {
    var reached = Set((house.books.crashes + house.calendar.crashes + house.relay.crashes).map { "\($0)" })
    let trace = house.world.trace
    let marks = [
      "(redelivered)": "redelivered", "stale acknowledgement": "stale acknowledgement", "link lost": "lost with the link",
      "recovered": "recovered", "restart": "broker restart", "fails:": "commit failed", "ends with the power": "power lost",
    ]
    for (fragment, what) in marks where trace.contains(fragment) { reached.insert(what) }
    if !house.world.broker.messages(in: .mortas).isEmpty { reached.insert("dead letter") }
    if house.answers.count > Set(house.answers.map(\.command)).count { reached.insert("asked twice") }
    for bidder in house.bidders {
      for outcome in bidder.told.values.joined() {
        switch outcome {
        case .accepted: reached.insert("accepted")
        case .refused(let receipt): reached.insert("\(receipt.reason)")
        case .busy, .unroutable, .neverDecided: break
        }
      }
      for auction in bidder.session.auctions.values {
        if let result = auction.result { reached.insert("\(result.outcome)") }
      }
    }
    for terms in house.plan.auctions {
      for statement in HouseInspection(house).ledger(of: terms.auction) {
        guard case .block(let block) = statement.fact, case .entries(let entries) = block.content else { continue }
        for entry in entries where entry.closesAt > terms.closesAt {
          switch entry.fact {
          case .bid: reached.insert("extended by bid")
          case .outage: reached.insert("extended by outage")
          case .key, .voided, .suspended, .resumed: break
          }
        }
      }
    }
    return reached
  }

  static func report(_ house: SimulatedHouse, _ problems: [String]) -> Comment {
    """
    seed \(house.seed), \(house.steps) steps: play it again with
      SEED=\(house.seed) swift test --disable-xctest --filter HouseTests
    \(problems.joined(separator: "\n"))
    the plan:
    \(house.plan.events.map { "  \($0.at.microseconds) \($0.what)" }.joined(separator: "\n"))
    the last of the trace (seconds since noon):
    \(house.world.trace.tail(250))
    """
  }
}
