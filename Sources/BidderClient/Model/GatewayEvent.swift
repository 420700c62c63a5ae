package import AuctionFacts
package import SharedKernel

/// What the gateway tells the terminal: only verified facts, in the order in which it came to know them.
///
/// Events may be repeated, and may overtake a snapshot: the model takes per auction only what is newer than what it has.
package enum GatewayEvent: Hashable, Sendable {
  // The link.

  /// Dialling, for the nth time in a row (from 1). Every attempt has an epoch of its own, see `Message.gateway`.
  case connecting(attempt: Int)
  /// The broker has let us in; what follows is catching up (`resyncing`, `auction`) and then `live`.
  case connected
  /// The link is gone; the next attempt is the `attempt`th and begins at `retryAt`. Bids in flight are now uncertain.
  case disconnected(reason: String, attempt: Int, retryAt: Timestamp)
  /// `connection.blocked`: the broker takes no publishes.
  case blocked(reason: String)
  case unblocked
  /// The broker does not let this bidder in. Where `disconnected` follows with the same reason, it says when it is tried again.
  case accessRefused(reason: String)
  /// Nothing, not even a heartbeat that was due, has come since then, though the connection stands. Ended by `live`.
  case silent(since: Timestamp)
  /// So many auctions of so many have been asked for and verified.
  case resyncing(done: Int, total: Int)
  /// Everything on the screen is current from here on.
  case live
  /// From publishing to the broker's confirm, measured last.
  case roundTrip(Interval)
  /// Something came as the house's that cannot be verified; it is left out.
  case unverified(reason: String)
  /// What is wrong on this machine, for the bidder to know from the start.
  case remark(String)
  /// What the house's own clock says of itself, in its latest statement.
  case houseClock(ClockReading)

  // Auctions.

  /// Everything about one auction, verified: from its scheduling, or after replaying its blocks.
  case auction(AuctionView)
  /// One accepted bid, and the state after it. Not for bids that are already in an `auction` that was sent.
  case bidAccepted(AuctionID, BidLine, block: Int64, minimum: Money, closesAt: Timestamp)
  /// The end has moved: who, or what, did it.
  case extended(AuctionID, closesAt: Timestamp, by: PrincipalID?, cause: Extension.Cause)
  /// An accepted bid counts no longer; an `auction` follows, with what the others come to. The amount is nil where it is not known.
  case voided(AuctionID, BidID, by: PrincipalID, amount: Money?, reason: String)
  /// - Parameter minimum: what the next bid would have to offer; nil: what was known.
  case suspended(AuctionID, reason: String, minimum: Money? = nil)
  case resumed(AuctionID, closesAt: Timestamp)
  /// The final word on an auction; of a cancelled one with its reason, where that is known.
  case closed(AuctionID, AuctionResult, endedAt: Timestamp, reason: String?)
  /// The lot of an auction that is over goes to another bidder.
  case passedOn(AuctionID, PassingOn)
  /// A block does not follow from the one before, or contradicts another: what the house says of this auction is not to be
  /// trusted any more.
  case chainBroken(AuctionID, reason: String)

  // Own bids.

  /// How it goes with the bid of `Effect.submitBid`.
  case bid(Ticket, BidProgress)
  /// What the house signed about that bid, its acceptance, is verified and on this machine's disk; the acceptance follows as `bid`.
  case receiptKept(Ticket)
  /// Something that the house signed about this bidder could not be kept.
  case receiptNotKept(reason: String)
  /// A bid that an earlier program of this bidder's sent and did not hear the end of; what became of it follows as `bid`.
  case recalled(RecalledBid)
}

/// The terminal's own name for a bid that it asked to be sent; the gateway draws the bid's id.
package struct Ticket: Hashable, Comparable, Sendable {
  package let number: Int
  package init(_ number: Int) { self.number = number }
  package static func < (a: Ticket, b: Ticket) -> Bool { a.number < b.number }
}

/// The stations of a bid, in order; the last five are final, `uncertain` is not.
package enum BidProgress: Hashable, Sendable {
  /// Signed under this id, and given to the broker.
  case sent(BidID)
  /// The broker has confirmed it; the house has not answered yet.
  case delivered
  /// The link died, or the time for an answer passed: it may or may not count. The gateway goes on asking.
  case uncertain
  case accepted
  /// With what would have been accepted then, where the house said so. Nil: so long ago that it no longer says why.
  case refused(Refusal?, minimum: Money?)
  /// The broker refused it: the house's queue is full. It does not count.
  case busy
  /// The house has said for good that it never saw it.
  case neverDecided
  /// It could not be sent at all (no key, no link); it does not count.
  case notSent(reason: String)
}

/// An accepted bid, as history shows it.
package struct BidLine: Hashable, Sendable {
  package var bid: BidID
  package var bidder: PrincipalID
  package var amount: Money
  package var receivedAt: Timestamp
  /// What it left the auction at; nil while that is sealed.
  package var price: Money?
  package var leader: PrincipalID?

  /// - Parameter standing: what it left the auction at, where that is not what it offers itself.
  package init(
    bid: BidID, bidder: PrincipalID, amount: Money, receivedAt: Timestamp, standing: (price: Money?, leader: PrincipalID?)? = nil
  ) {
    (self.bid, self.bidder, self.amount, self.receivedAt) = (bid, bidder, amount, receivedAt)
    (price, leader) = standing ?? (amount, bidder)
  }
}

/// Whether the blocks of an auction follow from one another.
package enum Chain: Hashable, Sendable {
  case whole
  case broken(reason: String)
}

/// The verified state of one auction.
package struct AuctionView: Hashable, Sendable {
  package var terms: AuctionTerms
  package var status: AuctionStatus
  /// The number of the head block; nil before block 0.
  package var head: Int64?
  /// Nil before the first accepted bid.
  package var price: Money?
  package var leader: PrincipalID?
  package var minimum: Money
  package var closesAt: Timestamp
  /// How that end came to be.
  package var extensions = Extensions()
  /// Nil where there is no reserve.
  package var isReserveMet: Bool?
  /// The newest accepted bids, oldest first; no more than `historyLimit` are kept.
  package var bids: [BidLine]
  /// All accepted bids, those too that `bids` does not hold.
  package var bidCount: Int
  /// This bidder's own newest accepted bid.
  package var ownLast: Money?
  package var chain: Chain
  /// The block up to which the house was believed without reading what led there; nil: everything was read.
  package var trustedTo: Int64?
  /// Of a closed auction.
  package var result: AuctionResult?
  /// Why it was cancelled.
  package var reason: String?
  /// To whom it was passed on last, after that.
  package var passedOn: PassingOn?
  /// How far the house goes for this bidder, as far as this machine knows it.
  package var ownMaximum: Money?

  package static let historyLimit = 64

  /// How far its end was moved in all, and in how many times where every one of them was read; nil: it stands where it was meant to.
  package var moved: (total: Interval, times: Int?)? {
    if trustedTo == nil { return extensions.count > 0 ? (extensions.total, extensions.count) : nil }
    return closesAt > terms.closesAt ? (closesAt - terms.closesAt, nil) : nil
  }

  package init(
    terms: AuctionTerms, status: AuctionStatus, head: Int64?, price: Money? = nil, leader: PrincipalID? = nil, minimum: Money,
    closesAt: Timestamp, isReserveMet: Bool? = nil, bids: [BidLine] = [], bidCount: Int = 0, ownLast: Money? = nil,
    chain: Chain = .whole, trustedTo: Int64? = nil,
    result: AuctionResult? = nil, reason: String? = nil, passedOn: PassingOn? = nil, ownMaximum: Money? = nil
  ) {
    (self.passedOn, self.ownMaximum, self.trustedTo) = (passedOn, ownMaximum, trustedTo)
    (self.terms, self.status, self.head, self.price, self.leader) = (terms, status, head, price, leader)
    (self.minimum, self.closesAt, self.bids, self.bidCount) = (minimum, closesAt, bids, bidCount)
    self.isReserveMet = isReserveMet
    (self.ownLast, self.chain, self.result, self.reason) = (ownLast, chain, result, reason)
  }
}
