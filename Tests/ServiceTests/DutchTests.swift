import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// An auction whose price falls, from R$ 1.000,00 by R$ 50,00 every 30 s: what ms-lance says of it, and what a follower makes of that.
@Suite("A falling price")
struct DutchTests {
  private static let terms = LedgerScene.falling
  private let bench: BooksBench

  init() throws { bench = try BooksBench.open(Self.terms) }

  private func follow(_ blocks: [Block]) throws -> FollowedAuction { try bench.follow(blocks, of: Self.terms) }
  private var asked: Int64? { get throws { try bench.summary()?.minimum.minorUnits } }

  /// Whoever joins now and is told where the auction stands.
  private func lateComer() throws -> FollowedAuction {
    FollowedAuction(
      Build.scheduling(Self.terms), summary: try #require(try bench.summary()), asOf: bench.service.clock.now(),
      replayingFrom: nil)
  }

  @Test func `is told as it falls, and everybody works out the same`() throws {
    for (wait, price) in [(0, 1_000_00), (28, 1_000_00), (1, 950_00), (30, 900_00), (361, 300_00), (100, 300_00)]
      as [(Int64, Int64)]
    {
      bench.after(.seconds(wait))
      let now = bench.service.clock.now().instant
      #expect(try asked == price)
      #expect(try follow(bench.ledger).minimum(at: now) == Build.money(price))
      #expect(try lateComer().minimum(at: now) == Build.money(price))
    }
    #expect(try follow(bench.ledger).nextFall(after: bench.service.clock.now().instant) == nil)
    #expect(try lateComer().nextFall(after: Build.noon + .seconds(31)) == Build.noon + .seconds(60))
  }

  @Test func `who meets it has bought at what was asked, at once and for good`() throws {
    bench.after(.seconds(64))
    bench.forget()
    try bench.place(1_000_00, by: "beta", number: 1)
    #expect(bench.keys == ["lance.validado", "leilao.vencedor"])
    let blocks = try bench.ledger
    guard case .closing(let result, let ending)? = blocks.last?.content else { throw Missing("a result") }
    #expect(result.outcome == .sold && result.winner == "beta" && result.amount == 900_00 && ending == nil)
    let followed = try follow(blocks)
    #expect(followed.health == .whole && followed.result == result && followed.minimum == 900_00)
    #expect(followed.bids.map(\.amount) == [900_00], "what it offered more counts for nothing")
    #expect(followed.endsAt == blocks.last?.clock.instant)
    let summary = try bench.summary()
    #expect(summary?.price == 900_00 && summary?.minimum == 900_00 && summary?.status == .closed)

    bench.restart()
    #expect(try bench.summary() == summary && bench.ledger == blocks && bench.service.failures == [])
    bench.forget()
    try bench.place(1_000_00, by: "alpha", number: 2)
    #expect(try bench.receipts.map(\.reason) == [.closed] && bench.receipts.map(\.minimum) == [900_00])
    try bench.close(at: Self.terms.closesAt)
    #expect(bench.said(.awarded).count == 1, "the calendar hears the result")
  }

  @Test func `nothing of it is voided, before it is met or after`() throws {
    bench.after(.seconds(31))
    bench.forget()
    try bench.void(1, of: "beta")
    #expect(try bench.ledger.count == 1 && asked == 950_00)
    try bench.place(950_00, by: "beta", number: 1)
    let blocks = try bench.ledger
    try bench.handOn(try bench.voiding(1, of: "beta", id: 1_900))
    #expect(try bench.ledger == blocks && bench.summary()?.price == 950_00)
    bench.restart()
    #expect(try bench.ledger == blocks && bench.service.failures == [] && bench.dead.isEmpty)
  }

  @Test func `stands still while it is suspended, over a restart too`() throws {
    bench.after(.seconds(40))
    try bench.say(.suspend(reason: "conferência"), 1)
    bench.after(.seconds(70))
    #expect(try asked == 950_00)
    let paused = try follow(bench.ledger)
    #expect(paused.minimum(at: bench.service.clock.now().instant) == 950_00 && paused.nextFall(after: Build.noon) == nil)
    #expect(try lateComer().minimum(at: bench.service.clock.now().instant) == 950_00)
    bench.restart()
    #expect(try asked == 950_00)
    let joined = try lateComer()
    try bench.say(.resume(closesAt: Build.noon), 2)
    bench.restart()
    let end = try #require(try bench.summary()?.closesAt)
    #expect(end >= Self.terms.closesAt + .seconds(70) && end < Self.terms.closesAt + .seconds(72))
    bench.after(.seconds(18))
    #expect(try asked == 950_00)
    bench.after(.seconds(2))
    #expect(try asked == 900_00)
    let resumed = try follow(bench.ledger)
    #expect(resumed.health == .whole && resumed.minimum(at: bench.service.clock.now().instant) == 900_00)
    // Who came while it stood still reads on from there.
    var late = joined
    if let last = try bench.statements().last(where: { if case .block = $0.fact { true } else { false } }),
      case .block(let block) = last.fact
    {
      _ = late.take(block, digest: last.digest)
    }
    #expect(late.health == .whole && late.minimum(at: bench.service.clock.now().instant) == 900_00)
  }

  @Test(arguments: [4, 60] as [Int64])
  func `an absence gives its time back, unless it is a short one`(length: Int64) throws {
    bench.after(.seconds(20))
    bench.forget()
    bench.restart(after: .seconds(length))
    bench.settle()
    let end = try #require(try bench.summary()?.closesAt)
    #expect((end > Self.terms.closesAt) == (length > 5))
    #expect(bench.said(.extended).count == (length > 5 ? 1 : 0))
    bench.after(.seconds(7))
    #expect(try asked == (length > 5 ? 1_000_00 : 950_00))
    try bench.place(1_000_00, number: 1)
    let followed = try follow(bench.ledger)
    #expect(followed.health == .whole && followed.result?.amount == (length > 5 ? 1_000_00 : 950_00))
    let blocks = try bench.ledger
    bench.restart()
    #expect(try bench.ledger == blocks && bench.service.failures == [])
  }

  @Test func `an absence that goes on when its first end was hardly written down is told in two parts`() throws {
    bench.after(.seconds(20))
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .seconds(30))
    bench.service.start()
    bench.service.plannedEnd = .afterCommit
    bench.settle()
    #expect(!bench.service.isRunning)
    bench.world.time.advance(by: .seconds(3))
    bench.service.start()
    bench.settle()
    let absences = try bench.ledger.flatMap { block -> [(Timestamp, Timestamp)] in
      guard case .entries(let entries) = block.content else { return [] }
      return entries.compactMap { if case .outage(let from, let to) = $0.fact { (from, to) } else { nil } }
    }
    #expect(absences.count == 2 && absences[0].1 == absences[1].0 && absences[1].1 - absences[1].0 == .seconds(3))
    let summary = try #require(try bench.summary())
    #expect(summary.closesAt == Self.terms.closesAt + (absences[1].1 - absences[0].0) && summary.minimum == 1_000_00)
    #expect(try follow(bench.ledger).health == .whole)
  }

  @Test func `a bid that waited for a house that was away is taken at what is asked when it comes`() throws {
    bench.after(.seconds(27))
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .milliseconds(4_500))
    bench.queue(try bench.sealed(try bench.bid(1_000_00, by: "beta", number: 1)), as: "cliente")
    bench.service.start()
    bench.settle()
    // Away too short to count: the step at 30 s has fallen.
    #expect(try bench.summary()?.price == 950_00)
  }

  // MARK: A house that lies

  enum Lie: CaseIterable {
    case dearer, cheaper, belowAsked, extended, second, otherLeader, afterTheEnd, stretchedAbsence, askedInSuspension,
      fallingInSuspension, voided, absenceTwice, absenceBeforeTheOpening, shortAbsence, absenceInSuspension, longer, early
  }

  private static let words: [Lie: String] = [
    .second: "depois da compra", .otherLeader: "não é o do lance", .belowAsked: "não é o do lance",
    .dearer: "não é o do lance", .voided: "depois da compra", .stretchedAbsence: "não dá esse tempo",
    .absenceTwice: "não dá esse tempo", .absenceBeforeTheOpening: "não dá esse tempo", .shortAbsence: "não dá esse tempo",
    .absenceInSuspension: "não dá esse tempo", .longer: "a abertura não confere", .early: "a abertura não confere",
  ]

  @Test(arguments: Lie.allCases) func `is found out where it lies about it`(lie: Lie) throws {
    bench.after(.seconds(40))
    try bench.say(.suspend(reason: "conferência"), 1)
    bench.after(.seconds(10))
    try bench.say(.resume(closesAt: Build.noon), 2)
    bench.after(.seconds(5))
    bench.restart(after: .seconds(30))
    bench.after(.seconds(5))
    try bench.place(950_00, by: "beta", number: 1)
    var blocks = try bench.ledger
    #expect(try blocks.count == 6 && follow(blocks).health == .whole)
    func entries(_ number: Int) -> [BlockEntry] {
      if case .entries(let entries) = blocks[number].content { entries } else { [] }
    }
    func change(
      _ number: Int, _ fact: BlockEntry.Fact? = nil, price: Money?? = nil, leader: PrincipalID?? = nil, minimum: Money? = nil,
      later: Interval = .zero
    ) {
      let all = entries(number)
      let old = all[all.count - 1]
      let new = BlockEntry(
        fact: fact ?? old.fact, price: price ?? old.price, leader: leader ?? old.leader, minimum: minimum ?? old.minimum,
        closesAt: old.closesAt + later)
      blocks[number] = blocks[number].with(content: .entries(all.dropLast() + [new]))
    }
    guard case .bid(let evidence, let received)? = entries(4).last?.fact, case .outage(let from, let to)? = entries(3).last?.fact
    else { throw Missing("a ledger") }
    switch lie {
    case .dearer: change(4, price: 1_000_00, minimum: 1_000_00)
    case .cheaper: change(4, price: 900_00, minimum: 900_00)
    case .belowAsked:
      let low = try Bid(try Envelope(evidence)).with(amount: 949_99)
      change(4, .bid(try bench.world.keys.voice("beta").seal(low).evidence, receivedAt: received))
    case .extended: change(4, later: .seconds(60))
    case .second:
      blocks[4] = blocks[4].with(content: .entries(entries(4) + [entries(4)[entries(4).count - 1]]))
    case .otherLeader: change(4, leader: .some("alpha"))
    case .afterTheEnd:
      let late = Self.terms.closesAt + .seconds(1_000)
      change(4, .bid(evidence, receivedAt: late), price: 300_00, minimum: 300_00)
      blocks[4] = blocks[4].with(clock: ClockReading(late, uncertainty: .zero, status: .synchronized))
    case .stretchedAbsence: change(3, .outage(from: from + .seconds(3), to: to))
    case .absenceTwice:
      let told = entries(3)[entries(3).count - 1]
      let again = BlockEntry(
        fact: told.fact, price: nil, leader: nil, minimum: 1_000_00, closesAt: told.closesAt + (to - from))
      blocks[3] = blocks[3].with(content: .entries(entries(3) + [again]))
    case .absenceBeforeTheOpening:
      let (opens, back) = (Self.terms.opensAt, Self.terms.opensAt + .seconds(1))
      change(1, .outage(from: opens - .seconds(10), to: back), minimum: 1_000_00, later: .seconds(11))
    case .shortAbsence:
      change(3, .outage(from: to - .seconds(1), to: to), minimum: 900_00, later: .seconds(1) - (to - from))
    case .absenceInSuspension:
      guard case .suspended(_, let stopped)? = entries(1).last?.fact else { throw Missing("a suspension") }
      let end = entries(2)[0].closesAt - entries(1)[0].closesAt
      change(2, .outage(from: stopped, to: stopped + .seconds(6)), later: .seconds(6) - end)
    case .longer: blocks[0] = try opening(later: .zero, ending: .seconds(30), in: blocks[0])
    case .early: blocks[0] = try opening(later: .seconds(-30), ending: .seconds(-30), in: blocks[0])
    case .askedInSuspension: change(1, minimum: 1_000_00)
    case .fallingInSuspension: change(2, minimum: 900_00)
    case .voided:
      let command = try bench.voiding(1, of: "beta")
      let voided = BlockEntry(
        fact: .voided(
          try bench.world.keys.voice(HousePrincipal.operator).seal(command).evidence, receivedAt: received + .microseconds(1)),
        price: nil, leader: nil, minimum: 950_00, closesAt: entries(4).last?.closesAt ?? Self.terms.closesAt)
      blocks[4] = blocks[4].with(content: .entries(entries(4) + [voided]))
    }
    guard case .broken(let reason) = try follow(blocks).health else {
      Issue.record("believed")
      return
    }
    #expect(reason.contains(Self.words[lie] ?? "não é o da hora"), "\(reason)")
  }

  private func opening(later start: Interval, ending end: Interval, in block: Block) throws -> Block {
    let calendar = try bench.world.keys.voice(HousePrincipal.msLeilao)
    let opening = Opening(
      auction: block.auction, edition: block.edition, opensAt: Self.terms.opensAt + start, closesAt: Self.terms.closesAt + end,
      scheduling: calendar.seal(Build.scheduling(Self.terms)).evidence, clock: block.clock)
    return block.with(content: .opening(calendar.seal(opening).evidence))
  }
}
