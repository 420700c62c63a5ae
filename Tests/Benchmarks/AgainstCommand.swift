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
    for (name, value, range) in [("--auctions", auctions, 1...10_000), ("--rate", rate ?? 1, 1...100_000)]
    where !range.contains(value) {
      throw ValidationError(
        said(
          "\(name) aceita \(range.lowerBound) a \(range.upperBound), não \(value)",
          "\(name) accepts \(range.lowerBound) to \(range.upperBound), not \(value)"))
    }
  }

  func run() async throws {
    let count = rate.map { min(options.bids, $0 * 10) } ?? options.bids
    let load = Load(bids: count, auctions: auctions, bidders: options.bidders, key: options.key, rate: rate)
    let house = try await BenchHouse(bidders: options.bidders, keys: options.key)
    let ratios = try await Ratios(
      of: house, to: peer, under: load, mode: rate == nil ? "contra" : "latencia", rounds: options.runs, tells: !options.json)
    for ratio in ratios.all { tell(options.json ? ratio.json(peer, load) : ratio.text(peer)) }
  }
}

/// What the suite's figures are to a peer's, round by round.
struct Ratios {
  struct Ratio {
    let name: String
    var values: [Double] = []

    var median: Double {
      let sorted = values.sorted()
      guard !sorted.isEmpty else { return .nan }
      let middle = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    func text(_ peer: Peer) -> String {
      let range = "\(hundredths(values.min() ?? .nan))…\(hundredths(values.max() ?? .nan))"
      return "\(name) ÷ \(peer.rawValue): \(said("mediana", "median")) \(hundredths(median)) (\(range))"
    }

    func json(_ peer: Peer, _ load: Load) -> String {
      var line = JSONLine()
      line.add("ratio", name)
      line.add("peer", peer.rawValue)
      line.add("key", load.key.rawValue)
      line.add("bids", Int64(load.bids))
      line.add("auctions", Int64(load.auctions))
      line.add("rate", load.rate.map(Int64.init))
      line.add("rounds", Int64(values.count))
      line.add("median_permille", Int64((median * 1_000).rounded()))
      line.add("least_permille", Int64(((values.min() ?? 0) * 1_000).rounded()))
      line.add("most_permille", Int64(((values.max() ?? 0) * 1_000).rounded()))
      return line.text
    }

    private func hundredths(_ value: Double) -> String { value.isNaN ? "-" : "\((value * 100).rounded() / 100)" }
  }

  private(set) var speed = Ratio(name: "bids_per_s")
  private(set) var cost = Ratio(name: "cpu_per_bid")
  private var typical = Ratio(name: "latency_p50")
  private var tail = Ratio(name: "latency_p99")

  /// Latency says something of an open loop only, speed of the other.
  var all: [Ratio] { [speed, cost, typical, tail].filter { !$0.values.isEmpty } }

  /// Measures one and the other in turn.
  /// - Parameter tells: whether each round's figures are told.
  init(of house: BenchHouse, to peer: Peer, under load: Load, mode: String, rounds: Int, tells: Bool) async throws {
    for round in 0..<rounds {
      let own = try await BenchOptions.whole { try await LoadRun(load, mode: mode, house: house, number: round).measure() }
      let other = try await BenchOptions.whole { try await peer.measure(load) }
      add(own, other)
      guard tells else { continue }
      tell("\(round + 1). \(own.text)")
      tell("   \(peer.rawValue): \(Int(other.bidsPerSecond))/s, \(other.cpuPerBid["house"] ?? 0) µs/\(said("lance", "bid"))")
    }
  }

  private mutating func add(_ own: Figure, _ other: Peer.Figure) {
    if let house = other.cpuPerBid["house"] { cost.values.append(own.cpuTotal / house) }
    guard let mine = own.latency, let theirs = other.latency else {
      speed.values.append(Double(own.bids) / own.seconds / other.bidsPerSecond)
      return
    }
    if let p50 = theirs["p50"] { typical.values.append(mine.p50 * 1_000 / p50) }
    if let p99 = theirs["p99"] { tail.values.append(mine.p99 * 1_000 / p99) }
  }
}
