import ArgumentParser
import Foundation
import Glibc
import ServiceKit
import SuiteTesting

/// How soon each service is ready, and what it takes while nothing is to be done.
struct StartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arranque",
    abstract: said(
      "Do início de cada serviço até ele consumir; e o que ele gasta parado.",
      "From each service's start until it consumes; and what it takes while idle."),
    discussion: said(
      """
      O broker já responde e o diário é curto. Tempo: do nascimento do processo até ele \
      consumir a sua fila. Depois, sem nada a fazer, a memória residente e a CPU por --idle \
      segundos.
      """,
      """
      The broker answers already and the journal is short. Time: from the birth of the \
      process until it consumes its queue. Then, with nothing to do, resident memory and \
      CPU over --idle seconds.
      """),
    aliases: ["start"])

  @Option(help: ArgumentHelp(said("Quantas vezes.", "How often."), valueName: "N")) var runs: Int = 5
  @Option(help: ArgumentHelp(said("Segundos parado.", "Seconds idle."), valueName: "N")) var idle: Int = 10
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por serviço.", "A line of JSON for each service."))) var json = false

  func validate() throws {
    try checkRanges([("--runs", runs, 1...100), ("--idle", idle, 1...600)])
  }

  func run() async throws {
    let house = try await PrivateHouse()
    var starts: [PrivateHouse.Service: [Duration]] = [:]
    for _ in 0..<runs {
      for service in PrivateHouse.Service.allCases {
        try await house.end(service)
        starts[service, default: []].append(try await house.timeToReady(service))
      }
    }
    let services = PrivateHouse.Service.allCases
    let meter = try CPUMeter(try services.map { ($0.rawValue, try house.process($0).id) })
    try await Task.sleep(for: .seconds(idle))
    for (service, spent) in zip(services, try meter.spent()) {
      guard let times = Percentiles(starts[service] ?? []) else { continue }
      let memory = try ResidentMemory.kilobytes(of: house.process(service).id)
      let permille = Double(spent.microseconds) / Double(idle) / 1_000
      tell(json ? line(service, times, memory, permille) : text(service, times, memory, permille))
    }
  }

  private func text(_ service: PrivateHouse.Service, _ times: Percentiles, _ memory: Int64, _ permille: Double) -> String {
    "\(service.rawValue): \(said("pronto em", "ready within")) p50 \(Int(times.p50)) ms, max \(Int(times.max)) ms; "
      + "\(memory / 1_000) MB; \((permille * 10).rounded() / 10) ‰ \(said("de um núcleo", "of a core"))"
  }

  private func line(_ service: PrivateHouse.Service, _ times: Percentiles, _ memory: Int64, _ permille: Double) -> String {
    var line = JSONLine()
    line.add("mode", "arranque")
    line.add("service", service.rawValue)
    line.add("ready_us_p50", Int64(times.p50 * 1_000))
    line.add("ready_us_max", Int64(times.max * 1_000))
    line.add("resident_kb", memory)
    line.add("idle_cpu_us_per_s", Int64(permille * 1_000))
    return line.text
  }
}

extension PrivateHouse {
  /// From the birth of the process until it consumes.
  func timeToReady(_ service: Service) async throws -> Duration {
    let began = ContinuousClock.now
    let (program, ready) = try launch(service)
    while access(ready, F_OK) != 0 {
      guard program.isRunning, began.duration(to: .now) < .seconds(300) else {
        throw NotWhole(description: "\(service.rawValue) did not start: \(program.errors.values.suffix(3))")
      }
      try await Task.sleep(for: .microseconds(500))
    }
    return began.duration(to: .now)
  }

  /// In order, and with nothing to complain of.
  func end(_ service: Service) async throws {
    guard try await terminate(service) == .code(0) else {
      throw NotWhole(description: "\(service.rawValue) did not end well")
    }
  }
}

/// What a process holds in memory, as the kernel counts it.
enum ResidentMemory {
  /// `VmRSS`, in units of 1 000 bytes.
  static func kilobytes(of id: pid_t) throws -> Int64 {
    let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    guard let words = line?.split(whereSeparator: \.isWhitespace), words.count > 1, let kibibytes = Int64(words[1]) else {
      throw Program.Failure(description: "/proc/\(id)/status names no VmRSS")
    }
    return kibibytes * 1_024 / 1_000
  }
}
