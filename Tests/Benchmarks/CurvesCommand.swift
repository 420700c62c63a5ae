import ArgumentParser
import ServiceKit
import SuiteTesting

/// Whether a bid costs more where there is more of something: auctions, bidders, bids in the journal.
struct CurvesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "curvas",
    abstract: said(
      "O custo de um lance por três décadas de leilões, de licitantes e de lances no diário.",
      "A bid's cost over three decades of auctions, of bidders and of bids in the journal."),
    discussion: said(
      "Medianas de --runs medidas de --bids lances cada; CPU de ms-lance e da casa toda por lance.",
      "Medians of --runs runs of --bids bids each; CPU of ms-lance and of the whole house per bid."),
    aliases: ["curves"])

  @Option(help: ArgumentHelp(said("Lances por medida.", "Bids in a run."), valueName: "N")) var bids: Int = 10_000
  @Option(help: ArgumentHelp(said("Quantas vezes cada.", "How often each."), valueName: "N")) var runs: Int = 3
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por ponto.", "A line of JSON for each point."))) var json = false

  func validate() throws {
    try checkRanges([("--bids", bids, 1_000...90_000), ("--runs", runs, 1...100)])
  }

  func run() async throws {
    let bidders = try await BenchHouse(bidders: 1_000, keys: .ed25519)
    for count in [1, 10, 100, 1_000] { try await point("leiloes", count, on: bidders, auctions: count, bidders: 64) }
    for count in [10, 100, 1_000] { try await point("licitantes", count, on: bidders, auctions: 1, bidders: count) }
    var filled = 0
    for count in [1_000, 10_000, 100_000, 1_000_000] {
      try await bidders.house.end(.bids)
      try await bidders.fill("diario-\(count)", auctions: (count - filled) / 100, bids: count - filled, json: json)
      filled = count
      try await bidders.startJudge()
      try await point("diario", count, on: bidders, auctions: 1, bidders: 64)
    }
  }

  private func point(_ name: String, _ count: Int, on house: BenchHouse, auctions: Int, bidders: Int) async throws {
    var (judge, all, speed): ([Double], [Double], [Double]) = ([], [], [])
    let load = Load(bids: bids, auctions: auctions, bidders: bidders, key: .ed25519, rate: nil)
    for number in 0..<runs {
      let run = LoadRun(load, mode: "\(name)-\(count)", house: house, number: number)
      let figure = try await BenchOptions.whole { try await run.measure() }
      judge += figure.cpu.filter { $0.name == "ms_lance" }.map(\.microseconds)
      all.append(figure.cpuTotal)
      speed.append(Double(figure.perSecond))
    }
    tell(
      json
        ? line(name, count, judge.median, all.median, speed.median)
        : "\(count) \(title(name)): ms-lance \(hundredths(judge.median)), \(said("ao todo", "in all")) "
          + "\(hundredths(all.median)) µs/\(said("lance", "bid")), \(Int(speed.median))/s")
  }

  private func title(_ name: String) -> String {
    switch name {
    case "leiloes": said("leilões", "auctions")
    case "licitantes": said("licitantes", "bidders")
    default: said("lances no diário", "bids in the journal")
    }
  }

  private func line(_ name: String, _ count: Int, _ judge: Double, _ all: Double, _ speed: Double) -> String {
    var line = JSONLine()
    line.add("mode", "curvas")
    line.add("curve", name)
    line.add("count", Int64(count))
    line.add("cpu_ns_per_bid_ms_lance", Int64(judge * 1_000))
    line.add("cpu_ns_per_bid", Int64(all * 1_000))
    line.add("bids_per_s", Int64(speed))
    return line.text
  }
}
