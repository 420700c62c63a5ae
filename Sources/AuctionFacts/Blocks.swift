package import SharedKernel

/// What ms-lance says about one auction in one turn; blocks chain from the opening to the result.
package struct Block: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// Block 0: the whole signed `leilao.iniciado`.
    case opening(Evidence)
    /// At least one, at most 64.
    case entries([BlockEntry])
    /// The last block (`leilao.vencedor`): the result, and the signed `leilao.finalizado` or `leilao.cancelado`; nil where the last bid
    /// ended the auction.
    case closing(AuctionResult, Evidence?)
  }

  package let auction: AuctionID
  package let edition: Edition
  /// From 0, without a gap.
  package let number: Int64
  /// SHA-256 of the payload of the block before; in block 0 the edition.
  package let previous: Digest
  package let content: Content
  package let clock: ClockReading
  package init(
    auction: AuctionID, edition: Edition, number: Int64, previous: Digest, content: Content, clock: ClockReading
  ) {
    (self.auction, self.edition, self.number, self.previous) = (auction, edition, number, previous)
    (self.content, self.clock) = (content, clock)
  }

  package static let maximumEntries = 64
}

/// One thing that happened, and the state after it.
package struct BlockEntry: Hashable, Sendable {
  package enum Fact: Hashable, Sendable {
    /// An accepted bid (its envelope, without the secret) and when ms-lance received it.
    case bid(Evidence, receivedAt: Timestamp)
    /// A bid was voided by this signed command, and when ms-lance received it.
    case voided(Evidence, receivedAt: Timestamp)
    /// What the calendar said, and when ms-lance received it.
    case suspended(Evidence, receivedAt: Timestamp)
    case resumed(Evidence, receivedAt: Timestamp)
    /// What an accepted bid had committed to, once the auction is over.
    case revealed(BidID, of: PrincipalID, Secret)
    /// What the terms had committed to: the least for which the lot is sold. Before what bids had.
    case reserveRevealed(Secret)
    /// The house was not there from one instant to the other.
    case outage(from: Timestamp, to: Timestamp)
    /// A bidder's key, before the first bid accepted under it, or when it was revoked.
    case key(KeyRecord)
  }

  package let fact: Fact
  /// Nil before the first accepted bid.
  package let price: Money?
  package let leader: PrincipalID?
  package let minimum: Money
  package let closesAt: Timestamp
  /// Nil where there is no reserve.
  package let isReserveMet: Bool?
  package init(
    fact: Fact, price: Money?, leader: PrincipalID?, minimum: Money, closesAt: Timestamp, isReserveMet: Bool? = nil
  ) {
    (self.fact, self.price, self.leader, self.minimum, self.closesAt) = (fact, price, leader, minimum, closesAt)
    self.isReserveMet = isReserveMet
  }
}

extension BlockEntry.Fact {
  /// When ms-lance received it; nil of what is not received from anybody.
  package var receivedAt: Timestamp? {
    switch self {
    case .bid(_, let instant), .voided(_, let instant), .suspended(_, let instant), .resumed(_, let instant): instant
    case .outage, .key, .revealed, .reserveRevealed: nil
    }
  }

  package var isRevelation: Bool {
    switch self {
    case .revealed, .reserveRevealed: true
    case .bid, .voided, .suspended, .resumed, .outage, .key: false
    }
  }
}

/// A bidder's public key as the house knew it.
package struct KeyRecord: Hashable, Sendable {
  package enum Standing: Hashable, Sendable { case active, revoked }
  package let owner: PrincipalID
  /// SHA-256 of the SubjectPublicKeyInfo.
  package let keyID: Digest
  /// SubjectPublicKeyInfo, DER.
  package let spki: [UInt8]
  package let standing: Standing
  package init(owner: PrincipalID, keyID: Digest, spki: [UInt8], standing: Standing) {
    (self.owner, self.keyID, self.spki, self.standing) = (owner, keyID, spki, standing)
  }
}

/// How an auction ended.
package struct AuctionResult: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable, CaseIterable { case sold, conditional, noBids, cancelled }
  package let outcome: Outcome
  package let winner: PrincipalID?
  package let amount: Money?
  package let acceptedBids: Int64
  package let refusedBids: Int64
  /// SHA-256 over the payload digests of the journalled refusals, in the order of their numbers.
  package let refusals: Digest
  package let closesAt: Timestamp
  package init(
    outcome: Outcome, winner: PrincipalID?, amount: Money?, acceptedBids: Int64, refusedBids: Int64, refusals: Digest,
    closesAt: Timestamp
  ) {
    (self.outcome, self.winner, self.amount, self.closesAt) = (outcome, winner, amount, closesAt)
    (self.acceptedBids, self.refusedBids, self.refusals) = (acceptedBids, refusedBids, refusals)
  }
}

/// `leilao.prorrogado`: the end has moved.
package struct Extension: Hashable, Sendable {
  package enum Cause: Hashable, Sendable, CaseIterable { case bid, outage, resumption }
  package let auction: AuctionID
  package let edition: Edition
  /// The block whose state first has the new end.
  package let block: Int64
  package let closesAt: Timestamp
  /// The bidder who caused it, if a bid did.
  package let by: PrincipalID?
  package let cause: Cause
  package let clock: ClockReading
  package init(
    auction: AuctionID, edition: Edition, block: Int64, closesAt: Timestamp, by: PrincipalID?, cause: Cause, clock: ClockReading
  ) {
    (self.auction, self.edition, self.block, self.closesAt) = (auction, edition, block, closesAt)
    (self.by, self.cause, self.clock) = (by, cause, clock)
  }
}

/// Where an auction stands, as a query is answered.
package struct AuctionSummary: Hashable, Sendable {
  /// What became of it, and when the house said so.
  package struct Ending: Hashable, Sendable {
    package let outcome: AuctionResult.Outcome
    package let at: Timestamp
    package init(outcome: AuctionResult.Outcome, at: Timestamp) { (self.outcome, self.at) = (outcome, at) }
  }

  /// Who has the lot since it was passed on last.
  package struct Holder: Hashable, Sendable {
    package let id: PrincipalID
    package let amount: Money
    package let sequence: Int64
    package let at: Timestamp
    package init(id: PrincipalID, amount: Money, sequence: Int64, at: Timestamp) {
      (self.id, self.amount, self.sequence, self.at) = (id, amount, sequence, at)
    }
  }

  package let auction: AuctionID
  package let edition: Edition
  package let status: AuctionStatus
  /// The head of the ledger; nil before block 0.
  package let head: Seen?
  package let price: Money?
  package let leader: PrincipalID?
  package let minimum: Money
  /// The end that is set, or that was when it ended.
  package let closesAt: Timestamp
  /// Nil until it is over.
  package let ending: Ending?
  /// Nil where there is no reserve, and of a cancelled auction.
  package let isReserveMet: Bool?
  /// Nil unless it was passed on.
  package var passedOn: Holder?
  package init(
    auction: AuctionID, edition: Edition, status: AuctionStatus, head: Seen?, price: Money?, leader: PrincipalID?,
    minimum: Money, closesAt: Timestamp, ending: Ending?, isReserveMet: Bool? = nil
  ) {
    self.isReserveMet = isReserveMet
    (self.auction, self.edition, self.status, self.head) = (auction, edition, status, head)
    (self.price, self.leader, self.minimum, self.closesAt, self.ending) = (price, leader, minimum, closesAt, ending)
  }
}
