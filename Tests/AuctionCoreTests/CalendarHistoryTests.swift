import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// Random histories of a calendar, with what must hold of everything it says.
struct CalendarHistoryTests {
  /// What has been said of one auction.
  private struct Said {
    var isOpened = false
    var sequence: Int64 = 0
    var last: Calendar.Output?
    var end: Timestamp?
    var isFinal = false
    /// Everybody who has the lot or had it, the last one now.
    var holders: [PrincipalID] = []
    var passings: [PassedOn] = []
    /// What was left of it when it was suspended; nil unless it is.
    var remaining: Interval?
  }

  @Test(arguments: 0..<120 as Range<UInt64>)
  func `auctions open once, before anything is announced, and sequences rise`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var house = CalendarHouse()
    var now = Interval.seconds(-60)
    var inputs: [(Calendar.Input, ClockReading)] = []
    var outputs: [[Calendar.Output]] = []
    var said: [AuctionID: Said] = [:]
    let names: [AuctionID] = ["a", "b", "c", "d"]

    for step in 0..<250 {
      now = now + .milliseconds(Int64([0, 1, 60, 900, 7_000].randomElement(using: &random) ?? 0))
      if let due = house.wakeUp, Int.random(in: 0..<4, using: &random) == 0 { now = max(now, min(due, now + .seconds(120))) }
      let status = [ClockStatus.synchronized, .synchronized, .holdover, .unsynchronized, .systemClock].randomElement(
        using: &random)
      let half = Interval.microseconds([0, 2_000, 50_000, 50_001].randomElement(using: &random) ?? 0)
      house.clock = Build.clock(now, uncertainty: half, status: status ?? .synchronized)
      let auction = names.randomElement(using: &random) ?? "a"
      let edition = house.edition(of: auction)

      let input: Calendar.Input
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<12: input = .tick
      case 12..<14:
        let terms = Build.terms(
          auction, opensAt: Build.noon + now + .seconds(.random(in: -20...20, using: &random)),
          lasting: .seconds(.random(in: 1...60, using: &random)))
        let id = Build.commandID(UInt64.random(in: 0..<300, using: &random))
        input = .command(Build.schedule(terms, id: id, clock: house.clock), digest: Build.digest("\(step)"), nonce: Array(1...16))
      case 14:
        let actions: [Command.Action] = [
          .cancel(auction: auction, edition: edition, reason: "?"), .suspend(auction: auction, edition: edition, reason: "?"),
          .suspend(auction: auction, edition: edition, reason: "?"), .resume(auction: auction, edition: edition, reason: "?"),
          .resume(auction: auction, edition: edition, reason: "?"), .close(auction: auction, edition: edition, reason: "?"),
          .void(Voiding(auction: auction, edition: edition, bid: Build.bidID(1), bidder: "alpha", reason: "?")),
        ]
        let holder = said[auction]?.holders.last
        let passing = PassingOn(
          auction: auction, edition: edition, result: CalendarHouse.result,
          from: Int.random(in: 0..<8, using: &random) == 0 ? nil : holder,
          to: ["alpha", "beta", "gamma", "delta", "casa"].randomElement(using: &random) ?? "alpha", amount: 100_00, reason: "?")
        let isPassing = holder != nil && Int.random(in: 0..<2, using: &random) == 0
        let command = Command(
          id: Build.commandID(1_000 + UInt64(step)),
          action: isPassing ? .passOn(passing) : actions.randomElement(using: &random) ?? actions[0],
          clock: house.clock)
        input = .command(command, digest: Build.digest("\(step)"), nonce: Array(1...16))
      case 15..<18:
        let end = (house.calendar.closesAt(of: auction) ?? Build.noon) + .seconds(.random(in: -5...20, using: &random))
        input = .extended(
          Extension(auction: auction, edition: edition, block: 1, closesAt: end, by: nil, cause: .bid, clock: house.clock))
      case 18:
        let result = AuctionResult(
          outcome: .sold, winner: "alpha", amount: 100_00, acceptedBids: 1, refusedBids: 0, refusals: edition,
          closesAt: Build.noon)
        input = .finished(
          auction, said[auction]?.last == nil ? Build.digest("outra") : edition,
          FinalWord(result, digest: CalendarHouse.result))
      default: input = inputs.randomElement(using: &random)?.0 ?? .tick
      }
      if case .finished(let auction, let edition, _) = input, edition == house.edition(of: auction) {
        if said[auction]?.holders.isEmpty == true { said[auction]?.holders = ["alpha"] }
        said[auction]?.isFinal = true
      }

      inputs.append((input, house.clock))
      let ends = Dictionary(uniqueKeysWithValues: names.map { ($0, house.calendar.closesAt(of: $0)) })
      outputs.append(house.give(input))
      for output in outputs.last ?? [] { check(output, of: input, end: ends, at: house.clock, &said) }
      if case .tick = input, let due = house.wakeUp { #expect(due > now, "a tick leaves nothing that is due") }
      #expect(house.calendar.openAuctions == names.count { house.calendar.status(of: $0)?.isUnderWay == true })
    }

    var replay = Calendar(scribe: ToyScribe.calendar)
    #expect(inputs.map { replay.handle($0.0, at: $0.1) } == outputs)
    #expect(replay == house.calendar)
  }

  /// - Parameter end: of each auction, before the input.
  private func check(
    _ output: Calendar.Output, of input: Calendar.Input, end: [AuctionID: Timestamp?], at clock: ClockReading,
    _ said: inout [AuctionID: Said]
  ) {
    switch output {
    case .scheduled(let scheduling, _):
      #expect(said[scheduling.terms.auction] == nil, "an id serves once")
      said[scheduling.terms.auction] = Said()
    case .reserve(let told, _):
      #expect(said[told.auction].map { !$0.isOpened } == true, "a reserve is told before the opening")
    case .opened(let opening, _):
      let before = said[opening.auction]
      #expect(before?.isOpened == false && before?.last == nil && before?.isFinal == false)
      #expect(opening.closesAt > opening.opensAt && opening.opensAt <= clock.instant)
      said[opening.auction]?.isOpened = true
      said[opening.auction]?.end = opening.closesAt
    case .noticed(let notice, _):
      guard let before = said[notice.auction] else {
        Issue.record("an auction that was never scheduled")
        return
      }
      #expect(!before.isFinal, "nothing is said after the result")
      if notice.sequence == before.sequence {
        #expect(output == before.last, "a repetition is the same")
        return
      }
      #expect(notice.sequence == before.sequence + 1)
      switch notice.action {
      case .close(let named):
        #expect(before.isOpened && before.remaining == nil && named >= before.end ?? named)
        #expect(clock.instant > named)
        if case .command = input {
        } else {
          #expect(clock.status != .unsynchronized)
          #expect(clock.status == .systemClock || clock.uncertainty <= .milliseconds(50) && clock.earliest > named)
        }
        said[notice.auction]?.end = named
      case .cancel:
        if !before.isOpened { said[notice.auction]?.isFinal = true }
      case .suspend:
        #expect(before.isOpened && before.remaining == nil)
        said[notice.auction]?.remaining = (end[notice.auction] ?? nil).map { $0 - clock.instant }
      case .resume(let named):
        guard let remaining = before.remaining, let end = end[notice.auction] ?? nil else {
          Issue.record("resumed, and was not suspended")
          return
        }
        #expect(named == max(end, clock.instant + remaining))
        said[notice.auction]?.end = named
        said[notice.auction]?.remaining = nil
      }
      said[notice.auction]?.sequence = notice.sequence
      said[notice.auction]?.last = output
    case .handedOn(let command):
      // Once, with its answer, and while there are bids.
      guard case .command(let given, _, _, _) = input else {
        Issue.record("handed on, and nobody asked")
        return
      }
      #expect(given.id == command.id && said[command.auction]?.isOpened == true && said[command.auction]?.isFinal == false)
    case .passedOn(let passedOn, _):
      guard case .command(let given, _, _, _) = input, let before = said[passedOn.auction] else {
        Issue.record("passed on, and nobody asked")
        return
      }
      guard case .passOn(let asked) = given.action, before.isFinal else {
        Issue.record("passed on otherwise than it was asked for")
        return
      }
      if let place = before.passings.firstIndex(of: passedOn) {
        return #expect(before.passings[...place].contains { $0.passing.isSame(as: asked) }, "a repetition, from the asked one on")
      }
      #expect(asked.isSame(as: passedOn.passing))
      #expect(passedOn.sequence == before.sequence + 1)
      #expect(passedOn.passing.from == before.holders.last && !before.holders.contains(passedOn.passing.to))
      said[passedOn.auction]?.sequence = passedOn.sequence
      said[passedOn.auction]?.passings.append(passedOn)
      said[passedOn.auction]?.holders.append(passedOn.passing.to)
    case .answered: break
    }
  }
}
