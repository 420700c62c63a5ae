import AuctionFacts
import SharedKernel

extension AuctionBook {
  /// Why the bid cannot be accepted under that stamp, in PROTOCOL.md's order of testing (3, from `leilao_nao_iniciado` on), so
  /// that two runs always name the same first reason; nil: it is to be accepted.
  func refusal(of bid: Bid, received: ClockReading) -> Refusal? {
    switch status {
    case .scheduled: return .notOpenYet
    case .suspended: return .suspended
    case .closed: return .closed
    case .open: break
    }
    if received.instant > closesAt { return .closed }
    if bid.bidder == terms.seller { return .sellerMayNotBid }

    if terms.rules.clockRequired, !bid.clock.isDisciplined { return .implausibleClock }
    let seenClock = bid.seen.flatMap(log.clock)
    if let refusal = ClockClaim(claimed: bid.clock, received: received, seen: seenClock).refusal { return refusal }
    if bid.seen != nil, seenClock == nil { return .seenMismatch }

    // To buy at once is not to outbid oneself.
    if bid.bidder == leader, !terms.isBought(at: terms.price(after: bid.amount)) { return .alreadyLeading }
    if let refusal = refusal(ofAmount: bid.amount, seen: bid.seen, received: received.instant) { return refusal }
    // Proxy bids are not held yet: no secret came with the commitment, so that nothing can open it.
    return bid.maximumCommitment == nil ? nil : .badCommitment
  }

  /// The minimum is that of the price as it stands, or, for a bid that was in flight when the price moved, that of the price
  /// its bidder had seen; and it must always exceed the price, so that a higher bid is never lost to a lower one.
  private func refusal(ofAmount amount: Money, seen: Seen?, received: Timestamp) -> Refusal? {
    guard let price else { return amount >= minimum ? nil : .belowMinimum }
    if amount > price, amount >= minimum { return nil }
    guard let quoted = minimumInFlight(seen: seen, received: received), amount >= quoted, amount >= price
    else { return .belowMinimum }
    return amount > price ? nil : .tieLost
  }

  /// The minimum that the bidder had been quoted, if it may still count on it; nil when the price has not moved since, or
  /// moved too long ago. A bid decided into the same block as the one that moved the price always may.
  private func minimumInFlight(seen: Seen?, received: Timestamp) -> Money? {
    let tolerance = terms.rules.inFlightTolerance
    let (quoted, moved) = log.quoted(seen)
    guard tolerance > .zero, moved.map({ received - $0.instant < tolerance }) ?? pending.movesPrice else { return nil }
    return terms.minimum(after: quoted)
  }
}
