/// How amounts are written and read for people: one value for each language.
package struct MoneyText: Hashable, Sendable {
  package let groupSeparator: Character
  package let decimalSeparator: Character
  /// What stands between symbol and number: a no-break space in Portuguese, nothing in English.
  package let afterSymbol: String

  package static let portuguese = MoneyText(groupSeparator: ".", decimalSeparator: ",", afterSymbol: "\u{a0}")
  package static let english = MoneyText(groupSeparator: ",", decimalSeparator: ".", afterSymbol: "")

  /// `R$ 1.234,56` (the space is U+00A0) or `R$1,234.56`.
  package func format(_ money: Money, in currency: Currency) -> String {
    currency.symbol + afterSymbol + number(money, in: currency)
  }

  /// The number alone: `1.234,56`.
  package func number(_ money: Money, in currency: Currency) -> String {
    var digits = Array(String(money.minorUnits))
    while digits.count <= currency.fractionDigits { digits.insert("0", at: 0) }
    let fraction = String(digits.suffix(currency.fractionDigits))
    let whole = Array(digits.dropLast(currency.fractionDigits))
    var grouped = ""
    for (i, digit) in whole.enumerated() {
      if i > 0, (whole.count - i).isMultiple(of: 3) { grouped.append(groupSeparator) }
      grouped.append(digit)
    }
    return fraction.isEmpty ? grouped : grouped + String(decimalSeparator) + fraction
  }

  /// Why a text is not an amount.
  package enum Problem: Error, Hashable, Sendable {
    case empty
    /// Something other than ASCII digits and the two separators; the offending character.
    case character(Character)
    /// The other language's decimal separator, or groups that are not groups of three.
    case grouping
    /// More decimals than the currency has, or a separator with none before it.
    case decimals
    /// Beyond what the house can count.
    case tooLarge
  }

  /// Reads an amount strictly: `1.234,56`, `1234,56`, `1234`, with or without the symbol before it. Nothing is guessed.
  package func parse(_ text: String, in currency: Currency) throws(Problem) -> Money {
    var rest = Substring(text)
    let blanks: Set<Character> = [" ", "\u{a0}"]
    func trim() {
      while let c = rest.first, blanks.contains(c) { rest.removeFirst() }
      while let c = rest.last, blanks.contains(c) { rest.removeLast() }
    }
    trim()
    if rest.hasPrefix(currency.symbol) { rest.removeFirst(currency.symbol.count) }
    trim()
    guard !rest.isEmpty else { throw .empty }
    for c in rest where !isDigit(c) && c != groupSeparator && c != decimalSeparator { throw .character(c) }

    let parts = rest.split(separator: decimalSeparator, omittingEmptySubsequences: false)
    guard parts.count <= 2 else { throw .decimals }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard fraction.allSatisfy(isDigit) else { throw .grouping }
    guard fraction.count <= currency.fractionDigits else { throw .decimals }

    let groups = parts[0].split(separator: groupSeparator, omittingEmptySubsequences: false)
    guard groups.allSatisfy({ !$0.isEmpty }) else { throw parts[0].isEmpty ? .decimals : .grouping }
    if groups.count > 1 {
      guard groups[0].count <= 3, groups.dropFirst().allSatisfy({ $0.count == 3 }) else { throw .grouping }
    }
    let padding = String(repeating: "0", count: currency.fractionDigits - fraction.count)
    let digits = groups.joined() + fraction + padding
    guard let units = Int64(digits), let money = Money(minorUnits: units) else { throw .tooLarge }
    return money
  }

  private func isDigit(_ c: Character) -> Bool { c.isASCII && c.isNumber }
}
