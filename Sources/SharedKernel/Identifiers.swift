/// The slug of an auction: `[a-z0-9-]{1,40}`, never used twice in a house.
package struct AuctionID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  package init?(_ text: String) {
    guard (1...40).contains(text.utf8.count), text.utf8.allSatisfy({ $0.isLowerLetterOrDigit || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.text = text
  }

  package var description: String { text }
  package static func < (a: AuctionID, b: AuctionID) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}

/// Who speaks: a bidder, a service, an operator or the house itself; `[a-z0-9_]{1,32}`.
package struct PrincipalID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// What a principal may be, told by its id alone.
  package enum Role: Hashable, Sendable { case bidder, service, `operator`, house }

  package let text: String

  package init?(_ text: String) {
    guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy({ $0.isLowerLetterOrDigit || $0 == UInt8(ascii: "_") })
    else { return nil }
    self.text = text
  }

  /// `ms_*`, `operador*` and `casa*` are reserved; every other id is a bidder.
  package var role: Role {
    if text.hasPrefix("ms_") { return .service }
    if text.hasPrefix("operador") { return .operator }
    if text.hasPrefix("casa") { return .house }
    return .bidder
  }

  package var description: String { text }
  package static func < (a: PrincipalID, b: PrincipalID) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}

extension UInt8 {
  fileprivate var isLowerLetterOrDigit: Bool { (0x61...0x7a).contains(self) || (0x30...0x39).contains(self) }
}

/// A UUID (RFC 9562), written in lower case; which version is the maker's affair.
package struct UniqueID: Hashable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// Sixteen bytes, used as they are.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var words: [UInt64] = [0, 0]
    for (i, byte) in bytes.enumerated() { words[i >> 3] = words[i >> 3] << 8 | UInt64(byte) }
    (high, low) = (words[0], words[1])
  }

  /// Sixteen random bytes become a version 4 UUID.
  package init?(random bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    var b = bytes
    b[6] = b[6] & 0x0f | 0x40
    b[8] = b[8] & 0x3f | 0x80
    self.init(b)
  }

  /// The first sixteen bytes of a digest become a version 8 UUID (RFC 9562, section 5.8): the same digest, the same id.
  package init(_ digest: Digest) {
    func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    let bytes = digest.bytes
    high = word(bytes[0..<8]) & ~0xf000 | 0x8000
    low = word(bytes[8..<16]) & ~(3 << 62) | 2 << 62
  }

  /// Exactly `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case.
  package init?(_ text: String) {
    let t = Array(text.utf8)
    let dash = UInt8(ascii: "-")
    guard t.count == 36, t[8] == dash, t[13] == dash, t[18] == dash, t[23] == dash else { return nil }
    let digits = t.enumerated().filter { ![8, 13, 18, 23].contains($0.offset) }.map(\.element)
    guard let bytes = Hex.decode(String(decoding: digits, as: UTF8.self)) else { return nil }
    self.init(bytes)
  }

  package var bytes: [UInt8] {
    [high, low].flatMap { word in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) } }
  }

  package var description: String {
    let h = Hex.encode(bytes).utf8.map { $0 }
    let parts = [h[0..<8], h[8..<12], h[12..<16], h[16..<20], h[20..<32]]
    return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
  }
}

/// A bid's id, chosen by the bidder: what makes a repeated bid the same bid.
package struct BidID: Hashable, Sendable, CustomStringConvertible {
  package let value: UniqueID
  package init(_ value: UniqueID) { self.value = value }
  package init?(_ text: String) {
    guard let value = UniqueID(text) else { return nil }
    self.value = value
  }
  package var description: String { value.description }
}

/// A command's id, chosen by the operator: what makes a repeated command the same command.
package struct CommandID: Hashable, Sendable, CustomStringConvertible {
  package let value: UniqueID
  package init(_ value: UniqueID) { self.value = value }
  package init?(_ text: String) {
    guard let value = UniqueID(text) else { return nil }
    self.value = value
  }
  package var description: String { value.description }
}
