import AuctionFacts
import SharedKernel

extension AuctionBook {
  /// What the next bid must offer at that instant. A falling price stands still while bids do not count; of an auction that is over only
  /// what it was bought at is known, or the least.
  func minimum(at instant: Timestamp) -> Money {
    guard terms.fallingPrice != nil, price == nil else { return terms.minimum(after: price) }
    switch status {
    case .scheduled: return terms.minimum(after: nil)
    case .open, .suspended:
      return terms.asked(at: suspendedAt.map { min($0, instant) } ?? instant, closingAt: closesAt) ?? terms.openingPrice
    case .closed: return terms.openingPrice
    }
  }

  /// As the last entry says it.
  var minimum: Money { minimum(at: statedAt ?? terms.fallsSince(closingAt: closesAt)) }

  /// What the bid means to the rules: who meets a falling price pays what is asked then.
  func offer(of bid: PastBid) -> Contest.Offer {
    let amount = terms.fallingPrice == nil ? bid.amount : minimum(at: bid.receivedAt)
    return Contest.Offer(bidder: bid.bidder, amount: amount, maximum: bid.secret?.amount ?? amount)
  }

  /// From when on an absence of the house counts, and the end that it has after it; nil: it counts for nothing.
  ///
  /// Whoever stops the house does not win: when it was away in the last moments, the auction gets those moments again. That holds for a
  /// hard close and past the latest close too, which bound what bids may do and not what an outage may take away. A falling price stood
  /// still meanwhile, and gets all the time again, though none of it twice: a house that ends once more before it has done anything has
  /// been away since before it was back.
  func effect(ofAbsenceFrom from: Timestamp, to: Timestamp) -> (from: Timestamp, end: Timestamp)? {
    let isFalling = terms.fallingPrice != nil
    let from = isFalling ? max(from, statedAt ?? from) : from
    guard status == .open, from <= closesAt, to > from else { return nil }
    if isFalling { return (from, closesAt + (to - from)) }
    let end = to + max(terms.rules.extensionWindow, BookKeeper.shortestLastMoments)
    return end > closesAt ? (from, end) : nil
  }
}
