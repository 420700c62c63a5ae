package import AuctionFacts
package import SharedKernel

/// What is left of the book of an auction that is over: enough to say what became of it, and to decide later bids as before.
package struct ClosedBook: Hashable, Sendable {
  package let terms: AuctionTerms
  package let edition: Edition
  package let closesAt: Timestamp
  package let closedAt: Timestamp
  package let outcome: AuctionResult.Outcome
  package let price: Money?
  package let leader: PrincipalID?
  package let acceptedBids: Int64
  package let refusedBids: Int64
  package let lastReceived: Timestamp?
  package let lastSequence: Int64
  /// The closing block; nil when the auction was cancelled before it opened.
  package let ending: Ending?

  package struct Ending: Hashable, Sendable {
    package let number: Int64
    package let instant: Timestamp
    package let block: Spelled
    package init(number: Int64, instant: Timestamp, block: Spelled) {
      (self.number, self.instant, self.block) = (number, instant, block)
    }
  }

  package init(
    terms: AuctionTerms, edition: Edition, closesAt: Timestamp, closedAt: Timestamp, outcome: AuctionResult.Outcome,
    price: Money?, leader: PrincipalID?,
    acceptedBids: Int64, refusedBids: Int64, lastReceived: Timestamp?, lastSequence: Int64, ending: Ending?
  ) {
    (self.terms, self.edition, self.closesAt, self.closedAt) = (terms, edition, closesAt, closedAt)
    self.outcome = outcome
    (self.price, self.leader, self.acceptedBids, self.refusedBids) = (price, leader, acceptedBids, refusedBids)
    (self.lastReceived, self.lastSequence, self.ending) = (lastReceived, lastSequence, ending)
  }
}
