package import SharedKernel

/// The last block that a bidder had seen when signing.
package struct Seen: Hashable, Sendable {
  package let block: Int64
  package let digest: Digest
  package init(block: Int64, digest: Digest) { (self.block, self.digest) = (block, digest) }
}

/// `lance.realizado`: what a bidder signs.
package struct Bid: Hashable, Sendable {
  package let id: BidID
  package let auction: AuctionID
  package let edition: Edition
  package let bidder: PrincipalID
  package let amount: Money
  /// Nil before block 0 was seen.
  package let seen: Seen?
  /// The bidder's own clock: evidence, never priority.
  package let clock: ClockReading
  /// Proxy and sealed bids: what the secret amount is committed by.
  package let maximumCommitment: Digest?
  package init(
    id: BidID, auction: AuctionID, edition: Edition, bidder: PrincipalID, amount: Money, seen: Seen?, clock: ClockReading,
    maximumCommitment: Digest? = nil
  ) {
    (self.id, self.auction, self.edition, self.bidder, self.amount) = (id, auction, edition, bidder, amount)
    (self.seen, self.clock, self.maximumCommitment) = (seen, clock, maximumCommitment)
  }
}

/// What a proxy or sealed bid commits to: sent beside the signed bid, to ms-lance only, and revealed when the auction ends. Never logged,
/// never forwarded. A reserve is kept likewise.
package struct Secret: Hashable, Sendable {
  package let amount: Money
  /// Sixteen random bytes.
  package let salt: [UInt8]

  /// Nil unless the salt has sixteen bytes.
  package init?(amount: Money, salt: [UInt8]) {
    guard salt.count == Self.saltBytes else { return nil }
    (self.amount, self.salt) = (amount, salt)
  }

  package static let saltBytes = 16
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a bid was not accepted, in the order of testing, so that two runs always name the same first reason.
package enum Refusal: Hashable, Sendable, CaseIterable {
  case rateLimit
  /// No registered key has that id, or it is not a bidder's.
  case unknownBidder
  case invalidSignature
  case revokedKey
  case malformed
  case identityMismatch
  case unknownAuction
  case wrongEdition
  case reusedID
  case notOpenYet
  case suspended
  case closed
  case sellerMayNotBid
  case implausibleClock
  case stale
  case seenMismatch
  case badCommitment
  case alreadyLeading
  case tieLost
  case belowMinimum
}

/// `lance.invalidado`: the signed receipt of a refused bid. What could not be read of the bid is nil.
package struct Receipt: Hashable, Sendable {
  package var auction: AuctionID?
  package var bid: BidID?
  package var bidder: PrincipalID?
  /// SHA-256 of the bid's payload.
  package var bidDigest: Digest?
  package var reason: Refusal
  /// What would have been accepted then; nil for an unknown auction.
  package var minimum: Money?
  /// The head of the ledger then; nil before block 0.
  package var afterBlock: Int64?
  package var receivedAt: Timestamp
  /// This auction's journalled refusals, from 1; nil where the refusal is not journalled.
  package var number: Int64?
  package var clock: ClockReading
  package init(
    auction: AuctionID? = nil, bid: BidID? = nil, bidder: PrincipalID? = nil, bidDigest: Digest? = nil, reason: Refusal,
    minimum: Money? = nil, afterBlock: Int64? = nil, receivedAt: Timestamp, number: Int64? = nil, clock: ClockReading
  ) {
    (self.auction, self.bid, self.bidder, self.bidDigest, self.reason) = (auction, bid, bidder, bidDigest, reason)
    (self.minimum, self.afterBlock, self.receivedAt, self.number, self.clock) = (minimum, afterBlock, receivedAt, number, clock)
  }
}
