package import NTPKit
package import SharedKernel

/// Where a service's instants come from: the trusted clock, or a test's.
package protocol HouseClock: Sendable {
  func now() -> ClockReading
  /// What that rests on.
  var syncRecord: SyncRecord { get }
}

extension HouseClock {
  /// Of a clock that has no servers to tell of.
  package var syncRecord: SyncRecord { SyncRecord(reading: now(), age: nil, systemOffset: .zero, servers: []) }
}

extension TrustedClock: HouseClock {
  package func now() -> ClockReading { ClockReading(self.now() as Reading) }
  package var syncRecord: SyncRecord { SyncRecord(report) }
}

extension ClockReading {
  package init(_ reading: Reading) {
    let status: ClockStatus =
      switch reading.status {
      case .synchronized: .synchronized
      case .holdover: .holdover
      case .unsynchronized: .unsynchronized
      case .systemClock: .systemClock
      }
    // The wire holds at most ten seconds of uncertainty; beyond that a clock is not synchronised in any useful sense.
    self.init(
      Timestamp(microseconds: reading.unixMicroseconds),
      uncertainty: .microseconds(min(reading.uncertaintyMicroseconds, 10_000_000)), status: status)
  }
}
