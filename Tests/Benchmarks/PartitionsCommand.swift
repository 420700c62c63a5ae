import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import Glibc
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization

/// Two partitions on one broker, one of which is killed in the midst of the bids.
struct PartitionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "particoes",
    abstract: said(
      "Duas partições num broker; uma é morta no meio e a reserva assume.",
      "Two partitions on one broker; one is killed in the midst and its standby takes over."),
    discussion: said(
      """
      Lances em laço aberto por muitos leilões, em três partes iguais: antes, durante (começa \
      com o kill -9 do ms-lance da partição 1/2) e depois. De cada parte: lances vistos por \
      segundo, o maior silêncio de cada partição, do devido ao visto, CPU por processo. No fim \
      cada lance é conferido.
      """,
      """
      Bids in an open loop over many auctions, in three equal parts: before, during (it begins \
      with the kill -9 of partition 1/2's ms-lance) and after. Of each part: bids seen a \
      second, the longest silence of each partition, from due to seen, CPU by process. Every \
      bid is checked at the end.
      """),
    aliases: ["partitions"])

  @Option(help: ArgumentHelp(said("Quantas vezes.", "How often."), valueName: "N")) var runs: Int = 1
  @Option(help: ArgumentHelp(said("Segundos de cada parte.", "Seconds of each part."), valueName: "N")) var seconds: Int = 7
  @Option(help: ArgumentHelp(said("Lances por segundo.", "Bids a second."), valueName: "N")) var rate: Int = 1_000
  @Option(help: ArgumentHelp(said("Quantos leilões.", "How many auctions."), valueName: "N")) var auctions: Int = 200
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por parte.", "A line of JSON for each part."))) var json = false

  func validate() throws {
    // Bids are signed beforehand and grow stale half a minute later.
    try checkRanges([
      ("--runs", runs, 1...100), ("--seconds", seconds, 2...8), ("--rate", rate, 10...3_000), ("--auctions", auctions, 4...2_000),
    ])
  }

  func run() async throws {
    for number in 0..<runs {
      // A house of its own for each: the one that takes over is another process afterwards.
      let house = try await BenchHouse(bidders: 64, keys: .ed25519, partitions: 2)
      for part in try await BenchOptions.whole({ try await measure(house, number) }) { tell(json ? part.json : part.text) }
    }
  }

  private func measure(_ house: BenchHouse, _ number: Int) async throws -> [PartitionFigure] {
    let partitions = Partition.all(of: 2)
    let (survivor, victim) = (try house.house.process(partitions[0]), try house.house.process(partitions[1]))
    let standby = try await house.house.standby(partitions[1])
    let load = Load(bids: 3 * seconds * rate, auctions: auctions, bidders: house.voices.count, key: .ed25519, rate: rate)
    let run = LoadRun(load, mode: "particoes", house: house, number: number)
    let open = try await house.open(run.auctions)
    let follower = try await Follower(house, run.auctions)
    let bids = try BidLoad(load.bids, on: open, by: run.bidders)
    let connection = try await house.connect("licitantes", waiting: max(4_000, load.bids))

    let others = try house.processes().filter { $0.name != "ms_lance" } + [("ms_lance.0", survivor.id)]
    let part = Duration.seconds(seconds)
    let began = ContinuousClock.now
    async let outcomes = run.publish(bids, on: connection, from: began)
    var spent: [[(name: String, microseconds: Int64)]] = []
    for number in 0..<3 {
      let meter = try CPUMeter(others + [("ms_lance.1", number == 0 ? victim.id : standby.program.id)])
      try await Task.sleep(until: began + part * (number + 1), tolerance: .zero)
      spent.append(try meter.spent())
      if number == 0 { victim.send(SIGKILL) }
    }
    guard try await outcomes.allSatisfy({ $0 == .confirmed }) else {
      throw NotWhole(description: "the broker did not take every bid")
    }
    try await follower.hears(bids.items.count, before: bids.validUntil + .seconds(30))
    let reading = try follower.read()
    await connection.close(within: .zero)
    try await run.check(bids, reading)
    await follower.leave()
    let passages = bids.items.enumerated().compactMap { number, item in
      reading.seen[item.id].map {
        Passage(partition: item.auction.slice.number % 2, due: run.due(number, rate, began), seen: $0)
      }
    }
    return spent.enumerated().map { number, spent in
      PartitionFigure(number, from: began + part * number, lasting: part, passages, cpu: spent)
    }
  }
}

/// One bid: when it was to be sent, and when a follower had verified its block.
private struct Passage {
  let partition: Int
  let due: ContinuousClock.Instant
  let seen: ContinuousClock.Instant
}

/// What one part of the run measured.
private struct PartitionFigure: Sendable {
  private let name: String
  private let seconds: Double
  /// By partition, in this part's time: bids seen a second, and the longest time without any, in milliseconds.
  private let perSecond: [Int]
  private let silence: [Int]
  /// Of the bids that were due in this part, by partition.
  private let latency: [Percentiles?]
  private let cpu: [(name: String, microseconds: Int64)]

  init(
    _ number: Int, from start: ContinuousClock.Instant, lasting length: Duration, _ passages: [Passage],
    cpu: [(name: String, microseconds: Int64)]
  ) {
    let end = start + length
    name = [said("antes", "before"), said("durante", "during"), said("depois", "after")][number]
    seconds = length / .seconds(1)
    self.cpu = cpu
    var (rates, silences, latencies): ([Int], [Int], [Percentiles?]) = ([], [], [])
    for partition in 0..<2 {
      let own = passages.filter { $0.partition == partition }
      let seen = own.map(\.seen).filter { start <= $0 && $0 < end }.sorted()
      rates.append(Int(Double(seen.count) / seconds))
      // What the part begins and ends with counts too.
      let moments = [start] + seen + [end]
      silences.append(Int((zip(moments, moments.dropFirst()).map { $0.duration(to: $1) }.max() ?? length) / .milliseconds(1)))
      latencies.append(Percentiles(own.filter { start <= $0.due && $0.due < end }.map { $0.due.duration(to: $0.seen) }))
    }
    (perSecond, silence, latency) = (rates, silences, latencies)
  }

  /// Of one core.
  private func permille(_ microseconds: Int64) -> Int64 { Int64(Double(microseconds) / seconds / 1_000) }

  var text: String {
    let partitions = (0..<2).map { number in
      let spread = latency[number].map { ", p50 \(Int($0.p50)) p99 \(Int($0.p99)) max \(Int($0.max)) ms" } ?? ""
      return "\(number)/2 \(perSecond[number])/s, \(said("silêncio", "silence")) \(silence[number]) ms\(spread)"
    }
    let shares = cpu.map { "\($0.name) \(permille($0.microseconds))" }.joined(separator: ", ")
    return "\(name): \(partitions.joined(separator: "; ")); CPU ‰ \(shares)"
  }

  var json: String {
    var line = JSONLine()
    line.add("mode", "particoes")
    line.add("part", name)
    for number in 0..<2 {
      line.add("bids_per_s_\(number)", Int64(perSecond[number]))
      line.add("silence_ms_\(number)", Int64(silence[number]))
      if let latency = latency[number] {
        for (name, value) in [("p50", latency.p50), ("p99", latency.p99), ("max", latency.max)] {
          line.add("latency_us_\(number)_\(name)", Int64(value * 1_000))
        }
      }
    }
    for (name, microseconds) in cpu { line.add("cpu_permille_\(name)", permille(microseconds)) }
    return line.text
  }
}
