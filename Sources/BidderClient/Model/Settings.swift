package import SharedKernel

/// What the terminal is told at its start and does not change by itself.
package struct Settings: Hashable, Sendable {
  package var bidder: PrincipalID
  package var language: Language
  /// Shown while connecting: `host:port`.
  package var broker: String
  /// How the bidder calls the house, of several.
  package var house: String?
  /// Who we are there.
  package var brokerUser: String?
  /// What to do where nothing answers there.
  package var advice: Sentence?
  /// Seconds east of UTC, for times of day.
  package var zone: Zone
  /// No bid above this is ever sent, in hundredths of the auction's currency.
  package var limit: Money?
  /// Every bid wants a second Enter.
  package var confirmsAlways: Bool
  /// What looks like a slip of the finger.
  package var thresholds = Thresholds()
  /// The mouse is taken from the start.
  package var takesMouse = false
  /// For whoever has the screen read out: the cursor stands where the keys act, and nothing on the screen counts seconds.
  package var isReadOut = false
  /// Somebody keeps the notices.
  package var recordsNotices = false
  /// What the bell is for is told on the desktop while the window is not looked at.
  package var notifiesDesktop = false

  package init(
    bidder: PrincipalID, language: Language = .portuguese, broker: String, zone: Zone = Zone(secondsEast: 0),
    limit: Money? = nil, confirmsAlways: Bool = false
  ) {
    (self.bidder, self.language, self.broker, self.zone) = (bidder, language, broker, zone)
    (self.limit, self.confirmsAlways) = (limit, confirmsAlways)
  }
}

extension Settings {
  /// The limit in minor units of that currency, rounded down.
  package func limit(in currency: Currency) -> Money? {
    guard let limit else { return nil }
    var units = limit.minorUnits
    // Amounts end at 2^53, so that none of the few decimals overflows.
    for _ in 0..<max(0, currency.fractionDigits - 2) { units *= 10 }
    for _ in 0..<max(0, 2 - currency.fractionDigits) { units /= 10 }
    return Money(minorUnits: units) ?? .maximum
  }
}

/// A fixed distance from UTC: enough for the times of day of one sitting.
package struct Zone: Hashable, Sendable {
  package let secondsEast: Int64
  /// Held within a day either way.
  package init(secondsEast: Int64) { self.secondsEast = min(max(secondsEast, -86_400), 86_400) }

  /// `14:32:07`
  package func clock(_ instant: Timestamp) -> String {
    let s = secondOfDay(instant)
    return "\(two(s / 3_600)):\(two(s / 60 % 60)):\(two(s % 60))"
  }

  /// `14:32`
  package func minute(_ instant: Timestamp) -> String { String(clock(instant).prefix(5)) }

  /// Days since 1970-01-01, where we are.
  package func day(_ instant: Timestamp) -> Int64 { floored(local(instant), 86_400_000_000) }

  /// Day of the month and month.
  package func date(_ instant: Timestamp) -> (day: Int64, month: Int64) {
    // Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    let z = day(instant) + 719_468
    let era = floored(z, 146_097)
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    return (dayOfYear - (153 * m + 2) / 5 + 1, m < 10 ? m + 3 : m - 9)
  }

  /// The time of day, on another day than `now`'s with the date.
  func moment(_ instant: Timestamp, asOf now: Timestamp, _ language: Language) -> String {
    guard day(instant) != day(now) else { return clock(instant) }
    let (day, month) = date(instant)
    return (language == .portuguese ? Text.date(day, month) : Text.date(month, day)) + " " + minute(instant)
  }

  private func local(_ instant: Timestamp) -> Int64 { (instant + .seconds(secondsEast)).microseconds }
  private func secondOfDay(_ instant: Timestamp) -> Int64 {
    floored(local(instant), 1_000_000) - floored(local(instant), 86_400_000_000) * 86_400
  }
  private func floored(_ a: Int64, _ b: Int64) -> Int64 { a / b - (a % b < 0 ? 1 : 0) }
  private func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
}
