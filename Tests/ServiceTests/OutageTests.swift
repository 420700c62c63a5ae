import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import SharedKernel
import SuiteTesting
import Testing

/// Whoever stops the house does not win.
@Suite("an outage of ms-lance")
struct OutageTests {
  /// A minute long, no soft close, and the house goes down ten seconds before its end.
  private func atTheEnd() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(lasting: .seconds(60), rules: AuctionRules(extensionWindow: .zero)))
    bench.after(.seconds(49))
    bench.forget()
    return bench
  }

  private func extensions(_ bench: BooksBench) throws -> [Extension] {
    try bench.facts(.extended).compactMap { if case .extended(let extended) = $0 { extended } else { nil } }
  }

  @Test func `gives the last moments back`() throws {
    let bench = try atTheEnd()
    bench.restart(after: .seconds(30))
    let extended = try #require(try extensions(bench).first)
    #expect(extended.cause == .outage && extended.by == nil)
    #expect(extended.closesAt == bench.world.time.now + .seconds(30))
    #expect(try bench.blocks.count == 1)
  }

  @Test func `of up to five seconds is none`() throws {
    let bench = try atTheEnd()
    bench.restart(after: .seconds(4))
    #expect(try extensions(bench).isEmpty)
  }

  @Test func `of its link counts like one of the service`() throws {
    let bench = try atTheEnd()
    bench.service.consuming?.lose("cut")
    bench.after(.seconds(20))
    bench.service.consuming?.connect()
    bench.settle()
    #expect(try extensions(bench).map(\.cause) == [.outage])
  }

  @Test func `is not forgotten when the service ends again before it has written it down`() throws {
    let bench = try atTheEnd()
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .seconds(30))
    bench.service.start()
    bench.service.plannedEnd = .inTransaction
    bench.settle()
    #expect(!bench.service.isRunning)
    bench.service.start()
    bench.settle()
    #expect(try extensions(bench).map(\.cause) == [.outage])
  }

  @Test func `reopens an auction whose end was announced meanwhile, and a bid that waited still counts`() throws {
    let bench = try atTheEnd()
    let terms = Build.terms(lasting: .seconds(60), rules: AuctionRules(extensionWindow: .zero))
    let edition = try bench.world.keys.voice("ms_leilao").seal(Build.scheduling(terms)).digest
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .seconds(12))
    try bench.calendar(
      Build.notice(.close(closesAt: terms.closesAt), edition: edition, clock: bench.service.clock.now()))
    let bid = Build.bid(100_00, by: "beta", edition: edition, clock: bench.service.clock.now())
    bench.queue(try bench.sealed(bid), as: "cliente")
    bench.world.time.advance(by: .milliseconds(500))
    bench.service.start()
    bench.settle()
    #expect(bench.said(.awarded).isEmpty)
    #expect(try extensions(bench).map(\.cause) == [.outage])
    #expect(bench.service.store.entryKinds.contains("aceito"))
    #expect(try bench.receipts.isEmpty)
  }

  /// Two bids in the last turn: the second one's stamp is later than what the house knows of its presence.
  private func afterTwoBids() throws -> [Block] {
    let bench = try atTheEnd()
    for (bidder, amount) in [("alpha", 100_00), ("beta", 110_00)] as [(PrincipalID, Money)] {
      bench.queue(try bench.sealed(try bench.bid(amount, by: bidder)), as: "cliente")
    }
    bench.settle()
    bench.restart(after: .seconds(30))
    try bench.place(120_00, by: "alpha", number: 3)
    return try bench.ledger
  }

  private func place(of blocks: [Block]) throws -> (block: Int, entry: BlockEntry, from: Timestamp, to: Timestamp) {
    for (place, block) in blocks.enumerated() {
      guard case .entries(let entries) = block.content else { continue }
      for entry in entries { if case .outage(let from, let to) = entry.fact { return (place, entry, from, to) } }
    }
    throw Missing("an outage")
  }

  private func stamps(_ block: Block) -> [Timestamp] {
    guard case .entries(let entries) = block.content else { return [] }
    return entries.compactMap { if case .bid(_, let at) = $0.fact { at } else { nil } }
  }

  @Test func `begins when the house last received something, and a follower lets no bid stand in it`() throws {
    let blocks = try afterTwoBids()
    let (block, entry, from, to) = try place(of: blocks)
    let before = try #require(blocks[..<block].flatMap(stamps).max())
    let after = try #require(blocks[block...].flatMap(stamps).min())
    #expect(from == before && to <= after)
    let terms = Build.terms(lasting: .seconds(60), rules: AuctionRules(extensionWindow: .zero))
    let bench = try atTheEnd()
    #expect(try bench.follow(blocks, of: terms).health == .whole)
    for (from, to) in [(before - .microseconds(1), to), (from, after + .microseconds(1))] {
      var lies = blocks
      let lie = BlockEntry(
        fact: .outage(from: from, to: to), price: entry.price, leader: entry.leader, minimum: entry.minimum,
        closesAt: entry.closesAt)
      lies[block] = Block(
        auction: "moto", edition: lies[block].edition, number: lies[block].number, previous: lies[block].previous,
        content: .entries([lie]), clock: ClockReading(after + .microseconds(1), uncertainty: .zero, status: .synchronized))
      #expect(try bench.follow(lies, of: terms).health != .whole)
    }
  }
}
