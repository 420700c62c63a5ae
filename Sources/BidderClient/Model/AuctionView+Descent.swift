internal import AuctionCore
internal import AuctionFacts
package import SharedKernel

/// A price that falls by itself: nobody says what is asked now, and everybody can work it out.
extension AuctionView {
  /// What the next bid must offer at that instant; of one that is over and was never met, the least.
  package func minimum(at now: Timestamp) -> Money {
    guard terms.fallingPrice != nil, price == nil, status == .open || status == .closed else { return minimum }
    return status == .closed ? terms.openingPrice : terms.asked(at: min(now, closesAt), closingAt: closesAt) ?? minimum
  }

  /// What that bid costs whoever made it; nil: what it offers, as far as is known here.
  func cost(of bid: BidID?) -> Money? {
    guard terms.fallingPrice != nil, let bid else { return nil }
    return bids.last { $0.bid == bid }?.amount
  }

  /// What is shown as its price is what is asked.
  package var isAsking: Bool { terms.fallingPrice != nil && price == nil && status != .closed }

  /// When that falls next; nil: it does not, or no further.
  package func nextFall(after now: Timestamp) -> Timestamp? {
    guard status == .open, price == nil else { return nil }
    return terms.nextFall(after: now, closingAt: closesAt)
  }
}
