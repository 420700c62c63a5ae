import Foundation
import SharedKernel
import SuiteTesting
import Testing

/// The whole house on the simulated broker: whatever fails, what must hold holds in the end.
struct HouseTests {
  /// `SEED=42 swift test --disable-xctest --filter HouseTests` plays one history again.
  static let seeds: [UInt64] = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init).map { [$0] } ?? Array(1...120)

  @Test(arguments: seeds)
  func `whatever fails, the house comes to rest and every invariant holds`(seed: UInt64) throws {
    let house = try SimulatedHouse(seed: seed)
    house.run()
    let problems = HouseInspection(house).problems
    #expect(problems.isEmpty, Self.report(house, problems))
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
