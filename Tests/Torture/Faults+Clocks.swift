import Foundation
import SharedKernel
import SuiteTesting

extension Fault {
  /// The wall clock of a service jumps to and fro under it; the monotonic clock goes on.
  static let clocks = [
    clock(
      "clock-jump", "o relógio de parede salta (casa com NTP)", "the wall clock jumps (a house with NTP)", hasServer: true,
      [-86_400, -3_600, -30, 30, 3_600, 86_400]),
    clock(
      "clock-jump-no-ntp", "o relógio de parede salta (casa sem NTP)", "the wall clock jumps (a house without NTP)",
      hasServer: false, [-3_600, -20, -2, 2, 20, 3_600]),
  ]

  private static func clock(
    _ name: String, _ portuguese: String, _ english: String, hasServer: Bool, _ jumps: [Int]
  ) -> Fault {
    Fault(name, portuguese, english, obstacle: { needs(FakeTime.library, "faketime") }) { random in
      var setting = Setting()
      let service = random.pick([PrivateHouse.Service.bids, .calendar])
      let file = FileManager.default.temporaryDirectory.path + "/leilao-clock-\(UInt64.random(in: .min ... .max))"
      setting.environment[service] = FakeTime.environment(["FAKETIME_TIMESTAMP_FILE": file])
      if hasServer { setting.server = try? FakeNTPServer.honest() }
      let jump = random.pick(jumps)
      try? set(0, file)
      return (
        setting,
        { scene in
          defer { try? FileManager.default.removeItem(atPath: file) }
          try await scene.moment()
          // A file without a size: Foundation would read nothing.
          let look = try CommandRun("grep", "-q", "libfaketime", "/proc/\(scene.process(service).id)/maps")
          guard look.status == 0 else { throw NotReached(description: "libfaketime is not in \(service.rawValue)") }
          try set(jump, file)
          try await Task.sleep(for: .milliseconds(scene.draw { $0.interval(500...4_000) }))
          try set(0, file)
        }
      )
    }
  }

  private static func set(_ seconds: Int, _ file: String) throws {
    try Data("\(seconds < 0 ? "" : "+")\(seconds)\n".utf8).write(to: URL(fileURLWithPath: file))
  }
}
