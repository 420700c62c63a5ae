import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// RULES.md, Opening, closing, extension, outage, as the book-keeper does it.
struct ClosingTests {
  static let end = Build.noon + .seconds(600)

  static func house(_ window: Interval = .seconds(120), latestClose: Interval? = nil) -> House {
    let rules = AuctionRules(extensionWindow: window, latestClose: latestClose.map { Build.noon + $0 })
    return House(open: Build.terms(rules: rules))
  }

  // MARK: Opening

  @Test func `the opening is block 0, sealed at once, and counts only once`() throws {
    var house = House()
    #expect(house.open().isEmpty, "an auction that nobody scheduled does not open")
    house.schedule()
    #expect(house.keeper.status(of: "moto") == .scheduled && house.keeper.openAuctions == 0)
    #expect(house.open().kinds == ["block"])
    let block = try #require(house.auditor["moto"].blocks.first)
    #expect(block.content == .opening(Build.evidence("iniciado")))
    #expect(block.previous == house.summary?.edition)
    #expect(house.open(closesAt: Build.noon).isEmpty)
    #expect(house.summary?.closesAt == ClosingTests.end && house.keeper.openAuctions == 1)
  }

  @Test func `an opening of another edition has no effect`() {
    var house = House()
    house.schedule()
    let outputs = house.give(.opened(Build.opening(edition: Build.digest("outra")), Build.evidence("iniciado")))
    #expect(outputs.isEmpty && house.keeper.status(of: "moto") == .scheduled)
  }

  @Test func `the opening says the end, on time or late`() {
    var house = House()
    house.schedule()
    house.open(closesAt: ClosingTests.end + .seconds(30))
    #expect(house.summary?.closesAt == ClosingTests.end + .seconds(30))
  }

  @Test func `an id serves once`() {
    var house = House(open: Build.terms())
    let before = house.keeper
    house.schedule(Build.terms(openingPrice: 1))
    #expect(house.keeper == before)
  }

  @Test func `formats that are not held are not known`() {
    var house = House(open: Build.terms(format: .dutch))
    #expect(house.summary == nil)
    #expect(house.bid(100_00).refusals == [.unknownAuction])
  }

  // MARK: Soft close

  @Test(
    arguments: [
      (120, nil, 479_999_999, 600_000_000), (120, nil, 480_000_000, 600_000_000), (120, nil, 480_000_001, 600_000_001),
      (120, nil, 600_000_000, 720_000_000), (0, nil, 600_000_000, 600_000_000), (120, 650, 599_000_000, 650_000_000),
      (120, 600, 599_000_000, 600_000_000), (120, 650, 500_000_000, 620_000_000),
    ] as [(Int64, Int64?, Int64, Int64)])
  func `a bid close to the end moves it`(window: Int64, latest: Int64?, received: Int64, end: Int64) {
    var house = ClosingTests.house(.seconds(window), latestClose: latest.map { .seconds($0) })
    house.at(.microseconds(received))
    house.bid(100_00)
    let outputs = house.endTurn()
    #expect(house.summary?.closesAt == Build.noon + .microseconds(end))
    let moved = end != 600_000_000
    #expect(outputs.kinds == (moved ? ["block", "extended"] : ["block"]))
    if moved {
      let said = outputs.extensions.first
      #expect(said?.by == "alpha" && said?.cause == .bid && said?.block == 1)
      #expect(said?.closesAt == Build.noon + .microseconds(end))
    }
  }

  @Test func `a bid at the end is in time, a microsecond later it is not`() {
    var house = ClosingTests.house(.zero)
    house.at(.seconds(600))
    #expect(house.bid(100_00).accepted == [Build.bidID(1)])
    #expect(house.bid(110_00, by: "beta").refusals == [.closed], "its stamp is later than the one before")
  }

  @Test func `one extension is said for each block, of the last who moved the end`() {
    var house = ClosingTests.house()
    house.at(.seconds(590))
    house.bid(100_00, by: "alpha")
    house.at(.seconds(591))
    house.bid(110_00, by: "beta")
    let outputs = house.endTurn()
    #expect(outputs.kinds == ["block", "extended"])
    #expect(outputs.extensions.first?.by == "beta" && outputs.extensions.first?.closesAt == Build.noon + .seconds(711))
  }

  // MARK: Close

  @Test func `the end makes one result: sold to who leads`() throws {
    var house = ClosingTests.house()
    house.bid(100_00, by: "alpha")
    house.bid(110_00, by: "beta")
    house.at(.microseconds(600_000_500))
    let outputs = house.notice(.close(closesAt: ClosingTests.end))
    #expect(outputs.kinds == ["block", "result"], "what was pending is sealed first")
    let result = try #require(house.auditor["moto"].result)
    #expect(result.outcome == .sold && result.winner == "beta" && result.amount == 110_00 && result.acceptedBids == 2)
    #expect(house.auditor["moto"].blocks.last?.clock == house.clock)
    #expect(house.keeper.status(of: "moto") == .closed && house.keeper.openAuctions == 0)
    #expect(house.endTurn().isEmpty)
  }

  @Test func `without bids nobody wins`() {
    var house = ClosingTests.house()
    #expect(house.notice(.close(closesAt: ClosingTests.end)).kinds == ["result"])
    let result = house.auditor["moto"].result
    #expect(result?.outcome == .noBids && result?.winner == nil && result?.amount == nil)
  }

  @Test func `the closing block's clock is later than the end, and says how much was added`() throws {
    var house = ClosingTests.house()
    house.at(.microseconds(599_999_000), uncertainty: .milliseconds(3))
    house.notice(.close(closesAt: ClosingTests.end))
    let clock = try #require(house.auditor["moto"].blocks.last?.clock)
    #expect(clock.instant == ClosingTests.end + .microseconds(1))
    #expect(clock.uncertainty == .microseconds(3_000 + 1_001))
  }

  @Test func `whatever is said after the result gets the result again`() throws {
    var house = ClosingTests.house()
    let result = house.notice(.close(closesAt: ClosingTests.end), sequence: 5)
    guard case .result(_, let number, let sealed) = try #require(result.last) else { return #expect(Bool(false), "no result") }
    for (sequence, action) in [
      (5, .close(closesAt: ClosingTests.end)), (1, .close(closesAt: ClosingTests.end)), (6, .close(closesAt: Build.noon)),
      (7, .cancel(reason: "tarde demais")), (8, .suspend(reason: "")), (9, .resume(closesAt: Build.noon)),
    ] as [(Int64, CalendarNotice.Action)] {
      #expect(house.notice(action, sequence: sequence) == [.resultAgain("moto", number: number, sealed)])
    }
    #expect(house.notice(.cancel(reason: ""), sequence: 9, edition: Build.digest("outra")).isEmpty)
    #expect(house.auditor["moto"].result?.outcome == .noBids)
  }

  @Test func `a close that names another end gets the extension again and closes nothing`() {
    var house = ClosingTests.house()
    #expect(house.notice(.close(closesAt: Build.noon), sequence: 1).isEmpty, "there was none")
    house.at(.seconds(590))
    house.bid(100_00)
    #expect(house.notice(.close(closesAt: ClosingTests.end), sequence: 2).isEmpty, "it is about to be said")
    let said = house.endTurn().compactMap { output -> BookKeeper.Output? in
      if case .extended(let said, let spelled) = output { .extendedAgain(said, spelled) } else { nil }
    }
    #expect(said.count == 1)
    for sequence in [2, 2, 3] as [Int64] {
      let outputs = house.notice(.close(closesAt: ClosingTests.end), sequence: sequence)
      #expect(outputs == said)
    }
    #expect(house.notice(.close(closesAt: ClosingTests.end), sequence: 1).isEmpty, "older than what was heard")
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(710)), sequence: 3).isEmpty, "a repeated sequence closes nothing")
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(710)), sequence: 4).kinds == ["result"])
  }

  @Test func `notices of another edition, of no auction or before the opening close nothing`() {
    var house = House()
    #expect(house.notice(.close(closesAt: ClosingTests.end)).isEmpty)
    house.schedule()
    #expect(house.notice(.close(closesAt: ClosingTests.end)).isEmpty)
    house.open()
    #expect(house.notice(.close(closesAt: ClosingTests.end), edition: Build.digest("outra")).isEmpty)
    #expect(house.notice(.resume(closesAt: Build.noon)).isEmpty, "nothing suspended it")
    #expect(house.keeper.status(of: "moto") == .open)
  }

  // MARK: Cancellation

  @Test func `a cancellation ends an open auction without a winner, whenever it comes before the close`() throws {
    var house = ClosingTests.house()
    house.bid(100_00)
    house.at(.seconds(700))
    #expect(house.notice(.cancel(reason: "erro")).kinds == ["block", "result"])
    let result = try #require(house.auditor["moto"].result)
    #expect(result.outcome == .cancelled && result.winner == nil && result.amount == nil && result.acceptedBids == 1)
    #expect(house.bid(110_00, by: "beta").refusals == [.closed])
  }

  @Test func `a cancelled auction's closing block may be earlier than its end`() {
    var house = ClosingTests.house()
    house.notice(.cancel(reason: "erro"))
    #expect(house.auditor["moto"].blocks.last?.clock == house.clock)
  }

  @Test func `cancelled before the opening there is no ledger, and no bid is taken`() {
    var house = House()
    house.schedule()
    #expect(house.notice(.cancel(reason: "erro")).isEmpty)
    #expect(house.keeper.status(of: "moto") == .closed && house.summary?.head == nil)
    #expect(house.notice(.cancel(reason: "erro"), sequence: 2).isEmpty)
    #expect(house.bid(100_00).refusals == [.closed])
  }

  @Test func `an opening that its cancellation overtook opens the ledger and closes it`() {
    var house = House()
    house.schedule()
    #expect(house.notice(.cancel(reason: "erro")).isEmpty)
    #expect(house.open().kinds == ["block", "result"])
    #expect(house.keeper.status(of: "moto") == .closed && house.auditor["moto"].blocks.count == 2)
    #expect(house.open().isEmpty)
    #expect(house.notice(.cancel(reason: "erro"), sequence: 2).kinds == ["repeated"])
    #expect(house.bid(100_00).refusals == [.closed])
  }

  // MARK: Outage

  @Test(
    arguments: [
      // window, away from, to, end
      (120, 400, 480, 600), (120, 400, 481, 601), (120, 590, 660, 780), (120, 600, 660, 780), (120, 601, 660, 600),
      (0, 400, 570, 600), (0, 400, 571, 601), (0, 599, 605, 635), (10, 599, 605, 635), (120, 500, 505, 600),
      (120, 500, 506, 626),
    ] as [(Int64, Int64, Int64, Int64)])
  func `an outage in the last moments gives them back`(window: Int64, from: Int64, to: Int64, end: Int64) {
    var house = ClosingTests.house(.seconds(window))
    house.at(.seconds(to))
    house.give(.outage(from: Build.noon + .seconds(from), to: Build.noon + .seconds(to)))
    let outputs = house.endTurn()
    #expect(house.summary?.closesAt == Build.noon + .seconds(end))
    guard end != 600 else { return #expect(outputs.isEmpty) }
    #expect(outputs.kinds == ["block", "extended"])
    #expect(outputs.extensions.first?.cause == .outage && outputs.extensions.first?.by == nil)
  }

  @Test(arguments: [(704, true), (704, false), (710, true), (715, true), (715, false)] as [(Int64, Bool)])
  func `under a clock that was set back nothing is said that is earlier than the house was back`(clock: Int64, isOpen: Bool) {
    var house = House()
    let terms = Build.terms()
    house.schedule(terms)
    if isOpen { house.open(terms) }
    house.at(.seconds(clock))
    let back = Build.noon + .seconds(710)
    house.give(.outage(from: Build.noon + .seconds(500), to: back))
    var stamp = max(back, house.clock.instant)
    if !isOpen {
      // It may have been away over the opening, of which it has not heard.
      let early = house.bid(100_00, by: "beta").receipts[0]
      #expect(early.reason == .notOpenYet && early.receivedAt == stamp)
      house.open(terms)
      stamp = stamp + .microseconds(1)
    }
    let receipt = house.bid(99_99).receipts[0]
    #expect(receipt.receivedAt == stamp && receipt.reason == .belowMinimum)
    // By as much as it was set back nobody knows what time it was.
    #expect(receipt.clock.uncertainty == house.clock.uncertainty + (stamp - house.clock.instant))
    house.endTurn()
    #expect(house.auditor["moto"].blocks.last?.clock.instant == stamp)
    #expect(house.bid(100_00).kinds == ["accepted"])
    house.endTurn()
    #expect(house.auditor["moto"].blocks.last?.clock.instant == stamp + .microseconds(1))
    house.notice(.cancel(reason: "erro"))
    #expect(house.auditor["moto"].result?.outcome == .cancelled)
  }

  @Test func `an outage that hid the opening gives the last moments back when the opening is heard`() {
    var house = House()
    let terms = Build.terms(rules: AuctionRules(extensionWindow: .zero))
    house.schedule(terms)
    house.at(.seconds(700))
    house.give(.outage(from: Build.noon - .seconds(60), to: Build.noon + .seconds(700)))
    house.open(terms)
    #expect(house.endTurn().extensions.map(\.cause) == [.outage])
    #expect(house.summary?.closesAt == Build.noon + .seconds(730))
  }

  @Test func `an opening that is heard after a second outage has not forgotten the first`() {
    var house = House()
    let terms = Build.terms(rules: AuctionRules(extensionWindow: .zero))
    house.schedule(terms)
    house.at(.seconds(700))
    house.give(.outage(from: Build.noon + .seconds(580), to: Build.noon + .seconds(660)))
    house.give(.outage(from: Build.noon + .seconds(661), to: Build.noon + .seconds(700)))
    house.open(terms)
    #expect(house.endTurn().extensions.map(\.cause) == [.outage])
    #expect(house.summary?.closesAt == Build.noon + .seconds(730))
    guard case .entries(let entries)? = house.auditor["moto"].blocks.last?.content else { return #expect(Bool(false)) }
    #expect(entries.map(\.closesAt) == [Build.noon + .seconds(690), Build.noon + .seconds(730)])
  }

  @Test func `an outage reaches past the latest close`() {
    var house = ClosingTests.house(.seconds(120), latestClose: .seconds(600))
    house.give(.outage(from: Build.noon + .seconds(590), to: Build.noon + .seconds(700)))
    #expect(house.summary?.closesAt == Build.noon + .seconds(820))
    house.at(.seconds(810))
    house.bid(100_00)
    #expect(house.summary?.closesAt == Build.noon + .seconds(820), "but bids do not move the end any more")
  }

  @Test func `after an outage the late may answer, and the old close has no effect`() {
    var house = ClosingTests.house()
    house.bid(100_00, by: "alpha")
    house.endTurn()
    house.at(.seconds(700))
    house.give(.outage(from: Build.noon + .seconds(580), to: Build.noon + .seconds(700)))
    #expect(house.notice(.close(closesAt: ClosingTests.end)).isEmpty)
    #expect(house.bid(110_00, by: "beta").kinds == ["accepted"])
    #expect(house.endTurn().kinds == ["block", "extended"])
  }

  @Test func `an outage touches open auctions only`() {
    var house = House()
    house.schedule()
    let outage = BookKeeper.Input.outage(from: Build.noon - .seconds(600), to: Build.noon)
    #expect(house.give(outage).isEmpty && house.summary?.closesAt == ClosingTests.end)
    house.open()
    house.notice(.close(closesAt: ClosingTests.end))
    let later = BookKeeper.Input.outage(from: Build.noon, to: ClosingTests.end + .seconds(60))
    #expect(house.give(later).isEmpty && house.endTurn().isEmpty)
  }
}
