import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What ms-lance keeps of bids that it refused.
@Suite("Refused bids")
struct RetentionTests {
  /// One accepted bid, and so many refused ones; then closed.
  private func bench(refusing count: UInt64) throws -> BooksBench {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 100_000, burst: 100_000))
    try bench.place(100_00, number: 1)
    for number in 0..<count { try bench.place(1_00, by: "beta", number: 10 + number) }
    return bench
  }

  private func close(_ bench: BooksBench) throws {
    let end = Build.noon + .seconds(600)
    bench.after(end + .seconds(1) - bench.world.time.now)
    try bench.close(at: end)
    #expect(try bench.blocks.last.map { if case .closing = $0.content { true } else { false } } == true)
  }

  private func kept(_ bench: BooksBench) -> [Int] {
    ["recibo", "lance_recusado"].map { bench.service.store.all($0, "moto").count }
  }

  private func pass(_ interval: Interval, _ bench: BooksBench) {
    bench.world.time.advance(by: interval)
    bench.settle()
  }

  @Test func `go a day after the close; the receipts that the result commits to stay for ever`() throws {
    let bench = try bench(refusing: 3)
    try close(bench)
    #expect(kept(bench) == [3, 3])
    pass(.seconds(86_390), bench)
    #expect(kept(bench) == [3, 3])
    pass(.seconds(20), bench)
    #expect(kept(bench) == [3, 0])
    func expectTheRest() throws {
      #expect(try bench.ask(.bid("beta", Build.bidID(11)))?.statements.count == 1)
      #expect(
        try bench.ask(.ledger("moto", after: 0))?.statements.count == 7, "the blocks and the receipts, all of them, and the seal")
      #expect(try bench.ask(.bid("alpha", Build.bidID(1)))?.statements.count == 1)
    }
    try expectTheRest()
    bench.restart()
    try expectTheRest()
  }

  @Test func `that came behind the result go with their receipts, and their bidder is told so`() throws {
    let bench = try bench(refusing: 1)
    try close(bench)
    try bench.place(500_00, by: "beta", number: 20)
    #expect(kept(bench) == [2, 2])
    #expect(try bench.ask(.ledger("moto", after: 0))?.statements.count == 6)
    pass(.seconds(86_410), bench)
    #expect(kept(bench) == [1, 0])
    func expectTheRest() throws {
      let answer = try bench.ask(.bid("beta", Build.bidID(20)))
      guard case .bid(_, _, let verdict)? = answer?.snapshot.content else { throw Missing("an answer") }
      #expect(verdict == .refused && answer?.statements.isEmpty == true, "known as refused; the receipt is no longer there")
      #expect(try bench.ask(.ledger("moto", after: 0))?.statements.count == 5)
    }
    try expectTheRest()
    var session = BidderSession(interest: .only([]), seed: 1)
    _ = session.handle(.link(.up), at: bench.service.clock.now())
    var isTold = false
    for case .ask(let query) in session.handle(.inquire("beta", Build.bidID(20)), at: bench.service.clock.now()) {
      let answer = try #require(try bench.ask(query))
      for case .tell(.refusedLongAgo(Build.bidID(20))) in session.handle(.link(.snapshot(answer)), at: bench.service.clock.now())
      {
        isTold = true
      }
    }
    #expect(isTold, "its bidder is told so, and not that nobody knows the bid")
    bench.restart()
    try expectTheRest()
  }

  @Test func `stay decided: who sends one again hears nothing new, and another under its id is refused as such`() throws {
    let bench = try bench(refusing: 0)
    let refused = try bench.bid(1_00, by: "beta", number: 10)
    bench.say(try bench.sealed(refused), as: "cliente")
    try close(bench)
    pass(.seconds(86_410), bench)
    #expect(kept(bench) == [1, 0])
    bench.restart()
    bench.forget()
    bench.say(try bench.sealed(refused), as: "cliente")
    #expect(bench.heard.isEmpty)
    try bench.place(500_00, by: "beta", number: 10)
    #expect(try bench.receipts.map(\.reason) == [.reusedID])
    // It came after the close, and is kept a day from then.
    #expect(kept(bench) == [2, 1])
    pass(.seconds(86_410), bench)
    #expect(kept(bench) == [1, 0])
  }

  @Test func `go a few at a time, and not while bids wait`() throws {
    let bench = try bench(refusing: 1_100)
    try close(bench)
    #expect(kept(bench) == [1_100, 1_100])
    bench.world.time.advance(by: .seconds(86_410))
    bench.world.trace.clear()
    bench.settle()
    #expect(kept(bench) == [1_100, 0])
    #expect(bench.service.store.entryKinds.filter { $0 == "poda_lances" }.count == 3)
  }

  @Test func `are kept while their auction is open, however long that is`() throws {
    let bench = try BooksBench.open()
    try bench.place(1_00)
    pass(.seconds(200_000), bench)
    #expect(kept(bench) == [1, 1])
  }

  /// As a program up to version 5 of the journal left it: the first two of three receipts have been taken out.
  @Test func `of a journal that has given up some of its receipts: the others stay, and are served from the first that is left`()
    throws
  {
    let bench = try bench(refusing: 3)
    try close(bench)
    pass(.seconds(86_410), bench)
    let contents = bench.service.store.contents
    let entries = contents.entries.map { entry in
      entry.kind == "poda_lances" ? Entry(number: entry.number, kind: "poda", body: Array("moto 2".utf8)) : entry
    }
    bench.service.crash(flushing: 0, losingPower: false)
    bench.service.store.restore(
      contents.with(entries: entries, documents: contents.documents.filter { $0.collection != "recibo" || $0.number > 2 }),
      appending: [])
    bench.service.start()
    bench.settle()
    let answer = try #require(try bench.ask(.ledger("moto", after: 0)))
    #expect(answer.statements.count == 5)
    guard case .refused(let receipt)? = answer.statements.dropLast().last?.fact else { throw Missing("a receipt") }
    #expect(receipt.number == 3)
    #expect(try bench.ask(.ledger("moto", after: 3))?.statements.count == 2)
    pass(.seconds(86_410), bench)
    #expect(kept(bench) == [1, 0])
  }
}
