/// Reads JSON (RFC 8259) strictly, from bytes of any kind: a document or an error, never a trap.
///
/// Beyond the RFC it refuses duplicate members, numbers that are not integers in ±(2^53 − 1), lone surrogates, and more
/// depth or members than `WireLimits` says. Recursion is bounded by that depth.
struct JSONParser {
  private let bytes: [UInt8]
  private var offset = 0
  private var path: [PathStep] = []
  /// Where each value begins, and before each member's value its name, in the order of the text; nil when nobody asks.
  private var marks: [Int]?
  /// Members of the document that are read; nil: all of them.
  private var wanted: [String]?

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Parameter wanted: the members of the document that are read; over the values of others it only steps. Nil: all.
  static func parse(_ bytes: [UInt8], limit: Int, only wanted: [Name]? = nil) throws(WireError) -> JSON {
    guard bytes.count <= limit else { throw .tooLarge(path: "", bytes: bytes.count, limit: limit) }
    var parser = JSONParser(bytes)
    parser.wanted = wanted?.map(\.text)
    let value = try parser.value(depth: 0)
    guard parser.peek() == nil else { throw parser.unexpected(.end) }
    return value
  }

  /// Reads a file that a person wrote: as strictly, but members that stand twice are kept, for its reader to name them all,
  /// and with the value comes where everything in it begins.
  static func trace(_ bytes: [UInt8]) throws(JSONDocument.Problem) -> (value: JSON, marks: [Int]) {
    var parser = JSONParser(bytes)
    parser.marks = []
    do throws(WireError) {
      let value = try parser.value(depth: 0)
      guard parser.peek() == nil else { throw parser.unexpected(.end) }
      return (value, parser.marks ?? [])
    } catch {
      guard case .syntax(_, let offset, _, let accepted) = error else {
        throw JSONDocument.Problem(offset: parser.offset, in: bytes, accepted: .integerRange)
      }
      throw JSONDocument.Problem(offset: offset, in: bytes, accepted: accepted)
    }
  }

  // MARK: Tokens

  /// The next byte that is not white space, not consumed; nil at the end.
  private mutating func peek() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d else { return byte }
      offset += 1
    }
    return nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }

  private func unexpected(_ accepted: JSONExpectation) -> WireError {
    let seen: String
    if offset >= bytes.count {
      seen = "the end"
    } else if (0x21..<0x7f).contains(bytes[offset]) {
      seen = "\"\(Character(Unicode.Scalar(bytes[offset])))\""
    } else {
      seen = "byte 0x\(String(bytes[offset], radix: 16))"
    }
    return .syntax(path: PathStep.text(path), offset: offset, seen: seen, accepted: accepted)
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(WireError) -> JSON {
    guard let first = peek() else { throw unexpected(.value) }
    marks?.append(offset)
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw unexpected(.value)
    }
  }

  private mutating func word(_ text: String, _ value: JSON) throws(WireError) -> JSON {
    guard bytes[offset...].starts(with: text.utf8) else { throw unexpected(.word(text)) }
    offset += text.utf8.count
    return value
  }

  private mutating func open(depth: Int) throws(WireError) {
    guard depth <= WireLimits.depth else { throw unexpected(.depth) }
    offset += 1
  }

  private mutating func object(depth: Int) throws(WireError) -> JSON {
    try open(depth: depth)
    var members: [JSON.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw unexpected(.memberName) }
      guard members.count < WireLimits.members else { throw unexpected(.members) }
      marks?.append(offset)
      let name = try string()
      path.append(.member(name))
      if marks == nil, members.contains(where: { $0.name.isSpelled(as: name) }) { throw .duplicate(path: PathStep.text(path)) }
      guard take(UInt8(ascii: ":")) else { throw unexpected(.colon) }
      if depth == 1, let wanted, !wanted.contains(where: { $0.isSpelled(as: name) }) {
        try step(over: depth)
      } else {
        members.append(JSON.Member(name: name, value: try value(depth: depth)))
      }
      path.removeLast()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw unexpected(.commaOrBrace) }
    return .object(members)
  }

  /// Goes to the end of a value by its brackets and quotation marks; what else stands in it is not looked at.
  private mutating func step(over depth: Int) throws(WireError) {
    // As in `string`, on local values.
    let bytes = bytes
    guard peek() != nil else { throw unexpected(.value) }
    var (end, nesting, isInString) = (offset, depth, false)
    scan: while end < bytes.count {
      switch bytes[end] {
      case UInt8(ascii: "\\") where isInString: end += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case _ where isInString: break
      case UInt8(ascii: "{"), UInt8(ascii: "["): nesting += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard nesting > depth else { break scan }
        nesting -= 1
      case UInt8(ascii: ",") where nesting == depth: break scan
      default: break
      }
      end += 1
    }
    guard end < bytes.count, end > offset else {
      offset = min(end, bytes.count)
      throw unexpected(.value)
    }
    offset = end
  }

  private mutating func array(depth: Int) throws(WireError) -> JSON {
    try open(depth: depth)
    var elements: [JSON] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat {
      path.append(.index(elements.count))
      elements.append(try value(depth: depth))
      path.removeLast()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw unexpected(.commaOrBracket) }
    return .array(elements)
  }

  /// `-?(0|[1-9][0-9]*)`
  private mutating func integer() throws(WireError) -> Int64 {
    let negative = bytes[offset] == UInt8(ascii: "-")
    if negative { offset += 1 }
    var magnitude: Int64 = 0
    let firstDigit = offset
    while offset < bytes.count, case let digit = bytes[offset], (0x30...0x39).contains(digit) {
      guard offset == firstDigit || bytes[firstDigit] != 0x30 else { throw unexpected(.noLeadingZero) }
      magnitude = magnitude * 10 + Int64(digit - 0x30)
      guard magnitude <= WireLimits.integer else {
        offset = firstDigit
        // Not quoted: it may be what a secret was meant to be.
        throw .value(path: PathStep.text(path), seen: "a larger number", accepted: JSONExpectation.integerRange.description)
      }
      offset += 1
    }
    guard offset > firstDigit else { throw unexpected(.digit) }
    if offset < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[offset]) {
      throw unexpected(.noFraction)
    }
    return negative ? -magnitude : magnitude
  }

  // MARK: Strings

  private mutating func string() throws(WireError) -> String {
    // Most of a message is base64 inside strings: this loop stays on local values.
    let bytes = bytes
    let start = offset + 1
    var end = start
    while end < bytes.count, case let byte = bytes[end], byte != 0x22, byte != 0x5c, byte >= 0x20 { end += 1 }
    offset = end
    guard end < bytes.count else { throw unexpected(.closingQuote) }
    switch bytes[end] {
    case UInt8(ascii: "\""):
      offset += 1
      return try utf8(bytes[start..<end], from: start)
    case UInt8(ascii: "\\"): return try escapedString(from: start)
    default: throw unexpected(.escapedControl)
    }
  }

  /// Goes on at the first backslash of a string that began at `start`.
  private mutating func escapedString(from start: Int) throws(WireError) -> String {
    var text = Array(bytes[start..<offset])
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return try utf8(text[...], from: start)
      case UInt8(ascii: "\\"):
        offset += 1
        text += try escape().utf8
      case 0..<0x20: throw unexpected(.escapedControl)
      case let byte:
        text.append(byte)
        offset += 1
      }
    }
    throw unexpected(.closingQuote)
  }

  private func utf8(_ slice: ArraySlice<UInt8>, from start: Int) throws(WireError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw .syntax(path: PathStep.text(path), offset: start, seen: "a string that is not UTF-8", accepted: .utf8)
    }
    return text
  }

  private mutating func escape() throws(WireError) -> String {
    guard offset < bytes.count else { throw unexpected(.escape) }
    let plain: String? =
      switch bytes[offset] {
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      case UInt8(ascii: "/"): "/"
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{c}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      case UInt8(ascii: "u"): nil
      default: throw unexpected(.escape)
      }
    offset += 1
    if let plain { return plain }

    let unit = try fourHexDigits()
    if let scalar = Unicode.Scalar(unit) { return String(scalar) }
    guard unit < 0xdc00, bytes[offset...].starts(with: "\\u".utf8) else { throw unexpected(.surrogatePair) }
    offset += 2
    let low = try fourHexDigits()
    guard (0xdc00..<0xe000).contains(low), let scalar = Unicode.Scalar(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
    else { throw unexpected(.surrogatePair) }
    return String(scalar)
  }

  private mutating func fourHexDigits() throws(WireError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count, let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
        throw unexpected(.hexDigits)
      }
      unit = unit << 4 | UInt32(digit)
      offset += 1
    }
    return unit
  }
}
