import SharedKernel
import Testing

@testable import BidderClient

@Suite("Countdown")
struct CountdownTests {
  @Test(
    "rounds up and never goes under zero",
    arguments: [(1_000_000, 1), (1_000_001, 2), (999_999, 1), (1, 1), (0, 0), (-1, 0), (Int64.max, 9_223_372_036_855)]
      as [(Int64, Int64)])
  func rounding(_ microseconds: Int64, _ seconds: Int64) {
    #expect(Countdown.seconds(until: Timestamp(microseconds: microseconds), at: Timestamp(microseconds: 0)) == seconds)
  }

  @Test("has no instant that it cannot take", arguments: [Int64.min, -1, 0, 1, .max], [Int64.min, -1, 0, 1, .max])
  func extremes(_ end: Int64, _ now: Int64) {
    let seconds = Countdown.seconds(until: Timestamp(microseconds: end), at: Timestamp(microseconds: now))
    #expect(seconds >= 0)
    #expect(Countdown.text(seconds).count <= 7)
  }

  @Test(
    "is written in the largest units that say enough",
    arguments: [
      (0, "00:00"), (59, "00:59"), (3_599, "59:59"), (3_600, "1h00"), (8_080, "2h14"), (86_399, "23h59"), (86_400, "1d00h"),
      (9_000_000, "104d"), (Int64.max, ">9999d"),
    ] as [(Int64, String)])
  func texts(_ seconds: Int64, _ text: String) { #expect(Countdown.text(seconds) == text) }

  @Test("calls at 15, 10 and 5 seconds")
  func calls() {
    let calls = (0...16).map { LastCall(secondsLeft: $0) }
    #expect(
      calls == [nil] + Array(repeating: .last, count: 5) + Array(repeating: .twice, count: 5) + Array(repeating: .once, count: 5)
        + [nil])
  }
}

@Suite("Zone")
struct ZoneTests {
  @Test("tells the time of day and the date on both sides of midnight")
  func texts() {
    let utc = Zone(secondsEast: 0)
    #expect(saoPaulo.clock(drawnNow) == "14:32:07")
    #expect(utc.clock(drawnNow) == "17:32:07")
    #expect(utc.clock(Timestamp(microseconds: -1)) == "23:59:59")
    #expect(utc.date(drawnNow) == (22, 11))
    #expect(utc.date(Timestamp(microseconds: 951_782_400_000_000)) == (29, 2))
    #expect(saoPaulo.day(Timestamp(microseconds: 0)) == -1)
  }

  @Test("has no instant that it cannot take", arguments: [Int64.min, .max, 0], [Int64.min, .max, 0])
  func extremes(_ instant: Int64, _ east: Int64) {
    #expect(Zone(secondsEast: east).clock(Timestamp(microseconds: instant)).count == 8)
  }
}
