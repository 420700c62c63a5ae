import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// Books that are read back without their bids, and books that have forgotten a part of what they said.
struct RestoringTests {
  @Test func `Refusals that are read back leave the books as deciding them did`() throws {
    var house = House(open: Build.terms())
    var other = House(open: Build.terms())
    house.bid(100_00)
    other.bid(100_00)
    let low = house.draft(1_00, by: "beta").submitted
    let output = try #require(house.give(.bid(low)).first)
    guard case .refused(let receipt, let sealed) = output else { throw Missing() }
    other.give(
      .refusedBefore(
        PastRefusal(
          auction: "moto", bidder: "beta", bid: low.bid.id, digest: low.digest, receivedAt: receipt.receivedAt,
          receipt: sealed.digest)))
    #expect(other.keeper == house.keeper)
    #expect(other.keeper.decision(of: "beta", bid: low.bid.id)?.outcome == .refused(number: 1))
    // And so does what follows from it: the stamp of the next bid, the commitment of the result.
    for end in [house.endTurn(), other.endTurn()] { #expect(end.kinds.contains("block")) }
    house.at(.seconds(601))
    // Without its auditor, which has not seen the receipt.
    var keeper = other.keeper
    let end = Build.notice(
      .close(closesAt: Build.noon + .seconds(600)), edition: House.edition(of: Build.terms()), clock: house.clock)
    let said = house.give(.noticed(end, Build.evidence("aviso 1")))
    #expect(said.kinds == ["result"])
    #expect(keeper.handle(.noticed(end, Build.evidence("aviso 1")), at: house.clock) == said)
    #expect(keeper == house.keeper)
  }

  private struct Missing: Error {}

  @Test func `An auction that is over is read back from what is left of it`() throws {
    var house = House()
    house.schedule()
    house.open()
    house.at(.seconds(1))
    let bids = [house.draft(100_00, by: "alpha"), house.draft(1_00, by: "beta")].map(\.submitted)
    for bid in bids { house.give(.bid(bid)) }
    house.endTurn()
    house.notice(.cancel(reason: "x"))
    house.at(.seconds(700))
    let late = house.draft(900_00, by: "gamma").submitted
    house.give(.bid(late))
    let closed = try #require(house.keeper.closed("moto"))
    #expect(closed.ending != nil)
    var other = House()
    other.give(.closed(closed))
    for bid in bids + [late] {
      let decision = try #require(house.keeper.decision(of: bid.bid.bidder, bid: bid.bid.id))
      other.give(.decidedBefore(bidder: bid.bid.bidder, bid: bid.bid.id, decision))
    }
    #expect(other.keeper == house.keeper)
    #expect(other.keeper.summary(of: "moto") == house.keeper.summary(of: "moto"))
    other.clock = house.clock
    for bid in bids { #expect(other.give(.bid(bid)).isEmpty) }
  }

  @Test(arguments: [false, true])
  func `An auction is given up once, and its ledger ends where the books do`(_ isOpened: Bool) throws {
    var house = House()
    house.schedule()
    if isOpened { house.open() }
    let edition = try #require(house.summary?.edition)
    let notice = Build.notice(
      .cancel(reason: "x"), edition: edition, sequence: try #require(house.keeper.nextSequence(of: "moto")))
    #expect(house.keeper.due(by: Build.noon - .seconds(1)) == (isOpened ? ["moto"] : []))
    #expect(house.keeper.due(by: Build.noon) == ["moto"])
    // Without an auditor, which knows no ledger without an opening.
    var keeper = house.keeper
    let outputs = keeper.handle(.abandoned(notice, Build.evidence("aviso")), at: house.clock)
    #expect(outputs.kinds == ["result"])
    #expect(keeper.summary(of: "moto")?.head?.block == (isOpened ? 1 : 0) && keeper.status(of: "moto") == .closed)
    #expect(keeper.handle(.abandoned(notice, Build.evidence("aviso")), at: house.clock).isEmpty)
    #expect(keeper.due(by: Build.noon) == [])
    #expect(keeper.handle(.bid(house.draft(100_00).submitted), at: house.clock).refusals == [.closed])
  }

  @Test func `Another edition's notice gives nothing up`() {
    var house = House(open: Build.terms())
    let notice = Build.notice(.cancel(reason: "x"), edition: Build.digest("other"))
    #expect(house.give(.abandoned(notice, Build.evidence("aviso"))).isEmpty && house.summary?.status == .open)
  }
}
