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
}
