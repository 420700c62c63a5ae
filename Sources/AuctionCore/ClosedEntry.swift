package import AuctionFacts
package import SharedKernel

/// What is left of an auction in the calendar when it is over.
package struct ClosedEntry: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  package let opensAt: Timestamp
  package let closesAt: Timestamp
  /// The sequence of the last notice.
  package let sequence: Int64

  package init(auction: AuctionID, edition: Edition, opensAt: Timestamp, closesAt: Timestamp, sequence: Int64) {
    (self.auction, self.edition, self.opensAt) = (auction, edition, opensAt)
    (self.closesAt, self.sequence) = (closesAt, sequence)
  }
}
