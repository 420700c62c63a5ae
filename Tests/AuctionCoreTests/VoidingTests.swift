import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// An operator takes an accepted bid out of the reckoning: what the calendar hands on, and what becomes of price, leader and end.
struct VoidingTests {
  private func facts(_ house: House) -> [BlockEntry] {
    house.auditor["moto"].digests.compactMap { house.auditor.scribe.block($0) }.flatMap { BlockTests.entries($0) }
  }

  /// Voids the bid of that number, counted from 1 as they are drafted.
  @discardableResult
  private func void(
    _ house: inout House, _ number: UInt64, of bidder: PrincipalID, edition: Edition? = nil, auction: AuctionID = "moto"
  ) -> [BookKeeper.Output] {
    let voiding = Voiding(
      auction: auction, edition: edition ?? house.summary?.edition ?? Build.digest("none"), bid: Build.bidID(number),
      bidder: bidder, reason: "valor errado")
    return house.give(.voided(voiding, Build.evidence("anular")))
  }

  @discardableResult
  private func bid(_ house: inout House, _ bidder: PrincipalID, upTo maximum: Money, openly amount: Money = .zero)
    -> [BookKeeper.Output]
  {
    var draft = house.draft(amount, by: bidder)
    (draft.maximum, draft.maximumCommitment) = (maximum, Build.digest("compromisso"))
    return house.give(.bid(draft.submitted))
  }

  /// Books are not for being printed when a test fails.
  private func isSame(_ house: House, _ keeper: BookKeeper) -> Bool { house.keeper == keeper }

  // MARK: Price and leader

  @Test func `price and leader are what the other bids come to, and the end stays`() {
    var house = House(open: Build.terms())
    house.at(.seconds(590))
    house.bid(100_00)
    house.bid(500_00, by: "beta")
    house.endTurn()
    let end = house.summary?.closesAt
    #expect(end ?? Build.noon > Build.noon + .seconds(709), "the bid that is to be voided moved the end")

    #expect(void(&house, 2, of: "beta").isEmpty)
    #expect(house.summary?.price == 100_00 && house.summary?.leader == "alpha" && house.summary?.minimum == 110_00)
    #expect(house.summary?.closesAt == end)
    #expect(house.endTurn().kinds == ["block"], "nothing is said of the end")
    #expect(house.bid(110_00, by: "beta").kinds == ["accepted"])
  }

  @Test func `without the only bid nobody leads, and bidding begins anew`() {
    var house = House(open: Build.terms())
    house.bid(300_00)
    void(&house, 1, of: "alpha")
    house.endTurn()
    #expect(house.summary?.price == nil && house.summary?.leader == nil && house.summary?.minimum == 100_00)
    #expect(house.bid(100_00, by: "beta").kinds == ["accepted"])
    void(&house, 2, of: "beta")
    house.endTurn()
    house.at(.seconds(2_000))
    #expect(house.notice(.close(closesAt: house.summary?.closesAt ?? Build.noon)).kinds == ["result"])
    #expect(house.auditor["moto"].result?.outcome == .noBids && house.auditor["moto"].result?.acceptedBids == 0)
  }

  @Test
  func `a leader who had only been outbid by what was voided leads as cheaply as without it, and goes as far as he offered`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.bid(110_00, by: "beta")
    house.bid(120_00)
    void(&house, 2, of: "beta")
    #expect(house.summary?.price == 100_00 && house.summary?.leader == "alpha")
    // He goes to 120,00, as he had signed.
    #expect(house.bid(110_00, by: "gamma").kinds == ["accepted"])
    #expect(house.summary?.price == 120_00 && house.summary?.leader == "alpha")
    #expect(house.bid(130_00, by: "gamma").kinds == ["accepted"])
    #expect(house.summary?.price == 130_00 && house.summary?.leader == "gamma")
  }

  @Test func `secret maxima of those who stay make the price again`() {
    var house = House(open: Build.terms())
    bid(&house, "alpha", upTo: 300_00, openly: 100_00)
    bid(&house, "beta", upTo: 250_00)
    bid(&house, "gamma", upTo: 400_00)
    #expect(house.summary?.price == 310_00 && house.summary?.leader == "gamma")
    void(&house, 3, of: "gamma")
    #expect(house.summary?.price == 260_00 && house.summary?.leader == "alpha")
    void(&house, 2, of: "beta")
    #expect(house.summary?.price == 100_00 && house.summary?.leader == "alpha")
    house.endTurn()
    house.at(.seconds(2_000))
    #expect(house.notice(.close(closesAt: house.summary?.closesAt ?? Build.noon)).kinds == ["revelation", "result"])
    let revealed = facts(house).compactMap { if case .revealed(_, let bidder, _) = $0.fact { bidder } else { nil } }
    #expect(revealed == ["alpha", "beta", "gamma"], "what was voided is revealed too")
    #expect(house.auditor["moto"].result?.amount == 100_00 && house.auditor["moto"].result?.acceptedBids == 1)
  }

  @Test
  func `where the first of a leader's bids is voided, the price is what his next one offered openly, and others do not lower it`()
  {
    var house = House(open: Build.terms())
    bid(&house, "alpha", upTo: 300_00, openly: 100_00)
    bid(&house, "alpha", upTo: 400_00, openly: 350_00)
    bid(&house, "beta", upTo: 200_00)
    #expect(house.summary?.price == 210_00)
    void(&house, 1, of: "alpha")
    #expect(house.summary?.price == 350_00 && house.summary?.leader == "alpha")
  }

  @Test(arguments: [AuctionFormat.sealed, .vickrey])
  func `of a sealed auction a voided bid is revealed and does not count, and its bidder's earlier one counts again`(
    format: AuctionFormat
  ) {
    var house = House(open: Build.terms(format: format))
    bid(&house, "alpha", upTo: 300_00)
    bid(&house, "beta", upTo: 200_00)
    bid(&house, "alpha", upTo: 150_00)
    bid(&house, "gamma", upTo: 900_00)
    void(&house, 3, of: "alpha")
    void(&house, 4, of: "gamma")
    #expect(house.summary?.price == nil && house.summary?.leader == nil && house.summary?.minimum == 100_00)
    house.endTurn()
    house.at(.seconds(601))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(600))).kinds == ["revelation", "result"])
    #expect(facts(house).count { if case .revealed = $0.fact { true } else { false } } == 4)
    #expect(house.summary?.leader == "alpha" && house.summary?.price == (format == .sealed ? 300_00 : 200_00))
    #expect(house.auditor["moto"].result?.acceptedBids == 2)
  }

  // MARK: What has no effect

  @Test func `what is no accepted bid, or was voided before, or is of another edition has no effect`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.bid(50_00, by: "beta")
    house.endTurn()
    let before = house.keeper
    #expect(void(&house, 2, of: "beta").isEmpty, "it was refused")
    #expect(void(&house, 7, of: "alpha").isEmpty && void(&house, 1, of: "beta").isEmpty)
    #expect(void(&house, 1, of: "alpha", edition: Build.digest("outra")).isEmpty)
    #expect(void(&house, 1, of: "alpha", auction: "nenhum").isEmpty)
    #expect(isSame(house, before))
    void(&house, 1, of: "alpha")
    house.endTurn()
    let after = house.keeper
    #expect(void(&house, 1, of: "alpha").isEmpty && isSame(house, after))
  }

  @Test func `a voided bid is not taken again, and what was refused for it stays refused`() {
    var house = House(open: Build.terms())
    let first = house.draft(500_00)
    house.give(.bid(first.submitted))
    let refused = house.draft(200_00, by: "beta")
    #expect(house.give(.bid(refused.submitted)).refusals == [.belowMinimum])
    void(&house, 1, of: "alpha")
    house.endTurn()
    #expect(house.give(.bid(first.submitted)).isEmpty && house.give(.bid(refused.submitted)).isEmpty)
    var other = first
    other.amount = 600_00
    #expect(house.give(.bid(other.submitted)).refusals == [.reusedID])
    #expect(house.summary?.price == nil)
  }

  @Test func `bids of a suspended auction can be voided, of one that is not open or over they cannot`() {
    var house = House()
    house.schedule()
    #expect(void(&house, 1, of: "alpha").isEmpty)
    house.open()
    house.bid(100_00)
    house.notice(.suspend(reason: "conferência"))
    house.endTurn()
    void(&house, 1, of: "alpha")
    #expect(house.summary?.price == nil && house.endTurn().kinds == ["block"])
    house.notice(.cancel(reason: "erro"), sequence: 2)
    let before = house.keeper
    #expect(void(&house, 1, of: "alpha").isEmpty && isSame(house, before))
  }

  @Test func `what was bought at once is over; and nobody buys because another's bid is voided`() {
    var house = House(open: Build.terms(rules: AuctionRules(buyNow: 500_00)))
    house.bid(500_00)
    #expect(house.summary?.status == .closed)
    #expect(void(&house, 1, of: "alpha").isEmpty && house.summary?.leader == "alpha")

    // Steps that fall: without beta's 101,00, in flight with gamma's, alpha would pay 150,00.
    let bands = [Increment.Band(upTo: 100_00, step: 50_00), Increment.Band(upTo: nil, step: 1_00)]
    house = House(
      open: Build.terms(openingPrice: 90_00, increment: .table(bands), rules: AuctionRules(buyNow: 150_00)))
    house.bid(100_00, by: "gamma")
    #expect(house.bid(101_00, by: "beta").kinds == ["accepted"])
    bid(&house, "alpha", upTo: 150_00)
    #expect(house.summary?.price == 102_00 && house.summary?.leader == "alpha")
    let before = house.keeper
    #expect(void(&house, 2, of: "beta").isEmpty && isSame(house, before))
    void(&house, 1, of: "gamma")
    #expect(house.summary?.price == 102_00 && !isSame(house, before))
  }

  // MARK: Blocks, stamps, tolerance

  @Test func `it is stamped like a bid, names what is left, and takes its place in the block`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.bid(110_00, by: "beta")
    void(&house, 2, of: "beta")
    house.bid(120_00, by: "gamma")
    house.endTurn()
    let entries = facts(house).filter { if case .key = $0.fact { false } else { true } }
    #expect(entries.map(\.price) == [100_00, 110_00, 100_00, 120_00])
    let stamps = entries.compactMap(\.fact.receivedAt)
    #expect(stamps.count == 4 && zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `it takes what room is left, and goes into the next block where there is none`() {
    for more in 0...1 as ClosedRange<Int64> {
      var house = House(open: Build.terms(increment: .fixed(1)))
      // Two keys, and bids up to one entry less than a block holds.
      for n in 0..<61 as Range<Int64> { house.bid(Build.money(100_00 + n), by: n.isMultiple(of: 2) ? "alpha" : "beta") }
      if more == 1 { void(&house, 60, of: "beta") }
      #expect(void(&house, 61, of: "alpha").kinds == (more == 1 ? ["block"] : []))
      house.endTurn()
      #expect(house.auditor["moto"].blocks.count == 2 + Int(more))
      #expect(house.summary?.price == Build.money(100_00 + 59 - more))
    }
  }

  /// A price that fell quotes nobody a minimum that is lower than today's, nor lets anybody under it.
  @Test func `who had seen a higher price bids on today's`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.endTurn()
    house.bid(200_00, by: "beta")
    house.endTurn()
    let seen = house.draft(105_00, by: "gamma")
    void(&house, 2, of: "beta")
    #expect(house.give(.bid(seen.submitted)).refusals == [.belowMinimum], "decided into the same block")
    house.endTurn()
    var later = house.draft(109_99, by: "gamma")
    later.seen = seen.seen
    #expect(house.give(.bid(later.submitted)).refusals == [.belowMinimum])
    later = house.draft(110_00, by: "gamma")
    later.seen = seen.seen
    #expect(house.give(.bid(later.submitted)).kinds == ["accepted"])
  }

  @Test func `who had seen the price that is back may still count on it`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.endTurn()
    house.bid(200_00, by: "beta")
    house.endTurn()
    void(&house, 2, of: "beta")
    house.endTurn()
    let seen = house.draft(115_00, by: "gamma")
    house.bid(110_00, by: "delta")
    #expect(house.give(.bid(seen.submitted)).kinds == ["accepted"], "115,00 on 100,00, in flight while 110,00 came")
  }

  // MARK: The calendar

  private func command(_ house: inout CalendarHouse, edition: Edition? = nil, auction: AuctionID = "moto")
    -> [Calendar.Output]
  {
    house.command(
      .void(
        Voiding(
          auction: auction, edition: edition ?? house.edition(of: "moto"), bid: Build.bidID(1), bidder: "alpha",
          reason: "valor errado")))
  }

  @Test func `the calendar hands the command on while the auction is under way, and knows no bids`() {
    var house = CalendarHouse()
    house.schedule()
    #expect(command(&house).refusals == [.notOpen])
    house = .open()
    house.tick(at: .seconds(10))
    let outputs = command(&house)
    #expect(outputs.refusals == [nil] && outputs.notices.isEmpty)
    #expect(outputs.count { if case .handedOn = $0 { true } else { false } } == 1)
    #expect(command(&house, edition: Build.digest("outra")).refusals == [.wrongEdition])
    #expect(command(&house, auction: "carro").refusals == [.unknownAuction])
    _ = house.command(.suspend(auction: "moto", edition: house.edition(of: "moto"), reason: "conferência"))
    #expect(command(&house).refusals == [nil])
    house.cancel()
    #expect(command(&house).refusals == [.auctionOver])
  }
}
