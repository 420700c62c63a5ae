import SharedKernel

/// SHA-256 (FIPS 180-4) straight from the text: what the tests of the wire hash with, so that they need no cryptography.
enum SHA256 {
  private static let primes: [UInt64] = Array((2...311).lazy.filter { n in !(2..<n).contains { n % $0 == 0 } }.prefix(64)).map(
    UInt64.init)

  /// The first 32 bits of the fractional part of the root of a prime, found in integers.
  private static func fraction(_ prime: UInt64, isRoot: (UInt64, UInt64) -> Bool) -> UInt32 {
    var low: UInt64 = 0
    var high: UInt64 = 1 << 37
    while high - low > 1 {
      let middle = (low + high) / 2
      if isRoot(middle, prime) { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }

  /// x ≤ ⁿ√prime · 2^32
  private static let initial: [UInt32] = primes.prefix(8).map { prime in
    fraction(prime) { x, p in
      let square = x.multipliedFullWidth(by: x)
      return square.high < p
    }
  }
  private static let constants: [UInt32] = primes.map { prime in
    fraction(prime) { x, p in
      let square = x.multipliedFullWidth(by: x)
      // x³ < p · 2^96, with x² = high · 2^64 + low and x < 2^37.
      let lower = square.low.multipliedFullWidth(by: x)
      let upper = square.high * x + lower.high
      return upper < p << 32
    }
  }

  static let hash: Hash = { bytes in
    var message = bytes + [0x80]
    while message.count % 64 != 56 { message.append(0) }
    message += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: (UInt64(bytes.count) * 8) >> UInt64($0)) }
    var state = initial
    for start in stride(from: 0, to: message.count, by: 64) { compress(message[start..<start + 64], into: &state) }
    let out = state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    guard let digest = Digest(out) else { preconditionFailure("eight words are 32 bytes") }
    return digest
  }

  private static func compress(_ chunk: ArraySlice<UInt8>, into state: inout [UInt32]) {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    var w = [UInt32](repeating: 0, count: 64)
    for (i, byte) in chunk.enumerated() { w[i / 4] = w[i / 4] << 8 | UInt32(byte) }
    for i in 16..<64 {
      let s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
      let s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
      w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
    }
    var v = state
    for i in 0..<64 {
      let s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let t1 = v[7] &+ s1 &+ choice &+ constants[i] &+ w[i]
      let s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
    }
    for i in 0..<8 { state[i] = state[i] &+ v[i] }
  }
}
