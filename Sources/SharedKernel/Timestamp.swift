/// A length of time in whole microseconds; may be negative.
package struct Interval: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static let zero = Interval(microseconds: 0)
  package static func microseconds(_ n: Int64) -> Interval { Interval(microseconds: n) }
  package static func milliseconds(_ n: Int64) -> Interval { Interval(microseconds: n.clampedTimes(1_000)) }
  package static func seconds(_ n: Int64) -> Interval { Interval(microseconds: n.clampedTimes(1_000_000)) }

  package static func < (a: Interval, b: Interval) -> Bool { a.microseconds < b.microseconds }
  /// Saturates at the ends of Int64.
  package static func + (a: Interval, b: Interval) -> Interval { .init(microseconds: a.microseconds.clampedPlus(b.microseconds)) }
  /// Saturates at the ends of Int64.
  package static func - (a: Interval, b: Interval) -> Interval {
    .init(microseconds: a.microseconds.clampedMinus(b.microseconds))
  }
}

/// An instant: whole microseconds since 1970-01-01T00:00:00Z (POSIX time, leap seconds not counted).
package struct Timestamp: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
  /// Saturates at the ends of Int64, so that no instant from outside can trap.
  package static func + (a: Timestamp, b: Interval) -> Timestamp {
    .init(microseconds: a.microseconds.clampedPlus(b.microseconds))
  }
  package static func - (a: Timestamp, b: Interval) -> Timestamp {
    .init(microseconds: a.microseconds.clampedMinus(b.microseconds))
  }
  package static func - (a: Timestamp, b: Timestamp) -> Interval {
    .init(microseconds: a.microseconds.clampedMinus(b.microseconds))
  }
}

extension Int64 {
  fileprivate func clampedPlus(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
  fileprivate func clampedMinus(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
  fileprivate func clampedTimes(_ other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
