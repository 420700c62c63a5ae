import ArgumentParser
import AuctionFacts
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization

@main
enum Main {
  static func main() async { await CommandRunner.run(FloodCommand.self) }
}

/// Measures invariant 10: how honest bidders fare while one bidder sends all that he can.
struct FloodCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scripts/flood",
    abstract: "Measures how two honest bidders fare while one bidder floods a production house.",
    discussion: """
      Plays twice: without the flood, and with it. The times are those from a bid's publishing until its bidder hears, through
      ms-notificacao, what was decided.

      EXIT STATUS: 0 at least 95 % decided and p99 within 2 s under the flood, 1 otherwise, 64 wrong usage.
      """)

  @Option(help: ArgumentHelp("How long each part lasts, in seconds.", valueName: "N"))
  var seconds: Int = 30

  func validate() throws {
    guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds accepts 1 to 3600") }
  }

  func run() async throws {
    let scene = try await FloodScene()
    let bidders = [try await PatientBidder(scene, as: "bia"), try await PatientBidder(scene, as: "caio")]
    tell("two honest bidders in turn, 5 bids a second; \(seconds) s each")
    let calm = try await bid(bidders, from: 1_000_00)
    tell("calm   \(calm)")
    let flooder = try await FloodingBidder(scene)
    let isOver = Mutex(false)
    async let flood: Void = flooder.flood(atLeast: 0) { isOver.withLock { $0 } }
    let began = ContinuousClock.now
    let flooded = try await bid(bidders, from: 1_000_000_00)
    isOver.withLock { $0 = true }
    await flood
    let count = flooder.count
    let rate = Int(Double(count.confirmed) / ((ContinuousClock.now - began) / .seconds(1)))
    tell("flood  \(flooded)")
    tell(
      "       the flooder: \(count.confirmed) messages taken (\(rate)/s, \(count.bids) as bids), \(count.declined) declined by a full queue"
    )
    _ = try await scene.house.terminate(.bids)
    tell("       " + (try scene.house.process(.bids).errors.values.last { $0.contains("parado") } ?? "ms-lance said nothing"))
    if flooded.share < 0.95 || flooded.quantile(0.99) > .seconds(2) { throw ExitStatus.refused }
  }

  /// Bids in turn, five a second, for so long.
  private func bid(_ bidders: [PatientBidder], from price: Int64) async throws -> Times {
    var times = Times()
    let began = ContinuousClock.now
    var number = 0
    while ContinuousClock.now - began < .seconds(seconds) {
      let at = ContinuousClock.now
      let outcome = try await bidders[number % 2].place(price + Int64(number) * 10_00, within: .seconds(10))
      times.note(outcome, ContinuousClock.now - at)
      number += 1
      try await Task.sleep(until: at + .milliseconds(200))
    }
    return times
  }
}

/// What became of some bids, and how long it took.
struct Times: CustomStringConvertible {
  private var decided: [Duration] = []
  private var others: [PatientBidder.Outcome: Int] = [:]

  mutating func note(_ outcome: PatientBidder.Outcome, _ time: Duration) {
    switch outcome {
    case .accepted: decided.append(time)
    case .refused(let reason) where reason != .rateLimit: decided.append(time)
    case .refused, .busy, .unheard: others[outcome, default: 0] += 1
    }
  }

  var share: Double { Double(decided.count) / Double(max(1, decided.count + others.values.reduce(0, +))) }

  func quantile(_ part: Double) -> Duration {
    let sorted = decided.sorted()
    return sorted.isEmpty ? .seconds(3_600) : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
  }

  var description: String {
    func milliseconds(_ part: Double) -> Int { Int(quantile(part) / .milliseconds(1)) }
    return "\(decided.count) bids decided (\(Int(share * 1_000)) ‰), p50 \(milliseconds(0.5)) ms, p99 \(milliseconds(0.99)) ms, "
      + "longest \(milliseconds(1)) ms" + (others.isEmpty ? "" : ", not decided: \(others)")
  }
}
