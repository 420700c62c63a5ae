package import AuctionFacts
package import SharedKernel

/// What the accepted bids of one auction come to: who leads, and at which price.
///
/// Openly ascending: a bid goes as far as its secret maximum, or as far as it offers. The price is what beats the second. Sealed: nothing
/// can be said until the amounts are revealed, one after another in the order in which the bids were accepted; a bidder's last one
/// counts, in its own place.
package struct Contest: Equatable, Sendable {
  /// A bid, with as much of it as the rules look at.
  package struct Offer: Equatable, Sendable {
    package let bidder: PrincipalID
    /// What it offers openly.
    package let amount: Money
    /// How far it goes.
    package let maximum: Money

    package init(bidder: PrincipalID, amount: Money, maximum: Money) {
      (self.bidder, self.amount, self.maximum) = (bidder, amount, maximum)
    }
  }

  package private(set) var price: Money?
  package private(set) var leader: PrincipalID?
  /// How far the leader goes; nobody is told before the end.
  private(set) var leaderMaximum: Money?
  /// The least for which the lot is sold; nil: whatever it comes to.
  private var reserve: Money?
  /// Of a sealed auction: each bidder's last bid that has been revealed, and the two best of them, the best first.
  private var revealed: [PrincipalID: Ranked] = [:]
  private var best: [Ranked] = []
  private var places = 0

  private struct Ranked: Equatable, Sendable {
    let bidder: PrincipalID
    let amount: Money
    /// In the order of acceptance: of equal amounts the first leads.
    let place: Int

    static func precedes(_ a: Ranked, _ b: Ranked) -> Bool { a.amount == b.amount ? a.place < b.place : a.amount > b.amount }
  }

  package init(price: Money? = nil, leader: PrincipalID? = nil, leaderMaximum: Money? = nil, reserve: Money? = nil) {
    (self.price, self.leader, self.leaderMaximum, self.reserve) = (price, leader, leaderMaximum, reserve)
  }

  /// Whether the lot would be sold as it stands. Who goes as far as the reserve pays at least that, so that the price says it.
  package var isReserveMet: Bool { price.map { price in reserve.map { price >= $0 } ?? true } ?? false }

  /// Nothing more is to come.
  mutating func end() { (leaderMaximum, reserve, revealed, best, places) = (nil, nil, [:], [], 0) }

  /// Takes an accepted bid.
  package mutating func take(_ offer: Offer, under terms: AuctionTerms) {
    guard !terms.isSealed else { return }
    ascend(offer, under: terms)
    if let reserve, let most = leaderMaximum, most >= reserve { price = price.map { max($0, reserve) } }
  }

  private mutating func ascend(_ offer: Offer, under terms: AuctionTerms) {
    // Beyond what the lot costs at once nobody goes; who offers that openly has it, however far others would have gone.
    let maximum = terms.price(after: offer.maximum)
    if terms.isBought(at: terms.price(after: offer.amount)) { return lead(offer, at: offer.amount, under: terms) }
    guard let leader, let most = leaderMaximum else {
      return lead(offer, at: max(offer.amount, terms.openingPrice), under: terms)
    }
    if offer.bidder == leader {
      // Openly it offers nothing more.
      leaderMaximum = max(most, maximum)
    } else if maximum > most {
      let enough = min(maximum, most.addingClamped(terms.increment.step(at: most)))
      lead(offer, at: max(offer.amount, enough), under: terms)
    } else {
      // Where a bid of the leader's was voided, another one of his may have offered more openly than its turn asked for.
      price = max(price ?? .zero, min(most, maximum.addingClamped(terms.increment.step(at: maximum))))
    }
  }

  /// Takes what was secret of a bid of a sealed auction; in the order of acceptance.
  package mutating func reveal(_ offer: Offer, under terms: AuctionTerms) {
    guard terms.isSealed else { return }
    places += 1
    let bid = Ranked(bidder: offer.bidder, amount: offer.maximum, place: places)
    let replaced = revealed.updateValue(bid, forKey: offer.bidder)
    if let replaced, best.contains(replaced) {
      // Who comes up in its place, only all of them tell.
      best = []
      for other in revealed.values { rank(other) }
    } else {
      rank(bid)
    }
    guard let winner = best.first else { return }
    leader = winner.bidder
    let second = max(best.dropFirst().first?.amount ?? terms.openingPrice, terms.openingPrice)
    let least = reserve.map { winner.amount >= $0 ? max(second, $0) : second } ?? second
    price = terms.format == .vickrey ? least : winner.amount
  }

  private mutating func rank(_ bid: Ranked) {
    best.append(bid)
    best.sort(by: Ranked.precedes)
    if best.count > 2 { best.removeLast() }
  }

  private mutating func lead(_ offer: Offer, at price: Money, under terms: AuctionTerms) {
    (leader, leaderMaximum) = (offer.bidder, terms.price(after: offer.maximum))
    self.price = terms.price(after: price)
  }
}
