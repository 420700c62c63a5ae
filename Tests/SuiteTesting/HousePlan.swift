package import AuctionFacts
import AuctionSigning
package import SharedKernel

/// What a seed decides before a history begins: who bids on what, what is attempted when, and what fails.
package struct HousePlan: Sendable {
  package enum What: Sendable, Hashable {
    case schedule(Int)
    case cancel(Int)
    /// The bidder of that number bids on something, so many steps over the minimum.
    case bid(Int, over: Int64)
    /// The enemy says something that nobody may say.
    case poison(Int)
    /// The enemy says again what somebody said.
    case repeated
    case plannedEnd(Int, CrashPoint)
    case kill(Int, losingPower: Bool)
    case loseLink(UInt64)
    case commitFails(isBooks: Bool, SimulatedStore.Failure)
    case restartBroker
    case block
    case unblock
    case removeKey(Int)
  }

  package struct Event: Sendable, Hashable {
    package let at: Timestamp
    package let what: What
  }

  package let bidders: [PrincipalID]
  package let auctions: [AuctionTerms]
  package let events: [Event]
  /// Nothing fails.
  package let isCalm: Bool
  private let undisciplined: Bool

  /// A bidder of the house that means it ill.
  package static let mallory: PrincipalID = "mallory"

  init(start: Timestamp, calm: Bool, random: inout SeededRandom) {
    let (auctions, length) = Self.auctions(from: start, &random)
    bidders = Array(["alpha", "beta", "gamma"].prefix(Int(random.interval(2...3))))
    self.auctions = auctions
    isCalm = calm
    undisciplined = random.chance(20)
    var events: [Event] = []
    func add(_ what: What, from: Int64 = 0, to: Int64) {
      events.append(Event(at: start + .milliseconds(random.interval(from...to)), what: what))
    }
    for index in auctions.indices { add(.schedule(index), to: 800) }
    for index in bidders.indices {
      for _ in 0..<random.interval(2...4) { add(.bid(index, over: random.interval(0...2)), from: 1_000, to: length) }
    }
    if random.chance(15) { add(.cancel(0), from: 1_500, to: length) }
    if !calm {
      for _ in 0..<random.interval(0...3) { add(.poison(Int(random.interval(0...6))), from: 1_000, to: length) }
      for _ in 0..<random.interval(0...2) { add(.repeated, from: 2_000, to: length) }
      for _ in 0..<random.interval(0...4) {
        add(.plannedEnd(Int(random.interval(0...2)), random.pick(CrashPoint.allCases)), to: length)
      }
      for _ in 0..<random.interval(0...1) { add(.kill(Int(random.interval(0...2)), losingPower: random.chance(50)), to: length) }
      for _ in 0..<random.interval(0...4) { add(.loseLink(random.next()), to: length) }
      if random.chance(15) { add(.restartBroker, to: length) }
      if random.chance(15) {
        add(.commitFails(isBooks: random.chance(70), random.pick(SimulatedStore.Failure.allCases)), to: length)
      }
      if random.chance(10) {
        add(.block, to: length / 2)
        add(.unblock, from: length / 2, to: length)
      }
      if random.chance(10) { add(.removeKey(0), from: 3_000, to: length) }
    }
    // Equal instants keep the order in which they were drawn.
    self.events = events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  private static func auctions(from start: Timestamp, _ random: inout SeededRandom) -> ([AuctionTerms], length: Int64) {
    var length: Int64 = 0
    let auctions = ["moto", "violao"].prefix(random.chance(30) ? 2 : 1).map { name in
      let opens = random.interval(1...3)
      let lasts = random.interval(4...12)
      length = max(length, (opens + lasts) * 1_000 + 1_500)
      return Build.terms(
        AuctionID(stringLiteral: name), openingPrice: 100_00, increment: .fixed(10_00), opensAt: start + .seconds(opens),
        lasting: .seconds(lasts),
        rules: AuctionRules(
          extensionWindow: .seconds(random.pick([0, 0, 2, 3])), inFlightTolerance: .milliseconds(random.pick([0, 250]))))
    }
    return (auctions, length)
  }

  /// A clock that is a little wrong and knows how much it may be.
  func clock(_ random: inout SeededRandom, _ world: SimulatedWorld) -> SimulatedClock {
    let uncertainty = random.interval(2_000...20_000)
    return SimulatedClock(
      world.time, offset: .microseconds(random.interval(-uncertainty...uncertainty)), uncertainty: .microseconds(uncertainty),
      status: undisciplined ? .systemClock : .synchronized)
  }
}
