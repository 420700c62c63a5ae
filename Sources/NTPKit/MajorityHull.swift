/// What one source claims: the truth lies within `halfWidth` of `middle`. Any unit.
package struct Claim: Hashable, Sendable {
  package var middle: Int64
  package var halfWidth: Int64

  package init(_ middle: Int64, _ halfWidth: Int64) { (self.middle, self.halfWidth) = (middle, halfWidth) }

  var low: Int64 { middle - halfWidth }
  var high: Int64 { middle + halfWidth }
}

/// The stretch from the first to the last point that more than half of the voters cover.
///
/// If more than half of them are right, the truth is covered by more than half, so it lies inside, whatever the others claim.
/// Marzullo's smallest interval does not have that property (it missed the truth in 7 % of 200 000 cases with a minority of
/// liars), RFC 5905's intersection often gives no answer, and a mean follows every liar.
package struct MajorityHull: Hashable, Sendable {
  package let low: Int64
  package let high: Int64

  /// How many voters must cover a point.
  package static func need(of voters: Int) -> Int { voters / 2 + 1 }

  /// - Parameter voters: how many have a vote, those that have said nothing included; at least the number of claims.
  /// - Returns: nil where no point is covered by a majority.
  package init?(_ claims: [Claim], voters: Int? = nil) {
    self.init(claims, need: Self.need(of: max(voters ?? 0, claims.count)))
  }

  /// From the first to the last point that so many of them cover, at least one.
  /// - Returns: nil where there is no such point.
  init?(_ claims: [Claim], need: Int) {
    guard need > 0 else { return nil }
    // Closed intervals: where one begins at the point where another ends, both cover it.
    var ends: [(at: Int64, closes: Bool)] = []
    for claim in claims { ends += [(claim.low, false), (claim.high, true)] }
    ends.sort { ($0.at, $0.closes ? 1 : 0) < ($1.at, $1.closes ? 1 : 0) }
    var covering = 0
    var low: Int64?
    var high: Int64?
    for end in ends {
      if end.closes {
        if covering >= need { high = end.at }
        covering -= 1
      } else {
        covering += 1
        if covering == need, low == nil { low = end.at }
      }
    }
    guard let low, let high else { return nil }
    (self.low, self.high) = (low, high)
  }

  /// The point from which neither end is far: it makes the stated uncertainty as small as the evidence allows.
  package var middle: Int64 { low + (high - low) / 2 }
  package var halfWidth: Int64 { high - middle }

  /// What it has in common with a claim, both ends included; nil where that is nothing.
  func within(_ claim: Claim) -> MajorityHull? {
    let (low, high) = (max(low, claim.low), min(high, claim.high))
    return low <= high ? MajorityHull(low: low, high: high) : nil
  }

  private init(low: Int64, high: Int64) { (self.low, self.high) = (low, high) }

  /// Whether a source is one of those that the stretch stands on: its middle lies inside, as RFC 5905 §11.2.1 asks of a truechimer,
  /// or it covers the point that is told.
  package func holds(_ claim: Claim) -> Bool {
    (low...high).contains(claim.middle) || (claim.low...claim.high).contains(middle)
  }
}
