import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// Values hold what they were given, each in its own member, and differ when any member differs: journals, replays and the
/// chain compare them.
struct FactsTests {
  let edition = Build.digest("edicao")
  let clock = Build.clock(.seconds(5))

  @Test func `terms`() {
    let descent = AuctionRules.Descent(from: 500, step: 10, every: .seconds(3), to: 100)
    let rules = AuctionRules(
      extensionWindow: .seconds(60), latestClose: Build.noon, inFlightTolerance: .milliseconds(100), clockRequired: true,
      reserveCommitment: edition, buyNow: 900, descent: descent)
    #expect(rules.extensionWindow == .seconds(60) && rules.inFlightTolerance == .milliseconds(100))
    #expect(rules.latestClose == Build.noon && rules.clockRequired && rules.reserveCommitment == edition && rules.buyNow == 900)
    #expect(descent.from == 500 && descent.step == 10 && descent.every == .seconds(3) && descent.to == 100)
    let terms = Build.terms("carro", seller: "dono", format: .dutch, increment: .percentage(basisPoints: 5), rules: rules)
    #expect(terms.auction == "carro" && terms.seller == "dono" && terms.format == .dutch && terms.rules == rules)
    #expect(terms.opensAt == Build.noon && terms.closesAt == Build.noon + .seconds(600) && terms.openingPrice == 100_00)
  }

  @Test func `what is not said of the rules is RULES.md's default`() {
    let rules = AuctionRules()
    #expect(rules.extensionWindow == .seconds(120) && rules.inFlightTolerance == .milliseconds(250))
    #expect(rules.latestClose == nil && !rules.clockRequired)
    #expect(rules.reserveCommitment == nil && rules.buyNow == nil && rules.descent == nil)
  }

  @Test func `bids and receipts`() {
    let seen = Seen(block: 3, digest: Build.digest("3"))
    let bid = Build.bid(
      250, by: "beta", id: Build.bidID(7), edition: edition, seen: seen, clock: clock, maximumCommitment: edition)
    #expect(bid.amount == 250 && bid.bidder == "beta" && bid.id == Build.bidID(7) && bid.edition == edition)
    #expect(bid.seen == seen && bid.clock == clock && bid.maximumCommitment == edition && bid.auction == "moto")
    let receipt = Receipt(
      auction: "moto", bid: bid.id, bidder: "beta", bidDigest: edition, reason: .stale, minimum: 300, afterBlock: 4,
      receivedAt: Build.noon, number: 9, clock: clock)
    #expect(receipt.auction == "moto" && receipt.bid == bid.id && receipt.bidder == "beta" && receipt.bidDigest == edition)
    #expect(receipt.reason == .stale && receipt.minimum == 300 && receipt.afterBlock == 4 && receipt.number == 9)
    #expect(receipt.receivedAt == Build.noon && receipt.clock == clock)
  }

  @Test func `refusals stand in the order of testing`() {
    #expect(
      Refusal.allCases == [
        .rateLimit, .unknownBidder, .invalidSignature, .revokedKey, .malformed, .identityMismatch, .unknownAuction,
        .wrongEdition, .reusedID, .notOpenYet, .suspended, .closed, .sellerMayNotBid, .implausibleClock, .stale, .seenMismatch,
        .badCommitment, .alreadyLeading, .tieLost, .belowMinimum,
      ])
  }

  @Test func `blocks`() {
    let entry = BlockEntry(
      fact: .bid(Build.evidence("b"), receivedAt: Build.noon), price: 100, leader: "beta", minimum: 110,
      closesAt: Build.noon + .seconds(1))
    #expect(entry.price == 100 && entry.leader == "beta" && entry.minimum == 110)
    #expect(entry.closesAt == Build.noon + .seconds(1))
    let block = Block(
      auction: "moto", edition: edition, number: 7, previous: Build.digest("6"), content: .entries([entry]), clock: clock)
    #expect(block.number == 7 && block.edition == edition && block.previous == Build.digest("6") && block.clock == clock)
    #expect(block.content == .entries([entry]) && Block.maximumEntries == 64)
    let key = KeyRecord(owner: "beta", keyID: edition, spki: [1, 2], standing: .revoked)
    #expect(key.owner == "beta" && key.keyID == edition && key.spki == [1, 2] && key.standing == .revoked)
    let result = AuctionResult(
      outcome: .sold, winner: "beta", amount: 100, acceptedBids: 5, refusedBids: 6, refusals: edition, closesAt: Build.noon)
    #expect(result.outcome == .sold && result.winner == "beta" && result.amount == 100 && result.acceptedBids == 5)
    #expect(result.refusedBids == 6 && result.refusals == edition && result.closesAt == Build.noon)
    let said = Extension(
      auction: "moto", edition: edition, block: 8, closesAt: Build.noon, by: "beta", cause: .outage, clock: clock)
    #expect(said.block == 8 && said.by == "beta" && said.cause == .outage && said.closesAt == Build.noon)
    let summary = AuctionSummary(
      auction: "moto", edition: edition, status: .open, head: Seen(block: 1, digest: edition), price: 1, leader: "beta",
      minimum: 2, closesAt: Build.noon, ending: AuctionSummary.Ending(outcome: .noBids, at: Build.noon + .seconds(1)))
    #expect(summary.head?.block == 1 && summary.price == 1 && summary.minimum == 2 && summary.leader == "beta")
    #expect(summary.status == .open && summary.closesAt == Build.noon)
    #expect(summary.ending?.outcome == .noBids && summary.ending?.at == Build.noon + .seconds(1))
  }

  @Test func `the calendar's events and commands`() {
    let opening = Build.opening(edition: edition, opensAt: Build.noon + .seconds(1), closesAt: Build.noon + .seconds(2))
    #expect(opening.opensAt == Build.noon + .seconds(1) && opening.closesAt == Build.noon + .seconds(2))
    #expect(opening.edition == edition && opening.auction == "moto")
    let notice = Build.notice(.cancel(reason: "x"), edition: edition, sequence: 4, clock: clock)
    #expect(notice.sequence == 4 && notice.action == .cancel(reason: "x") && notice.clock == clock)
    #expect(Build.schedule(Build.terms("carro")).auction == "carro")
    #expect(Build.cancel("barco", edition: edition).auction == "barco")
    let answer = CommandAnswer(command: Build.commandID(3), auction: "moto", refusal: .stale, edition: edition, clock: clock)
    #expect(
      answer.command == Build.commandID(3) && answer.refusal == .stale && answer.edition == edition && answer.clock == clock)
    #expect(Build.scheduling().nonce.count == 16)
  }
}
