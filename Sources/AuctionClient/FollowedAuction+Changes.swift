package import AuctionFacts
package import SharedKernel

// What a follower tells.

extension FollowedAuction {
  /// An accepted bid, as recorded.
  package struct RecordedBid: Sendable, Hashable {
    package let id: BidID
    package let bidder: PrincipalID
    /// What it offers openly, as far as that counts; of a sealed one, once that is known, what it offers.
    package internal(set) var amount: Money
    package let receivedAt: Timestamp
    /// What it left the auction at; nil while that is sealed.
    package let price: Money?
    package let leader: PrincipalID?
    /// An operator has taken it out of the reckoning.
    package internal(set) var isVoided = false
  }

  /// Whether the ledger holds.
  package enum Health: Sendable, Hashable {
    case whole
    /// Two statements under the house's key that cannot both be; the reason in words.
    case broken(String)
  }

  /// What a block brought.
  package enum Change: Sendable, Hashable {
    case opened
    case bid(RecordedBid)
    case extended(from: Timestamp, to: Timestamp, by: PrincipalID?, cause: Extension.Cause)
    /// What a bid had committed to.
    case revealed(BidID, by: PrincipalID, Money)
    /// The least for which the lot is sold.
    case reserveRevealed(Money)
    /// A bid counts no longer.
    case voided(BidID, by: PrincipalID, reason: String)
    case suspended(reason: String)
    case resumed
    case closed(AuctionResult)
    /// It goes to another bidder.
    case passedOn(PassingOn)
    case broken(String)
  }

  /// What became of a statement.
  package enum Step: Sendable {
    case applied([Change])
    case alreadyKnown
    /// Blocks before this one are missing: ask for them from `nextBlock` on.
    case gap
  }
}
