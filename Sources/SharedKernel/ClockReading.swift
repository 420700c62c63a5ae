/// How far a clock reading may be trusted.
package enum ClockStatus: Hashable, Sendable, CaseIterable {
  /// A majority of servers agreed not long ago.
  case synchronized
  /// It was synchronised once; the uncertainty has been growing since.
  case holdover
  /// It wants to be synchronised and is not.
  case unsynchronized
  /// Run on the system's clock on purpose.
  case systemClock
}

/// What the trusted clock said: an instant, and how wrong it may be (half-width, never negative).
package struct ClockReading: Hashable, Sendable {
  package let instant: Timestamp
  package let uncertainty: Interval
  package let status: ClockStatus

  /// Nothing closes while the clock is less certain than this.
  package static let closingBound = Interval.milliseconds(50)

  package init(_ instant: Timestamp, uncertainty: Interval, status: ClockStatus) {
    self.instant = instant
    self.uncertainty = max(uncertainty, .zero)
    self.status = status
  }

  /// The true time is not before this, if the clock is right about itself.
  package var earliest: Timestamp { instant - uncertainty }
  /// The true time is not after this, if the clock is right about itself.
  package var latest: Timestamp { instant + uncertainty }

  /// Whether the clock stands on servers' word (now or lately) rather than on the system's.
  package var isDisciplined: Bool {
    switch status {
    case .synchronized, .holdover: true
    case .unsynchronized, .systemClock: false
    }
  }
}
