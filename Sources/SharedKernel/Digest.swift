/// A SHA-256 value: exactly 32 bytes, written as 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Sendable {
  // Four words rather than an array: digests are kept by the million and compared on the bid path.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var w: [UInt64] = [0, 0, 0, 0]
    for (i, byte) in bytes.enumerated() { w[i >> 3] = w[i >> 3] << 8 | UInt64(byte) }
    words = (w[0], w[1], w[2], w[3])
  }

  /// Nil unless there are exactly 64 lower-case hexadecimal digits.
  package init?(hex: String) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(32)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 56, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
    }
    return out
  }

  package var hex: String { Hex.encode(bytes) }

  package static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }
  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension Digest: CustomStringConvertible {
  package var description: String { hex }
}

/// A SHA-256 function, handed in by who may import the cryptography.
package typealias Hash = @Sendable ([UInt8]) -> Digest

/// Lower-case hexadecimal, strictly.
package enum Hex {
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    for byte in bytes {
      out.append(digits[Int(byte >> 4)])
      out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Nil for an odd length or for anything but `0-9a-f`.
  package static func decode(_ text: String) -> [UInt8]? {
    func value(_ c: UInt8) -> UInt8? {
      switch c {
      case 0x30...0x39: c - 0x30
      case 0x61...0x66: c - 0x61 + 10
      default: nil
      }
    }
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(digits.count / 2)
    for i in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[i]), let low = value(digits[i + 1]) else { return nil }
      out.append(high << 4 | low)
    }
    return out
  }
}
