/// A Swift file, taken apart into code, comments and string literals just far enough for rules about words.
///
/// Regex literals are not known here: a quotation mark inside one would be read as the start of a string.
struct SwiftSource: Sendable {
  struct Literal: Equatable, Sendable {
    /// Between the quotation marks, escapes as they are written; an interpolation is `\()`.
    let text: String
    let line: Int
  }

  let text: String
  /// The file with comments and the insides of string literals blanked; line breaks and interpolated code stay.
  let code: String
  let literals: [Literal]
  /// The words of the code (identifiers and keywords) with what stands around each.
  let words: [Word]

  init(_ text: String) {
    var scanner = Scanner(Array(text.utf8))
    scanner.scanCode()
    self.text = text
    code = String(decoding: scanner.code, as: UTF8.self)
    literals = scanner.literals
    words = Word.all(in: code)
  }

  var lineCount: Int { text.utf8.count { $0 == UInt8(ascii: "\n") } }
}

/// The bytes of a file and how far they have been read; `code` grows to the same length.
private struct Scanner {
  let bytes: [UInt8]
  var position = 0
  var line = 1
  var code: [UInt8] = []
  var literals: [SwiftSource.Literal] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func sees(_ text: StaticString, at offset: Int = 0) -> Bool {
    let start = position + offset
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<text.utf8CodeUnitCount where bytes[start + index] != text.utf8Start[index] { return false }
    return true
  }

  /// Takes `count` bytes, into the code or as blanks.
  mutating func take(_ count: Int, asCode: Bool) {
    for _ in 0..<count where position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\n") { line += 1 }
      code.append(asCode || byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
      position += 1
    }
  }

  /// Reads code to the end of the file, or to the parenthesis that closes an interpolation.
  mutating func scanCode(insideInterpolation: Bool = false) {
    var depth = 0
    while position < bytes.count {
      if sees("//") {
        while position < bytes.count, !sees("\n") { take(1, asCode: false) }
      } else if sees("/*") {
        scanBlockComment()
      } else if let hashes = stringStart() {
        scanString(hashes: hashes)
      } else {
        if sees("(") { depth += 1 }
        if sees(")") {
          if insideInterpolation, depth == 0 { return take(1, asCode: true) }
          depth -= 1
        }
        take(1, asCode: true)
      }
    }
  }

  mutating func scanBlockComment() {
    var depth = 0
    repeat {
      if sees("/*") {
        depth += 1
        take(2, asCode: false)
      } else if sees("*/") {
        depth -= 1
        take(2, asCode: false)
      } else {
        take(1, asCode: false)
      }
    } while depth > 0 && position < bytes.count
  }

  /// How many `#` stand before the quotation mark that starts here; nil when no string starts here.
  func stringStart() -> Int? {
    var hashes = 0
    while sees("#", at: hashes) { hashes += 1 }
    return sees("\"", at: hashes) ? hashes : nil
  }

  func seesHashes(_ count: Int, at offset: Int) -> Bool { (0..<count).allSatisfy { sees("#", at: offset + $0) } }

  mutating func scanString(hashes: Int) {
    let startLine = line
    let quotes = sees("\"\"\"", at: hashes) ? 3 : 1
    take(hashes + quotes, asCode: true)
    var content: [UInt8] = []
    while position < bytes.count {
      let closes = quotes == 3 ? sees("\"\"\"") : sees("\"")
      if closes, seesHashes(hashes, at: quotes) {
        take(quotes + hashes, asCode: true)
        break
      }
      if sees("\\"), seesHashes(hashes, at: 1) {
        if sees("(", at: 1 + hashes) {
          content += Array("\\()".utf8)
          take(2 + hashes, asCode: false)
          scanCode(insideInterpolation: true)
        } else {
          let escape = 2 + hashes
          content += bytes[position..<min(position + escape, bytes.count)]
          take(escape, asCode: false)
        }
        continue
      }
      // a string on one line ends with it: the file does not compile, and the rest is still worth reading
      if quotes == 1, sees("\n") { break }
      content.append(bytes[position])
      take(1, asCode: false)
    }
    literals.append(.init(text: String(decoding: content, as: UTF8.self), line: startLine))
  }
}
