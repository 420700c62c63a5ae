import AuctionClient
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What somebody is shown who comes when an auction is over.
@Suite("Who comes late")
struct LateComerTests {
  private func comer(to bench: BooksBench) throws -> FollowedAuction {
    let client = AskingClient(bench)
    try client.give(.link(.up))
    return try #require(client.session.auctions["moto"])
  }

  private func cancel(_ bench: BooksBench) throws {
    try bench.calendar(
      Build.notice(.cancel(reason: "lote retirado"), edition: try bench.edition, clock: bench.service.clock.now()))
    bench.settle()
  }

  @Test func `to an auction that was cancelled before it opened sees that, and when`() throws {
    let bench = try BooksBench.open(opened: false)
    bench.after(.seconds(5))
    let instant = bench.world.time.now
    try cancel(bench)
    let summary = try #require(try bench.summary())
    #expect(summary.ending == AuctionSummary.Ending(outcome: .cancelled, at: instant))
    bench.after(.seconds(60))
    let auction = try comer(to: bench)
    #expect(auction.status == .closed && auction.result?.outcome == .cancelled)
    #expect(auction.endsAt == instant)
  }

  @Test func `to one that was cancelled amid its bids sees the reason, and no winner`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    try cancel(bench)
    #expect(try bench.summary()?.ending?.outcome == .cancelled)
    let auction = try comer(to: bench)
    #expect(auction.result?.outcome == .cancelled && auction.result?.winner == nil)
    #expect(auction.cancellation == "lote retirado" && auction.endsAt < auction.closesAt)
  }

  @Test func `to one whose ledger is too long to be read again sees how it ended`() throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 100_000, burst: 100_000))
    for number in 0..<1_001 as Range<UInt64> {
      let amount = try #require(Money(minorUnits: 100_00 + Int64(number) * 10_00))
      try bench.place(amount, by: number % 2 == 0 ? "alpha" : "beta", number: number + 1)
    }
    let end = Build.noon + .seconds(600)
    bench.after(end + .seconds(1) - bench.world.time.now)
    try bench.close(at: end)
    let ending = try #require(try bench.summary()?.ending)
    #expect(ending.outcome == .sold && ending.at > end)
    func expectTheEnd(_ auction: FollowedAuction?) {
      #expect(auction?.head?.block == 1_002 && auction?.bids.isEmpty == true)
      #expect(auction?.result?.outcome == .sold && auction?.result?.winner == "alpha" && auction?.result?.acceptedBids == 1_001)
      #expect(auction?.health == .whole && auction?.cancellation == nil)
    }
    expectTheEnd(try comer(to: bench))

    // Also where the answer about the last block is lost, or the connection with it.
    for isCut in [false, true] {
      let client = AskingClient(bench)
      client.hears = { $0.topic != .blocks }
      try client.give(.link(.up))
      #expect(client.session.auctions["moto"]?.lacksResult == true)
      client.hears = { _ in true }
      if isCut {
        try client.give(.link(.down(reason: "x", retryIn: .seconds(1))))
        try client.give(.link(.up))
      } else {
        bench.world.time.advance(by: .seconds(4))
        try client.give(.tick)
      }
      expectTheEnd(client.session.auctions["moto"])
    }
  }
}
