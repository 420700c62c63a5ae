import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// Auctions whose price falls: the first who meets what is asked at his stamp has bought, at that.
struct DutchTests {
  private static let terms = DescentTests.terms()
  private static var end: Timestamp { terms.closesAt }

  private static func house(_ change: (inout AuctionTerms) -> Void = { _ in }) -> House {
    var house = House(open: DescentTests.terms(change))
    house.at(.zero)
    return house
  }

  private static func entries(_ house: House) -> [BlockEntry] { house.auditor["moto"].blocks.flatMap { BlockTests.entries($0) } }
  private static func asked(_ house: House) -> Money? { house.keeper.summary(of: "moto", at: house.clock.instant)?.minimum }

  @Test(
    arguments: [
      (0, 1_000_00, 1_000_00), (29_999_999, 1_000_00, 1_000_00), (30_000_000, 950_00, 950_00), (30_000_000, 1_000_00, 950_00),
      (419_999_999, 350_00, 350_00), (420_000_000, 350_00, 320_00), (600_000_000, 320_00, 320_00),
      (1, 9_007_199_254_740_991, 1_000_00),
    ] as [(Int64, Int64, Int64)])
  func `who offers what is asked then has bought at that, and nothing more is to come`(at: Int64, offered: Int64, price: Int64) {
    var house = Self.house()
    house.at(.microseconds(at))
    #expect(house.bid(Build.money(offered)).kinds == ["accepted", "block", "result"])
    let ledger = house.auditor["moto"]
    #expect(ledger.result?.outcome == .sold && ledger.result?.winner == "alpha" && ledger.result?.amount == Build.money(price))
    #expect(ledger.result?.closesAt == Self.end, "buying moves no end")
    let entries = Self.entries(house)
    #expect(
      entries.map(\.minimum) == [Build.money(price), Build.money(price)] && entries.map(\.price) == [nil, Build.money(price)])
    if case .closing(_, let evidence)? = ledger.blocks.last?.content { #expect(evidence == nil) }
    house.at(.seconds(601))
    #expect(house.notice(.close(closesAt: Self.end)).kinds == ["repeated"])
  }

  @Test(arguments: [(0, 999_99), (29_999_999, 950_00), (30_000_000, 949_99), (600_000_000, 319_99)] as [(Int64, Int64)])
  func `who offers less is told what was asked when the bid came`(at: Int64, offered: Int64) {
    var house = Self.house()
    house.at(.microseconds(at))
    let outputs = house.bid(Build.money(offered))
    #expect(outputs.refusals == [.belowMinimum])
    #expect(outputs.receipts[0].minimum == DescentTests.descent.price(after: .microseconds(at)))
    #expect(house.endTurn().isEmpty)
  }

  @Test func `of two who meet it in one turn the first has it`() {
    var house = Self.house()
    house.at(.seconds(61))
    house.bid(900_00, by: "beta")
    let late = house.bid(1_000_00, by: "alpha")
    #expect(late.refusals == [.closed] && late.receipts[0].minimum == 900_00)
    #expect(house.auditor["moto"].result?.winner == "beta")
  }

  @Test func `stamps count, not clocks: one microsecond later costs a step less`() {
    var house = Self.house()
    house.at(.microseconds(29_999_999))
    #expect(house.bid(950_00, by: "beta").refusals == [.belowMinimum])
    // The same reading of the clock: the next stamp is a microsecond later, and there a step falls.
    #expect(house.bid(950_00).accepted.count == 1)
    #expect(house.auditor["moto"].result?.amount == 950_00)
  }

  @Test func `nothing secret is taken`() {
    var house = Self.house()
    var draft = house.draft(1_000_00)
    (draft.maximum, draft.maximumCommitment) = (1_000_00, Build.digest("compromisso"))
    #expect(house.give(.bid(draft.submitted)).refusals == [.badCommitment])
  }

  @Test func `nobody bids: no bids`() {
    var house = Self.house()
    house.at(.seconds(601))
    house.notice(.close(closesAt: Self.end))
    #expect(house.auditor["moto"].result?.outcome == .noBids)
    #expect(house.summary?.minimum == 320_00)
  }

  @Test func `before it opens what it falls from is asked`() {
    var house = House()
    house.schedule(Self.terms)
    house.at(.seconds(45))
    #expect(Self.asked(house) == 1_000_00)
    // It opens late, and with its whole duration.
    let late = Build.opening(
      Self.terms, edition: House.edition(of: Self.terms), opensAt: Build.noon + .seconds(40), closesAt: Self.end + .seconds(40))
    house.give(.opened(late, Build.evidence("iniciado")))
    #expect(Self.asked(house) == 1_000_00)
    house.at(.seconds(70))
    #expect(Self.asked(house) == 950_00)
  }

  // MARK: Voiding

  private static func voiding(_ number: UInt64, of bidder: PrincipalID) -> BookKeeper.Input {
    .voided(
      Voiding(
        auction: "moto", edition: House.edition(of: terms), bid: Build.bidID(number), bidder: bidder, reason: "valor errado"),
      Build.evidence("anular"))
  }

  @Test func `nothing of it can be voided: before the first bid there is none, and that one ends it`() {
    var house = Self.house()
    house.at(.seconds(31))
    let before = house.summary
    #expect(house.bid(949_99).refusals == [.belowMinimum])
    #expect(house.give(Self.voiding(1, of: "alpha")).isEmpty, "a refused bid is none to be voided")
    #expect(house.endTurn().isEmpty && house.summary == before)
    #expect(house.bid(950_00).kinds == ["accepted", "block", "result"])
    #expect(house.give(Self.voiding(2, of: "alpha")).isEmpty && house.endTurn().isEmpty)
    #expect(house.summary?.price == 950_00 && house.auditor["moto"].result?.acceptedBids == 1)
  }

  @Test func `nor between what a journal holds of the purchase and its block`() {
    var house = Self.house()
    var replayed = house.keeper
    let outputs = house.bid(1_000_00)
    for case .accepted(let bid, _) in outputs { _ = replayed.handle(.acceptedBefore(bid), at: house.clock) }
    #expect(replayed.handle(Self.voiding(1, of: "alpha"), at: house.clock).isEmpty)
    #expect(replayed.acceptedBids(of: "moto") == 1 && replayed.summary(of: "moto")?.price == 1_000_00)
    let block = house.auditor["moto"].digests[1]
    let said = replayed.handle(.sealedBefore(PastBlock(auction: "moto", number: 1, digest: block)), at: house.clock)
    #expect(said.kinds == ["result"])
  }

  // MARK: Pauses

  @Test func `suspended it stands still, and goes on from there`() {
    var house = Self.house()
    house.at(.seconds(50))
    house.notice(.suspend(reason: "lote"))
    house.endTurn()
    for time in [50, 75, 200] as [Int64] {
      house.at(.seconds(time))
      #expect(Self.asked(house) == 950_00)
    }
    #expect(house.bid(950_00).receipts.map(\.minimum) == [950_00])
    house.notice(.resume(closesAt: Self.end), sequence: 2)
    house.endTurn()
    let resumed = house.clock.instant + .microseconds(1)
    #expect(house.summary?.closesAt == Self.end + .microseconds(150_000_001))
    // Ten seconds of the second step were left, and the stamps of what came meanwhile.
    house.clock = ClockReading(resumed + .microseconds(9_999_999), uncertainty: .zero, status: .synchronized)
    #expect(Self.asked(house) == 950_00)
    house.clock = ClockReading(resumed + .seconds(10), uncertainty: .zero, status: .synchronized)
    #expect(Self.asked(house) == 900_00)
    #expect(Self.entries(house).map(\.minimum) == [950_00, 950_00])
  }

  @Test(
    arguments: [(5_000_000, false), (5_000_001, true), (20_000_000, true)] as [(Int64, Bool)])
  func `an absence of more than five seconds gives its time back, wherever it lies`(length: Int64, counts: Bool) {
    var house = Self.house()
    house.at(.microseconds(29_000_000 + length))
    house.give(.outage(from: Build.noon + .seconds(29), to: house.clock.instant))
    house.endTurn()
    #expect(house.summary?.closesAt == Self.end + (counts ? .microseconds(length) : .zero))
    #expect(Self.asked(house) == (counts ? 1_000_00 : 950_00))
    #expect(Self.entries(house).map(\.minimum) == (counts ? [1_000_00] : []))
    house.at(.microseconds(30_000_000 + length))
    #expect(Self.asked(house) == 950_00)
  }

  @Test func `what is told of an absence twice counts once`() {
    var house = Self.house()
    for time in [40, 47] as [Int64] {
      house.at(.seconds(time))
      house.give(.outage(from: Build.noon + .seconds(29), to: house.clock.instant))
      house.endTurn()
    }
    #expect(house.summary?.closesAt == Self.end + .seconds(18) && Self.asked(house) == 1_000_00)
    let told = Self.entries(house).map(\.fact)
    #expect(
      told == [
        .outage(from: Build.noon + .seconds(29), to: Build.noon + .seconds(40)),
        .outage(from: Build.noon + .seconds(40), to: Build.noon + .seconds(47)),
      ])
    // As it would be of one that says what has been told already.
    #expect(house.give(.outage(from: Build.noon + .seconds(29), to: Build.noon + .seconds(45))).isEmpty)
    #expect(house.endTurn().isEmpty)
  }

  @Test func `an absence over the end gives back what was left`() {
    var house = Self.house()
    house.at(.seconds(700))
    house.give(.outage(from: Build.noon + .seconds(410), to: house.clock.instant))
    #expect(Self.asked(house) == 350_00)
    house.notice(.close(closesAt: Self.end))
    #expect(house.keeper.status(of: "moto") == .open)
    house.at(.seconds(709))
    house.bid(350_00)
    #expect(house.auditor["moto"].result?.amount == 350_00)
  }

  @Test func `an absence while it is suspended counts once`() {
    var house = Self.house()
    house.at(.seconds(20))
    house.notice(.suspend(reason: "lote"))
    house.endTurn()
    house.at(.seconds(60))
    house.give(.outage(from: Build.noon + .seconds(30), to: house.clock.instant))
    house.notice(.resume(closesAt: Self.end), sequence: 2)
    house.endTurn()
    #expect(house.summary?.closesAt == Self.end + .seconds(40))
    #expect(Self.asked(house) == 1_000_00)
  }

  @Test func `an absence over the opening counts from the opening on`() {
    var house = House()
    house.schedule(Self.terms)
    house.at(.seconds(33))
    house.give(.outage(from: Build.noon - .seconds(60), to: house.clock.instant))
    house.open(Self.terms)
    house.endTurn()
    #expect(house.summary?.closesAt == Self.end + .seconds(33) && Self.asked(house) == 1_000_00)
  }

  // MARK: Replay

  @Test func `what was recorded gives the same books`() {
    var house = Self.house()
    var inputs: [(BookKeeper.Input, ClockReading)] = []
    house.at(.seconds(100))
    house.give(.outage(from: Build.noon + .seconds(10), to: house.clock.instant))
    house.endTurn()
    inputs.append((.outage(from: Build.noon + .seconds(10), to: house.clock.instant), house.clock))
    let block = house.auditor["moto"].digests[1]
    inputs.append((.sealedBefore(PastBlock(auction: "moto", number: 1, digest: block)), house.clock))
    house.at(.seconds(125))
    let outputs = house.bid(970_00)
    for case .accepted(let bid, _) in outputs { inputs.append((.acceptedBefore(bid), house.clock)) }
    inputs.append((.sealedBefore(PastBlock(auction: "moto", number: 2, digest: house.auditor["moto"].digests[2])), house.clock))

    var replayed = Self.house().keeper
    for (input, clock) in inputs { _ = replayed.handle(input, at: clock) }
    // What accepting remembers of an open turn, ending it forgets.
    _ = replayed.handle(.endTurn, at: house.clock)
    house.endTurn()
    #expect(replayed == house.keeper && replayed.status(of: "moto") == .closed)
    #expect(house.auditor["moto"].result?.amount == 950_00)
  }
}
