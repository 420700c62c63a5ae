package import SharedKernel

/// A field that takes an amount: digits and the two separators, nothing else, and never a guess.
package struct AmountField: Hashable, Sendable {
  package private(set) var text: String
  /// The next character replaces the whole text.
  package private(set) var isSelected: Bool

  package static let limit = 24
  /// R$ 9.999.999.999,99: nobody means more by it.
  package static let ceiling: Int64 = 999_999_999_999

  package init(_ text: String = "") { (self.text, isSelected) = (text, !text.isEmpty) }

  package enum Problem: Error, Hashable, Sendable {
    case empty
    /// The other language's decimal separator stands where cents begin: `1300.50` in Portuguese.
    case foreignSeparator
    /// A decimal separator with three digits after it: a group, or decimals?
    case threeDecimals
    case grouping
    case character
    case tooLarge
  }

  /// Whether the field takes the character at all.
  package static func accepts(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) || scalar == "." || scalar == "," }

  package mutating func type(_ scalar: Unicode.Scalar) {
    guard AmountField.accepts(scalar) else { return }
    if isSelected { text = "" }
    isSelected = false
    if text.count < AmountField.limit { text.unicodeScalars.append(scalar) }
  }

  /// Takes an amount as it may stand in a text; line ends and blanks around it fall away, anything else is refused whole.
  package mutating func paste(_ pasted: String, in currency: Currency = .brl) {
    let blanks: Set<Unicode.Scalar> = [" ", "\u{a0}", "\t", "\r", "\n"]
    var scalars = pasted.unicodeScalars.drop { blanks.contains($0) }
    let symbol = currency.symbol.unicodeScalars
    if scalars.starts(with: symbol) { scalars = scalars.dropFirst(symbol.count).drop { blanks.contains($0) } }
    while let last = scalars.last, blanks.contains(last) { scalars.removeLast() }
    guard !scalars.isEmpty, scalars.allSatisfy(AmountField.accepts) else { return }
    for scalar in scalars.prefix(AmountField.limit) { type(scalar) }
  }

  package mutating func backspace() {
    if isSelected { text = "" } else if !text.isEmpty { text.removeLast() }
    isSelected = false
  }

  package mutating func set(_ amount: Money, _ language: Language, _ currency: Currency) {
    (text, isSelected) = (language.money.number(amount, in: currency), false)
  }

  package func amount(_ language: Language, _ currency: Currency) throws(Problem) -> Money {
    let money: Money
    do {
      money = try language.money.parse(text, in: currency)
    } catch {
      throw problem(error, language)
    }
    guard money.minorUnits <= AmountField.ceiling else { throw .tooLarge }
    return money
  }

  private func problem(_ problem: MoneyText.Problem, _ language: Language) -> Problem {
    switch problem {
    case .empty: return .empty
    case .character: return .character
    case .tooLarge: return .tooLarge
    case .decimals:
      let decimals = text.split(separator: language.money.decimalSeparator, omittingEmptySubsequences: false)
      return decimals.count == 2 && decimals[1].count == 3 && decimals[1].allSatisfy(\.isNumber) && !decimals[0].isEmpty
        ? .threeDecimals : .grouping
    case .grouping:
      let groups = text.split(separator: language.money.groupSeparator, omittingEmptySubsequences: false)
      return groups.count == 2 && (1...2).contains(groups[1].count) && !groups[0].isEmpty && groups[1].allSatisfy(\.isNumber)
        ? .foreignSeparator : .grouping
    }
  }
}
