package import SharedKernel

/// `leilao.repassar`: a lot goes to another bidder than the one who has it, by an operator's word.
package struct PassingOn: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  /// The closing block's digest.
  package let result: Digest
  /// Who has it: the winner, or whom it was passed on to last; nil where the reserve was not met, and nobody has it yet.
  package let from: PrincipalID?
  package let to: PrincipalID
  /// What he is to pay.
  package let amount: Money
  package let reason: String
  package init(
    auction: AuctionID, edition: Edition, result: Digest, from: PrincipalID?, to: PrincipalID, amount: Money, reason: String
  ) {
    (self.auction, self.edition, self.result) = (auction, edition, result)
    (self.from, self.to, self.amount, self.reason) = (from, to, amount, reason)
  }

  /// Whether it says the same, whatever the reason.
  package func isSame(as other: PassingOn) -> Bool {
    (auction, edition, result) == (other.auction, other.edition, other.result)
      && (from, to, amount) == (other.from, other.to, other.amount)
  }
}

/// `leilao.repassado`: it has gone there. The only word of the house that follows a closing block.
package struct PassedOn: Hashable, Sendable {
  package let passing: PassingOn
  /// Goes on where the calendar's notices of that auction end.
  package let sequence: Int64
  package let clock: ClockReading
  package init(_ passing: PassingOn, sequence: Int64, clock: ClockReading) {
    (self.passing, self.sequence, self.clock) = (passing, sequence, clock)
  }

  package var auction: AuctionID { passing.auction }
}
