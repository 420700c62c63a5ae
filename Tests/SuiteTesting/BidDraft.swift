package import AuctionFacts
import AuctionWire
import ServiceKit
package import SharedKernel
import SigningKit

/// A bid before it is signed: a history may spoil it first.
package struct BidDraft: Sendable {
  package let id: BidID
  package var auction: AuctionID
  package var edition: Edition
  package let bidder: PrincipalID
  package var amount: Money
  package var seen: Seen?
  package var clock: ClockReading
  /// What it commits to.
  package var maximum: Money?
  /// In the place of the commitment that opens.
  package var strayCommitment: Digest?

  /// Its salt follows from the bid's id, so that histories repeat themselves.
  var secret: Secret? { maximum.flatMap { Secret(amount: $0, salt: id.value.bytes) } }

  var bid: Bid {
    let commitment = secret.map { SHA256.of($0.commitment(to: id, of: bidder, in: edition)) }
    return Bid(
      id: id, auction: auction, edition: edition, bidder: bidder, amount: amount, seen: seen, clock: clock,
      maximumCommitment: strayCommitment ?? commitment)
  }
}
