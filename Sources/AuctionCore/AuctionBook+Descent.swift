import AuctionFacts
import SharedKernel

// What a falling price asks of a book, and what an absence gives back to it.

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

  /// From when on an absence of the house counts, and the end that it has after it; nil: it counts for nothing. Of a falling price none
  /// of the time counts twice: a house that ends once more before it has done anything has been away since before it was back.
  func effect(ofAbsenceFrom from: Timestamp, to: Timestamp) -> (from: Timestamp, end: Timestamp)? {
    let from = terms.fallingPrice == nil ? from : max(from, statedAt ?? from)
    guard status == .open else { return nil }
    return terms.end(afterAbsenceFrom: from, to: to, closingAt: closesAt).map { (from, $0) }
  }
}
