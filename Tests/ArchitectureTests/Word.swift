/// An identifier or keyword of the code, and what stands beside it.
struct Word: Equatable {
  let text: String
  let line: Int
  /// The character directly before, whatever it is; blank at the start.
  let before: Character
  /// The next character after any spaces, on the same line.
  let after: Character

  static func all(in code: String) -> [Word] {
    var words: [Word] = []
    var line = 1
    var previous: Character = " "
    var rest = Substring(code)
    while let first = rest.first {
      if first.isLetter || first == "_" {
        let text = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(text.count)
        let after = rest.first { $0 != " " } ?? " "
        words.append(Word(text: String(text), line: line, before: previous, after: after))
        previous = text.last ?? " "
      } else if first.isNumber {
        // a number takes its letters with it: the x of 0x1F is no word
        let number = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(number.count)
        previous = "0"
      } else {
        if first.isNewline { line += 1 }
        previous = first
        rest = rest.dropFirst()
      }
    }
    return words
  }
}
