package import AuctionFacts
package import SharedKernel

/// The bids that counted when an auction ended, with all that was secret: to whom the rules give the lot when some are passed over.
package struct Succession: Sendable {
  private let offers: [Contest.Offer]
  private let terms: AuctionTerms
  private let reserve: Money?

  /// - Parameters:
  ///   - offers: in the order of acceptance, without those that were voided; each with what was revealed of it.
  ///   - reserve: what was revealed, where there is one.
  package init(_ offers: [Contest.Offer], under terms: AuctionTerms, reserve: Money?) {
    (self.offers, self.terms, self.reserve) = (offers, terms, reserve)
  }

  /// Who would have won, and at which price, had those bidders' bids not been placed; nil: nobody. A reserve keeps nothing from being
  /// passed on, and lifts the price of those only who go as far.
  package func next(without passedOver: Set<PrincipalID> = []) -> Heir? {
    var contest = Contest(reserve: reserve)
    for offer in offers where !passedOver.contains(offer.bidder) {
      contest.take(offer, under: terms)
      contest.reveal(offer, under: terms)
    }
    guard let bidder = contest.leader, let amount = contest.price else { return nil }
    return Heir(bidder: bidder, amount: amount)
  }

  /// Those to whom it would go one after the other, each defaulting in his turn.
  package func heirs(without passedOver: Set<PrincipalID>, atMost count: Int) -> [Heir] {
    var (heirs, gone) = ([Heir](), passedOver)
    while heirs.count < count, let heir = next(without: gone) {
      heirs.append(heir)
      gone.insert(heir.bidder)
    }
    return heirs
  }
}

/// To whom a lot may be passed on, and what he pays.
package struct Heir: Hashable, Sendable {
  package let bidder: PrincipalID
  package let amount: Money
  package init(bidder: PrincipalID, amount: Money) { (self.bidder, self.amount) = (bidder, amount) }
}
