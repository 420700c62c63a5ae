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
    /// Separators where none belong: the other language's, groups that are not groups of three or begin with a zero, a
    /// second decimal separator, or one with nothing before it.
    case grouping
    /// More decimals than the currency has.
    case decimals
    /// More than `largest`, or more digits than anyone means.
    case tooLarge
  }

  /// The largest amount that is read: 9.999.999.999,99 in a currency of two decimals. More is taken for a slip of the hand.
  package static let largest = Money(minorUnits: 999_999_999_999) ?? .maximum
  private static let mostDigits = 15

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
    guard parts.count <= 2 else { throw .grouping }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard fraction.allSatisfy(isDigit) else { throw .grouping }
    guard fraction.count <= currency.fractionDigits else { throw .decimals }

    let groups = parts[0].split(separator: groupSeparator, omittingEmptySubsequences: false)
    guard groups.allSatisfy({ !$0.isEmpty }) else { throw .grouping }
    if groups.count > 1 {
      // `0.300` is no way to write three hundred; whoever typed it meant the other separator.
      guard groups[0].count <= 3, groups[0].first != "0", groups.dropFirst().allSatisfy({ $0.count == 3 })
      else { throw .grouping }
    }
    let whole = groups.joined()
    guard whole.count + fraction.count <= MoneyText.mostDigits else { throw .tooLarge }
    let padding = String(repeating: "0", count: currency.fractionDigits - fraction.count)
    guard let units = Int64(whole + fraction + padding), let money = Money(minorUnits: units), money <= MoneyText.largest
    else { throw .tooLarge }
    return money
  }

  private func isDigit(_ c: Character) -> Bool { c.isASCII && c.isNumber }
}
