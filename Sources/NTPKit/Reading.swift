/// What the trusted clock said: an instant, how wrong it may be, and on what grounds.
package struct Reading: Hashable, Sendable {
  package enum Status: Hashable, Sendable, CaseIterable {
    /// A majority of servers agreed not long ago.
    case synchronized
    /// It was synchronised once, by this process or another on this boot; the uncertainty has been growing since.
    case holdover
    /// It wants to be synchronised and is not, or no longer to within a second.
    case unsynchronized
    /// The system's clock, on purpose or for want of any answer. Nothing is known of its error: the stated uncertainty is how far
    /// it stands from what is shown.
    case systemClock
  }

  /// Microseconds since 1970-01-01T00:00:00Z (POSIX time: leap seconds are not counted).
  package var unixMicroseconds: Int64
  /// Half-width: the true time is no further away. `unknownUncertainty` stands for that much or more; never above it.
  package var uncertaintyMicroseconds: Int64
  package var status: Status

  /// The most that is stated, ten seconds: beyond that a clock says only that it does not know.
  package static let unknownUncertainty: Int64 = 10_000_000

  package init(unixMicroseconds: Int64, uncertaintyMicroseconds: Int64, status: Status) {
    self.unixMicroseconds = unixMicroseconds
    self.uncertaintyMicroseconds = min(max(uncertaintyMicroseconds, 0), Self.unknownUncertainty)
    self.status = status
  }

  /// Whether it is what `waitUntilReady` waits for.
  package var isUsable: Bool {
    switch status {
    case .synchronized, .holdover, .systemClock: true
    case .unsynchronized: false
    }
  }
}
