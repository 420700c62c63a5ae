import Foundation
import SharedKernel
import SuiteTesting
import Testing

extension PrivateHouse {
  /// Schedules an auction of R$ 100,00 and increments of R$ 10,00 as the operator; it must be accepted.
  func schedule(
    _ auction: String, start: String = "now", duration: String, extension window: String = "0s", format: String = "ingles",
    _ more: String...
  ) async throws {
    let increment = format == "ingles" ? ["--incremento", "10,00"] : []
    let run = try await self.operator(
      ["agendar", "--id", auction, "--titulo", "Violão \(auction)", "--inicio", start, "--duracao", duration]
        + ["--lance-inicial", "100,00", "--formato", format, "--prorrogacao", window] + increment + more)
    guard run.status == 0 else { throw Program.Failure(description: "agendar \(auction): \(run)") }
  }

  /// One bid from the command line.
  func bid(_ auction: String, _ amount: String, as bidder: String, _ more: String...) async throws -> Run {
    try await client(["lance", auction, amount, "--cliente", bidder] + more)
  }

  /// The same under `--json`: the line it printed, and its exit code.
  func bidLine(_ auction: String, _ amount: String, as bidder: String) async throws -> (line: Line, status: Int32) {
    let run = try await bid(auction, amount, as: bidder, "--json", "--espera", "60s")
    guard let text = run.output.first, run.output.count == 1 else { throw Program.Failure(description: "lance: \(run)") }
    return (try Line(text), run.status)
  }

  /// What the house says of an auction now.
  func listed(_ auction: String) async throws -> Line? {
    let run = try await client(["leiloes", "--json"])
    guard run.status == 0 else { throw Program.Failure(description: "leiloes: \(run)") }
    return try run.output.map { try Line($0) }.first { $0.idLeilao == auction }
  }

  /// Waits until the house says that the auction takes bids.
  func opened(_ auction: String) async throws {
    try await until("\(auction) is open") { try await self.listed(auction)?.status == "ativo" }
  }

  /// Waits until an instant of the house's has passed; it runs on this machine's clock.
  func pass(_ instant: Timestamp) async throws {
    try await until("\(instant.microseconds) has passed", within: .seconds(300)) {
      Date.now.timeIntervalSince1970 * 1_000_000 > Double(instant.microseconds)
    }
  }
}

extension PrivateHouse {
  /// Takes a file away, to be put back by `show`.
  func hide(_ file: String) throws { try FileManager.default.moveItem(atPath: file, toPath: folder + "/" + Self.name(file)) }

  func show(_ file: String) throws { try FileManager.default.moveItem(atPath: folder + "/" + Self.name(file), toPath: file) }

  private static func name(_ file: String) -> String { file.split(separator: "/").last.map(String.init) ?? file }
}

extension PrivateHouse {
  /// A connection to its broker that says what the house's own programs never would.
  func probe(as user: String) throws -> BrokerProbe {
    try BrokerProbe(port: broker.port, user: user, password: user, virtualHost: "leilao")
  }

  /// Takes what has been put aside, when it is as much as this.
  func deadLetters(_ count: Int) async throws -> [DeadLetterBox.Letter] {
    let box = try DeadLetterBox(port: broker.port)
    var letters: [DeadLetterBox.Letter] = []
    try await until("\(count) messages are put aside") {
      while let letter = try box.take() { letters.append(letter) }
      return letters.count >= count
    }
    return letters
  }
}

extension Program {
  /// The counters in a service's last line.
  func counts() throws -> [String: Int] {
    let line = try #require(errors.values.last { $0.contains(": parado") })
    let pairs = line.split(separator: " ").compactMap { word -> (String, Int)? in
      let parts = word.split(separator: "=")
      return parts.count == 2 && parts[0].contains(".") ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
