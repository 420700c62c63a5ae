internal import AuctionCore
internal import AuctionFacts
package import SharedKernel

/// A price that falls by itself: nobody says what is asked now, and everybody can work it out.
extension AuctionView {
  /// What the next bid must offer at that instant.
  package func minimum(at now: Timestamp) -> Money {
    guard status == .open, price == nil else { return minimum }
    return terms.asked(at: now, closingAt: closesAt) ?? minimum
  }

  /// When that falls next; nil: it does not, or no further.
  package func nextFall(after now: Timestamp) -> Timestamp? {
    guard status == .open, price == nil else { return nil }
    return terms.nextFall(after: now, closingAt: closesAt)
  }
}
