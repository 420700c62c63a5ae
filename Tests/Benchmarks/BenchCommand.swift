import ArgumentParser
import ServiceKit
import SharedKernel
import SuiteTesting

/// Measures the built programs on a private broker.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scripts/bench",
    abstract: said("Mede os programas compilados num broker próprio.", "Measures the built programs on a private broker."),
    discussion: said(
      """
      Os lances são assinados antes; o relógio corre do primeiro envio até que um seguidor \
      tenha verificado a assinatura do último bloco. No fim cada lance é conferido: uma medida que perdeu ou \
      julgou mal algum não tem número.

      EXEMPLOS:
        scripts/bench quente
        scripts/bench quente --bids 20000 --runs 5 --json
        scripts/bench contra ideal
        scripts/bench rapido
      """,
      """
      Bids are signed beforehand; the clock runs from the first publish until a follower has \
      verified the last block's signature. Every bid is checked at the end: a run that lost or misjudged \
      any has no figure.

      EXAMPLES:
        scripts/bench quente
        scripts/bench quente --bids 20000 --runs 5 --json
        scripts/bench against ideal
        scripts/bench quick
      """),
    subcommands: [
      HotCommand.self, SpreadCommand.self, LatencyCommand.self, RefusalsCommand.self, FollowersCommand.self,
      CurvesCommand.self, MemoryCommand.self, StartCommand.self, RecoveryCommand.self, PartitionsCommand.self,
      AgainstCommand.self, QuickCommand.self, TerminalCommand.self,
    ])
}

/// Throws a usage error for the first option whose value lies outside.
func checkRanges(_ options: [(name: String, value: Int, accepted: ClosedRange<Int>)]) throws {
  for (name, value, range) in options where !range.contains(value) {
    throw ValidationError(
      said(
        "\(name) aceita \(range.lowerBound) a \(range.upperBound), não \(value)",
        "\(name) accepts \(range.lowerBound) to \(range.upperBound), not \(value)"))
  }
}

/// What every mode of bidding takes.
struct BenchOptions: ParsableArguments {
  @Option(help: ArgumentHelp(said("Quantas vezes.", "How often."), valueName: "N")) var runs: Int = 3
  @Option(help: ArgumentHelp(said("Lances por medida.", "Bids in a run."), valueName: "N")) var bids: Int = 20_000
  @Option(help: ArgumentHelp(said("Licitantes.", "Bidders."), valueName: "N")) var bidders: Int = 64
  @Option(
    help: ArgumentHelp(
      said("Chaves dos licitantes: ed25519, p256 ou rsa.", "The bidders' keys: ed25519, p256 or rsa."),
      valueName: said("TIPO", "KIND")))
  var key: BidderKey = .ed25519
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por medida.", "A line of JSON for each run."))) var json = false

  func validate() throws {
    try checkRanges([("--runs", runs, 1...100), ("--bids", bids, 100...90_000), ("--bidders", bidders, 2...1_000)])
  }

  /// Runs a load so many times on one house, and tells each figure.
  func play(_ mode: String, auctions: Int = 1, refusedOfTen: Int = 0, rates: [Int?] = [nil]) async throws {
    let house = try await BenchHouse(bidders: bidders, keys: key)
    for number in 0..<runs * rates.count {
      let rate = rates[number % rates.count]
      let count = rate.map { min(bids, $0 * 10) } ?? bids
      let load = Load(bids: count, auctions: auctions, bidders: bidders, key: key, rate: rate)
      let run = LoadRun(load, mode: mode, house: house, number: number, refusedOfTen: refusedOfTen)
      let figure = try await Self.whole { try await run.measure() }
      tell(json ? figure.json : figure.text)
    }
  }

  /// What was lost or misjudged has no figure, and the sentence says why.
  static func whole<Value>(_ measure: () async throws -> Value) async throws -> Value {
    do {
      return try await measure()
    } catch let error where error is NotWhole || error is Program.Failure {
      throw Failure(.refused, said("medida sem número: \(error)", "a run without a figure: \(error)"))
    }
  }
}

struct HotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quente", abstract: said("Um leilão, muitos licitantes.", "One auction, many bidders."), aliases: ["hot"])

  @OptionGroup var options: BenchOptions

  func run() async throws { try await options.play("quente") }
}

struct SpreadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalhado", abstract: said("Lances por muitos leilões.", "Bids over many auctions."), aliases: ["spread"])

  @OptionGroup var options: BenchOptions
  @Option(help: ArgumentHelp(said("Quantos leilões.", "How many auctions."), valueName: "N")) var auctions: Int = 1_000

  func validate() throws {
    try checkRanges([("--auctions", auctions, 1...10_000)])
  }

  func run() async throws { try await options.play("espalhado", auctions: auctions) }
}

struct LatencyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latencia",
    abstract: said(
      "Do instante em que um lance é devido até um seguidor verificar o seu bloco.",
      "From the instant at which a bid is due until a follower has verified its block."),
    discussion: said(
      "Os lances saem em laço aberto: o que espera atrás de uma parada conta.",
      "Bids leave in an open loop: what waits behind a stall counts."),
    aliases: ["latency"])

  @OptionGroup var options: BenchOptions
  @Option(
    help: ArgumentHelp(said("Lances por segundo; várias vezes.", "Bids a second; several times."), valueName: "N"))
  var rate: [Int] = [100, 1_000, 2_000, 4_000]

  func validate() throws {
    try checkRanges(rate.map { ("--rate", $0, 1...100_000) })
  }

  func run() async throws { try await options.play("latencia", rates: rate) }
}

struct RefusalsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recusas", abstract: said("Nove de dez lances são recusados.", "Nine of ten bids are refused."),
    aliases: ["refusals"])

  @OptionGroup var options: BenchOptions

  func run() async throws { try await options.play("recusas", refusedOfTen: 9) }
}
