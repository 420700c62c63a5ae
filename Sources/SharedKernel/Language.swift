/// The languages that the house speaks to people: Portuguese, and English under an English locale.
package enum Language: Hashable, Sendable, CaseIterable {
  case portuguese, english

  package func choose(_ portuguese: String, _ english: String) -> String {
    switch self {
    case .portuguese: portuguese
    case .english: english
    }
  }

  /// How this language writes amounts.
  package var money: MoneyText {
    switch self {
    case .portuguese: .portuguese
    case .english: .english
    }
  }

  package var other: Language {
    switch self {
    case .portuguese: .english
    case .english: .portuguese
    }
  }
}
