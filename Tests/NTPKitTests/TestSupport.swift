import Glibc
import NTPKit

let second: Nanoseconds = 1_000_000_000
let millisecond: Nanoseconds = 1_000_000

/// The system's clock in Unix microseconds.
func wallMicroseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

/// The boot clock in nanoseconds.
func bootNanoseconds() -> Nanoseconds {
  var time = timespec()
  clock_gettime(CLOCK_BOOTTIME, &time)
  return Int64(time.tv_sec) * second + Int64(time.tv_nsec)
}

extension TrustedClockOptions {
  /// Insisting on servers on this machine, asked fast, with nothing cached.
  static func loopback(_ addresses: [String], anchorFile: String? = nil) throws -> TrustedClockOptions {
    let servers = try addresses.map { try NTPServer($0) }
    return TrustedClockOptions(source: .servers(servers, insisted: true), anchorFile: anchorFile, fastLoopbackPolling: true)
  }
}
