import ServiceKit
package import SharedKernel

/// The true time of a simulation: it stands still until somebody advances it.
///
/// Like everything simulated it is confined to the one thread that runs the simulation; it is called `Sendable` only because
/// the seams that it stands behind are.
package final class SimulatedTime: @unchecked Sendable {
  package private(set) var now: Timestamp
  private let start: Timestamp
  /// What the monotonic clock said at the start: only differences to it count.
  private let monotonicStart = ContinuousClock.now

  package init(_ start: Timestamp = Build.noon) { (now, self.start) = (start, start) }

  package func advance(by interval: Interval) {
    precondition(interval >= .zero, "time does not go back")
    now = now + interval
  }

  package func advance(to instant: Timestamp) { now = max(now, instant) }

  /// The monotonic clock as the shell's timers see it.
  package var monotonic: ContinuousClock.Instant { monotonicStart + .microseconds((now - start).microseconds) }

  package func instant(of monotonic: ContinuousClock.Instant) -> Timestamp {
    let (seconds, attoseconds) = (monotonic - monotonicStart).components
    return start + .microseconds(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}

/// One process's clock: the true time, wrong by an offset that may change, and what it claims about itself.
package final class SimulatedClock: HouseClock, @unchecked Sendable {
  private let time: SimulatedTime
  /// How much it is ahead of the true time.
  package var offset: Interval
  /// How fast it runs away, in millionths of the time that passes.
  package var drift: Int64 = 0 { didSet { driftsSince = time.now } }
  private var driftsSince: Timestamp
  package var uncertainty: Interval
  package var status: ClockStatus
  /// Whether it may be more wrong than it says, as one whose servers lie.
  package var isDeceived = false
  /// What it said last, and when.
  private var last: (shown: Timestamp, at: Timestamp)?

  package init(
    _ time: SimulatedTime, offset: Interval = .zero, uncertainty: Interval = .milliseconds(2), status: ClockStatus = .synchronized
  ) {
    (self.time, self.offset, self.uncertainty, self.status, driftsSince) = (time, offset, uncertainty, status, time.now)
  }

  package func now() -> ClockReading {
    let instant = shown
    last = (instant, time.now)
    // What it has still to be drawn back by is part of what it says of itself.
    let ahead = max(instant - (time.now + error), .zero)
    return ClockReading(instant, uncertainty: min(uncertainty + ahead, .seconds(10)), status: status)
  }

  /// The true time at which this clock will say that, if nothing happens to it.
  package func trueTime(of reading: Timestamp) -> Timestamp { time.now + (reading - shown) }

  /// Never earlier than what was read before. One that is set back by the system or by liars runs on and is drawn back at 500 ppm,
  /// as the product's; one that honest servers set right stands still instead, so that it stays within its bound.
  private var shown: Timestamp {
    let wanted = time.now + error
    guard let last else { return wanted }
    guard isDeceived || status == .systemClock else { return max(wanted, last.shown) }
    let elapsed = (time.now - last.at).microseconds
    return max(wanted, last.shown + .microseconds(elapsed - elapsed / 2_000))
  }

  /// How much it is ahead just now. A clock that stands on honest servers' word is never more wrong
  /// than it says.
  private var error: Interval {
    let error = offset.microseconds + (time.now - driftsSince).microseconds * drift / 1_000_000
    guard !isDeceived, status == .synchronized || status == .holdover else { return .microseconds(error) }
    let bound = uncertainty.microseconds
    return .microseconds(min(max(error, -bound), bound))
  }

  /// A new process reads the clock for the first time: what its predecessor saw binds it no more.
  package func restart() { last = nil }
}
