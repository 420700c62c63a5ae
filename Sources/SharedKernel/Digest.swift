/// A SHA-256 value: exactly 32 bytes, written as 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Sendable {
  // Four words rather than an array: digests are kept by the million and compared on the bid path.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

  package init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == 32 else { return nil }
    words = bytes.withUnsafeBytes { bytes in
      func word(_ i: Int) -> UInt64 { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)) }
      return (word(0), word(1), word(2), word(3))
    }
  }

  /// Nil unless there are exactly 64 lower-case hexadecimal digits.
  package init?(hex: String) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    withUnsafeBytes(of: (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)) { [UInt8]($0) }
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
  package static func encode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { out in
      for (i, byte) in bytes.enumerated() {
        out[2 * i] = digit(byte >> 4)
        out[2 * i + 1] = digit(byte & 15)
      }
      return 2 * bytes.count
    }
  }

  /// Nil for an odd length or for anything but `0-9a-f`.
  package static func decode(_ text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { digits in
      guard digits.count.isMultiple(of: 2) else { return nil }
      var out: [UInt8] = []
      out.reserveCapacity(digits.count / 2)
      for i in stride(from: 0, to: digits.count, by: 2) {
        guard let high = value(of: digits[i]), let low = value(of: digits[i + 1]) else { return nil }
        out.append(high << 4 | low)
      }
      return out
    }
  }

  /// What a digit stands for; nil of anything else.
  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  /// - Parameter value: below 16.
  static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
