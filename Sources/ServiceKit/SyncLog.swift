import NTPKit
package import SharedKernel

/// Which of a clock's states are worth keeping, so that somebody can say later how good it was around a close, and an idle service
/// does not write for ever. Pure.
///
/// - Another status is kept at once, but 16 s after the record before at the earliest. That is the most there can be of a clock that
///   comes and goes: 5 400 a day, so that what is kept then reaches a day and a half back.
/// - Another set of servers that count, or a bound on the error that is another by a factor of four or crosses what a close demands:
///   64 s after the last record at the earliest while an auction is open, a quarter of an hour after it otherwise.
/// - While an auction is open, one every quarter of an hour though nothing changed, and one when it begins and when it ends.
package struct SyncLog: Sendable {
  package static let busyPause = Interval.seconds(64)
  /// The least between two records, whatever happens.
  package static let leastPause = Interval.seconds(16)
  package static let pause = Interval.seconds(900)

  private var last: SyncRecord?
  private var wasAttentive = false

  /// - Parameter last: the one that was kept last, maybe before a restart.
  package init(after last: SyncRecord?) { self.last = last }

  /// Whether this is to be kept; it then counts as kept.
  package mutating func keeps(_ record: SyncRecord, isAttentive: Bool) -> Bool {
    let isTurning = isAttentive != wasAttentive
    guard let last, !isWorthKeeping(record, after: last, isAttentive, isTurning) else {
      (last, wasAttentive) = (record, isAttentive)
      return true
    }
    // Turning that came too soon after a record is told by that one.
    wasAttentive = isAttentive
    return false
  }

  private func isWorthKeeping(_ record: SyncRecord, after last: SyncRecord, _ isAttentive: Bool, _ isTurning: Bool) -> Bool {
    let elapsed = record.reading.instant - last.reading.instant
    // A clock that stands before its own last record was started anew on a worse one: that is news too.
    if elapsed < .zero { return true }
    if elapsed < Self.leastPause { return false }
    if record.reading.status != last.reading.status { return true }
    // The system's clock says nothing of itself that could be told again.
    if isTurning, elapsed >= Self.busyPause { return record.reading.isDisciplined || record.differs(from: last) }
    if elapsed < (isAttentive ? Self.busyPause : Self.pause) { return false }
    return record.differs(from: last) || isAttentive && record.reading.isDisciplined && elapsed >= Self.pause
  }
}

extension SyncRecord {
  /// What the clock was worth when the servers last agreed: what has grown since is what everybody can work out.
  fileprivate var bound: Int64 { max(reading.uncertainty.microseconds - Drift.growth(over: age?.microseconds ?? 0), 1) }

  fileprivate func differs(from other: SyncRecord) -> Bool {
    if servers.map(\.name) != other.servers.map(\.name) || servers.map(\.standing) != other.servers.map(\.standing) {
      return true
    }
    let closing = ClockReading.closingBound.microseconds
    return (bound <= closing) != (other.bound <= closing) || bound > 4 * other.bound || other.bound > 4 * bound
  }
}
