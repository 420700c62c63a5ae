package import NTPKit
package import SharedKernel

/// Where a service's instants come from: the trusted clock, or a test's.
package protocol HouseClock: Sendable {
  func now() -> ClockReading
}

extension TrustedClock: HouseClock {
  package func now() -> ClockReading { ClockReading(self.now() as Reading) }
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
