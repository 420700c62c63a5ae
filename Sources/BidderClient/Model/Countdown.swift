package import SharedKernel

/// What is left until an end, as it is shown: rounded up, so that it never says less than there is, and never "closed".
package enum Countdown {
  /// Whole seconds left; 0 once the end has passed.
  package static func seconds(until end: Timestamp, at now: Timestamp) -> Int64 {
    let left = (end - now).microseconds
    guard left > 0 else { return 0 }
    return left / 1_000_000 + (left % 1_000_000 > 0 ? 1 : 0)
  }

  /// `00:42`, `2h14`, `3d04h`; seven cells at most.
  package static func text(_ seconds: Int64) -> String {
    func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let s = max(seconds, 0)
    if s < 3_600 { return "\(two(s / 60)):\(two(s % 60))" }
    if s < 86_400 { return "\(s / 3_600)h\(two(s / 60 % 60))" }
    if s < 100 * 86_400 { return "\(s / 86_400)d\(two(s / 3_600 % 24))h" }
    return s < 10_000 * 86_400 ? "\(s / 86_400)d" : ">9999d"
  }
}

/// The auctioneer's last calls.
package enum LastCall: Hashable, Sendable, CaseIterable {
  case once, twice, last

  /// At 15, 10 and 5 seconds.
  package init?(secondsLeft: Int64) {
    switch secondsLeft {
    case 1...5: self = .last
    case 6...10: self = .twice
    case 11...15: self = .once
    default: return nil
    }
  }
}
