package import SharedKernel

/// `lance.anular`: a bid that was accepted counts no longer, by an operator's word. It is never taken out of the ledger.
package struct Voiding: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  package let bid: BidID
  /// Whose bid it is: ids are the bidders' to choose.
  package let bidder: PrincipalID
  package let reason: String
  package init(auction: AuctionID, edition: Edition, bid: BidID, bidder: PrincipalID, reason: String) {
    (self.auction, self.edition, self.bid, self.bidder, self.reason) = (auction, edition, bid, bidder, reason)
  }
}
