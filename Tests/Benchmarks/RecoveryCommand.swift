import ArgumentParser
import Foundation
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// How soon ms-lance is there again with a long journal, and what it holds in memory then.
struct RecoveryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recuperacao",
    abstract: said(
      "ms-lance com um diário longo: tempo até consumir, memória.",
      "ms-lance with a long journal: time until it consumes, memory."),
    discussion: said(
      """
      Enche o diário por turnos do próprio ms-lance, sem broker, com leilões abertos e dez \
      lances em cada, em três tamanhos: um centésimo, um décimo e o todo. Depois de cada um \
      parte o ms-lance compilado, --runs vezes.
      """,
      """
      Fills the journal by ms-lance's own turns, without a broker, with open auctions and ten \
      bids on each, in three sizes: a hundredth, a tenth and all of it. After each the built \
      ms-lance starts, --runs times.
      """),
    aliases: ["recovery"])

  @Option(help: ArgumentHelp(said("Lances no diário, no fim.", "Bids in the journal in the end."), valueName: "N")) var bids:
    Int =
      1_000_000
  @Option(help: ArgumentHelp(said("Quantas vezes cada.", "How often each."), valueName: "N")) var runs: Int = 3
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por tamanho.", "A line of JSON for each size."))) var json = false

  func validate() throws {
    try checkRanges([("--bids", bids, 1_000...5_000_000), ("--runs", runs, 1...100)])
  }

  func run() async throws {
    let house = try await BenchHouse(bidders: 64, keys: .ed25519)
    try await house.house.end(.bids)
    // Ten bids on each auction.
    var filled = 0
    for part in [100, 10, 1] {
      let bids = bids / part
      try await house.fill("leilao-\(part)", auctions: (bids - filled) / 10, bids: bids - filled, json: json)
      filled = bids
      var times: [Duration] = []
      var memory: Int64 = 0
      for _ in 0..<runs {
        times.append(try await house.house.timeToReady(.bids))
        memory = max(memory, try ResidentMemory.kilobytes(of: house.house.process(.bids).id))
        try await house.house.end(.bids)
      }
      guard let times = Percentiles(times) else { continue }
      tell(json ? line(bids, times, memory) : text(bids, times, memory))
    }
  }

  private func text(_ bids: Int, _ times: Percentiles, _ memory: Int64) -> String {
    "\(bids) \(said("lances, leilões abertos", "bids, open auctions")): \(bids / 10); "
      + "\(said("pronto em", "ready within")) p50 \(Int(times.p50)) ms, max \(Int(times.max)) ms; \(memory / 1_000) MB"
  }

  private func line(_ bids: Int, _ times: Percentiles, _ memory: Int64) -> String {
    var line = JSONLine()
    line.add("mode", "recuperacao")
    line.add("bids", Int64(bids))
    line.add("auctions", Int64(bids / 10))
    line.add("ready_us_p50", Int64(times.p50 * 1_000))
    line.add("ready_us_max", Int64(times.max * 1_000))
    line.add("resident_kb", memory)
    return line.text
  }
}
