package import SharedKernel

/// How a bid was decided.
package struct BidDecision: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    /// In that block of the auction's ledger.
    case accepted(block: Int64)
    /// By the auction's journalled receipt of that number.
    case refused(number: Int64)
  }

  package let auction: AuctionID
  /// SHA-256 of the bid's payload.
  package let digest: Digest
  package let outcome: Outcome

  package init(auction: AuctionID, digest: Digest, outcome: Outcome) {
    (self.auction, self.digest, self.outcome) = (auction, digest, outcome)
  }
}
