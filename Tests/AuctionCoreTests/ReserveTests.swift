import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// What the terms commit to, from the command to the result.
struct ReserveTests {
  private static let terms = Build.terms(rules: AuctionRules(reserveCommitment: Build.digest("reserva")))
  private static var edition: Edition { House.edition(of: terms) }

  private static func scheduled() -> House {
    var house = House()
    house.schedule(terms)
    return house
  }

  @discardableResult
  private func keep(_ amount: Int64, in house: inout House, edition: Edition = Self.edition) -> [BookKeeper.Output] {
    house.give(.reserve("moto", edition, Build.secret(amount)))
  }

  private func result(_ house: inout House) -> AuctionResult? {
    house.at(.seconds(700))
    house.notice(.close(closesAt: Build.noon + .seconds(600)))
    return house.auditor["moto"].result
  }

  @Test(arguments: [(240_00 as Int64, AuctionResult.Outcome.conditional, nil as PrincipalID?), (250_00, .sold, "alpha")])
  func `below it nobody wins`(amount: Int64, outcome: AuctionResult.Outcome, winner: PrincipalID?) {
    var house = Self.scheduled()
    keep(250_00, in: &house)
    house.open(Self.terms)
    house.at(.seconds(1))
    house.bid(Build.money(amount), by: "alpha")
    house.endTurn()
    #expect(house.keeper.summary(of: "moto")?.isReserveMet == (winner != nil))
    let said = result(&house)
    #expect(said?.outcome == outcome && said?.winner == winner && said?.amount == (winner == nil ? nil : Build.money(amount)))
    #expect(house.keeper.summary(of: "moto")?.isReserveMet == (winner != nil))
    let blocks = house.auditor["moto"].blocks
    #expect(BlockTests.entries(blocks[blocks.count - 2]).map(\.fact) == [.reserveRevealed(Build.secret(250_00))])
  }

  @Test func `without a bid it is told too, and there was none`() {
    var house = Self.scheduled()
    keep(250_00, in: &house)
    house.open(Self.terms)
    #expect(result(&house)?.outcome == .noBids)
    #expect(house.auditor["moto"].blocks.count == 3)
  }

  @Test func `of a cancelled auction it is never told`() {
    var house = Self.scheduled()
    keep(250_00, in: &house)
    house.open(Self.terms)
    house.notice(.cancel(reason: "erro"))
    #expect(house.auditor["moto"].blocks.count == 2)
    #expect(house.keeper.summary(of: "moto")?.isReserveMet == nil)
  }

  @Test func `an opening that overtakes it waits for it, and bids until then are told that nothing is open`() {
    var house = Self.scheduled()
    #expect(house.open(Self.terms).isEmpty)
    house.at(.seconds(1))
    #expect(house.bid(100_00, by: "alpha").refusals == [.notOpenYet])
    #expect(keep(250_00, in: &house, edition: Build.digest("outra")).isEmpty, "another edition's")
    #expect(keep(250_00, in: &house).kinds == ["block"])
    #expect(house.keeper.status(of: "moto") == .open)
    #expect(keep(1_00, in: &house).isEmpty, "once")
    house.at(.seconds(2))
    #expect(house.bid(240_00, by: "alpha").refusals.isEmpty)
    #expect(result(&house)?.outcome == .conditional)
  }

  @Test func `a cancellation needs none, whichever comes first`() {
    var house = Self.scheduled()
    house.open(Self.terms)
    house.notice(.cancel(reason: "erro"))
    #expect(house.keeper.status(of: "moto") == .closed && house.auditor["moto"].blocks.isEmpty)
    #expect(keep(250_00, in: &house).kinds == ["block", "result"])
    #expect(house.auditor["moto"].result?.outcome == .cancelled)
  }

  @Test(arguments: [100_00, 100_01, 500_00, 500_01] as [Int64])
  func `the calendar takes one above the opening price and up to what the lot costs at once`(amount: Int64) {
    var house = CalendarHouse()
    let terms = Build.terms(rules: AuctionRules(buyNow: 500_00))
    let outputs = house.command(.schedule(terms, reserve: Build.secret(amount)))
    let isTaken = amount > 100_00 && amount <= 500_00
    #expect(outputs.refusals == [isTaken ? nil : .badTerms])
    let told = outputs.compactMap { if case .reserve(let told, _) = $0 { told } else { nil } }
    #expect(told.map(\.secret) == (isTaken ? [Build.secret(amount)] : []))
    let schedulings = outputs.compactMap { if case .scheduled(let scheduling, _) = $0 { scheduling } else { nil } }
    #expect(schedulings.allSatisfy { $0.terms.rules.reserveCommitment != nil })
    #expect(told.first.map { $0.edition == house.edition(of: "moto") } ?? !isTaken)
  }

  @Test func `terms that commit to what the house does not know are not held`() {
    var house = CalendarHouse()
    #expect(house.schedule(Self.terms).refusals == [.unsupported])
  }
}
