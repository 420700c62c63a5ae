package import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import SharedKernel

/// What the conversation is made of: what comes in, what goes out, what is told.
extension BidderSession {
  package enum Input: Sendable {
    case link(HouseLink.Event)
    /// A signed bid to be sent.
    case submit(Bid, Sealed)
    /// One that an earlier program sent, of which it is not known what became. It is asked for, not sent again.
    case resume(Bid, Sealed)
    case published(BidID, PublishResult)
    /// Only ask what became of a bid that was sent some other time.
    case inquire(PrincipalID, BidID)
    case tick
  }

  package enum PublishResult: Sendable, Hashable { case confirmed, refused, unroutable, lost }

  package enum Output: Sendable {
    case ask(Query)
    case publish(Bid, Sealed)
    case follow(AuctionID)
    case tell(Event)
  }

  package enum Event: Sendable {
    case connected
    case disconnected(reason: String, retryIn: Duration)
    case refused(String)
    case blocked(String)
    case unblocked
    /// Nothing has come from the broker for so long; what is told may be old, and what is sent may be late.
    case silent(for: Duration)
    case heard
    /// Every auction of interest has been asked for and heard.
    case live
    /// Some of the house's partitions do not answer: of their auctions nothing is known yet. Asked again until they do.
    case incomplete(String, answered: Int, of: Int)
    case auction(FollowedAuction, [FollowedAuction.Change])
    /// Bids of an auction that was told of from its signed head on, from before that head, and which of them were voided.
    case past(AuctionID, [FollowedAuction.Change])
    case attempt(BidAttempt)
    /// What the house says of a bid that was asked for; nil: it has not decided such a bid.
    case decision(BidID, HouseStatement?, asOf: ClockReading)
    /// The house refused a bid that was asked for, so long ago that it no longer keeps the receipt.
    case refusedLongAgo(BidID)
    /// The house signed this about a bid of this bidder's, or about how an auction ended in which he bid: his proof of it.
    case concerning(HouseStatement)
    /// Something arrived that the house did not say.
    case dropped(String)
  }

  /// What to follow.
  package enum Interest: Sendable, Hashable {
    case everything
    case only(Set<AuctionID>)

    func includes(_ auction: AuctionID) -> Bool {
      switch self {
      case .everything: true
      case .only(let set): set.contains(auction)
      }
    }
  }
}

extension HouseLink.Event {
  /// What is told of it as it is.
  var news: BidderSession.Event? {
    switch self {
    case .refused(let reason): .refused(reason)
    case .blocked(let reason): .blocked(reason)
    case .unblocked: .unblocked
    case .silent(let time): .silent(for: time)
    case .heard: .heard
    case .dropped(let reason): .dropped(reason)
    case .up, .down, .statement, .snapshot, .receipt: nil
    }
  }
}

extension BidderSession {
  mutating func resume(_ bid: Bid, _ sealed: Sealed, _ now: Timestamp) -> [Output] {
    guard attempts[bid.id] == nil else { return [] }
    attempts[bid.id] = (BidAttempt(resuming: bid, digest: sealed.digest, at: now), sealed)
    return told(bid.id)
  }
}
