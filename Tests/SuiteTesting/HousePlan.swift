package import AuctionFacts
import AuctionSigning
package import SharedKernel

/// What a seed decides before a history begins: who bids on what, what is attempted when, and what fails.
package struct HousePlan: Sendable {
  /// How much happens.
  package enum Scale: Sendable {
    /// One or two auctions and a handful of bids and faults: quick to play and to read.
    case brief
    /// Three auctions, two hundred bids and twenty faults at least.
    case whole
  }

  /// How somebody bids, honestly or not.
  package enum Manner: Sendable, Hashable, CaseIterable {
    case honest, leading, below, tie, early, late, fromTheFuture, fromThePast, wrongEdition, unknownAuction, unseen, committed
    case reusedID, unreadable, ownAuction
  }

  package enum What: Sendable, Hashable {
    case schedule(Int)
    case cancel(Int)
    case suspend(Int)
    /// With another number for each time.
    case resume(Int, Int)
    /// An operator voids a bid that somebody knows of, or one that is none; with another number for each time.
    case void(Int, Int)
    /// An operator passes a lot on, or asks for it in vain; with another number for each time.
    case passOn(Int, Int)
    /// An operator asks for what is refused.
    case foolishCommand(Int)
    /// The bidder of that number bids on something, so many half steps over the minimum.
    case bid(Int, Manner, over: Int64)
    /// The bidder of that number asks for every ledger, once more.
    case ask(Int)
    /// The enemy bids so fast that it must be stopped.
    case flood
    /// The enemy says something that nobody may say.
    case poison(Int)
    /// The enemy says again what somebody said.
    case repeated
    case plannedEnd(Int, CrashPoint)
    case kill(Int, losingPower: Bool)
    /// Ends without the broker knowing, while another takes its place at once.
    case handOver(Int)
    /// Stopped like by SIGSTOP, and continued after that long.
    case pause(Int, Interval)
    case loseLink(UInt64)
    /// Dead without a word: the broker finds out after the first time, the process after the second.
    case severLink(UInt64, broker: Interval, process: Interval)
    case delayConfirms(UInt64, Interval)
    case commitFails(isBooks: Bool, SimulatedStore.Failure)
    case restartBroker
    case block
    case unblock
    case squeeze
    case release
    case breakBindings(isBids: Bool)
    case mendBindings
    /// A clock changes its error, or loses its servers, or finds them again.
    case clock(Int, Int64)
    case removeKey(Int)
    case restoreKey(Int)
    case houseDown(Interval)

    /// Whether something fails, rather than somebody doing something or something being mended.
    package var isFault: Bool {
      switch self {
      case .schedule, .cancel, .suspend, .resume, .void, .passOn, .foolishCommand, .bid, .ask, .flood, .poison, .unblock,
        .release,
        .mendBindings,
        .removeKey,
        .restoreKey:
        false
      case .repeated, .plannedEnd, .kill, .handOver, .pause, .loseLink, .severLink, .delayConfirms, .commitFails, .restartBroker,
        .block, .squeeze, .breakBindings, .clock, .houseDown:
        true
      }
    }
  }

  package struct Event: Sendable, Hashable {
    package let at: Timestamp
    package let what: What
  }

  package let bidders: [PrincipalID]
  package let auctions: [AuctionTerms]
  /// What each is not sold below, if there is such.
  let reserves: [Secret?]
  package let events: [Event]
  package let scale: Scale
  /// Nothing fails.
  package let isCalm: Bool
  /// The auction that nobody bids on, in some histories.
  package let shunned: AuctionID?
  /// Whether the house's clocks run on the system's word.
  package let isUndisciplined: Bool
  /// Of those, whether they run on servers' word, which is a lie: wrong by more than they say.
  let isLiedTo: Bool

  /// A bidder of the house that means it ill.
  package static let mallory: PrincipalID = "mallory"
  /// How many faults a whole history has at least.
  package static let leastFaults = 20
  static let leastBids = 200
  /// How long a dead link or a dead consumer goes unnoticed at most.
  static let longestDeadLink = Interval.seconds(12)

  init(start: Timestamp, scale: Scale, calm: Bool, random: inout SeededRandom) {
    let isWhole = scale == .whole
    let (auctions, length) = Self.auctions(from: start, isWhole: isWhole, &random)
    reserves = auctions.map {
      random.chance(20) && $0.format != .dutch ? Build.secret(100_00 + random.interval(1...40) * 1_00) : nil
    }
    let most = isWhole ? 4 : Int(random.interval(2...3))
    bidders = Array((["alpha", "beta", "gamma", "delta"] as [PrincipalID]).prefix(most))
    (self.auctions, self.scale, isCalm) = (auctions, scale, calm)
    isUndisciplined = random.chance(20)
    shunned = isWhole && random.chance(15) ? auctions[1].auction : nil
    var draft = Draft(start: start, length: length, bidders: bidders.count, random: random)
    for index in auctions.indices { draft.add(.schedule(index), to: 800) }
    draft.bids(isWhole ? Int64(Self.leastBids)...215 : Int64(2 * most)...Int64(4 * most), isWhole: isWhole)
    if draft.random.chance(isWhole ? 40 : 15) { draft.add(.cancel(0), from: 1_500, to: length) }
    if draft.random.chance(isWhole ? 50 : 15) { draft.suspension(of: auctions.count - 1) }
    if !calm { isWhole ? draft.manyFaults(isUndisciplined: isUndisciplined) : draft.someFaults() }
    draft.voids(in: auctions.count, isWhole ? 1...6 : 0...2)
    isLiedTo = isUndisciplined && draft.random.chance(25)
    draft.passings(of: auctions.count, isWhole ? 2...6 : 0...2)
    random = draft.random
    // Equal instants keep the order in which they were drawn.
    events = draft.events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  /// A plan as it is being drawn.
  private struct Draft {
    let start: Timestamp
    /// Milliseconds.
    let length: Int64
    let bidders: Int
    var random: SeededRandom
    var events: [Event] = []

    mutating func add(_ what: What, from: Int64 = 0, to: Int64) {
      events.append(Event(at: start + .milliseconds(random.interval(from...max(from, to))), what: what))
    }

    mutating func times(_ range: ClosedRange<Int64>, _ body: (inout Draft) -> Void) {
      for _ in 0..<random.interval(range) { body(&self) }
    }

    mutating func bids(_ count: ClosedRange<Int64>, isWhole: Bool) {
      times(count) { draft in
        let manner = isWhole && draft.random.chance(30) ? draft.random.pick(Manner.allCases) : Manner.honest
        let who = Int(draft.random.interval(0...Int64(draft.bidders) - 1))
        let over = draft.random.interval(0...2)
        let from: Int64 = manner == .early ? 400 : manner == .late ? draft.length : 1_000
        draft.add(.bid(who, manner, over: over), from: from, to: draft.length + (manner == .late ? 3_000 : 0))
      }
    }

    mutating func someFaults() {
      times(0...3) { $0.poison() }
      times(0...2) { $0.add(.repeated, from: 2_000, to: $0.length) }
      times(0...4) { $0.plannedEnd() }
      times(0...1) { $0.kill() }
      times(0...4) { $0.add(.loseLink($0.random.next()), to: $0.length) }
      if random.chance(15) { add(.restartBroker, to: length) }
      if random.chance(15) { commitFails() }
      if random.chance(10) { period(.block, .unblock) }
      if random.chance(10) { add(.removeKey(0), from: 3_000, to: length) }
    }

    mutating func manyFaults(isUndisciplined: Bool) {
      times(2...6) { $0.poison() }
      times(1...4) { $0.add(.foolishCommand(Int($0.random.interval(0...8))), from: 1_500, to: $0.length) }
      if random.chance(15) { add(.flood, from: 4_000, to: length) }
      times(3...6) { $0.add(.repeated, from: 3_000, to: $0.length + 2_000) }
      times(8...14) { $0.plannedEnd() }
      times(1...3) { $0.kill() }
      times(1...3) { $0.add(.handOver(Int($0.random.interval(0...3))), from: 1_000, to: $0.length) }
      times(1...2) { draft in
        let pause = Interval.milliseconds(draft.random.interval(200...draft.random.pick([2_000, 15_000])))
        draft.add(.pause(Int(draft.random.interval(0...3)), pause), from: 1_000, to: draft.length)
      }
      times(4...8) { $0.add(.loseLink($0.random.next()), to: $0.length) }
      times(1...3) { draft in
        let longest = HousePlan.longestDeadLink.microseconds / 1_000
        let (broker, process) = (draft.random.interval(0...longest), draft.random.interval(0...longest))
        draft.add(
          .severLink(draft.random.next(), broker: .milliseconds(broker), process: .milliseconds(process)), to: draft.length)
      }
      times(2...4) { draft in
        let delay = Interval.milliseconds(draft.random.interval(50...4_000))
        draft.add(.delayConfirms(draft.random.next(), delay), from: 1_000, to: draft.length)
      }
      times(2...4) { draft in
        let step = draft.random.interval(-1_000_000...1_000_000)
        draft.add(.clock(Int(draft.random.interval(0...1)), step), from: 1_000, to: draft.length)
      }
      if random.chance(40) { add(.restartBroker, to: length) }
      times(0...2) { $0.commitFails() }
      if random.chance(30) { period(.block, .unblock) }
      if random.chance(30) { period(.squeeze, .release) }
      if random.chance(20) { period(.breakBindings(isBids: random.chance(50)), .mendBindings) }
      if random.chance(25) { houseDown() }
      times(1...2) { $0.questionedEnd() }
      if random.chance(30) {
        add(.removeKey(0), from: 3_000, to: length / 2)
        if random.chance(60) { add(.restoreKey(0), from: length / 2, to: length) }
      }
    }

    private mutating func poison() { add(.poison(Int(random.interval(0...7))), from: 1_000, to: length) }
    private mutating func plannedEnd() {
      add(.plannedEnd(Int(random.interval(0...2)), random.pick(CrashPoint.allCases)), to: length)
    }
    private mutating func kill() { add(.kill(Int(random.interval(0...2)), losingPower: random.chance(50)), to: length) }
    /// Down, and in half of the histories down again before its first turn is written.
    private mutating func houseDown() {
      let (from, interval) = (random.interval(length / 2...length), random.interval(6_000...20_000))
      add(.houseDown(.milliseconds(interval)), from: from, to: from)
      if random.chance(50) { add(.plannedEnd(1, .inTransaction), from: from + 1, to: from + interval) }
    }
    /// ms-lance ends with a bid undecided, while everybody asks.
    private mutating func questionedEnd() {
      let from = random.interval(3_000...length)
      add(.plannedEnd(1, .inTransaction), from: from, to: from)
      for bidder in 0..<bidders {
        add(.bid(bidder, .honest, over: 0), from: from, to: from + 4)
        times(1...3) { $0.add(.ask(bidder), from: from, to: from + 8) }
      }
    }
    /// Resumed twice, since the first time may come when the house hears nothing.
    mutating func suspension(of index: Int) {
      let from = random.interval(1_500...length)
      add(.suspend(index), from: from, to: from)
      for again in 0..<2 { add(.resume(index, again), from: from + 500, to: from + 3_000) }
    }
    mutating func voids(in auctions: Int, _ count: ClosedRange<Int64>) {
      for number in 0..<Int(random.interval(count)) {
        add(.void(Int(random.interval(0...Int64(auctions) - 1)), number), from: 2_000, to: length)
      }
    }
    /// Mostly after the end.
    mutating func passings(of auctions: Int, _ count: ClosedRange<Int64>) {
      for number in 0..<Int(random.interval(count)) {
        let from = random.chance(10) ? 2_000 : length
        add(.passOn(Int(random.interval(0...Int64(auctions) - 1)), number), from: from, to: length + 5_000)
      }
    }
    private mutating func commitFails() {
      add(.commitFails(isBooks: random.chance(70), random.pick(SimulatedStore.Failure.allCases)), to: length)
    }
    private mutating func period(_ begin: What, _ end: What) {
      let from = random.interval(0...length)
      add(begin, from: from, to: from)
      add(end, from: from + 200, to: from + 6_000)
    }
  }

  private static func auctions(
    from start: Timestamp, isWhole: Bool, _ random: inout SeededRandom
  ) -> ([AuctionTerms], length: Int64) {
    var length: Int64 = 0
    let count = isWhole ? 3 : random.chance(30) ? 2 : 1
    let auctions = ["moto", "violao", "quadro"].prefix(count).enumerated().map { index, name in
      let opens = random.interval(isWhole ? 2...5 : 1...3)
      let lasts = random.interval(isWhole ? 8...25 : 4...12)
      length = max(length, (opens + lasts) * 1_000 + 1_500)
      let format: AuctionFormat = random.pick([.english, .english, .english, .sealed, .vickrey, .dutch])
      return Build.terms(
        AuctionID(stringLiteral: name), seller: isWhole && index == 2 ? "delta" : "casa", format: format, openingPrice: 100_00,
        increment: .fixed(10_00), opensAt: start + .seconds(opens), lasting: .seconds(lasts),
        rules: AuctionRules(
          extensionWindow: .seconds(format == .dutch ? 0 : random.pick([0, 0, 2, 3])),
          inFlightTolerance: .milliseconds(random.pick([0, 250])), clockRequired: lasts.isMultiple(of: 7),
          buyNow: lasts.isMultiple(of: 5) && format == .english ? Build.money(100_00 + lasts * 10_00) : nil,
          descent: format == .dutch ? Self.descent(lasting: lasts, &random) : nil)
      )
    }
    return (auctions, length)
  }

  /// In steps that most bids of a history come between, down to the opening price of `auctions` or not so far.
  private static func descent(lasting: Int64, _ random: inout SeededRandom) -> AuctionRules.Descent {
    let step: Int64 = random.pick([5_00, 37_01, 100_00])
    return AuctionRules.Descent(
      from: Build.money(100_00 + step * lasting / 2), step: Build.money(step), every: .seconds(random.interval(1...3)), to: 100_00
    )
  }

  /// A clock that is a little wrong and knows how much it may be.
  func clock(_ random: inout SeededRandom, _ world: SimulatedWorld) -> SimulatedClock {
    let uncertainty = random.interval(2_000...20_000)
    let clock = SimulatedClock(
      world.time, offset: .microseconds(random.interval(-uncertainty...uncertainty)), uncertainty: .microseconds(uncertainty),
      status: isUndisciplined && !isLiedTo ? .systemClock : .synchronized)
    clock.drift = random.interval(-200...200)
    return clock
  }
}
