/// Where the servers put UTC: Unix nanoseconds at the boot clock's zero, and how wrong that may be.
package struct Estimate: Hashable, Sendable {
  package var offset: Nanoseconds
  /// When `madeAt` was now; it grows by 50 ppm from there.
  package var halfWidth: Nanoseconds
  /// Boot clock.
  package var madeAt: Nanoseconds

  package init(offset: Nanoseconds, halfWidth: Nanoseconds, madeAt: Nanoseconds) {
    (self.offset, self.halfWidth, self.madeAt) = (offset, halfWidth, madeAt)
  }

  package func halfWidth(at now: Nanoseconds) -> Nanoseconds { halfWidth + Drift.growth(over: now - madeAt) }

  /// The same, as one voter's claim.
  func claim(at now: Nanoseconds) -> Claim { Claim(offset, halfWidth(at: now)) }
}

/// Turns estimates into a clock: shown time runs with the boot clock, is drawn to the newest estimate at 500 ppm at most,
/// may leap forward over a gap of more than 128 ms, and never runs backward. The system's clock, where it stands in, must have
/// stood beyond such a gap for five minutes before it is followed.
///
/// Pure: instants of the boot clock come in as arguments.
package struct ClockDiscipline: Sendable {
  /// A forward gap wider than this is crossed at once: slewing it would take over four minutes.
  package static let stepThreshold: Nanoseconds = .milliseconds(128)
  /// How long the system's clock must stay ahead by more than `stepThreshold` before it is believed: whoever set it by mistake has
  /// set it back by then. The stepout threshold of RFC 5905, section 11.3, with the value of ntpd.
  package static let stepOut: Nanoseconds = .seconds(300)
  /// A clock less certain than this is not called synchronised, nor held over.
  package static let usableHalfWidth: Nanoseconds = .seconds(1)

  package private(set) var estimate: Estimate?
  /// Until when the estimate counts as `synchronized` (boot clock); one that came from elsewhere never does.
  private var freshUntil: Nanoseconds?
  /// Whether the system's clock stands in, and is called a usable reading, while there is no estimate.
  package var acceptsSystemClock: Bool
  /// The offset shown, and since when; nil until the first reading.
  private var shown: (offset: Nanoseconds, at: Nanoseconds)?
  /// What was missing from the offset shown to where it was drawn.
  private var gap: Nanoseconds = 0
  private var last = Int64.min
  /// Since when the system's clock has been ahead of what is shown by more than the threshold, and where it was last.
  private var ahead: (since: Nanoseconds, offset: Nanoseconds)?

  package init(acceptsSystemClock: Bool = false) { self.acceptsSystemClock = acceptsSystemClock }

  /// Takes what a majority of servers agree on.
  /// - Parameter freshUntil: when it stops counting as `synchronized`; nil for an estimate that was cached.
  package mutating func accept(_ estimate: Estimate, freshUntil: Nanoseconds?, at now: Nanoseconds) {
    if shown != nil, let current = self.estimate { draw(to: current.offset, at: now) }
    self.estimate = estimate
    self.freshUntil = freshUntil
  }

  /// The time.
  /// - Parameter systemOffset: the system's clock minus the boot clock; asked for only while there is no estimate.
  package mutating func reading(at now: Nanoseconds, systemOffset: () -> Nanoseconds) -> Reading {
    let target = estimate?.offset ?? systemOffset()
    let offset = draw(to: target, at: now)
    let gap = distance(target, offset)
    let halfWidth = estimate.map { $0.halfWidth(at: now) + gap }
    last = max(last, (now + offset).microsecondsRoundedDown)
    // One more microsecond for what the instant lost in rounding.
    let uncertainty =
      halfWidth.map { $0.microsecondsRoundedUp + 1 }
      ?? (acceptsSystemClock ? gap.microsecondsRoundedDown : Reading.unknownUncertainty)
    return Reading(unixMicroseconds: last, uncertaintyMicroseconds: uncertainty, status: status(at: now, halfWidth))
  }

  /// What `reading` would call itself, without giving one.
  package func status(at now: Nanoseconds) -> Reading.Status {
    status(at: now, estimate.map { $0.halfWidth(at: now) + distance($0.offset, shownOffset(at: now, target: $0.offset)) })
  }

  /// The offset shown: UTC as this clock tells it, minus the boot clock.
  package func offset(at now: Nanoseconds, systemOffset: () -> Nanoseconds) -> Nanoseconds {
    shownOffset(at: now, target: estimate?.offset ?? systemOffset())
  }

  /// When the status will change by itself if nothing is heard (boot clock); nil if never.
  package func nextChange(after now: Nanoseconds) -> Nanoseconds? {
    guard let estimate else { return nil }
    switch status(at: now) {
    case .synchronized: return freshUntil
    case .holdover: return estimate.madeAt + (Self.usableHalfWidth - estimate.halfWidth + 1) * Drift.bound
    case .unsynchronized, .systemClock: return nil
    }
  }

  private func status(at now: Nanoseconds, _ halfWidth: Nanoseconds?) -> Reading.Status {
    guard let halfWidth else { return acceptsSystemClock ? .systemClock : .unsynchronized }
    guard halfWidth <= Self.usableHalfWidth else { return .unsynchronized }
    guard let freshUntil, now < freshUntil else { return .holdover }
    return .synchronized
  }

  /// The offset to show now: the last one, moved towards `target` as far as it may.
  private func shownOffset(at now: Nanoseconds, target: Nanoseconds) -> Nanoseconds {
    guard let shown else { return target }
    let gap = target - shown.offset
    if gap > Self.stepThreshold {
      let isBelieved = estimate != nil || aheadSince(target).map { now - $0 >= Self.stepOut } ?? false
      return isBelieved ? target : shown.offset
    }
    let reach = Drift.slew(over: now - shown.at)
    return shown.offset + min(max(gap, -reach), reach)
  }

  /// Moves the shown offset on. A clock that nobody has read yet has nothing to be moved from.
  @discardableResult
  private mutating func draw(to target: Nanoseconds, at now: Nanoseconds) -> Nanoseconds {
    let offset = shownOffset(at: now, target: target)
    ahead = target - offset > Self.stepThreshold ? (aheadSince(target) ?? now, target) : nil
    gap = target - offset
    shown = (offset, max(now, shown?.at ?? now))
    return offset
  }

  /// By how much the system's clock is ahead of what is shown, or behind it (then below zero), while it is not followed there; nil
  /// while it is, or is not asked.
  package var disbelieved: Nanoseconds? { estimate == nil && abs(gap) > Self.stepThreshold ? gap : nil }

  /// Since when the system's clock has been ahead without leaping; nil when it was elsewhere at the last look.
  private func aheadSince(_ target: Nanoseconds) -> Nanoseconds? {
    ahead.flatMap { distance($0.offset, target) <= Self.stepThreshold ? $0.since : nil }
  }

  private func distance(_ a: Nanoseconds, _ b: Nanoseconds) -> Nanoseconds { max(a, b) - min(a, b) }
}
