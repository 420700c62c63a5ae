package import AuctionFacts
package import SharedKernel

/// A bid before it is signed: a history may spoil it first.
package struct BidDraft: Sendable {
  package let id: BidID
  package var auction: AuctionID
  package var edition: Edition
  package let bidder: PrincipalID
  package var amount: Money
  package var seen: Seen?
  package var clock: ClockReading
  package var maximumCommitment: Digest?

  var bid: Bid {
    Bid(
      id: id, auction: auction, edition: edition, bidder: bidder, amount: amount, seen: seen, clock: clock,
      maximumCommitment: maximumCommitment)
  }
}
