/// How long to wait before the next attempt: exponential with full jitter, so that many clients of one broker that
/// came back do not all return at once.
///
/// Source: "Exponential Backoff and Jitter", AWS Architecture Blog, 2015 ("full jitter").
package struct Backoff: Sendable, Hashable {
  /// The longest wait after the first failure; it doubles with each further one.
  package let base: Duration
  /// What no wait exceeds.
  package let cap: Duration

  package init(base: Duration = .milliseconds(250), cap: Duration = .seconds(30)) {
    precondition(base > .zero && cap >= base, "a back-off needs 0 < base <= cap")
    self.base = base
    self.cap = cap
  }

  /// The bound of the wait after `failures` failures in a row (from 1).
  package func ceiling(afterFailures failures: Int) -> Duration {
    var ceiling = base
    for _ in 1..<max(failures, 1) where ceiling < cap { ceiling = min(ceiling * 2, cap) }
    return ceiling
  }

  /// The wait itself: `random`, uniform over all 64-bit values, is spread over zero to the ceiling.
  package func delay(afterFailures failures: Int, random: UInt64) -> Duration {
    let (seconds, attoseconds) = ceiling(afterFailures: failures).components
    let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    return .nanoseconds(Int64((nanoseconds + 1).multipliedFullWidth(by: random).high))
  }
}
