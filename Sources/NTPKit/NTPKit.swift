// NTPKit: trustworthy time. An SNTP client over raw UDP (RFC 5905), agreement among several servers of which a minority
// may lie, and one clock that never steps back and always says how wrong it may be.
//
// The pure part decides (timestamps, packets, checks, filter, hull, discipline, schedule: no clock is read, nothing is
// random unless a generator is passed in); one thread of its own sends and receives. Left out: serving time, setting the
// system's clock, NTS, symmetric keys, broadcast modes, leap smearing.

/// A length of time, or an instant on some scale, in whole nanoseconds.
package typealias Nanoseconds = Int64

extension Nanoseconds {
  static func seconds(_ n: Int64) -> Nanoseconds { n * 1_000_000_000 }
  static func milliseconds(_ n: Int64) -> Nanoseconds { n * 1_000_000 }
  static func microseconds(_ n: Int64) -> Nanoseconds { n * 1_000 }

  /// Whole microseconds, towards the past: an instant is never reported before it has come.
  var microsecondsRoundedDown: Int64 { self >= 0 ? self / 1_000 : -((999 - self) / 1_000) }
  /// Whole microseconds, upwards: a bound is never reported too small.
  var microsecondsRoundedUp: Int64 { self > 0 ? (self - 1) / 1_000 + 1 : self / 1_000 }
}

/// How far an undisciplined oscillator may go wrong, and how fast the shown clock may be corrected.
package enum Drift {
  /// The bound on the boot clock's frequency error: 50 ppm, as AWS ClockBound takes it. RFC 5905's 15 ppm is an estimate, not a bound.
  static let bound: Int64 = 20_000
  /// What that makes of a span, in whatever unit it is counted.
  package static func growth(over elapsed: Int64) -> Int64 { Swift.max(elapsed, 0) / bound }
  /// The largest correction within a span: 500 ppm, the rate at which kernels slew too.
  static func slew(over elapsed: Nanoseconds) -> Nanoseconds { Swift.max(elapsed, 0) / 2_000 }
}
