import ArgumentParser
import Glibc
import ServiceKit
import SuiteTesting

/// What the services hold in memory: idle, with auctions open, after bids.
struct MemoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memoria",
    abstract: said(
      "Memória residente de cada serviço: parado, com leilões abertos, depois de lances.",
      "Resident memory of each service: idle, with auctions open, after bids."),
    aliases: ["memory"])

  @Option(help: ArgumentHelp(said("Quantos leilões.", "How many auctions."), valueName: "N")) var auctions: Int = 1_000
  @Option(help: ArgumentHelp(said("Lances por vez.", "Bids in a round."), valueName: "N")) var bids: Int = 20_000
  @Option(help: ArgumentHelp(said("Quantas vezes.", "How many rounds."), valueName: "N")) var rounds: Int = 3
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por vez.", "A line of JSON for each round."))) var json = false

  func validate() throws {
    try checkRanges([
      ("--auctions", auctions, 1...10_000), ("--bids", bids, 100...90_000), ("--rounds", rounds, 1...100),
    ])
  }

  func run() async throws {
    let house = try await BenchHouse(bidders: 64, keys: .ed25519)
    try tellMemory(of: house, auctions: 0, bids: 0)
    let load = Load(bids: bids, auctions: auctions, bidders: house.voices.count, key: .ed25519, rate: nil)
    for number in 0..<rounds {
      let run = LoadRun(load, mode: "memoria", house: house, number: number)
      _ = try await BenchOptions.whole { try await run.measure() }
      try tellMemory(of: house, auctions: auctions * (number + 1), bids: bids * (number + 1))
    }
  }

  private func tellMemory(of house: BenchHouse, auctions: Int, bids: Int) throws {
    let services = try house.processes().filter { $0.name != "broker" }
    let memory = try services.map { ($0.name, try ResidentMemory.kilobytes(of: $0.id)) }
    guard json else {
      let shares = memory.map { "\($0.0) \($0.1 / 1_000) MB" }.joined(separator: ", ")
      return tell("\(auctions) \(said("leilões", "auctions")), \(bids) \(said("lances", "bids")): \(shares)")
    }
    var line = JSONLine()
    line.add("mode", "memoria")
    line.add("auctions", Int64(auctions))
    line.add("bids", Int64(bids))
    for (name, kilobytes) in memory { line.add("resident_kb_\(name)", kilobytes) }
    tell(line.text)
  }
}
