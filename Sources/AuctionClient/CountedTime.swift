import AuctionCore
import AuctionFacts
import SharedKernel

/// Until when an auction's time has been counted, as its blocks tell: what an absence of the house may give back.
struct CountedTime: Sendable {
  /// The opening, and of a price that falls whatever let it stand still since; nil: that was before what was read.
  private var until: Timestamp?
  /// Since when the house is back from its last absence.
  private(set) var backSince: Timestamp?

  init() {}

  init(from opening: Timestamp) { until = opening }

  /// A suspension, or a resumption.
  mutating func stop(at instant: Timestamp, under terms: AuctionTerms) {
    if terms.fallingPrice != nil { until = instant }
  }

  /// The end after an absence; nil where the house counts none. Short ones count only as the rest of what was told before, or over the
  /// opening, and none of the time counts twice.
  ///
  /// - Parameter block: the number of the one that tells of it.
  mutating func end(
    afterAbsenceFrom from: Timestamp, to: Timestamp, closingAt end: Timestamp, in block: Int64, under terms: AuctionTerms
  ) -> Timestamp? {
    let isFalling = terms.fallingPrice != nil
    let isRest = (isFalling || block == 1) && until.map { $0 == from } ?? true
    guard to - from > BookKeeper.longestPause || isRest, !isFalling || until.map({ from >= $0 }) ?? true,
      let moved = terms.end(afterAbsenceFrom: from, to: to, closingAt: end)
    else { return nil }
    backSince = max(backSince ?? to, to)
    if isFalling { until = to }
    return moved
  }
}
