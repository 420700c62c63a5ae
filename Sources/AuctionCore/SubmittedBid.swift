package import AuctionFacts
package import SharedKernel

/// A bid whose signature, key and identity the service has checked; nothing else about it has been.
package struct SubmittedBid: Sendable, Hashable {
  package let bid: Bid
  /// SHA-256 of the bid's payload: what tells a repetition from another bid under the same id.
  package let digest: Digest
  /// The key that the bid was signed with.
  package let key: KeyRecord
  /// The bid's envelope, without any secret: it goes into the ledger as it is.
  package let evidence: Evidence
  /// What opens its commitment; nil if nothing did.
  package let secret: Secret?

  package init(bid: Bid, digest: Digest, key: KeyRecord, evidence: Evidence, secret: Secret? = nil) {
    (self.bid, self.digest, self.key, self.evidence, self.secret) = (bid, digest, key, evidence, secret)
  }
}
