/// What one good answer says: where UTC stood when the boot clock read zero, and how wrong that may be.
package struct Sample: Hashable, Sendable {
  /// UTC minus the boot clock, in Unix nanoseconds: the one thing that the wall clock has no part in.
  package let offset: Nanoseconds
  /// Round trip on the wire, at least the two clocks' resolution.
  package let delay: Nanoseconds
  /// Half-width of the interval around `offset` that holds the truth if the server is right about itself, when taken.
  package let halfWidth: Nanoseconds
  /// The server's own root dispersion.
  package let dispersion: Nanoseconds
  package let stratum: UInt8
  /// Boot clock when the answer came.
  package let takenAt: Nanoseconds

  package init(
    offset: Nanoseconds, delay: Nanoseconds, halfWidth: Nanoseconds, dispersion: Nanoseconds = 0, stratum: UInt8 = 1,
    takenAt: Nanoseconds
  ) {
    (self.offset, self.delay, self.halfWidth) = (offset, delay, max(halfWidth, Self.leastHalfWidth))
    (self.dispersion, self.stratum, self.takenAt) = (dispersion, stratum, takenAt)
  }

  /// Servers that free-run claim a dispersion of zero, and the wire resolves only some 20 µs: nobody is believed below 1 ms.
  package static let leastHalfWidth: Nanoseconds = .milliseconds(1)

  /// The half-width once the boot clock may have drifted since.
  package func halfWidth(at now: Nanoseconds) -> Nanoseconds { halfWidth + Drift.growth(over: now - takenAt) }
}
