import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// PROTOCOL.md, Blocks: what goes into one, when it is sealed, and by which clock.
struct BlockTests {
  /// Many bidders in turn, each above the last.
  static func bids(_ count: Int, in house: inout House, evidence: Int = 16) -> [BookKeeper.Output] {
    (0..<count).flatMap { i in
      var draft = house.draft(Build.money(100_00 + Int64(i) * 10_00), by: i.isMultiple(of: 2) ? "alpha" : "beta")
      draft.evidence = Evidence([UInt8](repeating: 7, count: evidence))
      return house.give(.bid(draft.submitted))
    }
  }

  static func entries(_ block: Block?) -> [BlockEntry] {
    guard case .entries(let entries)? = block?.content else { return [] }
    return entries
  }

  @Test func `a turn makes one block for each auction that something happened in`() {
    var house = House(open: Build.terms("a"))
    for auction in ["b", "c"] as [AuctionID] {
      house.schedule(Build.terms(auction))
      house.open(Build.terms(auction))
    }
    house.bid(100_00, on: "c")
    house.bid(100_00, on: "a")
    house.bid(110_00, by: "beta", on: "c")
    let named = house.endTurn().compactMap { if case .block(let auction, _, _) = $0 { auction } else { nil } }
    #expect(named == ["c", "a"], "in the order in which it happened")
    #expect(house.endTurn().isEmpty)
  }

  @Test func `an entry holds the state after it`() throws {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.endTurn()
    let entries = BlockTests.entries(house.auditor["moto"].blocks.last)
    try #require(entries.count == 2)
    #expect(entries[0].fact == .key(Build.key(of: "alpha")))
    #expect(entries[0].price == nil && entries[0].leader == nil && entries[0].minimum == 100_00)
    #expect(entries[1].price == 100_00 && entries[1].leader == "alpha" && entries[1].minimum == 110_00)
    #expect(entries[1].closesAt == Build.noon + .seconds(600))
  }

  @Test func `a full block is sealed at once`() {
    var house = House(open: Build.terms())
    // 62 bids and two keys are 64 entries.
    let outputs = BlockTests.bids(63, in: &house)
    #expect(outputs.kinds == [String](repeating: "accepted", count: 62) + ["block", "accepted"])
    #expect(BlockTests.entries(house.auditor["moto"].blocks.last).count == 64)
    #expect(house.endTurn().kinds == ["block"])
  }

  @Test func `a key and its bid stand in one block`() {
    var house = House(open: Build.terms())
    #expect(BlockTests.bids(61, in: &house).accepted.count == 61)
    // 63 entries: a bid of somebody new needs two.
    let outputs = house.bid(5_000_00, by: "gamma")
    #expect(outputs.kinds == ["block", "accepted"])
    house.endTurn()
    let last = BlockTests.entries(house.auditor["moto"].blocks.last)
    #expect(last.map(\.leader) == ["alpha", "gamma"] && last.first?.fact == .key(Build.key(of: "gamma")))
  }

  @Test func `a block's evidence stays within its payload`() {
    var house = House(open: Build.terms())
    var outputs = BlockTests.bids(20, in: &house, evidence: 16 * 1_024)
    outputs += house.endTurn()
    let sizes = house.auditor["moto"].blocks.map { block in
      BlockTests.entries(block).reduce(0) { sum, entry in
        if case .bid(let evidence, _) = entry.fact { sum + evidence.bytes.count + 400 } else { sum + 400 }
      }
    }
    #expect(sizes.allSatisfy { $0 < 72 * 1_024 } && sizes.max() ?? 0 > 48 * 1_024)
    #expect(outputs.accepted.count == 20)
  }

  @Test func `evidence that fills a block by itself still gets one`() {
    var house = House(open: Build.terms())
    _ = BlockTests.bids(3, in: &house, evidence: 100_000)
    house.endTurn()
    #expect(house.auditor["moto"].blocks.count == 4)
  }

  @Test func `stamps rise by a microsecond at least, over refusals and clocks that stand or go back`() {
    var house = House(open: Build.terms())
    let first = house.bid(1).receipts.first?.receivedAt
    #expect(first == house.clock.instant)
    #expect(house.bid(2).receipts.first?.receivedAt == house.clock.instant + .microseconds(1))
    house.at(.milliseconds(500))
    let receipt = house.bid(3).receipts.first
    #expect(receipt?.receivedAt == Build.noon + .microseconds(1_000_002))
    #expect(receipt?.clock.instant == receipt?.receivedAt)
    #expect(receipt?.clock.uncertainty == .microseconds(2_000 + 500_002), "what was added to the clock is uncertain")
    house.at(.seconds(2))
    #expect(house.bid(4).receipts.first?.receivedAt == house.clock.instant)
  }

  @Test func `a block is not earlier than its bids or the block before it`() {
    var house = House(open: Build.terms())
    house.at(.seconds(5))
    house.bid(100_00)
    house.at(.seconds(3))
    house.endTurn()
    #expect(house.auditor["moto"].blocks.last?.clock.instant == Build.noon + .seconds(5))
    house.at(.seconds(4))
    house.bid(110_00, by: "beta")
    house.endTurn()
    #expect(house.auditor["moto"].blocks.last?.clock.instant == Build.noon + .microseconds(5_000_001))
  }

  @Test func `uncertainty never grows past what can be said`() {
    var house = House(open: Build.terms())
    house.at(.seconds(500))
    house.bid(1)
    house.at(.seconds(400))
    #expect(house.bid(2).receipts.first?.clock.uncertainty == .seconds(10))
  }

  // MARK: Keys

  @Test func `a key is named before its first bid, and again after it was revoked`() {
    var house = House(open: Build.terms())
    let (old, new) = (Build.key(of: "alpha"), Build.key(of: "alpha", number: 1))
    let revoked = Build.key(of: "alpha", standing: .revoked)
    func facts(_ house: House) -> [BlockEntry.Fact] {
      house.auditor["moto"].blocks.flatMap(BlockTests.entries).map(\.fact).filter { if case .key = $0 { true } else { false } }
    }
    house.give(.key(old))
    house.give(.key(revoked))
    #expect(house.endTurn().isEmpty, "a key without an accepted bid is none of the ledger's business")
    house.bid(1)
    house.give(.key(revoked))
    #expect(house.endTurn().isEmpty, "a refused bid does not name it")

    house.bid(100_00)
    house.bid(110_00, by: "beta")
    house.bid(120_00)
    house.endTurn()
    #expect(facts(house) == [.key(old), .key(Build.key(of: "beta"))])
    house.give(.key(revoked))
    house.give(.key(revoked))
    #expect(house.endTurn().kinds == ["block"])
    house.bid(130_00, by: "beta")
    var draft = house.draft(140_00)
    draft.key = new
    house.give(.bid(draft.submitted))
    house.bid(150_00, by: "beta")
    house.bid(160_00)
    house.endTurn()
    #expect(facts(house) == [.key(old), .key(Build.key(of: "beta")), .key(revoked), .key(new), .key(old)])
  }

  @Test func `a revoked key makes an entry in each open auction where it bid, and only there`() {
    var house = House(open: Build.terms("a"))
    for auction in ["b", "c", "d"] as [AuctionID] {
      house.schedule(Build.terms(auction))
      house.open(Build.terms(auction))
    }
    for auction in ["a", "b", "d"] as [AuctionID] { house.bid(100_00, on: auction) }
    house.bid(100_00, by: "beta", on: "c")
    house.endTurn()
    house.notice(.close(closesAt: ClosingTests.end), of: "d")
    house.give(.key(Build.key(of: "alpha", standing: .revoked)))
    let named = house.endTurn().compactMap { if case .block(let auction, _, _) = $0 { auction } else { nil } }
    #expect(named == ["a", "b"])
  }

  @Test func `one key under two names is two keys`() {
    var house = House(open: Build.terms())
    let shared = Build.key(of: "alpha")
    house.bid(100_00)
    var draft = house.draft(110_00, by: "beta")
    draft.key = KeyRecord(owner: "beta", keyID: shared.keyID, spki: shared.spki, standing: .active)
    house.give(.bid(draft.submitted))
    house.endTurn()
    #expect(BlockTests.entries(house.auditor["moto"].blocks.last).count == 4)
  }

  // MARK: What can be looked at

  @Test func `summaries come in the order of ids, in pages, without what was closed long ago`() {
    var house = House()
    for auction in ["d", "b", "a", "c"] as [AuctionID] { house.schedule(Build.terms(auction)) }
    house.open(Build.terms("a"))
    #expect(house.keeper.summaries().map(\.auction) == ["a", "b", "c", "d"])
    #expect(house.keeper.summaries(after: "a", limit: 2).map(\.auction) == ["b", "c"])
    #expect(house.keeper.summaries(after: "bb").map(\.auction) == ["c", "d"])
    #expect(house.keeper.summaries(after: "d").isEmpty)
    house.notice(.cancel(reason: ""), of: "a")
    house.at(.seconds(60))
    house.notice(.cancel(reason: ""), of: "c")
    #expect(house.keeper.summaries(closedSince: Build.noon + .seconds(30)).map(\.auction) == ["b", "c", "d"])
    #expect(house.keeper.summary(of: "c")?.status == .closed && house.keeper.summary(of: "x") == nil)
  }

  @Test func `nothing is due by itself`() {
    #expect(House(open: Build.terms()).keeper.wakeUp == nil)
  }
}
