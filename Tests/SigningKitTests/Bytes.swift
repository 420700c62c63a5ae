import SigningKit

/// Hexadecimal, spaces ignored: how vectors are published.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Just enough DER (X.690) to spell keys and signatures in wrong ways.
enum DER {
  static func tagged(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    switch contents.count {
    case ..<0x80: [tag, UInt8(contents.count)] + contents
    case ..<0x100: [tag, 0x81, UInt8(contents.count)] + contents
    default: [tag, 0x82, UInt8(contents.count >> 8), UInt8(contents.count & 0xff)] + contents
    }
  }
  static func sequence(_ parts: [UInt8]...) -> [UInt8] { tagged(0x30, parts.flatMap { $0 }) }
  static func bits(_ contents: [UInt8]) -> [UInt8] { tagged(0x03, [0] + contents) }
  /// An unsigned big-endian number.
  static func integer(_ number: [UInt8]) -> [UInt8] {
    let digits = Array(number.drop { $0 == 0 })
    return tagged(0x02, (digits.first ?? 0x80) & 0x80 != 0 ? [0] + digits : digits)
  }

  static let rsaEncryption = hex("06092a864886f70d010101")
  static let null = hex("0500")
  static func rsaKey(modulus: [UInt8], exponent: [UInt8], parameters: [UInt8] = null) -> [UInt8] {
    sequence(sequence(rsaEncryption, parameters), bits(sequence(integer(modulus), integer(exponent))))
  }
  static func ed25519Key(_ point: [UInt8]) -> [UInt8] { hex("302a300506032b6570032100") + point }
  static func p256Key(_ point: [UInt8]) -> [UInt8] {
    sequence(hex("301306072a8648ce3d020106082a8648ce3d030107"), bits(point))
  }
  static func signature(r: [UInt8], s: [UInt8]) -> [UInt8] { sequence(integer(r), integer(s)) }
}

/// a − b, big-endian, of equal length, for a ≥ b.
func difference(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
  var borrow = 0
  var result = a
  for i in a.indices.reversed() {
    let digit = Int(a[i]) - Int(b[i]) - borrow
    borrow = digit < 0 ? 1 : 0
    result[i] = UInt8(truncatingIfNeeded: digit)
  }
  return result
}

/// a + b, little-endian, of equal length; a carry out of the top is lost.
func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
  var carry = 0
  return zip(a, b).map { x, y in
    let digit = Int(x) + Int(y) + carry
    carry = digit >> 8
    return UInt8(truncatingIfNeeded: digit)
  }
}

/// The error of this kind that the body throws.
func signingError<T>(_ body: () throws(SigningError) -> T) -> SigningError.Kind? {
  do throws(SigningError) {
    _ = try body()
    return nil
  } catch { return error.kind }
}

func pem(_ label: String, _ base64: String) -> [UInt8] {
  Array("-----BEGIN \(label)-----\n\(base64)\n-----END \(label)-----\n".utf8)
}
