import AuctionFacts
import SharedKernel

extension AuctionBook {
  /// Why the bid cannot be accepted under that stamp, in PROTOCOL.md's order of testing (3, from `leilao_nao_iniciado` on), so
  /// that two runs always name the same first reason; nil: it is to be accepted.
  func refusal(of submitted: SubmittedBid, received: ClockReading) -> Refusal? {
    let (bid, maximum) = (submitted.bid, submitted.secret?.amount)
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

    if !isCommittedRightly(bid, maximum) { return .badCommitment }
    // To buy at once, or to go further than before, is not to outbid oneself.
    if bid.bidder == leader {
      if terms.isBought(at: terms.price(after: bid.amount)) { return nil }
      guard let maximum, let most = contest.leaderMaximum, terms.price(after: maximum) > most else { return .alreadyLeading }
      return nil
    }
    return refusal(ofAmount: maximum ?? bid.amount, seen: bid.seen, received: received.instant)
  }

  /// A commitment must have come with what opens it. Openly nobody offers more than he goes to; sealed, nothing.
  private func isCommittedRightly(_ bid: Bid, _ maximum: Money?) -> Bool {
    switch terms.format {
    case .english: bid.maximumCommitment == nil || maximum.map { bid.amount <= $0 } ?? false
    case .sealed, .vickrey: maximum != nil && bid.amount == .zero
    case .dutch: bid.maximumCommitment == nil
    }
  }

  /// The minimum is that of the price as it stands, or, for a bid that was in flight when the price moved, that of the price
  /// its bidder had seen; and it must always exceed the price, so that a higher bid is never lost to a lower one.
  private func refusal(ofAmount amount: Money, seen: Seen?, received: Timestamp) -> Refusal? {
    guard let price else { return amount >= minimum(at: received) ? nil : .belowMinimum }
    if amount > price, amount >= minimum { return nil }
    guard let quoted = minimumInFlight(seen: seen, received: received), amount >= quoted, amount >= price
    else { return .belowMinimum }
    return amount > price ? nil : .tieLost
  }

  /// The minimum that the bidder had been quoted, if it may still count on it; nil when the price has not risen since, or
  /// moved too long ago. A bid decided into the same block as the one that moved the price always may.
  private func minimumInFlight(seen: Seen?, received: Timestamp) -> Money? {
    let tolerance = terms.rules.inFlightTolerance
    let (quoted, moved) = log.quoted(seen)
    guard tolerance > .zero, moved.map({ received - $0.instant < tolerance }) ?? (price != log.price) else { return nil }
    // A voided bid makes it fall: then the minimum that counts is the one of today.
    if let quoted, let price, quoted >= price { return nil }
    return terms.minimum(after: quoted)
  }
}
