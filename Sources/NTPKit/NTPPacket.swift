/// The 48-byte NTP header (RFC 5905 §7.3), read from a reply or written as a request.
package struct NTPPacket: Hashable, Sendable {
  package static let length = 48

  package var leap: UInt8
  package var version: UInt8
  package var mode: UInt8
  package var stratum: UInt8
  package var poll: Int8
  /// The server's clock resolution as a power of two seconds.
  package var precision: Int8
  /// Q16.16 seconds.
  package var rootDelay: UInt32
  /// Q16.16 seconds.
  package var rootDispersion: UInt32
  package var referenceID: UInt32
  package var reference, origin, receive, transmit: NTPTimestamp

  /// Reads a header; extension fields and a MAC behind it are not looked at. Nil where there are fewer than 48 bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count >= Self.length else { return nil }
    var rest = bytes.makeIterator()
    func number(_ size: Int) -> UInt64 { (0..<size).reduce(0) { sum, _ in sum << 8 | UInt64(rest.next() ?? 0) } }
    let first = UInt8(number(1))
    (leap, version, mode) = (first >> 6, first >> 3 & 7, first & 7)
    stratum = UInt8(number(1))
    poll = Int8(bitPattern: UInt8(number(1)))
    precision = Int8(bitPattern: UInt8(number(1)))
    rootDelay = UInt32(number(4))
    rootDispersion = UInt32(number(4))
    referenceID = UInt32(number(4))
    reference = NTPTimestamp(bits: number(8))
    origin = NTPTimestamp(bits: number(8))
    receive = NTPTimestamp(bits: number(8))
    transmit = NTPTimestamp(bits: number(8))
  }

  /// A client's request that tells nothing about the client: version 4, mode 3, and a random number in place of the time.
  ///
  /// The real departure time stays here; the server only echoes the nonce, which proves that the answer is to this request.
  package static func request(nonce: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: length)
    bytes[0] = 0x23
    bytes[3] = 0x20
    for i in 0..<8 { bytes[40 + i] = UInt8(truncatingIfNeeded: nonce >> UInt64(56 - 8 * i)) }
    return bytes
  }

  /// The header as it goes on the wire.
  package var bytes: [UInt8] {
    var out: [UInt8] = [
      leap << 6 | (version & 7) << 3 | mode & 7, stratum, UInt8(bitPattern: poll), UInt8(bitPattern: precision),
    ]
    for word in [rootDelay, rootDispersion, referenceID] {
      for shift: UInt32 in [24, 16, 8, 0] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    for time in [reference, origin, receive, transmit] {
      for shift: UInt64 in stride(from: 56, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: time.bits >> shift)) }
    }
    return out
  }

  /// Nanoseconds in the short format (Q16.16), rounded to the nearest.
  package static func nanoseconds(short: UInt32) -> Nanoseconds {
    (Int64(short) * 1_000_000_000 + 1 << 15) >> 16
  }

  /// How far the server may be from its reference by its own account: root delay / 2 + root dispersion.
  var rootDistance: Nanoseconds { Self.nanoseconds(short: rootDelay) / 2 + Self.nanoseconds(short: rootDispersion) }

  /// The server's clock resolution, between 1 ns and 16 s whatever it claims.
  var resolution: Nanoseconds {
    precision >= 0 ? .seconds(1 << Int64(min(precision, 4))) : max(.seconds(1) >> Int64(-Int(precision)), 1)
  }
}

/// What a server says in place of the time (RFC 5905 §7.4).
package enum KissCode: UInt32, Hashable, Sendable, CaseIterable {
  /// Access denied: stop asking.
  case deny = 0x4445_4E59
  /// Access denied by policy: stop asking.
  case restrict = 0x5253_5452
  /// Too often: slow down.
  case rate = 0x5241_5445
}
