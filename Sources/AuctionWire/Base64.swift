/// Base64 (RFC 4648 section 4): the standard alphabet, padded, and when read only the one canonical spelling.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xff, count: 256)
    for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
    return table
  }()
  private static let padding = UInt8(ascii: "=")

  package static func encode(_ bytes: [UInt8]) -> String { String(decoding: letters(of: bytes), as: UTF8.self) }

  /// The same as bytes.
  static func letters(of bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: encodedCount(bytes.count)) { out, count in
      count = encodedCount(bytes.count)
      bytes.withUnsafeBufferPointer { bytes in
        alphabet.withUnsafeBufferPointer { alphabet in
          for (group, start) in stride(from: 0, to: bytes.count, by: 3).enumerated() {
            let rest = bytes.count - start
            let second = rest > 1 ? UInt32(bytes[start + 1]) << 8 : 0
            let bits = UInt32(bytes[start]) << 16 | second | (rest > 2 ? UInt32(bytes[start + 2]) : 0)
            out[4 * group] = alphabet[Int(bits >> 18)]
            out[4 * group + 1] = alphabet[Int(bits >> 12 & 63)]
            out[4 * group + 2] = rest > 1 ? alphabet[Int(bits >> 6 & 63)] : padding
            out[4 * group + 3] = rest > 2 ? alphabet[Int(bits & 63)] : padding
          }
        }
      }
    }
  }

  /// How long so many bytes become.
  package static func encodedCount(_ bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

  /// Nil for any other alphabet, missing or inner padding, white space, or bits that are set where none can be.
  package static func decode(_ text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { decode($0) }
  }

  static func decode(_ letters: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    values.withUnsafeBufferPointer { decode(letters, $0) }
  }

  private static func decode(_ letters: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard letters.count.isMultiple(of: 4) else { return nil }
    let padded = letters.suffix(2).count { $0 == padding }
    var out: [UInt8] = []
    out.reserveCapacity(letters.count / 4 * 3)
    var group: UInt32 = 0
    for i in 0..<(letters.count - padded) {
      let value = values[Int(letters[i])]
      guard value < 64 else { return nil }
      group = group << 6 | UInt32(value)
      if i & 3 == 3 {
        out.append(UInt8(truncatingIfNeeded: group >> 16))
        out.append(UInt8(truncatingIfNeeded: group >> 8))
        out.append(UInt8(truncatingIfNeeded: group))
        group = 0
      }
    }
    switch padded {
    case 1:
      guard group & 3 == 0 else { return nil }
      out.append(UInt8(truncatingIfNeeded: group >> 10))
      out.append(UInt8(truncatingIfNeeded: group >> 2))
    case 2:
      guard group & 15 == 0 else { return nil }
      out.append(UInt8(truncatingIfNeeded: group >> 4))
    default: break
    }
    return out
  }
}
