import SharedKernel

/// Reads a document that is spelled exactly as this house spells it, by comparing. It knows no error: whatever does not read here
/// is for `JSONParser`, which takes every spelling and says what is wrong.
struct CanonicalReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  /// Steps over `literal` if it stands here.
  mutating func skip(_ literal: [UInt8]) -> Bool {
    guard bytes.count - offset >= literal.count else { return false }
    for (i, byte) in literal.enumerated() where bytes[offset + i] != byte { return false }
    offset += literal.count
    return true
  }

  /// Printable ASCII without escapes, up to the quotation mark that ends it.
  mutating func text() -> UnsafeBufferPointer<UInt8>? {
    let start = offset
    while offset < bytes.count, case let byte = bytes[offset], byte != 0x22 {
      guard byte >= 0x20, byte < 0x7f, byte != 0x5c else { return nil }
      offset += 1
    }
    return offset < bytes.count ? UnsafeBufferPointer(rebasing: bytes[start..<offset]) : nil
  }

  mutating func string() -> String? { text().map { String(decoding: $0, as: UTF8.self) } }

  /// From 0 to 2^53 − 1.
  mutating func integer() -> Int64? {
    let start = offset
    var value: Int64 = 0
    while offset < bytes.count, case let digit = bytes[offset], (0x30...0x39).contains(digit) {
      value = value * 10 + Int64(digit - 0x30)
      guard value <= WireLimits.integer, offset == start || bytes[start] != 0x30 else { return nil }
      offset += 1
    }
    return offset > start ? value : nil
  }
}

extension [UInt8] {
  /// What stands before a member's value in a canonical document: for `CanonicalReader`, made once.
  init(before name: Name, after end: String, opening: String = "") {
    self = Array("\(end)\"\(name.text)\":\(opening)".utf8)
  }
}
