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

/// An auction that the calendar suspends and resumes: what ms-lance says of it, and what a follower makes of that.
@Suite("A suspended auction")
struct SuspensionTests {
  private let bench: BooksBench

  init() throws { bench = try BooksBench.open() }

  private func say(_ action: CalendarNotice.Action, _ sequence: Int64) throws {
    try bench.calendar(Build.notice(action, edition: bench.edition, sequence: sequence, clock: bench.service.clock.now()))
  }

  @Test func `refuses bids, says why, and goes on with a later end`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    bench.forget()
    try say(.suspend(reason: "conferência do lote"), 1)
    #expect(bench.keys.contains("lance.validado"))
    #expect(try bench.summary()?.status == .suspended)
    let suspended = try bench.follow(bench.ledger)
    #expect(suspended.status == .suspended && suspended.suspension == "conferência do lote" && suspended.health == .whole)
    try bench.place(200_00, by: "beta", number: 2)
    #expect(try bench.receipts.map(\.reason) == [.suspended])

    bench.restart()
    #expect(try bench.summary()?.status == .suspended)
    bench.forget()
    bench.after(.seconds(30))
    // The calendar names no later end: what moves it is when the suspension was received, which the restart must know.
    try say(.resume(closesAt: Build.noon), 2)
    #expect(bench.keys.contains("leilao.prorrogado"))
    let end = try #require(try bench.summary()?.closesAt)
    #expect(end > Build.noon + .seconds(630) && end < Build.noon + .seconds(640))
    try bench.place(200_00, by: "beta", number: 3)
    bench.restart()
    #expect(try bench.summary()?.status == .open && bench.summary()?.closesAt == end && bench.summary()?.leader == "beta")
    let resumed = try bench.follow(bench.ledger)
    #expect(resumed.status == .open && resumed.suspension == nil && resumed.health == .whole)
  }

  /// An auction with a bid, a suspension, a resumption and a bid, each in a block of its own.
  private func history() throws -> [Block] {
    try bench.place(100_00, by: "alpha", number: 1)
    try say(.suspend(reason: "conferência"), 1)
    try say(.resume(closesAt: Build.noon + .seconds(660)), 2)
    try bench.place(200_00, by: "beta", number: 2)
    let blocks = try bench.ledger
    #expect(try blocks.count == 5 && bench.follow(blocks).health == .whole)
    return blocks
  }

  private func signed(_ action: CalendarNotice.Action, _ sequence: Int64) throws -> Evidence {
    let notice = Build.notice(action, edition: try bench.edition, sequence: sequence, clock: bench.service.clock.now())
    return try bench.world.keys.voice(HousePrincipal.msLeilao).seal(notice).evidence
  }

  private func problem(_ blocks: [Block]) throws -> String? {
    if case .broken(let words) = try bench.follow(blocks).health { words } else { nil }
  }

  @Test func `a follower counts no bid while it is suspended`() throws {
    var blocks = try history()
    blocks.remove(at: 3)
    #expect(try problem(blocks) == "um lance que não podia contar")
  }

  @Test func `a follower takes each word of the calendar's once, and in their order`() throws {
    let blocks = try history()
    let later = ClockReading(blocks[4].clock.instant + .seconds(1), uncertainty: .zero, status: .synchronized)
    func suspended(_ sequence: Int64, at instant: Timestamp) throws -> Block {
      try blocks[2].with { entry in
        try entry.with(.suspended(signed(.suspend(reason: "de novo"), sequence), receivedAt: instant), as: blocks[4])
      }.sealed(at: later)
    }
    #expect(try problem(blocks + [suspended(1, at: later.instant)]) == "uma suspensão que não confere")
    #expect(try problem(blocks + [suspended(3, at: blocks[1].clock.instant)]) == "um carimbo de recebimento fora de ordem")
    #expect(
      try problem(blocks + [suspended(3, at: later.instant + .microseconds(1))]) == "um carimbo de recebimento fora de ordem",
      "received after its block was sealed")
    let honest = try suspended(3, at: later.instant - .microseconds(1))
    #expect(try bench.follow(blocks + [honest]).status == .suspended)
    #expect(try problem(blocks + [honest, suspended(4, at: later.instant)]) == "uma suspensão que não confere")
  }

  @Test func `a follower allows no other end than the suspension gives`() throws {
    let blocks = try history()
    let longer = try blocks[3].with { $0.with($0.fact, closesAt: $0.closesAt + .microseconds(1)) }
    #expect(try problem(Array(blocks[..<3]) + [longer]) == "uma retomada que não confere")
    let early = try blocks[2].with { $0.with($0.fact, closesAt: $0.closesAt + .microseconds(1)) }
    #expect(try problem(Array(blocks[..<2]) + [early]) == "uma suspensão que não confere")
    let back = try blocks[4].with { $0.with($0.fact, closesAt: $0.closesAt - .microseconds(1)) }
    #expect(try problem(Array(blocks[..<4]) + [back]) == "o fim voltou atrás")
    // Overtaken by the resumption, a suspension has no effect; the resumption gives the end that it names, and no other.
    #expect(try bench.follow(Array(blocks[..<2]) + [blocks[3]]).closesAt == Build.noon + .seconds(660))
    #expect(try problem(Array(blocks[..<2]) + [longer]) == "uma retomada que não confere")
  }

  @Test func `a follower that began while it was suspended takes the length on trust`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    try say(.suspend(reason: "conferência"), 1)
    let summary = try #require(try bench.summary())
    bench.after(.seconds(90))
    try say(.resume(closesAt: Build.noon + .seconds(660)), 2)
    let (scheduling, resumed) = (Build.scheduling(), try #require(try bench.ledger.last))
    for difference in [Interval.zero, .seconds(-60)] {
      var auction = FollowedAuction(scheduling, summary: summary, asOf: bench.service.clock.now(), replayingFrom: nil)
      let block = try resumed.with { $0.with($0.fact, closesAt: $0.closesAt + difference) }
      _ = auction.take(block, digest: Build.digest("block"))
      #expect((auction.health == .whole) == (difference == .zero))
    }
  }

  @Test func `a close resumes what was never heard to be resumed, and a follower takes that only while it is suspended`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    try say(.suspend(reason: "conferência"), 1)
    bench.after(.seconds(700))
    try say(.close(closesAt: Build.noon + .seconds(660)), 3)
    let end = try #require(try bench.summary()?.closesAt)
    #expect(try bench.summary()?.status == .open && end > Build.noon + .seconds(1_290))
    bench.restart()
    #expect(try bench.summary()?.closesAt == end)
    let blocks = try bench.ledger
    #expect(try bench.follow(blocks).health == .whole)
    #expect(try problem(Array(blocks[..<2]) + [blocks[3]]) == "uma retomada que não confere")
  }

  @Test func `who reads a ledger checks the signature of what it holds of the calendar's; the services hear each other without`()
    throws
  {
    try bench.place(100_00, by: "alpha", number: 1)
    try say(.suspend(reason: "conferência"), 1)
    let opened = bench.service.store.all("bloco", "moto").map(\.body)
    let keys = bench.world.keys
    let withoutCalendar = KeyRing([("ms_lance", try keys.voice("ms_lance").key.publicKey)])
    for body in [opened[0], opened[2]] {
      #expect(throws: Never.self) { try HouseStatement(whole: body, ring: keys.ring) }
      #expect(throws: Never.self) { try HouseStatement(body, ring: withoutCalendar) }
      #expect(throws: Rejection.self) { try HouseStatement(whole: body, ring: withoutCalendar) }
    }
    // Under the key of ms-lance: it may only say itself that it gives an auction up.
    for (action, isBelieved) in [(CalendarNotice.Action.cancel(reason: "perdido"), true), (.close(closesAt: Build.noon), false)] {
      let notice = Build.notice(action, edition: try bench.edition, sequence: 9, clock: bench.service.clock.now())
      let result = AuctionResult(
        outcome: .cancelled, winner: nil, amount: nil, acceptedBids: 1, refusedBids: 0, refusals: SHA256.of([]),
        closesAt: Build.noon)
      let voice = try keys.voice("ms_lance")
      let block = Block(
        auction: "moto", edition: try bench.edition, number: 3, previous: Build.digest("x"),
        content: .closing(result, voice.seal(notice).evidence), clock: notice.clock)
      let body = voice.seal(block).evidence.bytes
      if isBelieved {
        #expect(throws: Never.self) { try HouseStatement(whole: body, ring: keys.ring) }
      } else {
        #expect(throws: Rejection.self) { try HouseStatement(whole: body, ring: keys.ring) }
      }
    }
  }
}

extension Block {
  fileprivate func with(_ change: (BlockEntry) throws -> BlockEntry) throws -> Block {
    guard case .entries(let entries) = content else { throw Missing("entries") }
    return Block(
      auction: auction, edition: edition, number: number, previous: previous, content: .entries(try entries.map(change)),
      clock: clock)
  }
}

extension Block {
  fileprivate func sealed(at clock: ClockReading) -> Block {
    Block(auction: auction, edition: edition, number: number, previous: previous, content: content, clock: clock)
  }
}

extension BlockEntry {
  /// The fact, with the state that this block's last entry left.
  fileprivate func with(_ fact: Fact, as block: Block) -> BlockEntry {
    guard case .entries(let entries) = block.content, let last = entries.last else { return self }
    return last.with(fact)
  }

  fileprivate func with(_ fact: Fact, closesAt: Timestamp? = nil) -> BlockEntry {
    BlockEntry(fact: fact, price: price, leader: leader, minimum: minimum, closesAt: closesAt ?? self.closesAt)
  }
}
