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
  /// Nil where the reserve was not met, and it was offered to nobody yet.
  package private(set) var holder: PrincipalID?
  /// What he pays; before that, the price at the end as far as it is known. Who comes after him pays no more.
  package private(set) var amount: Money?
  /// Who had it before him, in that order.
  package private(set) var before: [PrincipalID]

  /// So often one lot is passed on at most: what is said of it fits into one answer.
  package static let mostPassings = 16

  package init(result: Digest, seller: PrincipalID, holder: PrincipalID?, amount: Money?, before: [PrincipalID]) {
    (self.result, self.seller, self.holder, self.amount, self.before) = (result, seller, holder, amount, before)
  }

  /// Nil where nobody has bid, or where it was cancelled.
  ///
  /// - Parameter price: at the end; of what the reserve kept from being sold the result does not say it.
  package init?(_ result: AuctionResult, digest: Digest, seller: PrincipalID, price: Money? = nil) {
    switch result.outcome {
    case .sold: self.init(result: digest, seller: seller, holder: result.winner, amount: result.amount, before: [])
    case .conditional: self.init(result: digest, seller: seller, holder: nil, amount: price, before: [])
    case .noBids, .cancelled: return nil
    }
  }

  /// All whose bids count no longer when it is passed on now.
  package var passedOver: Set<PrincipalID> { Set(before + [holder].compactMap { $0 }) }

  /// In `CommandRefusal`'s order; nil: it can be.
  package func refusal(of passing: PassingOn) -> CommandRefusal? {
    if passing.result != result { return .wrongResult }
    if passing.from != holder { return .wrongHolder }
    if before.count >= Self.mostPassings { return .nothingToPassOn }
    if passing.to.role != .bidder || passing.to == seller || passedOver.contains(passing.to) { return .wrongRecipient }
    return amount.map { passing.amount > $0 } ?? false ? .wrongAmount : nil
  }

  /// To be told only what it does not refuse.
  package mutating func pass(_ passing: PassingOn) {
    if let holder { before.append(holder) }
    (holder, amount) = (passing.to, passing.amount)
  }
}

/// Of a closing block: what has become of the lot.
package struct FinalWord: Hashable, Sendable {
  package let digest: Digest
  package let result: AuctionResult
  package init(_ result: AuctionResult, digest: Digest) { (self.result, self.digest) = (result, digest) }
}
