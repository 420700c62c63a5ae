/// An identifier or keyword of the code, and what stands beside it.
struct Word: Equatable, Sendable {
  let text: String
  let line: Int
  /// The character directly before, whatever it is; blank at the start.
  let before: Character
  /// The next character after any spaces, on the same line.
  let after: Character

  static func all(in code: String) -> [Word] {
    let bytes = Array(code.utf8)
    var words: [Word] = []
    var line = 1
    var position = 0
    while position < bytes.count {
      let start = position
      while position < bytes.count, bytes[position].isPartOfWord { position += 1 }
      guard position > start else {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
        continue
      }
      // a number takes its letters with it: the x of 0x1F is no word
      if bytes[start].isDigit { continue }
      let next = bytes[position...].first { $0 != UInt8(ascii: " ") } ?? UInt8(ascii: " ")
      let before = start > 0 ? bytes[start - 1] : UInt8(ascii: " ")
      words.append(
        Word(
          text: String(decoding: bytes[start..<position], as: UTF8.self), line: line,
          before: Character(Unicode.Scalar(before)), after: Character(Unicode.Scalar(next))))
    }
    return words
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  /// Letters, digits, `_`, and whatever is not ASCII.
  fileprivate var isPartOfWord: Bool {
    isDigit || self == UInt8(ascii: "_") || self >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
