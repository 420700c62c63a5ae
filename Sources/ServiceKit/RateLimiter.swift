package import SharedKernel

/// A token bucket for each sender: so many messages a second, with a burst. Not part of the books: what it sheds leaves no trace
/// in them, and after a restart every bucket is full.
package struct RateLimiter: Sendable {
  package enum Verdict: Sendable, Equatable {
    case admitted
    /// Too fast; at most one shed message a second gets its answer.
    case shed(mayAnswer: Bool)
  }

  private struct Bucket: Sendable {
    /// Millionths of a token.
    var level: Int64
    var filledAt: Timestamp
    var answeredAt: Timestamp?
  }

  private let perSecond: Int64
  private let burst: Int64
  private var buckets: [PrincipalID?: Bucket] = [:]
  /// Full buckets are forgotten when there are more than this.
  private var kept = Self.fewest
  private static let fewest = 10_000

  package init(perSecond: Int64, burst: Int64) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// - Parameter sender: nil for all those together whom nobody vouches for.
  package mutating func admit(_ sender: PrincipalID?, at now: Timestamp) -> Verdict {
    let full = burst * 1_000_000
    var bucket = buckets[sender] ?? Bucket(level: full, filledAt: now)
    // A rate of one token a second is one millionth of a token a microsecond.
    let elapsed = max(0, min((now - bucket.filledAt).microseconds, full / perSecond + 1))
    bucket.level = min(full, bucket.level + elapsed * perSecond)
    bucket.filledAt = max(now, bucket.filledAt)
    defer {
      buckets[sender] = bucket
      if buckets.count > kept { forgetFull(at: now) }
    }
    guard bucket.level < 1_000_000 else {
      bucket.level -= 1_000_000
      return .admitted
    }
    let mayAnswer = bucket.answeredAt.map { now - $0 >= .seconds(1) } ?? true
    if mayAnswer { bucket.answeredAt = now }
    return .shed(mayAnswer: mayAnswer)
  }

  private mutating func forgetFull(at now: Timestamp) {
    let refill = Interval.microseconds(burst * 1_000_000 / perSecond)
    buckets = buckets.filter { now - $0.value.filledAt < refill }
    // Twice what is left, so that forgetting costs each message a constant.
    kept = max(Self.fewest, 2 * buckets.count)
  }
}
