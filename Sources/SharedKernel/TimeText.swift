/// Instants and lengths of time as people write them.
package enum TimeText {
  /// RFC 3339 in UTC, to the microsecond where there are any: `2026-11-21T14:32:07Z`, `2026-11-21T14:32:07.000123Z`.
  ///
  /// An instant before the year 0000 or after 9999, which RFC 3339 cannot say, is written as the nearest that it can.
  package static func rfc3339(_ instant: Timestamp) -> String {
    let instant = min(max(instant, first), last)
    let seconds = floorDivide(instant.microseconds, 1_000_000)
    let micros = instant.microseconds - seconds * 1_000_000
    let days = floorDivide(seconds, 86_400)
    let rest = seconds - days * 86_400
    let (year, month, day) = civil(fromDays: days)
    let fraction = micros == 0 ? "" : "." + padded(micros, 6)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock(rest))\(fraction)Z"
  }

  /// `14:32:07` of seconds since midnight.
  package static func clock(_ secondsOfDay: Int64) -> String {
    "\(padded(secondsOfDay / 3_600, 2)):\(padded(secondsOfDay / 60 % 60, 2)):\(padded(secondsOfDay % 60, 2))"
  }

  /// Reads RFC 3339 (section 5.6) strictly, with `Z` or an offset; nil for anything else. Leap seconds are refused.
  package static func instant(_ text: String) -> Timestamp? {
    let t = Array(text.utf8)
    guard t.count >= 20, t[4] == dash, t[7] == dash, t[10] == UInt8(ascii: "T"), t[13] == colon, t[16] == colon,
      let year = number(t[0..<4]), let month = number(t[5..<7]), let day = number(t[8..<10]), let hour = number(t[11..<13]),
      let minute = number(t[14..<16]), let second = number(t[17..<19])
    else { return nil }
    guard (1...12).contains(month), day >= 1, day <= daysIn(month, of: year), hour <= 23, minute <= 59, second <= 59 else {
      return nil
    }
    var rest = t[19...]
    var micros: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard (1...9).contains(digits.count) else { return nil }
      let six = Array(digits.prefix(6)) + Array(repeating: UInt8(ascii: "0"), count: max(0, 6 - digits.count))
      micros = number(six[...]) ?? 0
      rest = rest.dropFirst(1 + digits.count)
    }
    guard let offset = offsetSeconds(rest) else { return nil }
    let seconds = days(fromCivil: year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return Timestamp(microseconds: seconds * 1_000_000 + micros)
  }

  /// `90s`, `5m`, `2h`, `1d`, `250ms`; nil for anything else, and for more than ten years.
  package static func interval(_ text: String) -> Interval? {
    let units: [(String, Int64)] = [
      ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
    ]
    guard let (suffix, unit) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
    let digits = Array(text.utf8.dropLast(suffix.utf8.count))
    guard (1...9).contains(digits.count), let count = number(digits[...]) else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, product <= 3_653 * 86_400_000_000 else { return nil }
    return .microseconds(product)
  }

  /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z.
  private static let first = Timestamp(microseconds: -62_167_219_200_000_000)
  private static let last = Timestamp(microseconds: 253_402_300_799_999_999)

  private static let dash = UInt8(ascii: "-")
  private static let colon = UInt8(ascii: ":")

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func offsetSeconds(_ text: ArraySlice<UInt8>) -> Int64? {
    let t = Array(text)
    if t == [UInt8(ascii: "Z")] { return 0 }
    guard t.count == 6, t[3] == colon, t[0] == UInt8(ascii: "+") || t[0] == dash, let hours = number(t[1..<3]),
      let minutes = number(t[4..<6]),
      hours <= 23, minutes <= 59
    else { return nil }
    return (hours * 3_600 + minutes * 60) * (t[0] == dash ? -1 : 1)
  }

  private static func padded(_ n: Int64, _ width: Int) -> String {
    let digits = String(n)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }

  private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Days since 1970-01-01 in the proleptic Gregorian calendar, by eras of 400 years that begin in March.
  private static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int64) -> (Int64, Int64, Int64) {
    let z = days + 719_468
    let era = floorDivide(z, 146_097)
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = mp < 10 ? mp + 3 : mp - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
  }
}
