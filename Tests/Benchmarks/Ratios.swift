import ServiceKit
import SuiteTesting

/// What the suite's figures are to a peer's, round by round.
struct Ratios {
  struct Ratio {
    let name: String
    var values: [Double] = []

    var median: Double { values.median }

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
  }

  private(set) var speed = Ratio(name: "bids_per_s")
  private(set) var cost = Ratio(name: "cpu_per_bid")
  private var typical = Ratio(name: "latency_p50")
  private var tail = Ratio(name: "latency_p99")

  /// Latency says something of an open loop only, speed of the other.
  var all: [Ratio] { [speed, cost, typical, tail].filter { !$0.values.isEmpty } }

  /// Measures one and the other in turn.
  /// - Parameters:
  ///   - broker: the peer's, of the same settings as the house's.
  ///   - tells: whether each round's figures are told.
  init(
    of house: BenchHouse, to peer: Peer, on broker: PrivateBroker, under load: Load, mode: String, rounds: Int, tells: Bool
  ) async throws {
    for round in 0..<rounds {
      let own = try await BenchOptions.whole { try await LoadRun(load, mode: mode, house: house, number: round).measure() }
      let other = try await BenchOptions.whole { try await peer.measure(load, on: broker) }
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

extension [Double] {
  /// NaN of nothing.
  var median: Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// A ratio as a person reads it.
func hundredths(_ value: Double) -> String { value.isNaN ? "-" : "\((value * 100).rounded() / 100)" }
