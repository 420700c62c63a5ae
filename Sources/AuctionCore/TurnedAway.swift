import SharedKernel

/// Bids whose bidders were told a refusal that stands in no ledger. They are remembered for a day: should the same
/// bytes come later, they are refused for their age (`lance_vencido`).
struct TurnedAway: Sendable {
  static let kept = Interval.seconds(86_400)
  private static let fewest = 1_000

  private var since: [Books.Submission: Timestamp] = [:]
  /// The old ones are forgotten when there are more than this.
  private var limit = Self.fewest

  func contains(_ submission: Books.Submission, at now: Timestamp) -> Bool {
    since[submission].map { now - $0 < Self.kept } ?? false
  }

  mutating func insert(_ submission: Books.Submission, at now: Timestamp) {
    since[submission] = now
    guard since.count > limit else { return }
    forget(before: now - Self.kept)
    // Twice what is left, so that forgetting costs each bid a constant.
    limit = max(Self.fewest, 2 * since.count)
  }

  mutating func forget(before instant: Timestamp) { since = since.filter { $0.value >= instant } }
}

extension TurnedAway: Equatable {
  static func == (a: TurnedAway, b: TurnedAway) -> Bool { a.since == b.since }
}
