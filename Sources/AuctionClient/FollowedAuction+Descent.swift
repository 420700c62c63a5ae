import AuctionCore
import AuctionFacts
import AuctionWire
package import SharedKernel

/// A price that falls by itself: what is asked between two entries everybody works out from the end that stands.
extension FollowedAuction {
  /// What the next bid must offer, as far as is known, when it is received at that instant.
  package func minimum(at instant: Timestamp) -> Money {
    guard terms.fallingPrice != nil, price == nil, status == .open || status == .closed else { return minimum }
    return status == .closed ? terms.openingPrice : terms.asked(at: min(instant, closesAt), closingAt: closesAt) ?? minimum
  }

  /// When that falls next; nil: it does not, or not by itself.
  package func nextFall(after instant: Timestamp) -> Timestamp? {
    guard status == .open, price == nil else { return nil }
    return terms.nextFall(after: instant, closingAt: closesAt)
  }

  /// Whether it is the opening that the terms announce, or one that is later by as much as its end.
  func isTimely(_ opening: Opening) -> Bool {
    let late = opening.opensAt - terms.opensAt
    return late >= .zero && opening.closesAt == terms.closesAt + late && opening.clock.instant >= opening.opensAt
  }

  private func meets(_ evidence: Evidence, _ price: Money) -> Bool {
    (try? Envelope(evidence)).flatMap { try? Bid($0) }.map { $0.amount >= price && $0.maximumCommitment == nil } ?? false
  }

  /// Whether what the entry says is asked, and to when it moves the end, follows from when it happened. A key's is that of the bid behind
  /// it.
  func isRightlyAsked(in entry: BlockEntry) -> Bool {
    guard terms.fallingPrice != nil else { return true }
    func asks(_ amount: Money?, at instant: Timestamp) -> Bool {
      amount == terms.asked(at: instant, closingAt: entry.closesAt) && amount == entry.minimum
    }
    return switch entry.fact {
    case .bid(let evidence, let receivedAt):
      asks(entry.price, at: receivedAt) && receivedAt <= closesAt && entry.closesAt == closesAt && meets(evidence, entry.minimum)
    case .suspended(_, let receivedAt), .resumed(_, let receivedAt): asks(entry.minimum, at: receivedAt)
    case .outage(_, let to): asks(entry.minimum, at: to)
    case .key: entry.closesAt == closesAt
    // The first bid ends it, and nothing of it is secret.
    case .voided, .revealed, .reserveRevealed: false
    }
  }
}

extension AuctionTerms {
  /// What the bid offers, as far as that counts: of a falling price no more than it costs.
  func counted(_ bid: Bid, in entry: BlockEntry) -> Money {
    guard fallingPrice != nil, let price = entry.price else { return price(after: bid.amount) }
    return min(price, bid.amount)
  }
}

extension FollowedAuction.RecordedBid {
  /// - Parameter amount: as much of it as counts.
  init(_ bid: Bid, counting amount: Money, at receivedAt: Timestamp, leaving entry: BlockEntry) {
    self.init(
      id: bid.id, bidder: bid.bidder, amount: amount, receivedAt: receivedAt, price: entry.price, leader: entry.leader)
  }
}
