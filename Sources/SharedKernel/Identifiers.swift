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
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    (high, low) = bytes.withUnsafeBytes { bytes in
      func word(_ i: Int) -> UInt64 { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)) }
      return (word(0), word(1))
    }
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
    guard text.utf8.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (place, letter) in text.utf8.enumerated() {
      if UniqueID.isDash(place) {
        guard letter == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = Hex.value(of: letter) else { return nil }
      words = (words.0 << 4 | words.1 >> 60, words.1 << 4 | UInt64(digit))
    }
    (high, low) = words
  }

  private static func isDash(_ place: Int) -> Bool { place == 8 || place == 13 || place == 18 || place == 23 }

  package var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { [UInt8]($0) }
  }

  package var description: String {
    String(unsafeUninitializedCapacity: 36) { out in
      var words = (high, low)
      for place in 0..<36 {
        if UniqueID.isDash(place) {
          out[place] = UInt8(ascii: "-")
          continue
        }
        out[place] = Hex.digit(UInt8(truncatingIfNeeded: words.0 >> 60))
        words = (words.0 << 4 | words.1 >> 60, words.1 << 4)
      }
      return 36
    }
  }
}

/// A bid's id, chosen by the bidder: what makes a repeated bid the same bid.
package struct BidID: Hashable, Sendable, CustomStringConvertible {
  package let value: UniqueID
  package init(_ value: UniqueID) { self.value = value }
  /// Nil unless there are exactly 16 bytes.
  package init?(_ bytes: [UInt8]) {
    guard let value = UniqueID(bytes) else { return nil }
    self.value = value
  }
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
