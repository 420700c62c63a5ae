import SharedKernel
import SuiteTesting
import Testing

/// RFC 3339, section 5.6, and lengths of time.
struct TimeTextTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01Z", 1_000_000), ("1969-12-31T23:59:59Z", -1_000_000),
      ("1969-12-31T23:59:59.999999Z", -1),
      // RFC 3339, section 5.8; its leap seconds are refused below.
      ("1985-04-12T23:20:50.52Z", 482_196_050_520_000), ("1996-12-19T16:39:57-08:00", 851_042_397_000_000),
      ("1996-12-20T00:39:57Z", 851_042_397_000_000), ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000),
      // Seconds where signed 32-bit ones end, and a second later.
      ("2038-01-19T03:14:07Z", 2_147_483_647_000_000), ("2038-01-19T03:14:08Z", 2_147_483_648_000_000),
      ("2026-12-01T20:00:00-03:00", 1_796_166_000_000_000), ("2026-12-01T23:00:00+00:00", 1_796_166_000_000_000),
      ("2026-12-01T23:00:00-00:00", 1_796_166_000_000_000), ("2026-12-02T22:59:00+23:59", 1_796_166_000_000_000),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000_000), ("2000-02-29T12:00:00Z", 951_825_600_000_000),
      ("2000-03-01T00:00:00Z", 951_868_800_000_000), ("1900-03-01T00:00:00Z", -2_203_891_200_000_000),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000_000), ("0000-02-29T00:00:00Z", -62_162_121_600_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ] as [(String, Int64)])
  func `instants are read`(text: String, microseconds: Int64) {
    #expect(TimeText.instant(text)?.microseconds == microseconds)
  }

  @Test(
    arguments: [
      (".1", 100_000), (".01", 10_000), (".000001", 1), (".123456", 123_456), (".0000019", 1), (".999999999", 999_999), (".0", 0),
    ] as [(String, Int64)])
  func `fractions are read to the microsecond, and never rounded up`(fraction: String, microseconds: Int64) {
    #expect(TimeText.instant("1970-01-01T00:00:00\(fraction)Z")?.microseconds == microseconds)
    #expect(TimeText.instant("1970-01-01T00:00:00\(fraction)+00:00")?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "Z", "now", "2026-12-01", "20:00:00Z", "2026-12-01T20:00:00", "2026-12-01T20:00Z", "2026-12-01 20:00:00Z",
    "2026-12-01t20:00:00Z", "2026-12-01T20:00:00z", "2026-12-01T20:00:00Z ", " 2026-12-01T20:00:00Z", "2026-12-01T20:00:00ZZ",
    // Years that are no four digits.
    "-001-12-01T20:00:00Z", "-2026-12-01T20:00:00Z", "+2026-12-01T20:00:00Z", "226-12-01T20:00:00Z", "12026-12-01T20:00:00Z",
    "-99-12-01T20:00:00Z",
    // Days that are not.
    "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2000-02-30T00:00:00Z", "2026-06-31T00:00:00Z",
    "2026-09-31T00:00:00Z", "2026-11-31T00:00:00Z",
    // Times that are not; leap seconds have no instant in POSIX time.
    "2026-12-01T24:00:00Z", "2026-12-01T20:60:00Z", "2026-12-01T20:00:60Z", "1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00",
    "2026-12-01T-1:00:00Z", "2026-12-01T2o:00:00Z",
    // Fractions and offsets that are not.
    "2026-12-01T20:00:00.Z", "2026-12-01T20:00:00,5Z", "2026-12-01T20:00:00.1234567890Z", "2026-12-01T20:00:00.-5Z",
    "2026-12-01T20:00:00.5", "2026-12-01T20:00:00+0300", "2026-12-01T20:00:00+3:00", "2026-12-01T20:00:00+24:00",
    "2026-12-01T20:00:00+03:60", "2026-12-01T20:00:00+03", "2026-12-01T20:00:00 03:00", "2026-12-01T20:00:00−03:00",
    "2026-12-01T20:00:00--3:00", "2026-12-01T20:00:00+03:00Z",
    // Digits that are not ASCII, and a letter of two bytes before the fixed places.
    "２０２６-12-01T20:00:00Z", "2026-12-01T20:00:0٣Z", "é2026-12-01T20:00:00Z",
  ])
  func `anything else is no instant`(text: String) { #expect(TimeText.instant(text) == nil) }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (500_000, "1970-01-01T00:00:00.500000Z"), (1_796_166_000_000_000, "2026-12-01T23:00:00Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00Z"), (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
      // What RFC 3339 cannot say.
      (-62_167_219_200_000_001, "0000-01-01T00:00:00Z"), (253_402_300_800_000_000, "9999-12-31T23:59:59.999999Z"),
      (.min, "0000-01-01T00:00:00Z"), (.max, "9999-12-31T23:59:59.999999Z"),
    ] as [(Int64, String)])
  func `instants are written`(microseconds: Int64, text: String) {
    #expect(TimeText.rfc3339(Timestamp(microseconds: microseconds)) == text)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `what is written is read as the same instant`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<2_000 {
      let any = Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &random)
      // Half of them whole seconds, which are written without a fraction.
      let instant = Timestamp(microseconds: Bool.random(using: &random) ? any : any / 1_000_000 * 1_000_000)
      #expect(TimeText.instant(TimeText.rfc3339(instant)) == instant)
    }
  }

  /// Against a calendar that counts day by day.
  @Test func `every month of two centuries begins and ends on its day`() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var day: Int64 = -25_567  // 1900-01-01
    for year in 1900...2100 {
      let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
      for month in 1...12 {
        let length = lengths[month - 1] + (isLeap && month == 2 ? 1 : 0)
        func text(_ day: Int) -> String { "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T00:00:00Z" }
        let (first, last) = (
          Timestamp(microseconds: day * 86_400_000_000), Timestamp(microseconds: (day + Int64(length) - 1) * 86_400_000_000)
        )
        #expect(TimeText.instant(text(1)) == first && TimeText.rfc3339(first) == text(1))
        #expect(TimeText.instant(text(length)) == last && TimeText.rfc3339(last) == text(length))
        #expect(TimeText.instant(text(length + 1)) == nil)
        day += Int64(length)
      }
    }
  }

  @Test(
    arguments: [
      ("0s", 0), ("250ms", 250_000), ("90s", 90_000_000), ("5m", 300_000_000), ("2h", 7_200_000_000), ("1d", 86_400_000_000),
      ("007s", 7_000_000), ("999999999ms", 999_999_999_000), ("3653d", 315_619_200_000_000),
    ] as [(String, Int64)])
  func `lengths are read`(text: String, microseconds: Int64) {
    #expect(TimeText.interval(text) == .microseconds(microseconds))
  }

  @Test(arguments: [
    "", "s", "ms", "10", "10 s", " 10s", "10s ", "-10s", "+10s", "1.5h", "1,5h", "1h30m", "10S", "10min", "10us", "10w", "1e3s",
    "１０s",
    "0x10s", "1000000000ms", "3654d", "87673h", "999999999d", "s10",
  ])
  func `anything else is no length`(text: String) { #expect(TimeText.interval(text) == nil) }

  @Test(arguments: [(0, "00:00:00"), (59, "00:00:59"), (52_327, "14:32:07"), (86_399, "23:59:59")] as [(Int64, String)])
  func `the time of day is written with two digits each`(seconds: Int64, text: String) {
    #expect(TimeText.clock(seconds) == text)
  }
}
