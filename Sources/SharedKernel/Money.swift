/// An ISO 4217 currency whose amounts are counted in whole minor units.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
  /// The three-letter code.
  package let code: String
  /// How many decimal digits the minor unit has (BRL 2, JPY 0, BHD 3).
  package let fractionDigits: Int
  /// What stands before an amount.
  package let symbol: String

  private init(_ code: String, _ fractionDigits: Int, _ symbol: String) {
    (self.code, self.fractionDigits, self.symbol) = (code, fractionDigits, symbol)
  }

  package static let brl = Currency("BRL", 2, "R$")
  /// The currencies that a house may hold auctions in.
  package static let known: [Currency] = [
    brl, Currency("USD", 2, "US$"), Currency("EUR", 2, "€"), Currency("JPY", 0, "JP¥"), Currency("BHD", 3, "BHD"),
  ]

  /// Nil for a code that is not known here.
  package init?(code: String) {
    guard let found = Currency.known.first(where: { $0.code == code }) else { return nil }
    self = found
  }

  package var description: String { code }
}

/// An amount of money in whole minor units (centavos), from 0 to 2^53 − 1; the currency is the auction's.
package struct Money: Hashable, Comparable, Sendable {
  package let minorUnits: Int64

  /// The largest amount: what every JSON reader can hold exactly.
  package static let maximum = Money(unchecked: 9_007_199_254_740_991)
  package static let zero = Money(unchecked: 0)

  private init(unchecked minorUnits: Int64) { self.minorUnits = minorUnits }

  /// Nil outside 0…2^53 − 1.
  package init?(minorUnits: Int64) {
    guard (0...Money.maximum.minorUnits).contains(minorUnits) else { return nil }
    self.minorUnits = minorUnits
  }

  /// Nil when the sum leaves the range.
  package func adding(_ other: Money) -> Money? { Money(minorUnits: minorUnits + other.minorUnits) }

  /// The sum, held at the largest amount.
  package func addingClamped(_ other: Money) -> Money { adding(other) ?? .maximum }

  package static func < (a: Money, b: Money) -> Bool { a.minorUnits < b.minorUnits }
}
