package import AuctionFacts
package import SharedKernel

/// Why a bid may not be sent at all.
package enum Obstacle: Hashable, Sendable {
  case notConnected
  case brokerBlocked
  case frozen
  case chainBroken
  case notOpen(AuctionStatus)
  case inFlight
  case belowMinimum(Money)
  case overLimit(Money)
  /// More than it costs to have it at once.
  case overBuyNow(Money)
}

/// Why a bid needs a second Enter.
package enum Doubt: Hashable, Sendable {
  /// It ends the auction.
  case buysAtOnce
  /// Sealed, the last bid of a bidder counts, also if it is lower.
  case replaces
  /// The same, where the past was not read: one may have been made.
  case mayReplace
  case alreadyLeading
  /// The broker gives no sign of life: it may come late, and what was decided on may be old.
  case silent
  /// It may not arrive before the end.
  case late
  /// By how much this machine's clock may be wrong, that end may have been.
  case unsureClock
  case priceMoved
  case always
}

/// What stands between an amount and its sending, the first that applies.
package enum Verdict: Hashable, Sendable {
  case refused(Obstacle)
  /// The number must be typed again; with what it would be if the comma was forgotten.
  case strong(suggestion: Money?)
  /// Enter must be pressed again, for these reasons.
  case plain([Doubt])
  case clear
}

extension Model {
  /// Whether `amount` may be bid on the lot now, by someone who decided on it looking at `quote`. A maximum stays right
  /// whatever the price does meanwhile.
  ///
  /// - Parameter isMeant: it was typed again already.
  package func verdict(
    _ amount: Money, isMaximum: Bool = false, isMeant: Bool = false, on lot: Lot, quote: Quote
  ) -> Verdict {
    if let obstacle = obstacle(to: amount, on: lot) { return .refused(obstacle) }
    if !isMeant, let suspicion = suspicion(about: amount, isMaximum: isMaximum, on: lot.view, step: lot.step) { return suspicion }
    let doubts = doubts(about: amount, isMaximum: isMaximum, on: lot.view, quote: quote)
    if doubts.isEmpty { return settings.confirmsAlways ? .plain([.always]) : .clear }
    return .plain(doubts)
  }

  /// All that is to be asked at once, the weightiest first.
  private func doubts(about amount: Money, isMaximum: Bool, on view: AuctionView, quote: Quote) -> [Doubt] {
    var doubts: [Doubt] = []
    // A maximum too: the least may be that much by now, or somebody else's maximum lift the price to it.
    if amount == view.terms.rules.buyNow { doubts.append(.buysAtOnce) }
    if view.terms.isSealed {
      if view.ownLast != nil { doubts.append(.replaces) } else if view.trustedTo != nil { doubts.append(.mayReplace) }
    }
    if let doubt = doubtOfTime(until: view.closesAt) { doubts.append(doubt) }
    if !live.link.isSure { doubts.append(.silent) }
    if view.leader == me { doubts.append(.alreadyLeading) }
    if !isMaximum, quote != Quote(view) { doubts.append(.priceMoved) }
    return doubts
  }

  /// Whether the auction may be over when the bid comes.
  private func doubtOfTime(until end: Timestamp) -> Doubt? {
    let left = end - now
    if left < .seconds(2) { return .late }
    // What is not known is a matter of the last minute.
    let error = live.isClockUnknown ? max(live.clock.uncertainty, .seconds(58)) : live.clock.uncertainty
    return left < .seconds(2) + error ? .unsureClock : nil
  }

  /// The hard half: what no confirmation overrides. Without an amount: whether any bid at all may be made.
  package func obstacle(to amount: Money? = nil, on lot: Lot) -> Obstacle? {
    if frozen != nil { return .frozen }
    if live.link.blocked != nil { return .brokerBlocked }
    guard live.link.takesBids else { return .notConnected }
    if case .broken = lot.view.chain { return .chainBroken }
    guard lot.view.status == .open else { return .notOpen(lot.view.status) }
    if let bid = lot.bid, !bid.stage.isFinal { return .inFlight }
    guard let amount else { return nil }
    let minimum = lot.view.minimum(at: now)
    if amount < minimum { return .belowMinimum(minimum) }
    if let buyNow = lot.view.terms.rules.buyNow, amount > buyNow { return .overBuyNow(buyNow) }
    if let limit = settings.limit(in: lot.view.terms.currency), amount > limit { return .overLimit(limit) }
    return nil
  }

  /// Amounts that look like a slip of the finger: a hundred or ten times what would have been an ordinary bid (the comma was
  /// forgotten), far over the minimum, or many times the price. The minimum itself never is.
  private func suspicion(about amount: Money, isMaximum: Bool, on view: AuctionView, step: Money) -> Verdict? {
    // Amounts end at 2^53, so none of this overflows.
    let (units, minimum) = (amount.minorUnits, view.minimum(at: now).minorUnits)
    guard units > minimum else { return nil }
    let thresholds = settings.thresholds
    // Sealed, the least says little of what others offer.
    if view.terms.isSealed { return units >= thresholds.times * minimum ? .strong(suggestion: nil) : nil }
    let ordinary = thresholds.ordinary(over: minimum)
    for factor: Int64 in [100, 10] where units % factor == 0 && (minimum...ordinary).contains(units / factor) {
      return .strong(suggestion: Money(minorUnits: units / factor))
    }
    // What the house has named is no slip.
    if amount == view.terms.rules.buyNow { return nil }
    // How far one goes may well be far from here.
    if !isMaximum, units > ordinary, units > minimum + thresholds.increments * step.minorUnits { return .strong(suggestion: nil) }
    if units > thresholds.times * (view.price?.minorUnits ?? minimum) { return .strong(suggestion: nil) }
    return nil
  }
}
