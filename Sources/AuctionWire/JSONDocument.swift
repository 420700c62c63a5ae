/// A JSON text that a person wrote, read by the wire's own strict reader: each value and each member's name knows its line.
///
/// What the reader refuses on the wire ends the reading here too, but for members that stand twice, which are kept: whoever
/// reads the document names them together with everything else that is wrong.
package enum JSONDocument {
  package struct Value: Sendable {
    /// From 1.
    package let line: Int
    package let content: Content
  }

  package enum Content: Sendable {
    case null
    case boolean(Bool)
    /// In ±(2^53 − 1).
    case integer(Int64)
    case text(String)
    case list([Value])
    case object([Member])
  }

  package struct Member: Sendable {
    package let name: String
    /// Of the name.
    package let line: Int
    package let value: Value
  }

  /// Where a text stops being JSON as this house reads it.
  package struct Problem: Error, Hashable, Sendable {
    /// From 1.
    package let line: Int
    /// The text from there to the end of its line, at most 40 bytes, of any kind; empty at the end of the text.
    package let seen: [UInt8]
    package let accepted: JSONExpectation

    init(offset: Int, in bytes: [UInt8], accepted: JSONExpectation) {
      let before = bytes[..<min(offset, bytes.count)]
      line = 1 + before.count { $0 == newline }
      seen = Array(bytes[before.endIndex...].prefix(40).prefix { $0 != newline && $0 != UInt8(ascii: "\r") })
      self.accepted = accepted
    }
  }

  /// The caller bounds the text; its depth and the members of an object are bounded by `WireLimits`.
  package static func read(_ bytes: [UInt8]) throws(Problem) -> Value {
    let (value, marks) = try JSONParser.trace(bytes)
    var lines = LineWalk(bytes: bytes, marks: marks)
    return lines.place(value)
  }

  private static let newline = UInt8(ascii: "\n")

  /// Goes through a value in the order of its text, and so through its marks.
  private struct LineWalk {
    let bytes: [UInt8]
    let marks: [Int]
    private var next = 0
    private var offset = 0
    private var line = 1

    init(bytes: [UInt8], marks: [Int]) { (self.bytes, self.marks) = (bytes, marks) }

    mutating func place(_ value: JSON) -> Value {
      let line = nextLine()
      let content: Content =
        switch value {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .integer(let n): .integer(n)
        case .string(let text): .text(text)
        case .array(let elements): .list(elements.map { place($0) })
        case .object(let members):
          .object(
            members.map { member in
              let line = nextLine()
              return Member(name: member.name, line: line, value: place(member.value))
            })
        }
      return Value(line: line, content: content)
    }

    private mutating func nextLine() -> Int {
      precondition(next < marks.count, "the reader marked every value and every name")
      line += bytes[offset..<marks[next]].count { $0 == newline }
      offset = marks[next]
      next += 1
      return line
    }
  }
}
