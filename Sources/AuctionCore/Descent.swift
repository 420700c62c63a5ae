package import AuctionFacts
package import SharedKernel

extension AuctionRules.Descent {
  /// What is asked when the price has been falling for so long: a step less for each whole `every`, never less than `to`.
  package func price(after elapsed: Interval) -> Money {
    let (fallen, overflow) = step.minorUnits.multipliedReportingOverflow(by: steps(in: elapsed))
    guard !overflow, fallen < from.minorUnits else { return to }
    return max(to, Money(minorUnits: from.minorUnits - fallen) ?? to)
  }

  /// How long after it began to fall the price falls next, when it has been falling for so long; nil: it stands at its least.
  package func nextStep(after elapsed: Interval) -> Interval? {
    guard price(after: elapsed) > to else { return nil }
    let (next, overflow) = every.microseconds.multipliedReportingOverflow(by: steps(in: elapsed) + 1)
    return overflow ? nil : .microseconds(next)
  }

  private func steps(in elapsed: Interval) -> Int64 {
    elapsed > .zero && every > .zero ? elapsed.microseconds / every.microseconds : 0
  }
}

/// A price that falls. Whatever keeps bidders from bidding, an outage or a suspension, moves the end by its length: so what is left to
/// the end tells how long the price has been falling, and from the end alone everybody works out what is asked.
extension AuctionTerms {
  /// What an auction with a falling price asks at that instant, when it is to end at that one; nil: its price does not fall.
  package func asked(at instant: Timestamp, closingAt end: Timestamp) -> Money? {
    fallingPrice.map { $0.price(after: instant - fallsSince(closingAt: end)) }
  }

  /// When what is asked falls next; nil: it does not fall, no further, or not before the end.
  package func nextFall(after instant: Timestamp, closingAt end: Timestamp) -> Timestamp? {
    let since = fallsSince(closingAt: end)
    return fallingPrice?.nextStep(after: instant - since).map { since + $0 }.flatMap { $0 <= end ? $0 : nil }
  }

  /// From when the price would have fallen without a pause to be where it is.
  package func fallsSince(closingAt end: Timestamp) -> Timestamp { end - (closesAt - opensAt) }

  package var fallingPrice: AuctionRules.Descent? { format == .dutch ? rules.descent : nil }

  /// What keeps the price from falling as the terms say; nil: nothing, or nothing says that it falls.
  ///
  /// - Parameter reserve: what they are to commit to; they do not yet.
  package func descentProblem(reserve: Money? = nil) -> Problem? {
    guard format == .dutch else { return rules.descent == nil ? nil : .descent }
    guard let descent = rules.descent, descent.step > .zero, descent.from > descent.to, descent.to == openingPrice,
      Bounds.descentStep.contains(descent.every), descent.every.microseconds.isMultiple(of: 1_000_000)
    else { return .descent }
    // The first bid ends it: none can move the end.
    guard rules.extensionWindow == .zero else { return .extensionWindowOfDescent }
    // What the price falls to is the least for which the lot is sold.
    return reserve == nil && rules.reserveCommitment == nil ? nil : .reserveOfDescent
  }
}
