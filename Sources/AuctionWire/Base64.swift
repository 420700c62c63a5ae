/// Base64 (RFC 4648 section 4): the standard alphabet, padded, and when read only the one canonical spelling.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xff, count: 256)
    for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
    return table
  }()
  private static let padding = UInt8(ascii: "=")

  package static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Base64.alphabet
    return String(unsafeUninitializedCapacity: encodedCount(bytes.count)) { out in
      var end = 0
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let rest = bytes.count - start
        let group =
          UInt32(bytes[start]) << 16 | (rest > 1 ? UInt32(bytes[start + 1]) << 8 : 0) | (rest > 2 ? UInt32(bytes[start + 2]) : 0)
        out[end] = alphabet[Int(group >> 18)]
        out[end + 1] = alphabet[Int(group >> 12 & 63)]
        out[end + 2] = rest > 1 ? alphabet[Int(group >> 6 & 63)] : padding
        out[end + 3] = rest > 2 ? alphabet[Int(group & 63)] : padding
        end += 4
      }
      return end
    }
  }

  /// How long so many bytes become.
  package static func encodedCount(_ bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

  /// Nil for any other alphabet, missing or inner padding, white space, or bits that are set where none can be.
  package static func decode(_ text: String) -> [UInt8]? {
    let letters = Array(text.utf8)
    let values = Base64.values
    guard letters.count.isMultiple(of: 4) else { return nil }
    let padded = letters.suffix(2).count { $0 == padding }
    var out: [UInt8] = []
    out.reserveCapacity(letters.count / 4 * 3)
    var group: UInt32 = 0
    for (i, letter) in letters.dropLast(padded).enumerated() {
      let value = values[Int(letter)]
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
