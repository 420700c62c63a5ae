import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// RULES.md, Amount.
struct AmountTests {
  static let table = Increment.table([
    .init(upTo: 1_00, step: 5), .init(upTo: 5_00, step: 25), .init(upTo: 25_00, step: 50), .init(upTo: nil, step: 1_00),
  ])

  @Test(
    arguments: [
      (.fixed(10_00), 1, 10_01), (.fixed(10_00), 9_007_199_254_740_990, 9_007_199_254_740_991),
      (.percentage(basisPoints: 500), 100_00, 105_00), (.percentage(basisPoints: 500), 100_01, 105_02),
      (.percentage(basisPoints: 1), 1, 2), (.percentage(basisPoints: 1), 10_000, 10_001),
      (.percentage(basisPoints: 1), 10_001, 10_003), (.percentage(basisPoints: 10_000), 77, 154),
      (.percentage(basisPoints: 3_333), 9_007_199_254_740_991, 9_007_199_254_740_991),
      (.percentage(basisPoints: 1), 9_000_000_000_000_000, 9_000_900_000_000_000),
      (.percentage(basisPoints: .max), 100, 9_007_199_254_740_991), (.percentage(basisPoints: .min), 100, 101),
      (.percentage(basisPoints: .max), 9_007_199_254_740_991, 9_007_199_254_740_991),
      (table, 1, 6), (table, 99, 104), (table, 1_00, 1_05), (table, 1_01, 1_26), (table, 5_00, 5_25), (table, 5_01, 5_51),
      (table, 25_00, 25_50), (table, 25_01, 26_01), (table, 1_000_00, 1_001_00),
      (.table([]), 100, 101), (.table([.init(upTo: 50, step: 7)]), 100, 107),
    ] as [(Increment, Int64, Int64)])
  func `the minimum after a price`(increment: Increment, price: Int64, minimum: Int64) {
    #expect(Build.terms(increment: increment).minimum(after: Build.money(price)) == Build.money(minimum))
  }

  /// The first and the last price of each band, as eBay US publishes them.
  @Test(
    arguments: [
      (1, 99, 5), (1_00, 4_99, 25), (5_00, 24_99, 50), (25_00, 99_99, 1_00), (100_00, 249_99, 2_50), (250_00, 499_99, 5_00),
      (500_00, 999_99, 10_00), (1_000_00, 2_499_99, 25_00), (2_500_00, 4_999_99, 50_00), (5_000_00, 9_000_000_00, 100_00),
    ] as [(Int64, Int64, Int64)])
  func `eBay's increments`(first: Int64, last: Int64, step: Int64) {
    for price in [first, last] { #expect(Increment.ebay.step(at: Build.money(price)) == Build.money(step)) }
    #expect(Build.terms(increment: .ebay).problem(at: Build.noon) == nil)
  }

  @Test func `the first bid offers the opening price at least`() {
    var house = House(open: Build.terms())
    #expect(house.summary?.minimum == 100_00 && house.summary?.price == nil)
    #expect(house.bid(99_99).refusals == [.belowMinimum])
    #expect(house.bid(100_00).kinds == ["accepted"])
    #expect(house.summary?.price == 100_00 && house.summary?.leader == "alpha" && house.summary?.minimum == 110_00)
  }

  @Test func `at the largest amount nothing exceeds the price`() {
    var house = House(open: Build.terms())
    house.bid(.maximum)
    house.endTurn()
    let receipt = house.bid(.maximum, by: "beta").receipts.first
    #expect(receipt?.reason == .belowMinimum && receipt?.minimum == .maximum)
    #expect(house.summary?.leader == "alpha")
  }

  @Test func `who leads cannot outbid itself`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    #expect(house.bid(500_00).refusals == [.alreadyLeading])
    house.endTurn()
    #expect(house.bid(500_00).refusals == [.alreadyLeading])
    house.bid(110_00, by: "beta")
    #expect(house.bid(120_00).kinds == ["accepted"])
  }

  // MARK: In flight

  /// Alpha's 100,00 is sealed at 10 s, beta's 200,00 at 20 s; gamma has seen only alpha's, and is received at that time.
  static func inFlight(
    _ amount: Money, received: Interval, tolerance: Interval = .milliseconds(250), sawNothing: Bool = false
  ) -> [Refusal] {
    var house = House(open: Build.terms(rules: AuctionRules(inFlightTolerance: tolerance)))
    house.at(.seconds(10))
    house.bid(100_00, by: "alpha")
    house.endTurn()
    let seen = sawNothing ? nil : house.auditor["moto"].head
    house.at(.seconds(20))
    house.bid(200_00, by: "beta")
    house.endTurn()
    house.at(received)
    var draft = house.draft(amount, by: "gamma")
    draft.seen = seen
    return house.give(.bid(draft.submitted)).refusals
  }

  @Test(
    arguments: [
      (210_00, 20_249_999, nil), (200_01, 20_249_999, nil), (200_00, 20_249_999, .tieLost), (199_99, 20_249_999, .belowMinimum),
      (200_01, 20_250_000, .belowMinimum), (200_00, 20_250_000, .belowMinimum), (210_00, 20_250_000, nil),
    ] as [(Int64, Int64, Refusal?)])
  func `a bid in flight when the price moved must only exceed it`(amount: Int64, received: Int64, refusal: Refusal?) {
    let refusals = AmountTests.inFlight(Build.money(amount), received: .microseconds(received))
    #expect(refusals == (refusal.map { [$0] } ?? []))
  }

  @Test func `without tolerance the increment always counts`() {
    #expect(AmountTests.inFlight(200_01, received: .microseconds(20_000_001), tolerance: .zero) == [.belowMinimum])
    #expect(AmountTests.inFlight(200_00, received: .microseconds(20_000_001), tolerance: .zero) == [.belowMinimum])
  }

  @Test func `tolerance is measured from the first move after what was seen`() {
    // Before the first bid: alpha's, ten seconds ago, is the first move.
    #expect(AmountTests.inFlight(200_01, received: .microseconds(20_000_001), sawNothing: true) == [.belowMinimum])
    #expect(
      AmountTests.inFlight(
        200_01, received: .microseconds(20_000_001), tolerance: .seconds(10) + .milliseconds(1), sawNothing: true
      )
      .isEmpty)
  }

  @Test func `a bid decided into the same block always is in flight`() {
    var house = House(open: Build.terms(rules: AuctionRules(inFlightTolerance: .milliseconds(1))))
    var drafts = [(200_00, "alpha"), (200_00, "beta"), (200_01, "beta"), (200_02, "alpha")].map {
      house.draft(Build.money($0.0), by: PrincipalID(stringLiteral: $0.1))
    }
    for (i, draft) in drafts.enumerated() {
      house.clock = Build.clock(.seconds(2) + .seconds(Int64(i)))
      drafts[i] = draft
      #expect(house.give(.bid(draft.submitted)).refusals == (i == 1 ? [.tieLost] : []))
    }
    #expect(house.endTurn().kinds == ["block"])
    // Sealed now: whoever bids on what it saw before the block is too late by a second.
    house.clock = Build.clock(.seconds(7))
    var late = house.draft(200_03, by: "beta")
    late.seen = drafts[0].seen
    #expect(house.give(.bid(late.submitted)).refusals == [.belowMinimum])
  }

  @Test func `in flight, the minimum that was quoted still counts`() {
    // The table's step falls from 100,00 to 1,00: who was quoted 250,00 is held to the lower of both minimums.
    let falling = Increment.table([.init(upTo: 150_00, step: 100_00), .init(upTo: nil, step: 1_00)])
    var house = House(open: Build.terms(openingPrice: 150_00, increment: falling))
    house.bid(150_00, by: "alpha")
    house.endTurn()
    let seen = house.auditor["moto"].head
    house.bid(250_00, by: "beta")
    var draft = house.draft(251_00, by: "gamma")
    draft.seen = seen
    #expect(house.give(.bid(draft.submitted)).accepted == [draft.id])
    draft.id = Build.bidID(50)
    draft.bidder = "delta"
    draft.amount = 249_99
    #expect(house.give(.bid(draft.submitted)).refusals == [.belowMinimum])
  }
}
