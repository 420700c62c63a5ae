import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// What ms-leilao makes of a command to pass a lot on: it knows who has it, and no bids.
struct PassingOnTests {
  private func house(
    _ outcome: AuctionResult.Outcome = .sold, _ winner: PrincipalID? = "alpha", _ amount: Money? = 500_00
  ) -> CalendarHouse {
    var house = CalendarHouse.open(Build.terms(seller: "dona"))
    house.tick(at: .seconds(601))
    house.finish(outcome, winner, amount)
    return house
  }

  private func passing(
    _ house: CalendarHouse, from: PrincipalID?, to: PrincipalID, _ amount: Money, edition: Edition? = nil,
    result: Digest = CalendarHouse.result, auction: AuctionID = "moto"
  ) -> PassingOn {
    PassingOn(
      auction: auction, edition: edition ?? house.edition(of: "moto"), result: result, from: from, to: to, amount: amount,
      reason: "não pagou")
  }

  @discardableResult
  private func pass(
    _ house: inout CalendarHouse, from: PrincipalID?, to: PrincipalID, _ amount: Money, edition: Edition? = nil,
    result: Digest = CalendarHouse.result, auction: AuctionID = "moto", id: CommandID? = nil
  ) -> [Calendar.Output] {
    house.command(
      .passOn(passing(house, from: from, to: to, amount, edition: edition, result: result, auction: auction)), id: id)
  }

  @Test func `goes from the winner to the next, and from that one to the next, under rising numbers`() {
    var house = house()
    let first = pass(&house, from: "alpha", to: "beta", 400_00)
    #expect(first.refusals == [nil] && first.passings.map(\.sequence) == [2], "the end was number 1")
    let second = pass(&house, from: "beta", to: "gamma", 400_00)
    #expect(second.passings.map(\.sequence) == [3] && second.passings.first?.passing.to == "gamma")
    #expect(second.passings.first?.clock == house.clock)
    #expect(house.wakeUp == nil, "nothing is repeated")
  }

  @Test func `where the reserve was not met, nobody has it before, and the price is the operator's to say`() {
    var house = house(.conditional, nil, nil)
    #expect(pass(&house, from: "alpha", to: "beta", 400_00).refusals == [.wrongHolder])
    #expect(pass(&house, from: nil, to: "alpha", 480_00).passings.count == 1)
    #expect(pass(&house, from: "alpha", to: "beta", 480_01).refusals == [.wrongAmount])
    #expect(pass(&house, from: "alpha", to: "beta", 480_00).passings.count == 1)
  }

  @Test func `is refused where it does not follow from what was heard`() {
    var house = house()
    func refusal(_ body: (inout CalendarHouse) -> [Calendar.Output]) -> [CommandRefusal?] {
      let outputs = body(&house)
      return outputs.passings.isEmpty ? outputs.refusals : []
    }
    #expect(refusal { pass(&$0, from: "alpha", to: "beta", 1_00, auction: "carro") } == [.unknownAuction])
    #expect(refusal { pass(&$0, from: "alpha", to: "beta", 1_00, edition: Build.digest("x")) } == [.wrongEdition])
    #expect(refusal { pass(&$0, from: "alpha", to: "beta", 1_00, result: Build.digest("x")) } == [.wrongResult])
    #expect(refusal { pass(&$0, from: "beta", to: "gamma", 1_00) } == [.wrongHolder])
    #expect(refusal { pass(&$0, from: nil, to: "gamma", 1_00) } == [.wrongHolder])
    for stranger: PrincipalID in ["alpha", "dona", "operador", "ms_lance", "casa"] {
      var conditional = self.house(.conditional, nil, nil)
      let refusals = stranger == "alpha" ? [] : pass(&conditional, from: nil, to: stranger, 1_00).refusals
      #expect(refusals == (stranger == "alpha" ? [] : [.wrongRecipient]), "nor where nobody has it yet: \(stranger)")
      #expect(refusal { pass(&$0, from: "alpha", to: stranger, 1_00) } == [.wrongRecipient], "\(stranger)")
    }
    #expect(refusal { pass(&$0, from: "alpha", to: "beta", 500_01) } == [.wrongAmount])
    #expect(pass(&house, from: "alpha", to: "beta", 500_00).refusals == [nil], "nothing of that had an effect")
    #expect(refusal { pass(&$0, from: "beta", to: "alpha", 1_00) } == [.wrongRecipient], "nobody has it twice")
  }

  @Test(arguments: [AuctionResult.Outcome.noBids, .cancelled])
  func `of an auction that nobody has won or could have, is nothing`(outcome: AuctionResult.Outcome) {
    var house = house(outcome, nil, nil)
    #expect(pass(&house, from: nil, to: "beta", 1_00).refusals == [.nothingToPassOn])
  }

  @Test func `waits for the result`() {
    var house = CalendarHouse()
    house.schedule(Build.terms())
    #expect(pass(&house, from: "alpha", to: "beta", 1_00).refusals == [.notOver])
    house.tick(at: .zero)
    #expect(pass(&house, from: "alpha", to: "beta", 1_00).refusals == [.notOver])
    house.tick(at: .seconds(601))
    #expect(pass(&house, from: "alpha", to: "beta", 1_00).refusals == [.notOver], "announced, and not yet heard to be over")
    house.finish(.sold, "alpha", 500_00)
    house.finish(.sold, "gamma", 900_00, digest: Build.digest("outro"))
    #expect(pass(&house, from: "alpha", to: "beta", 1_00).refusals == [nil], "the first result stands")
  }

  @Test(arguments: [AuctionResult.Outcome.sold, .conditional])
  func `goes so far and no further`(outcome: AuctionResult.Outcome) {
    var house = outcome == .sold ? house() : house(.conditional, nil, nil)
    var holder: PrincipalID? = outcome == .sold ? "alpha" : nil
    for number in 0..<FinishedLot.mostPassings {
      let next = PrincipalID("b\(number)") ?? "beta"
      #expect(pass(&house, from: holder, to: next, 1_00).refusals == [nil])
      holder = next
    }
    #expect(pass(&house, from: holder, to: "beta", 1_00).refusals == [.nothingToPassOn])
  }

  @Test func `the same command is answered again and done once`() {
    var house = house()
    let action = Command.Action.passOn(passing(house, from: "alpha", to: "beta", 1_00))
    let first = house.command(action, id: Build.commandID(7))
    let again = house.command(action, id: Build.commandID(7))
    #expect(first.passings.count == 1 && again.passings.isEmpty && again.answers == first.answers)
  }

  @Test func `is said again, in the same words, to another command for the same: somebody may not have heard it`() {
    var house = house()
    let first = pass(&house, from: "alpha", to: "beta", 400_00)
    let again = pass(&house, from: "alpha", to: "beta", 400_00)
    #expect(again.refusals == [nil] && again.passings == first.passings)
    #expect(pass(&house, from: "alpha", to: "beta", 399_99).refusals == [.wrongHolder])
    let next = pass(&house, from: "beta", to: "gamma", 1_00)
    #expect(next.passings.map(\.sequence) == [3])
    let both = pass(&house, from: "alpha", to: "beta", 400_00)
    #expect(both.refusals == [nil] && both.passings == first.passings + next.passings, "whoever missed one missed the next too")
    #expect(pass(&house, from: "beta", to: "gamma", 1_00).passings == next.passings)
    #expect(pass(&house, from: "gamma", to: "delta", 1_00).passings.map(\.sequence) == [4], "it changed nothing")
  }

  @Test func `is kept when all that is left of the auction is one entry`() throws {
    var house = house()
    pass(&house, from: "alpha", to: "beta", 400_00)
    let closed = try #require(house.calendar.closed(before: Build.noon + .seconds(9_999)).first)
    #expect(closed.lot?.holder == "beta" && closed.lot?.winner == "alpha" && closed.sequence == 2)
    var later = CalendarHouse()
    later.give(.closed(closed))
    #expect(pass(&later, from: "alpha", to: "gamma", 1_00, edition: closed.edition).refusals == [.wrongHolder])
    #expect(pass(&later, from: "alpha", to: "beta", 400_00, edition: closed.edition).passings.map(\.sequence) == [2], "again")
    #expect(pass(&later, from: "beta", to: "alpha", 1_00, edition: closed.edition).refusals == [.wrongRecipient])
    #expect(pass(&later, from: "beta", to: "gamma", 400_00, edition: closed.edition).passings.map(\.sequence) == [3])
    #expect(pass(&later, from: "alpha", to: "beta", 400_00, edition: closed.edition).passings.map(\.sequence) == [2, 3], "both")
  }

  @Test func `after the calendar has forgotten what it said, is said under numbers that were never used`() {
    var house = house()
    house.give(.forgotten(reason: "cópia"))
    #expect(pass(&house, from: "alpha", to: "beta", 1_00).passings.map(\.sequence) == [1 + Calendar.forgottenNotices])
  }
}
