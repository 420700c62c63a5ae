import ArgumentParser
import Foundation
import ServiceKit
import SuiteTesting

/// What the suite is measured against (Tests/Benchmarks/peers).
enum Peer: String, ExpressibleByArgument, CaseIterable {
  case ideal, tuned, straightforward

  /// What a run of a peer measured; nil members were not asked for.
  struct Figure: Decodable, Sendable {
    let bidsPerSecond: Double
    let cpuPerBid: [String: Double]
    let latency: [String: Double]?

    private enum CodingKeys: String, CodingKey {
      case bidsPerSecond = "bids_per_s"
      case cpuPerBid = "cpu_us_per_bid"
      case latency = "latency_us"
    }
  }

  /// One run on a broker with nothing else to do, which is left as it was.
  func measure(_ load: Load, on broker: PrivateBroker) async throws -> Figure {
    var arguments = [
      rawValue, "--bids", "\(load.bids)", "--auctions", "\(load.auctions)", "--bidders", "\(load.bidders)", "--key",
      load.key == .rsa ? "rsa2048" : load.key.rawValue, "--node", broker.directory,
    ]
    if let rate = load.rate { arguments += ["--rate", "\(rate)"] }
    let run = try await Subprocess.run("Tests/Benchmarks/peers/run", arguments)
    guard run.status == 0, let line = run.output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
      throw NotWhole(description: "\(rawValue): \(run.output.suffix(500))")
    }
    return try JSONDecoder().decode(Figure.self, from: Data(line.utf8))
  }
}

/// What both sides are given.
struct Load: Sendable {
  let bids: Int
  let auctions: Int
  let bidders: Int
  let key: BidderKey
  /// Of an open loop; nil: as many as go.
  let rate: Int?
}
