import ArgumentParser
import Foundation
import ServiceKit
import SuiteTesting

/// Whether the suite has become slower: its figures and the C peer's in one run, against ratios that were committed.
struct QuickCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rapido",
    abstract: said(
      "Em menos de dois minutos: ficou mais lento que o limite gravado?",
      "In less than two minutes: has it become slower than the committed limit?"),
    discussion: said(
      """
      Compara com o par em C, na mesma medida, e com Tests/Benchmarks/limits.json. As razões \
      valem em qualquer máquina; os números, não.

      CÓDIGOS: 0 dentro dos limites, 1 além de um deles, ou medida sem número.
      """,
      """
      Compares with the C peer in the same run, and with Tests/Benchmarks/limits.json. The \
      ratios hold on any machine; the figures do not.

      EXIT STATUS: 0 within the limits, 1 beyond one of them, or a run without a figure.
      """),
    aliases: ["quick"])

  @Flag(help: ArgumentHelp(said("Uma linha de JSON por razão.", "A line of JSON for each ratio."))) var json = false

  /// Medians of the ratios to the ideal that must not be passed.
  private struct Limit: Decodable {
    let mode: String
    let auctions: Int
    let bids: Int
    let leastSpeed: Double
    let mostCPU: Double

    private enum CodingKeys: String, CodingKey {
      case mode, auctions, bids
      case leastSpeed = "least_bids_per_s"
      case mostCPU = "most_cpu_per_bid"
    }
  }

  private static let rounds = 3
  private static let bidders = 64

  func run() async throws {
    let limits = try JSONDecoder().decode(
      [Limit].self, from: Data(contentsOf: URL(fileURLWithPath: "Tests/Benchmarks/limits.json")))
    let peers = try await PrivateHouse.node()
    let house = try await BenchHouse(bidders: Self.bidders, keys: .ed25519)
    var isWithin = true
    for limit in limits {
      let load = Load(bids: limit.bids, auctions: limit.auctions, bidders: Self.bidders, key: .ed25519, rate: nil)
      let ratios = try await Ratios(
        of: house, to: .ideal, on: peers, under: load, mode: limit.mode, rounds: Self.rounds, tells: !json)
      for ratio in ratios.all { tell(json ? ratio.json(.ideal, load) : ratio.text(.ideal)) }
      if ratios.speed.median < limit.leastSpeed || ratios.cost.median > limit.mostCPU {
        isWithin = false
        CommandRunner.complain(
          said(
            "\(limit.mode): além do limite (velocidade \(limit.leastSpeed) ou mais, CPU \(limit.mostCPU) ou menos, da do ideal)",
            "\(limit.mode): beyond the limit (speed at least \(limit.leastSpeed), CPU at most \(limit.mostCPU), of the ideal's)"))
      }
    }
    guard isWithin else { throw ExitStatus.refused }
  }
}
