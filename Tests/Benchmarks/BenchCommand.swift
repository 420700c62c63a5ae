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
      tenha verificado o último bloco. No fim cada lance é conferido: uma medida que perdeu ou \
      julgou mal algum não tem número.

      EXEMPLOS:
        scripts/bench quente
        scripts/bench quente --bids 20000 --runs 5 --json
      """,
      """
      Bids are signed beforehand; the clock runs from the first publish until a follower has \
      verified the last block. Every bid is checked at the end: a run that lost or misjudged \
      any has no figure.

      EXAMPLES:
        scripts/bench quente
        scripts/bench quente --bids 20000 --runs 5 --json
      """),
    subcommands: [HotCommand.self])
}

/// What every mode takes.
struct BenchOptions: ParsableArguments {
  @Option(help: ArgumentHelp(said("Quantas vezes.", "How often."), valueName: "N")) var runs: Int = 3
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por medida.", "A line of JSON for each run."))) var json = false

  func validate() throws {
    guard (1...100).contains(runs) else {
      throw ValidationError(said("--runs aceita 1 a 100, não \(runs)", "--runs accepts 1 to 100, not \(runs)"))
    }
  }
}

struct HotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quente", abstract: said("Um leilão, muitos licitantes.", "One auction, many bidders."), aliases: ["hot"])

  @OptionGroup var options: BenchOptions
  @Option(help: ArgumentHelp(said("Lances por medida.", "Bids in a run."), valueName: "N")) var bids: Int = 40_000
  @Option(help: ArgumentHelp(said("Licitantes.", "Bidders."), valueName: "N")) var bidders: Int = 50
  @Option(
    help: ArgumentHelp(said("Chaves: ed25519, p256 ou rsa.", "Keys: ed25519, p256 or rsa."), valueName: said("TIPO", "TYPE")))
  var keys: String = "ed25519"

  func validate() throws {
    guard (100...200_000).contains(bids), (2...1_000).contains(bidders) else {
      throw ValidationError(
        said("--bids aceita 100 a 200000, --bidders 2 a 1000", "--bids accepts 100 to 200000, --bidders 2 to 1000"))
    }
    guard ["ed25519", "p256", "rsa"].contains(keys) else {
      throw ValidationError(said("--keys aceita ed25519, p256 ou rsa", "--keys accepts ed25519, p256 or rsa"))
    }
  }

  func run() async throws {
    let house = try await BenchHouse(bidders: bidders, keys: keys)
    for number in 1...options.runs {
      let figure = try await HotRun(house, auction: "quente-\(number)", bids: bids).measure()
      tell(options.json ? figure.json : figure.text)
    }
  }
}
