import Glibc
import NTPKit

let second: Nanoseconds = 1_000_000_000
let millisecond: Nanoseconds = 1_000_000

struct TimedOut: Error, CustomStringConvertible {
  let description: String
}

/// Waits until something holds, and fails after a bound that only a hanging machine reaches.
func eventually(_ what: String, within bound: Duration = .seconds(60), _ holds: () -> Bool) async throws {
  let end = ContinuousClock.now + bound
  while !holds() {
    guard ContinuousClock.now < end else { throw TimedOut(description: "not within \(bound): \(what)") }
    try await Task.sleep(for: .milliseconds(5))
  }
}

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

/// A folder that goes when it is let go of.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/leilao-ntp-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TimedOut(description: "no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        unlink(path + "/" + name)
      }
      closedir(directory)
    }
    rmdir(path)
  }
}

extension TrustedClockOptions {
  /// Insisting on servers on this machine, asked fast, with nothing cached.
  static func loopback(_ addresses: [String], anchorFile: String? = nil) throws -> TrustedClockOptions {
    let servers = try addresses.map { try NTPServer($0) }
    return TrustedClockOptions(source: .servers(servers, insisted: true), anchorFile: anchorFile, fastLoopbackPolling: true)
  }
}
