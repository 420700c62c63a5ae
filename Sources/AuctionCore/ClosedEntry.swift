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
  /// Nil where an earlier version left it out.
  package let seller: PrincipalID?
  /// Nil where there is nothing to pass on, or where an earlier version left it out.
  package let lot: FinishedLot?

  package init(
    auction: AuctionID, edition: Edition, opensAt: Timestamp, closesAt: Timestamp, sequence: Int64,
    seller: PrincipalID?, lot: FinishedLot?
  ) {
    (self.auction, self.edition, self.opensAt) = (auction, edition, opensAt)
    (self.closesAt, self.sequence, self.seller, self.lot) = (closesAt, sequence, seller, lot)
  }
}
