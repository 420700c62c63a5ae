package import AuctionFacts
package import SharedKernel

/// The lot of an auction that is over: who has it, and who had it before.
///
/// Whoever hears that it is passed on asks this what can be; to whom it goes of those who are left, and at which price, the ledger's
/// bids tell.
package struct FinishedLot: Hashable, Sendable {
  /// The closing block's digest.
  package let result: Digest
  package let seller: PrincipalID
  /// Nil where the reserve was not met.
  package let winner: PrincipalID?
  /// At the end, as far as it is known.
  package let price: Money?
  /// How it was passed on since, in that order.
  package private(set) var passings: [PassedOn]

  /// So often one lot is passed on at most: what is said of it fits into one answer.
  package static let mostPassings = 16

  package init(result: Digest, seller: PrincipalID, winner: PrincipalID?, price: Money?, passings: [PassedOn] = []) {
    (self.result, self.seller, self.winner, self.price, self.passings) = (result, seller, winner, price, passings)
  }

  /// Nil where nobody has bid, or where it was cancelled.
  ///
  /// - Parameter price: at the end; of what the reserve kept from being sold the result does not say it.
  package init?(_ result: AuctionResult, digest: Digest, seller: PrincipalID, price: Money? = nil) {
    switch result.outcome {
    case .sold: self.init(result: digest, seller: seller, winner: result.winner, price: result.amount)
    case .conditional: self.init(result: digest, seller: seller, winner: nil, price: price)
    case .noBids, .cancelled: return nil
    }
  }

  /// Nil where the reserve was not met, and it was offered to nobody yet.
  package var holder: PrincipalID? { passings.last?.passing.to ?? winner }
  /// What he pays; who comes after him pays no more.
  package var amount: Money? { passings.last?.passing.amount ?? price }
  /// All whose bids count no longer when it is passed on now: who had it, and who has it.
  package var passedOver: Set<PrincipalID> { Set([winner].compactMap { $0 } + passings.map(\.passing.to)) }

  /// That passing and all that were said after it; nothing where it was not said.
  package func said(from passing: PassingOn) -> ArraySlice<PassedOn> { passings.drop { !$0.passing.isSame(as: passing) } }

  /// In `CommandRefusal`'s order; nil: it can be.
  package func refusal(of passing: PassingOn) -> CommandRefusal? {
    if passing.result != result { return .wrongResult }
    if passing.from != holder { return .wrongHolder }
    if passings.count >= Self.mostPassings { return .nothingToPassOn }
    if passing.to.role != .bidder || passing.to == seller || passedOver.contains(passing.to) { return .wrongRecipient }
    return amount.map { passing.amount > $0 } ?? false ? .wrongAmount : nil
  }

  /// To be told only what it does not refuse.
  package mutating func pass(_ said: PassedOn) { passings.append(said) }
}

/// Of a closing block: what has become of the lot.
package struct FinalWord: Hashable, Sendable {
  package let digest: Digest
  package let result: AuctionResult
  package init(_ result: AuctionResult, digest: Digest) { (self.result, self.digest) = (result, digest) }
}
