package import AuctionFacts
package import SharedKernel

extension Increment {
  /// What must be added to that price; at least one minor unit, held at the largest amount.
  package func step(at price: Money) -> Money {
    switch self {
    case .fixed(let step): step
    case .percentage(let basisPoints): Increment.share(basisPoints, of: price)
    case .table(let bands):
      (bands.first { band in band.upTo.map { price <= $0 } ?? true } ?? bands.last)?.step ?? Increment.smallest
    }
  }

  private static let smallest = Money(minorUnits: 1) ?? .zero

  /// `price × basisPoints ÷ 10 000`, rounded up, without leaving Int64: whole tens of thousands and rest apart.
  private static func share(_ basisPoints: Int64, of price: Money) -> Money {
    guard basisPoints > 0 else { return smallest }
    let (whole, rest) = price.minorUnits.quotientAndRemainder(dividingBy: 10_000)
    let (large, overflow) = whole.multipliedReportingOverflow(by: basisPoints)
    let (small, overflowOfRest) = rest.multipliedReportingOverflow(by: basisPoints)
    guard !overflow, !overflowOfRest, large <= Money.maximum.minorUnits else { return .maximum }
    let roundedUp = small / 10_000 + (small % 10_000 > 0 ? 1 : 0)
    return max(Money(minorUnits: large + roundedUp) ?? .maximum, smallest)
  }
}

extension AuctionTerms {
  /// The least that the next bid must offer when the price stands there; nil: before the first accepted bid. Sealed, the opening price
  /// always; where the price falls, what it falls from.
  ///
  /// At the largest amount there is no next bid: the minimum is held there and nothing exceeds it. Who buys at once need not offer
  /// more than that costs.
  package func minimum(after price: Money?) -> Money {
    guard !isSealed else { return openingPrice }
    if let fallingPrice { return price ?? fallingPrice.from }
    let next = price.map { $0.addingClamped(increment.step(at: $0)) } ?? openingPrice
    return rules.buyNow.map { min($0, next) } ?? next
  }

  /// What the price is after an accepted bid of that amount.
  package func price(after amount: Money) -> Money { rules.buyNow.map { min($0, amount) } ?? amount }

  /// Whether the auction is over once the price stands there: somebody has bought at once. A falling price stands nowhere before.
  package func isBought(at price: Money?) -> Bool { price != nil && (fallingPrice != nil || price == rules.buyNow) }
}
