import AuctionFacts
import SharedKernel

/// The bids that an auction under way has accepted, in their order: what its price follows from, and what is to be revealed.
struct AcceptedBids: Equatable, Sendable {
  struct Item: Equatable, Sendable {
    let bid: BidID
    let offer: Contest.Offer
    /// What it has committed to.
    let secret: Secret?
    /// An operator has taken it out of the reckoning.
    fileprivate(set) var isVoided = false
  }

  private var items: [Item] = []

  mutating func append(_ bid: PastBid, offering offer: Contest.Offer) {
    items.append(Item(bid: bid.bid, offer: offer, secret: bid.secret))
  }

  /// Those that committed to something, voided ones too.
  var committed: some Sequence<(item: Item, secret: Secret)> { items.lazy.compactMap { item in item.secret.map { (item, $0) } } }

  /// The same with that bid voided; nil where there is no such bid, or it was voided before.
  func voiding(_ bid: BidID, of bidder: PrincipalID) -> AcceptedBids? {
    guard let place = items.firstIndex(where: { $0.bid == bid && $0.offer.bidder == bidder }), !items[place].isVoided else {
      return nil
    }
    var left = self
    left.items[place].isVoided = true
    return left
  }

  /// What those that count come to, each taken in its turn as if the others had never been there.
  func contest(under terms: AuctionTerms, reserve: Money?) -> Contest {
    var contest = Contest(reserve: reserve)
    for item in items where !item.isVoided { contest.take(item.offer, under: terms) }
    return contest
  }
}
