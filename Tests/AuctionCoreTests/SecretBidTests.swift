import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// Bids whose maximum or amount is secret: what the books take, what they say of it, and when.
struct SecretBidTests {
  private func draft(
    _ house: inout House, _ bidder: PrincipalID, upTo maximum: Money?, openly amount: Money = .zero, isCommitted: Bool = true
  ) -> Draft {
    var draft = house.draft(amount, by: bidder)
    draft.maximum = maximum
    draft.maximumCommitment = isCommitted ? Build.digest("compromisso") : nil
    return draft
  }

  @discardableResult
  private func bid(
    _ house: inout House, _ bidder: PrincipalID, upTo maximum: Money?, openly amount: Money = .zero, isCommitted: Bool = true
  ) -> [BookKeeper.Output] {
    house.give(.bid(draft(&house, bidder, upTo: maximum, openly: amount, isCommitted: isCommitted).submitted))
  }

  private func facts(_ house: House) -> [BlockEntry] {
    house.auditor["moto"].digests.compactMap { house.auditor.scribe.block($0) }.flatMap { BlockTests.entries($0) }
  }

  @Test func `a maximum stays secret until the end, and is revealed before the closing block`() {
    var house = House(open: Build.terms())
    bid(&house, "alpha", upTo: 300_00, openly: 100_00)
    #expect(house.summary?.price == 100_00)
    bid(&house, "beta", upTo: 250_00, openly: 110_00)
    #expect(house.summary?.price == 260_00 && house.summary?.leader == "alpha")
    #expect(house.bid(259_99, by: "gamma").refusals == [.belowMinimum])
    house.endTurn()
    #expect(!facts(house).contains { if case .revealed = $0.fact { true } else { false } })

    house.at(.seconds(601))
    let outputs = house.notice(.close(closesAt: Build.noon + .seconds(600)))
    #expect(outputs.kinds == ["revelation", "result"])
    let revealed = facts(house).compactMap { entry -> (PrincipalID, Money)? in
      if case .revealed(_, let bidder, let secret) = entry.fact { (bidder, secret.amount) } else { nil }
    }
    #expect(revealed.map(\.0) == ["alpha", "beta"] && revealed.map(\.1) == [300_00, 250_00])
    #expect(house.summary?.price == 260_00 && house.summary?.leader == "alpha")
  }

  @Test func `raising one's own maximum changes neither price nor end; lowering it is refused`() {
    var house = House(open: Build.terms())
    bid(&house, "alpha", upTo: 300_00, openly: 100_00)
    house.endTurn()
    house.at(.seconds(590))
    #expect(bid(&house, "alpha", upTo: 300_00).refusals == [.alreadyLeading])
    #expect(bid(&house, "alpha", upTo: nil, openly: 500_00, isCommitted: false).refusals == [.alreadyLeading])
    #expect(bid(&house, "alpha", upTo: 400_00).kinds == ["accepted"])
    #expect(house.summary?.price == 100_00 && house.summary?.closesAt == Build.noon + .seconds(600))
    #expect(house.endTurn().kinds == ["block"])
    bid(&house, "beta", upTo: 350_00, openly: 110_00)
    #expect(house.summary?.price == 360_00 && house.summary?.closesAt ?? Build.noon > Build.noon + .seconds(709))
  }

  @Test func `what commits to something must come with what opens it, and openly offer no more`() {
    var house = House(open: Build.terms())
    #expect(bid(&house, "alpha", upTo: nil, openly: 100_00).refusals == [.badCommitment])
    #expect(bid(&house, "alpha", upTo: 150_00, openly: 160_00).refusals == [.badCommitment])
    #expect(bid(&house, "alpha", upTo: 99_99).refusals == [.belowMinimum])
    #expect(bid(&house, "alpha", upTo: 150_00, openly: 150_00).kinds == ["accepted"])
  }

  @Test func `a cancelled auction keeps its secrets`() {
    var house = House(open: Build.terms())
    bid(&house, "alpha", upTo: 300_00, openly: 100_00)
    house.endTurn()
    #expect(house.notice(.cancel(reason: "erro")).kinds == ["result"])
  }

  @Test func `more secrets than a block holds are revealed in several, all of them`() {
    var house = House(open: Build.terms(increment: .fixed(1)))
    for n in 0..<150 as Range<Int64> {
      bid(&house, n.isMultiple(of: 2) ? "alpha" : "beta", upTo: Build.money(100_00 + 10 * n))
      house.endTurn()
    }
    house.at(.seconds(2_000))
    let end = house.summary?.closesAt ?? Build.noon
    let outputs = house.notice(.close(closesAt: end))
    #expect(outputs.kinds == ["revelation", "revelation", "revelation", "result"])
    #expect(facts(house).filter { if case .revealed = $0.fact { true } else { false } }.count == 150)
  }

  // MARK: Sealed

  @Test(arguments: [AuctionFormat.sealed, .vickrey])
  func `sealed bids say nothing but that they are there, and do not move the end`(format: AuctionFormat) {
    var house = House(open: Build.terms(format: format))
    house.at(.seconds(590))
    #expect(bid(&house, "alpha", upTo: 99_99).refusals == [.belowMinimum])
    #expect(bid(&house, "alpha", upTo: 300_00).kinds == ["accepted"])
    #expect(bid(&house, "beta", upTo: 200_00).kinds == ["accepted"])
    // One's last bid counts, also if it is lower.
    #expect(bid(&house, "alpha", upTo: 250_00).kinds == ["accepted"])
    #expect(bid(&house, "gamma", upTo: 250_00, openly: 100_00).refusals == [.badCommitment])
    #expect(bid(&house, "gamma", upTo: nil, openly: 100_00, isCommitted: false).refusals == [.badCommitment])
    #expect(house.summary?.price == nil && house.summary?.leader == nil && house.summary?.minimum == 100_00)
    house.endTurn()
    #expect(house.summary?.closesAt == Build.noon + .seconds(600))

    house.at(.seconds(601))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(600))).kinds == ["revelation", "result"])
    #expect(house.summary?.leader == "alpha" && house.summary?.price == (format == .sealed ? 250_00 : 200_00))
    #expect(house.summary?.ending?.outcome == .sold)
  }

  @Test func `a sealed auction without bids ends as such`() {
    var house = House(open: Build.terms(format: .vickrey))
    house.at(.seconds(601))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(600))).kinds == ["result"])
    #expect(house.summary?.ending?.outcome == .noBids)
  }
}
