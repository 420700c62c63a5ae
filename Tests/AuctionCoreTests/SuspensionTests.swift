import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// An operator suspends an auction, resumes it, or closes it by hand: as the calendar says it, and as the books take it.
struct SuspensionTests {
  private static func change(_ house: CalendarHouse, _ make: (AuctionID, Edition, String) -> Command.Action) -> Command.Action {
    make("moto", house.edition(of: "moto"), "conferência")
  }

  private func suspend(_ house: inout CalendarHouse) -> [Calendar.Output] {
    house.command(Self.change(house) { .suspend(auction: $0, edition: $1, reason: $2) })
  }
  private func resume(_ house: inout CalendarHouse) -> [Calendar.Output] {
    house.command(Self.change(house) { .resume(auction: $0, edition: $1, reason: $2) })
  }
  private func close(_ house: inout CalendarHouse) -> [Calendar.Output] {
    house.command(Self.change(house) { .close(auction: $0, edition: $1, reason: $2) })
  }

  // MARK: The calendar

  @Test func `a suspended auction has no end; resumed, it ends as much later as that took`() {
    var house = CalendarHouse.open()
    house.tick(at: .seconds(590))
    let suspended = suspend(&house)
    #expect(suspended.notices.map(\.action) == [.suspend(reason: "conferência")] && suspended.refusals == [nil])
    #expect(house.calendar.status(of: "moto") == .suspended && house.wakeUp == nil)
    #expect(house.tick(at: .seconds(700)).isEmpty, "the end that it had has passed")
    let resumed = resume(&house)
    #expect(resumed.notices.map(\.action) == [.resume(closesAt: Build.noon + .seconds(710))] && resumed.refusals == [nil])
    #expect(resumed.notices.map(\.sequence) == [suspended.notices[0].sequence + 1])
    #expect(house.tick(at: .seconds(709)).isEmpty)
    #expect(house.tick(at: .seconds(711)).notices.map(\.action) == [.close(closesAt: Build.noon + .seconds(710))])
  }

  @Test func `an extension that comes late moves the end of a suspended auction too`() {
    var house = CalendarHouse.open()
    house.tick(at: .seconds(590))
    _ = suspend(&house)
    house.extend(to: .seconds(650))
    #expect(house.calendar.status(of: "moto") == .suspended && house.wakeUp == nil)
    house.tick(at: .seconds(600))
    #expect(
      resume(&house).notices.map(\.action) == [.resume(closesAt: Build.noon + .seconds(650))], "ms-lance will say how much later")
  }

  @Test func `what cannot be done is refused`() {
    var house = CalendarHouse()
    house.schedule()
    #expect(suspend(&house).refusals == [.notOpen] && close(&house).refusals == [.notOpen])
    #expect(resume(&house).refusals == [.notSuspended])
    house = .open()
    house.tick(at: .seconds(10))
    #expect(resume(&house).refusals == [.notSuspended] && close(&house).refusals == [.beforeTheEnd])
    #expect(suspend(&house).refusals == [nil])
    #expect(suspend(&house).refusals == [.notOpen] && close(&house).refusals == [.notOpen])
    #expect(house.command(.suspend(auction: "carro", edition: Build.digest("x"), reason: "?")).refusals == [.unknownAuction])
    #expect(house.command(.resume(auction: "moto", edition: Build.digest("x"), reason: "?")).refusals == [.wrongEdition])
    house.cancel()
    #expect(resume(&house).refusals == [.auctionOver])
  }

  @Test func `an auction is closed by hand where the clock is too bad to close it`() {
    var house = CalendarHouse.open()
    #expect(house.tick(at: .seconds(601), uncertainty: .milliseconds(51)).isEmpty)
    let closed = close(&house)
    #expect(closed.notices.map(\.action) == [.close(closesAt: Build.noon + .seconds(600))] && closed.refusals == [nil])
    #expect(close(&house).refusals == [.auctionOver])
  }

  // MARK: The books

  @Test func `no bid counts while it is suspended, and afterwards the end is later`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.notice(.suspend(reason: "conferência"))
    #expect(house.summary?.status == .suspended)
    #expect(house.bid(200_00, by: "beta").refusals == [.suspended])
    house.endTurn()
    #expect(house.notice(.suspend(reason: "outra vez"), sequence: 2).isEmpty)

    house.at(.seconds(60))
    #expect(house.notice(.resume(closesAt: Build.noon + .seconds(660)), sequence: 3).isEmpty)
    #expect(house.summary?.status == .open && house.summary?.closesAt == Build.noon + .seconds(660))
    #expect(house.bid(200_00, by: "beta").kinds == ["accepted"])
    let outputs = house.endTurn()
    #expect(outputs.kinds == ["block", "extended"])
    #expect(outputs.extensions.map(\.cause) == [.resumption])
    house.at(.seconds(661))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(660)), sequence: 4).kinds == ["result"])
  }

  @Test func `the end moves by as long as no bid counted, even if the calendar names an earlier one, and never back`() {
    var house = House(open: Build.terms())
    house.notice(.suspend(reason: "conferência"), sequence: 5)
    #expect(house.notice(.resume(closesAt: Build.noon + .seconds(900)), sequence: 4).isEmpty)
    #expect(house.summary?.status == .suspended, "an older word has no effect")
    house.endTurn()
    house.at(.seconds(70))
    house.notice(.resume(closesAt: Build.noon + .seconds(1)), sequence: 6)
    #expect(house.summary?.status == .open && house.summary?.closesAt == Build.noon + .seconds(669))
    #expect(house.endTurn().kinds == ["block", "extended"])
  }

  @Test func `how far bids can move the end moves with it`() {
    let rules = AuctionRules(
      extensionWindow: .seconds(120), latestClose: Build.noon + .seconds(620), inFlightTolerance: .zero)
    var house = House(open: Build.terms(rules: rules))
    house.notice(.suspend(reason: "conferência"))
    house.endTurn()
    house.at(.seconds(100))
    house.notice(.resume(closesAt: Build.noon + .seconds(690)), sequence: 2)
    #expect(house.summary?.closesAt == Build.noon + .seconds(699))
    house.endTurn()
    house.at(.seconds(695))
    house.bid(100_00)
    #expect(house.summary?.closesAt == Build.noon + .seconds(719))
  }

  @Test func `what overtakes the opening has its effect with it, the last word of several`() {
    var house = House()
    house.schedule()
    #expect(house.notice(.suspend(reason: "conferência"), sequence: 1).isEmpty)
    #expect(house.summary?.status == .scheduled)
    #expect(house.open().kinds == ["block"] && house.summary?.status == .suspended)
    #expect(house.endTurn().kinds == ["block"])

    house = House()
    house.schedule()
    house.notice(.suspend(reason: "conferência"), sequence: 1)
    house.notice(.resume(closesAt: Build.noon + .seconds(640)), sequence: 2)
    house.open()
    #expect(house.summary?.status == .open && house.summary?.closesAt == Build.noon + .seconds(640))
    house.notice(.suspend(reason: "conferência"), sequence: 1)
    #expect(house.summary?.status == .open)
  }

  @Test func `a resumption that overtakes its suspension stands, and the suspension has no effect`() {
    var house = House(open: Build.terms())
    house.notice(.resume(closesAt: Build.noon + .seconds(640)), sequence: 2)
    house.notice(.suspend(reason: "conferência"), sequence: 1)
    #expect(house.summary?.status == .open && house.summary?.closesAt == Build.noon + .seconds(640))
  }

  @Test func `a close that overtakes the resumption resumes, so that the time that was left is given`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.notice(.suspend(reason: "conferência"))
    house.endTurn()
    house.at(.seconds(701))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(700)), sequence: 3).isEmpty)
    #expect(house.endTurn().extensions.map(\.closesAt) == [Build.noon + .seconds(1_300) - .microseconds(1)])
    #expect(house.summary?.status == .open)
    #expect(house.notice(.resume(closesAt: Build.noon + .seconds(700)), sequence: 2).isEmpty)
    house.at(.seconds(1_301))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(1_300) - .microseconds(1)), sequence: 4).kinds == ["result"])
  }

  @Test func `a close that overtakes both closes at the end that it names`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.endTurn()
    house.at(.seconds(701))
    #expect(house.notice(.close(closesAt: Build.noon + .seconds(700)), sequence: 3).kinds == ["result"])
    #expect(house.summary?.closesAt == Build.noon + .seconds(700))
  }

  @Test func `an outage while it is suspended takes nothing away, also when the resumption waits for the house`() {
    var house = House(open: Build.terms())
    house.at(.seconds(590))
    house.notice(.suspend(reason: "conferência"))
    house.endTurn()
    house.at(.seconds(900))
    house.give(.outage(from: Build.noon + .seconds(650), to: Build.noon + .seconds(900)))
    house.notice(.resume(closesAt: Build.noon + .seconds(700)), sequence: 2)
    #expect(house.summary?.closesAt == Build.noon + .seconds(910), "the ten seconds that were left")
  }

  @Test func `a key that is revoked meanwhile is named, an outage gives nothing back, and a cancellation ends it`() {
    var house = House(open: Build.terms())
    house.bid(100_00)
    house.notice(.suspend(reason: "conferência"))
    house.endTurn()
    house.give(.key(Build.key(of: "alpha", standing: .revoked)))
    #expect(house.endTurn().kinds == ["block"])
    house.give(.outage(from: Build.noon + .seconds(590), to: Build.noon + .seconds(610)))
    #expect(house.endTurn().isEmpty && house.summary?.closesAt == Build.noon + .seconds(600))
    #expect(house.notice(.cancel(reason: "erro"), sequence: 2).kinds == ["result"])
    #expect(house.summary?.status == .closed)
  }
}
