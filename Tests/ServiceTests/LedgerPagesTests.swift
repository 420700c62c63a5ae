import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// A ledger that takes more than one answer.
@Suite("A ledger in pages")
struct LedgerPagesTests {
  /// So many accepted bids and as many refused ones, more than one answer holds.
  private func bench(_ bids: UInt64 = 120) throws -> BooksBench {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 100_000, burst: 100_000))
    for number in 0..<bids {
      try bench.place(
        Build.money(100_00 + Int64(number) * 10_00), by: number.isMultiple(of: 2) ? "alpha" : "beta", number: number + 1)
      try bench.place(1_00, by: number.isMultiple(of: 2) ? "beta" : "alpha", number: 1_000 + number)
    }
    return bench
  }

  private func ask(_ bench: BooksBench, _ pages: inout LedgerPages, passedOn: (SnapshotReply) throws -> SnapshotReply = { $0 })
    throws
  {
    let after = try #require(pages.next)
    let answer = try #require(
      try bench.ask(Query(id: Build.uniqueID(9), subject: .ledger("moto", after: after)), passedOn: passedOn))
    pages.add(answer)
  }

  private func numbers(_ statements: [HouseStatement]) -> (blocks: [Int64], receipts: [Int64]) {
    (
      statements.compactMap { if case .block(let block) = $0.fact { block.number } else { nil } },
      statements.compactMap { if case .refused(let receipt) = $0.fact { receipt.number } else { nil } }
    )
  }

  @Test func `is put together whole and in order`() throws {
    let bench = try bench()
    try bench.closeAtTheEnd()
    var pages = LedgerPages()
    var asked = 0
    while !pages.isWhole {
      try ask(bench, &pages)
      asked += 1
    }
    #expect(asked > 2)
    let (blocks, receipts) = numbers(pages.statements)
    #expect(blocks == Array(0...121) && receipts == Array(1...120))
  }

  @Test func `that grows while it is asked for is whole in the end`() throws {
    let bench = try bench()
    var pages = LedgerPages()
    var more: UInt64 = 0
    while !pages.isWhole {
      try ask(bench, &pages)
      guard more < 3, !pages.isWhole else { continue }
      more += 1
      try bench.place(
        Build.money(2_000_00 + Int64(more) * 10_00), by: more.isMultiple(of: 2) ? "beta" : "alpha", number: 5_000 + more)
      try bench.place(1_00, by: more.isMultiple(of: 2) ? "alpha" : "beta", number: 6_000 + more)
    }
    let (blocks, receipts) = numbers(pages.statements)
    #expect(blocks == Array(0..<Int64(blocks.count)) && receipts == Array(1...Int64(receipts.count)))
    #expect(more >= 2 && blocks.count == 121 + Int(more) && receipts.count == 120 + Int(more))
  }

  /// What is refused meanwhile moves the place of the records behind it.
  @Test func `that grows in front of the records of the clock has each of them once`() throws {
    let bench = try bench(40)
    for _ in 0..<120 {
      bench.after(.seconds(1))
      try bench.keepClock()
    }
    var pages = LedgerPages()
    var more: UInt64 = 0
    while !pages.isWhole {
      try ask(bench, &pages)
      guard more < 2, pages.statements.contains(where: { $0.envelope.kind == .clockSynchronized }) else { continue }
      more += 1
      try bench.place(1_00, by: "alpha", number: 7_000 + more)
    }
    let records = pages.statements.compactMap { if case .clock(let record) = $0.fact { record.number } else { nil } }
    #expect(more == 2 && records == Array(1...120))
    #expect(numbers(pages.statements).receipts == Array(1...42))
  }

  /// Whoever passes an answer on may leave something out of it: only its head is signed.
  @Test(arguments: [0, 5, -1]) func `from which something is left out never counts as whole`(place: Int) throws {
    let bench = try bench(20)
    try bench.closeAtTheEnd()
    var pages = LedgerPages()
    var asked = 0
    while !pages.isWhole, pages.next != nil {
      try ask(bench, &pages) { reply in
        var envelopes = reply.envelopes
        guard !envelopes.isEmpty else { return reply }
        envelopes.remove(at: place < 0 ? envelopes.count - 1 : min(place, envelopes.count - 1))
        return SnapshotReply(reply.envelope, envelopes: envelopes)
      }
      asked += 1
    }
    #expect(!pages.isWhole && asked <= 101, "and is given up")
  }

  @Test func `of an auction that nobody knows is nothing`() throws {
    let bench = try BooksBench.open(opened: false)
    var pages = LedgerPages()
    try ask(bench, &pages)
    #expect(pages.isWhole && pages.statements.isEmpty)
  }
}
