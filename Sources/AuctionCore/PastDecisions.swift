package import AuctionFacts
package import SharedKernel

/// A bid that was accepted before and is remembered without its envelope, which stands in its block.
package struct PastBid: Hashable, Sendable {
  package let auction: AuctionID
  package let bidder: PrincipalID
  package let bid: BidID
  /// SHA-256 of the bid's payload.
  package let digest: Digest
  package let amount: Money
  package let receivedAt: Timestamp
  /// The id of the bidder's key, where this bid's block is the first to name it.
  package let newKey: Digest?
  /// What it had committed to.
  package let secret: Secret?

  package init(
    auction: AuctionID, bidder: PrincipalID, bid: BidID, digest: Digest, amount: Money, receivedAt: Timestamp, newKey: Digest?,
    secret: Secret? = nil
  ) {
    (self.auction, self.bidder, self.bid, self.digest) = (auction, bidder, bid, digest)
    (self.amount, self.receivedAt, self.newKey, self.secret) = (amount, receivedAt, newKey, secret)
  }
}

/// An opening that took effect before; block 0 was all that was said of it at once.
package struct PastOpening: Hashable, Sendable {
  package let auction: AuctionID
  package let opensAt: Timestamp
  package let closesAt: Timestamp
  /// SHA-256 of block 0's payload.
  package let block: Digest

  package init(auction: AuctionID, opensAt: Timestamp, closesAt: Timestamp, block: Digest) {
    (self.auction, self.opensAt, self.closesAt, self.block) = (auction, opensAt, closesAt, block)
  }
}

/// A block of entries that was sealed before.
package struct PastBlock: Hashable, Sendable {
  package let auction: AuctionID
  package let number: Int64
  /// SHA-256 of its payload.
  package let digest: Digest

  package init(auction: AuctionID, number: Int64, digest: Digest) {
    (self.auction, self.number, self.digest) = (auction, number, digest)
  }
}

/// A refusal that was decided before and is remembered without its bid.
package struct PastRefusal: Hashable, Sendable {
  package let auction: AuctionID
  package let bidder: PrincipalID
  package let bid: BidID
  /// SHA-256 of the bid's payload.
  package let digest: Digest
  package let receivedAt: Timestamp
  /// SHA-256 of the receipt's payload: what the result commits to.
  package let receipt: Digest

  package init(
    auction: AuctionID, bidder: PrincipalID, bid: BidID, digest: Digest, receivedAt: Timestamp, receipt: Digest
  ) {
    (self.auction, self.bidder, self.bid, self.digest) = (auction, bidder, bid, digest)
    (self.receivedAt, self.receipt) = (receivedAt, receipt)
  }
}
