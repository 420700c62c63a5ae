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
      Plays three times: without a flood, with one of everything, and with one of questions. The times are those from a bid's publishing until its bidder hears, through ms-notificacao, what was
      decided; and those of whole runs of cliente-tui lance, which asks before it bids.

      EXIT STATUS: 0 at least 95 % decided and p99 within 2 s under each flood, 1 otherwise, 64 wrong usage.
      """)

  @Option(help: ArgumentHelp("How long each part lasts, in seconds.", valueName: "N"))
  var seconds: Int = 30

  @Option(help: ArgumentHelp("Over how many connections the flooder sends.", valueName: "N"))
  var connections: Int = 1

  func validate() throws {
    guard (1...FloodScene.mostConnections).contains(connections) else {
      throw ValidationError("--connections accepts 1 to \(FloodScene.mostConnections)")
    }
    guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds accepts 1 to 3600") }
  }

  func run() async throws {
    let scene = try await FloodScene()
    let bidders = [try await PatientBidder(scene, as: "bia"), try await PatientBidder(scene, as: "caio")]
    tell("two honest bidders in turn, 5 bids a second, and one from the command line; \(seconds) s each")
    var worst: [Times] = []
    for name in ["calm", "everything", "questions"] {
      let flooders =
        switch name {
        case "everything": try await FloodingBidder.several(connections, scene, sending: .everything)
        case "questions": try await FloodingBidder.several(connections, scene, sending: .questions)
        default: [FloodingBidder]()
        }
      let (began, before) = (ContinuousClock.now, bidders[0].accepted(of: FloodScene.flooder))
      let (live, visits) = try await bid(bidders, in: scene, against: flooders)
      let lasted = max(1, Int(began.duration(to: .now) / .seconds(1)))
      tell("\(name.padded(to: 10)) \(live)")
      tell("\("".padded(to: 10)) command line: \(visits)")
      if !flooders.isEmpty {
        let counts = flooders.map(\.count)
        let (taken, bids) = (counts.reduce(0) { $0 + $1.confirmed }, counts.reduce(0) { $0 + $1.bids })
        tell(
          "\("".padded(to: 10)) flooder: \(taken) messages taken (\(taken / lasted)/s, \(bids) as bids) over \(flooders.count) "
            + "connections, \(counts.reduce(0) { $0 + $1.declined }) declined by a full queue, "
            + "\(bidders[0].accepted(of: FloodScene.flooder) - before) bids accepted")
        for flooder in flooders { await flooder.leave() }
        worst += [live, visits]
      }
    }
    _ = try await scene.house.terminate(.bids)
    tell(try scene.house.process(.bids).errors.values.last { $0.contains("parado") } ?? "ms-lance said nothing")
    if worst.contains(where: { $0.share < 0.95 || $0.quantile(0.99) > .seconds(2) }) { throw ExitStatus.refused }
  }

  /// Bids while others flood, live and from the command line.
  private func bid(
    _ bidders: [PatientBidder], in scene: FloodScene, against flooders: [FloodingBidder]
  ) async throws -> (live: Times, visits: Times) {
    let isOver = Mutex(false)
    async let flood: Void = FloodingBidder.flood(flooders, atLeast: 0) { isOver.withLock { $0 } }
    async let visits = visit(scene, with: bidders[0])
    let live = try await bid(bidders)
    let times = (live, try await visits)
    isOver.withLock { $0 = true }
    await flood
    return times
  }

  /// One run of the client's command after another, for so long.
  /// - Parameter witness: who knows what would be accepted.
  private func visit(_ scene: FloodScene, with witness: PatientBidder) async throws -> Times {
    var times = Times()
    let began = ContinuousClock.now
    while ContinuousClock.now - began < .seconds(seconds) {
      let at = ContinuousClock.now
      // Somewhat more: others bid meanwhile.
      times.note(try await scene.bidFromCommandLine(Int(witness.minimum.minorUnits / 100) + 100), ContinuousClock.now - at)
      try await Task.sleep(until: at + .seconds(1))
    }
    return times
  }

  /// Bids in turn, five a second, for so long.
  private func bid(_ bidders: [PatientBidder]) async throws -> Times {
    var times = Times()
    let began = ContinuousClock.now
    var number = 0
    while ContinuousClock.now - began < .seconds(seconds) {
      let at = ContinuousClock.now
      let outcome = try await bidders[number % 2].place(within: .seconds(10))
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
  private var accepted = 0
  private var others: [PatientBidder.Outcome: Int] = [:]

  mutating func note(_ outcome: PatientBidder.Outcome, _ time: Duration) {
    if outcome == .accepted { accepted += 1 }
    if outcome.isDecided { decided.append(time) } else { others[outcome, default: 0] += 1 }
  }

  var share: Double { Double(decided.count) / Double(max(1, decided.count + others.values.reduce(0, +))) }

  func quantile(_ part: Double) -> Duration {
    let sorted = decided.sorted()
    return sorted.isEmpty ? .seconds(3_600) : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
  }

  var description: String {
    func milliseconds(_ part: Double) -> Int { Int(quantile(part) / .milliseconds(1)) }
    return
      "\(decided.count) bids decided (\(Int(share * 1_000)) ‰, \(accepted) accepted), p50 \(milliseconds(0.5)) ms, p99 \(milliseconds(0.99)) ms, "
      + "longest \(milliseconds(1)) ms" + (others.isEmpty ? "" : ", not decided: \(others)")
  }
}
