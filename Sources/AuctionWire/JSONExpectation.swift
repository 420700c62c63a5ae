/// What the JSON reader accepts where it stopped. An enumeration, so that a program can say it in its reader's language.
package enum JSONExpectation: Hashable, Sendable {
  case value
  /// `true`, `false` or `null`, which had been begun.
  case word(String)
  case end
  case memberName
  case colon
  case commaOrBrace
  case commaOrBracket
  case depth
  case members
  case digit
  case noLeadingZero
  case noFraction
  case integerRange
  case closingQuote
  case escapedControl
  case escape
  case surrogatePair
  case hexDigits
  case utf8
}

extension JSONExpectation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .value: "a value"
    case .word(let word): word
    case .end: "the end"
    case .memberName: "a member's name"
    case .colon: "\":\""
    case .commaOrBrace: "\",\" or \"}\""
    case .commaOrBracket: "\",\" or \"]\""
    case .depth: "nesting of at most \(WireLimits.depth)"
    case .members: "at most \(WireLimits.members) members"
    case .digit: "a digit"
    case .noLeadingZero: "no digit after a leading zero"
    case .noFraction: "an integer without fraction or exponent"
    case .integerRange: "an integer within +-(2^53 - 1)"
    case .closingQuote: "a closing quote"
    case .escapedControl: "control characters as escapes"
    case .escape: "an escape of RFC 8259"
    case .surrogatePair: "a pair of surrogates"
    case .hexDigits: "four hexadecimal digits"
    case .utf8: "UTF-8"
    }
  }
}
