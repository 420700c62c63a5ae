import Foundation
import Glibc
import SuiteTesting

/// User and system time of processes, as the kernel counts it (in clock ticks, usually 10 ms: of use over seconds).
struct CPUMeter: Sendable {
  private let processes: [(name: String, id: pid_t)]
  private let start: [Int64]

  /// Starts to count.
  init(_ processes: [(name: String, id: pid_t)]) throws {
    self.processes = processes
    start = try processes.map { try Self.microseconds(of: $0.id) }
  }

  /// Since the start, in microseconds, by name.
  func spent() throws -> [(name: String, microseconds: Int64)] {
    try zip(processes, start).map { ($0.name, try Self.microseconds(of: $0.id) - $1) }
  }

  /// The broker's process.
  static func broker(_ broker: PrivateBroker) throws -> pid_t {
    let text = try String(contentsOfFile: broker.directory + "/rabbitmq.pid", encoding: .utf8)
    guard let id = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Program.Failure(description: "no process id in rabbitmq.pid: \(text)")
    }
    return id
  }

  private static func microseconds(of id: pid_t) throws -> Int64 {
    // After the name, which may hold anything, in parentheses: state is the first field, utime the twelfth, stime the next.
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(id)/stat")), as: UTF8.self)
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Int64(fields[12]), let system = Int64(fields[13]) else {
      throw Program.Failure(description: "/proc/\(id)/stat: \(text)")
    }
    return (user + system) * 1_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
  }
}
