import SharedKernel

/// What became of one seed.
package struct PlayedHistory: Sendable {
  package let seed: UInt64
  package let steps: Int
  package let bids: Int
  package let faults: Int
  package let violations: [Violation]
  package let counts: [Rare: Int]

  /// Plays the seed to its quiet end and looks at what is left.
  package init(seed: UInt64, scale: HousePlan.Scale = .whole, sabotage: Sabotage? = nil) throws {
    self.init(try Self.house(seed: seed, scale: scale, sabotage: sabotage, traced: false))
  }

  package init(_ house: SimulatedHouse) {
    var violations = HouseInspection(house).violations
    if house.plan.scale == .whole {
      if house.bids < HousePlan.leastBids { violations.append(Violation(0, "only \(house.bids) bids")) }
      if house.faults < HousePlan.leastFaults { violations.append(Violation(0, "only \(house.faults) faults")) }
    }
    (seed, steps, bids, faults) = (house.seed, house.steps, house.bids, house.faults)
    (self.violations, counts) = (violations, house.world.tally.counts)
  }

  /// The seed, played to its quiet end.
  package static func house(
    seed: UInt64, scale: HousePlan.Scale = .whole, sabotage: Sabotage? = nil, traced: Bool = true
  ) throws -> SimulatedHouse {
    let house = try SimulatedHouse(seed: seed, scale: scale, sabotage: sabotage, traced: traced)
    house.run()
    return house
  }
}
