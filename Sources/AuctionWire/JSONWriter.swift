import AuctionFacts

/// Writes JSON canonically: members in the order given, no white space (or two-space indentation for files that people
/// read), integers, and only the escapes that RFC 8259 demands.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private let pretty: Bool
  private var depth = 0

  static func object(pretty: Bool = false, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.nest("{", "}", body)
    return writer.bytes
  }

  private init(pretty: Bool) {
    self.pretty = pretty
    bytes.reserveCapacity(512)
  }

  // MARK: Members

  mutating func member(_ name: Name, _ text: String) { named(name) { $0.value(text) } }
  mutating func member(_ name: Name, _ number: Int64) { named(name) { $0.value(number) } }
  mutating func member(_ name: Name, _ flag: Bool) { named(name) { $0.raw(flag ? "true" : "false") } }
  mutating func member(_ name: Name, _ text: String?) {
    if let text { member(name, text) } else { null(name) }
  }
  mutating func member(_ name: Name, _ number: Int64?) {
    if let number { member(name, number) } else { null(name) }
  }
  mutating func member(_ name: Name, base64 bytes: [UInt8]) {
    named(name) {
      $0.bytes.append(UInt8(ascii: "\""))
      $0.bytes += Base64.letters(of: bytes)
      $0.bytes.append(UInt8(ascii: "\""))
    }
  }
  /// An envelope is spelled canonically already.
  mutating func member(_ name: Name, _ evidence: Evidence) { named(name) { $0.bytes += evidence.bytes } }
  mutating func null(_ name: Name) { named(name) { $0.raw("null") } }
  mutating func object(_ name: Name, _ body: (inout JSONWriter) -> Void) { named(name) { $0.nest("{", "}", body) } }
  mutating func array(_ name: Name, _ body: (inout JSONWriter) -> Void) { named(name) { $0.nest("[", "]", body) } }

  // MARK: Elements

  mutating func element(_ text: String) {
    separate()
    value(text)
  }
  mutating func element(_ evidence: Evidence) {
    separate()
    bytes += evidence.bytes
  }
  mutating func element(_ body: (inout JSONWriter) -> Void) {
    separate()
    nest("{", "}", body)
  }

  // MARK: Bytes

  private mutating func named(_ name: Name, _ write: (inout JSONWriter) -> Void) {
    separate()
    value(name.text)
    raw(pretty ? ": " : ":")
    write(&self)
  }

  private mutating func nest(_ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
    raw(open)
    depth += 1
    let start = bytes.count
    body(&self)
    depth -= 1
    if bytes.count > start { newLine() }
    raw(close)
  }

  /// A comma unless this is the first thing inside.
  private mutating func separate() {
    if let last = bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { raw(",") }
    newLine()
  }

  private mutating func newLine() {
    guard pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes += repeatElement(UInt8(ascii: " "), count: 2 * depth)
  }

  private mutating func raw(_ text: String) { bytes += text.utf8 }
  private mutating func value(_ number: Int64) { raw(String(number)) }

  private mutating func value(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    let isPlain = text.withUTF8 { text in
      for byte in text where Self.mustBeEscaped(byte) { return false }
      bytes.append(contentsOf: text)
      return true
    }
    if !isPlain { escape(text) }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func mustBeEscaped(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5c }

  private mutating func escape(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case _ where !Self.mustBeEscaped(byte): bytes.append(byte)
      case UInt8(ascii: "\""): raw("\\\"")
      case UInt8(ascii: "\\"): raw("\\\\")
      case 0x08: raw("\\b")
      case 0x09: raw("\\t")
      case 0x0a: raw("\\n")
      case 0x0c: raw("\\f")
      case 0x0d: raw("\\r")
      default: raw((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
      }
    }
  }
}
