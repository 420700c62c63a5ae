import ArgumentParser
import ServiceKit
import SuiteTesting

/// The suite and a peer in turn, so that both meet the same machine, and what their figures are to each other.
struct AgainstCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contra",
    abstract: said(
      "Mede a suíte e um par, alternados, e dá as razões.", "Measures the suite and a peer in turn, and gives ratios."),
    discussion: said(
      """
      Cada volta mede um e outro com a mesma carga, cada qual no seu broker; as razões são de \
      cada volta, e a mediana delas vale. A CPU por lance é a da casa e do broker: sem os \
      licitantes e sem o seguidor.

      EXEMPLOS:
        scripts/bench contra ideal
        scripts/bench contra tuned --auctions 1000 --runs 7
        scripts/bench contra ideal --rate 2000
      """,
      """
      Each round measures the one and the other under the same load, each on its own broker; \
      the ratios are those of each round, and their median counts. CPU per bid is the house's \
      and the broker's: without the bidders and the follower.

      EXAMPLES:
        scripts/bench against ideal
        scripts/bench against tuned --auctions 1000 --runs 7
        scripts/bench against ideal --rate 2000
      """),
    aliases: ["against"])

  @Argument(
    help: ArgumentHelp(
      said("ideal, tuned ou straightforward.", "ideal, tuned or straightforward."), valueName: said("PAR", "PEER")))
  var peer: Peer = .ideal
  @OptionGroup var options: BenchOptions
  @Option(help: ArgumentHelp(said("Quantos leilões.", "How many auctions."), valueName: "N")) var auctions: Int = 1
  @Option(
    help: ArgumentHelp(said("Lances por segundo, em laço aberto.", "Bids a second, in an open loop."), valueName: "N")) var rate:
    Int?

  func validate() throws {
    try checkRanges([("--auctions", auctions, 1...10_000), ("--rate", rate ?? 1, 1...100_000)])
  }

  func run() async throws {
    let count = rate.map { min(options.bids, $0 * 10) } ?? options.bids
    let load = Load(bids: count, auctions: auctions, bidders: options.bidders, key: options.key, rate: rate)
    let peers = try await PrivateHouse.node()
    let house = try await BenchHouse(bidders: options.bidders, keys: options.key)
    let ratios = try await Ratios(
      of: house, to: peer, on: peers, under: load, mode: rate == nil ? "contra" : "latencia", rounds: options.runs,
      tells: !options.json)
    for ratio in ratios.all { tell(options.json ? ratio.json(peer, load) : ratio.text(peer)) }
  }
}
