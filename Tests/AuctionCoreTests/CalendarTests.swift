import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// RULES.md, Opening, closing, extension, outage, as the calendar does it.
struct CalendarTests {
  static let end = Build.noon + .seconds(600)

  // MARK: Scheduling and opening

  @Test func `a scheduling is signed with its nonce and answered with its edition`() throws {
    var house = CalendarHouse()
    let outputs = house.schedule()
    guard case .scheduled(let scheduling, let sealed) = try #require(outputs.first) else { return #expect(Bool(false)) }
    #expect(scheduling.terms == Build.terms() && scheduling.nonce == Array(1...16) && scheduling.clock == house.clock)
    #expect(outputs.refusals == [nil] && outputs.answers.first?.edition == sealed.digest)
    #expect(house.calendar.edition(of: "moto") == sealed.digest && house.calendar.status(of: "moto") == .scheduled)
    #expect(house.wakeUp == .zero)
  }

  @Test func `an auction opens when it is due, once`() throws {
    var house = CalendarHouse()
    house.schedule()
    #expect(house.tick(at: .microseconds(-1)).isEmpty)
    let opening = try #require(house.tick(at: .zero).openings.first)
    #expect(opening.opensAt == Build.noon && opening.closesAt == CalendarTests.end)
    #expect(opening.edition == house.edition(of: "moto") && opening.clock == house.clock)
    #expect(house.tick(at: .seconds(1)).isEmpty && house.calendar.openAuctions == 1)
    #expect(house.calendar.status(of: "moto") == .open && house.wakeUp == .seconds(600))
  }

  @Test(
    arguments: [
      (0, 0, 600_000_000), (1_000_000, 0, 600_000_000), (1_000_001, 1_000_001, 601_000_001),
      (86_400_000_000, 86_400_000_000, 87_000_000_000),
    ] as [(Int64, Int64, Int64)])
  func `an opening that comes late keeps the duration`(at: Int64, opensAt: Int64, closesAt: Int64) {
    var house = CalendarHouse()
    house.schedule()
    let opening = house.tick(at: .microseconds(at)).openings.first
    #expect(opening?.opensAt == Build.noon + .microseconds(opensAt))
    #expect(opening?.closesAt == Build.noon + .microseconds(closesAt))
  }

  @Test func `an auction opens under any clock`() {
    var house = CalendarHouse()
    house.schedule()
    #expect(house.tick(at: .zero, uncertainty: .seconds(10), status: .unsynchronized).openings.count == 1)
  }

  // MARK: Closing

  @Test(
    arguments: [
      (.synchronized, 2_000, 600_002_000, false), (.synchronized, 2_000, 600_002_001, true),
      (.holdover, 50_000, 600_050_000, false), (.holdover, 50_000, 600_050_001, true),
      (.synchronized, 50_001, 700_000_000, false), (.holdover, 50_001, 700_000_000, false),
      (.unsynchronized, 0, 700_000_000, false), (.unsynchronized, 1_000, 700_000_000, false),
      (.systemClock, 10_000_000, 600_000_000, false), (.systemClock, 10_000_000, 600_000_001, true),
    ] as [(ClockStatus, Int64, Int64, Bool)])
  func `the end is announced only when it has certainly come`(status: ClockStatus, half: Int64, at: Int64, isAnnounced: Bool) {
    var house = CalendarHouse.open()
    let outputs = house.tick(at: .microseconds(at), uncertainty: .microseconds(half), status: status)
    #expect(outputs.notices.map(\.action) == (isAnnounced ? [.close(closesAt: CalendarTests.end)] : []))
    let next = house.wakeUp ?? .zero
    #expect(next > .microseconds(at), "a tick leaves nothing that is due")
    if !isAnnounced { #expect(next - .microseconds(at) <= .milliseconds(250), "it asks again soon") }
  }

  @Test func `asking when it wants to run announces the end at the second try`() {
    var house = CalendarHouse.open()
    #expect(house.tick(at: .seconds(600), uncertainty: .milliseconds(7)).isEmpty)
    #expect(house.wakeUp == .microseconds(600_007_001))
    #expect(house.tick(at: .microseconds(600_007_001), uncertainty: .milliseconds(7)).notices.count == 1)
  }

  @Test func `an end that was put off is announced by the first tick that can, as in a replay that knows nothing of it`() {
    func house() -> CalendarHouse {
      var (house, later) = (CalendarHouse.open(), Build.terms("violao"))
      later.closesAt = CalendarTests.end + .milliseconds(100)
      house.schedule(later)
      house.tick(at: .seconds(1))
      return house
    }
    var (live, replayed) = (house(), house())
    #expect(live.tick(at: .milliseconds(600_050), uncertainty: .milliseconds(60)).isEmpty)
    #expect(live.calendar == replayed.calendar, "no journal knows of it")
    let outputs = live.tick(at: .milliseconds(600_200))
    #expect(outputs.notices.map(\.auction) == ["moto", "violao"])
    #expect(outputs == replayed.tick(at: .milliseconds(600_200)))
    #expect(live.calendar == replayed.calendar)
  }

  @Test func `an announcement is repeated, the same bytes, more and more seldom until the result is heard`() throws {
    var house = CalendarHouse.open()
    let first = house.tick(at: .seconds(601))
    #expect(first.notices.map(\.sequence) == [1])
    var at: Int64 = 601
    for pause in [5, 10, 20, 40, 60, 60, 60] as [Int64] {
      #expect(house.tick(at: .seconds(at + pause) - .microseconds(1)).isEmpty)
      at += pause
      #expect(house.wakeUp == .seconds(at))
      #expect(house.tick(at: .seconds(at)) == first)
    }
    #expect(house.give(.finished("moto", Build.digest("outra"))).isEmpty && house.wakeUp != nil)
    #expect(house.finish().isEmpty)
    #expect(house.calendar.status(of: "moto") == .closed && house.wakeUp == nil && house.calendar.openAuctions == 0)
    #expect(house.tick(at: .seconds(5_000)).isEmpty)
  }

  @Test func `after a long silence an announcement is repeated once, not once for each pause missed`() {
    var house = CalendarHouse.open()
    house.tick(at: .seconds(601))
    #expect(house.tick(at: .seconds(9_000)).count == 1)
    #expect(house.wakeUp == .seconds(9_010))
  }

  // MARK: Extension

  @Test func `an extension moves the end`() {
    var house = CalendarHouse.open()
    house.extend(to: .seconds(700))
    #expect(house.wakeUp == .seconds(700) && house.calendar.closesAt(of: "moto") == Build.noon + .seconds(700))
    #expect(house.tick(at: .seconds(650)).isEmpty)
    #expect(house.tick(at: .seconds(701)).notices.map(\.action) == [.close(closesAt: Build.noon + .seconds(700))])
  }

  @Test func `an end that was announced and turns out to have moved is announced again, with the next sequence`() {
    var house = CalendarHouse.open()
    house.tick(at: .seconds(601))
    house.extend(to: .seconds(700))
    #expect(house.wakeUp == .seconds(700), "the old announcement is not repeated any more")
    let notices = house.tick(at: .seconds(701)).notices
    #expect(notices.map(\.sequence) == [2] && notices.map(\.action) == [.close(closesAt: Build.noon + .seconds(700))])
  }

  @Test func `an end never moves back, and not for another edition, before the opening or after the result`() {
    var house = CalendarHouse()
    house.schedule()
    house.extend(to: .seconds(900))
    #expect(house.calendar.closesAt(of: "moto") == CalendarTests.end)
    house.tick(at: .zero)
    house.extend(to: .seconds(500))
    house.extend(to: .seconds(600))
    house.extend(to: .seconds(900), edition: Build.digest("outra"))
    house.extend(to: .seconds(900), auction: "outro")
    #expect(house.calendar.closesAt(of: "moto") == CalendarTests.end && house.wakeUp == .seconds(600))
    house.tick(at: .seconds(601))
    house.extend(to: .seconds(600))
    #expect(house.wakeUp == .seconds(606), "the end that was announced is the end")
    house.finish()
    house.extend(to: .seconds(900))
    #expect(house.calendar.status(of: "moto") == .closed && house.wakeUp == nil)
  }

  // MARK: Cancelling

  @Test func `a cancellation before the opening is final at once`() {
    var house = CalendarHouse()
    house.schedule()
    let outputs = house.cancel()
    #expect(outputs.refusals == [nil] && outputs.notices.map(\.action) == [.cancel(reason: "erro no edital")])
    #expect(outputs.notices.map(\.sequence) == [1])
    #expect(house.calendar.status(of: "moto") == .closed && house.wakeUp == nil && house.calendar.openAuctions == 0)
    #expect(house.tick(at: .seconds(60)).isEmpty)
  }

  @Test func `a cancellation of an open auction is repeated until the result is heard, extended or not`() {
    var house = CalendarHouse.open()
    house.clock = Build.clock(.seconds(10))
    let notice = house.cancel().notices
    #expect(notice.map(\.sequence) == [1] && house.wakeUp == .seconds(15))
    house.extend(to: .seconds(700))
    #expect(house.tick(at: .seconds(15)).notices == notice)
    #expect(house.tick(at: .seconds(701)).notices == notice, "the end is not announced any more")
    #expect(house.calendar.status(of: "moto") == .open)
    house.finish()
    #expect(house.calendar.status(of: "moto") == .closed && house.wakeUp == nil)
  }

  @Test func `what was announced to be over cannot be cancelled, unless its end moves`() {
    var house = CalendarHouse.open()
    house.tick(at: .seconds(601))
    #expect(house.cancel().refusals == [.auctionOver])
    house.extend(to: .seconds(700))
    let outputs = house.cancel()
    #expect(outputs.refusals == [nil] && outputs.notices.map(\.sequence) == [2])
    #expect(house.cancel().refusals == [.auctionOver])
    house.finish()
    #expect(house.cancel().refusals == [.auctionOver])
  }

  @Test func `auctions that are due together come in the order of instants, then ids`() {
    var house = CalendarHouse()
    for auction in ["c", "a", "b"] as [AuctionID] { house.schedule(Build.terms(auction)) }
    house.schedule(Build.terms("d", opensAt: Build.noon - .seconds(1)))
    #expect(house.tick(at: .zero).openings.map(\.auction) == ["d", "a", "b", "c"])
  }

  @Test func `an auction that is shorter than the clock's step opens before it closes`() {
    var house = CalendarHouse()
    house.schedule(Build.terms(lasting: .milliseconds(1)))
    let outputs = house.tick(at: .milliseconds(900))
    #expect(outputs.openings.count == 1 && outputs.notices.count == 1)
    guard case .opened? = outputs.first else { return #expect(Bool(false), "it opens first") }
  }
}
