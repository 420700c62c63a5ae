/// A point on NTP's 64-bit scale: seconds since 1900 modulo 2^32, and a binary fraction (RFC 5905 §6).
///
/// The scale wraps every 136 years (next on 2036-02-07), so only differences and placements near a pivot mean anything.
package struct NTPTimestamp: Hashable, Sendable {
  /// Q32.32, as on the wire.
  package var bits: UInt64

  package init(bits: UInt64) { self.bits = bits }

  /// The point that many nanoseconds after the scale's zero, rounded down to 2^-32 s.
  package init(nanoseconds: Nanoseconds) {
    let seconds = nanoseconds.floorSeconds
    let rest = UInt64(nanoseconds - .seconds(seconds))
    bits = UInt64(truncatingIfNeeded: seconds) << 32 | (rest << 32) / 1_000_000_000
  }

  /// How far `self` lies after `other`, in units of 2^-32 s: right while they are less than 68 years apart.
  package func since(_ other: NTPTimestamp) -> Int64 { Int64(bitPattern: bits &- other.bits) }

  /// Between 1900-01-01 and 1970-01-01.
  static let unixEpochSeconds: Int64 = 2_208_988_800
  /// Pivots above this (2172) would leave no room for nanoseconds in 64 bits.
  static let latestPivot: Int64 = 6_400_000_000

  /// Unix seconds, in the one era that puts the point within 2^31 s (68 years) of `pivot` (Unix seconds).
  package func unixSeconds(near pivot: Int64) -> Int64 {
    let base = min(max(pivot, 0), Self.latestPivot) + Self.unixEpochSeconds
    let distance = Int32(truncatingIfNeeded: Int64(bits >> 32) &- base)
    return base + Int64(distance) - Self.unixEpochSeconds
  }

  /// Unix nanoseconds, rounded to the nearest, in the era nearest to `pivot` (Unix seconds).
  package func unixNanoseconds(near pivot: Int64) -> Nanoseconds {
    .seconds(unixSeconds(near: pivot)) + Self.nanoseconds(fraction: Int64(bits & 0xFFFF_FFFF))
  }

  /// Nanoseconds in a signed Q32.32 difference, rounded to the nearest.
  package static func nanoseconds(fraction difference: Int64) -> Nanoseconds {
    let (high, low) = difference.multipliedFullWidth(by: 1_000_000_000)
    let (rounded, carry) = low.addingReportingOverflow(1 << 31)
    return ((high + (carry ? 1 : 0)) << 32) | Int64(rounded >> 32)
  }
}

extension Nanoseconds {
  /// Whole seconds, towards the past.
  var floorSeconds: Int64 { self >= 0 ? self / 1_000_000_000 : -((999_999_999 - self) / 1_000_000_000) }
}

/// The four instants of one exchange (RFC 5905 §8). The client's two may count from anywhere, as long as both count from there.
package struct Exchange: Hashable, Sendable {
  /// Client's clock when the request left, server's when it came, server's when the answer left, client's when that came.
  package var t1, t2, t3, t4: NTPTimestamp

  package init(t1: NTPTimestamp, t2: NTPTimestamp, t3: NTPTimestamp, t4: NTPTimestamp) {
    (self.t1, self.t2, self.t3, self.t4) = (t1, t2, t3, t4)
  }

  /// Server's clock minus the client's, in units of 2^-32 s, modulo 2^64.
  ///
  /// Written as a + (b − a) / 2, because a + b overflows where the clocks are more than 34 years apart.
  package var offset: Int64 {
    let a = t2.since(t1)
    let b = t3.since(t4)
    return a &+ (b &- a) / 2
  }

  /// Time on the wire, both ways, in units of 2^-32 s; below zero where the two clocks run at different rates.
  package var delay: Int64 { t4.since(t1) &- t3.since(t2) }

  /// What the server says it took between receiving and answering, in units of 2^-32 s.
  package var processing: Int64 { t3.since(t2) }
}
