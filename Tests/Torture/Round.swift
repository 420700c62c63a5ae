import AuctionClient
import AuctionFacts
import Foundation
import ServiceKit
import SharedKernel
import SuiteTesting

/// One fault, once: a house, an auction, bidders, the fault, its mending, rest, and the verdict.
struct Round {
  enum Verdict {
    case held
    case broken([Violation])
    /// The fault could not be brought about.
    case notReached(String)
  }

  struct Outcome {
    let fault: String
    let seed: UInt64
    let verdict: Verdict
    /// From the beginning of the mending (a process or the broker is started again, a link passes again) until the house had
    /// decided a bid of every bidder that was made after it, and accepted one; nil when the auction ended before that.
    let recovery: Duration?
    let bids: Int
    let accepted: Int
    let seconds: Int
    let evidence: String?

    var isBroken: Bool { if case .broken = verdict { true } else { false } }
  }

  let fault: Fault
  let seed: UInt64
  let broker: PrivateBroker
  /// Where the evidence of a failure is kept.
  let evidence: String

  func play() async -> Outcome {
    let began = ContinuousClock.now
    var random = SeededRandom(seed: seed)
    let (setting, strike) = fault.plan(&random)
    var progress = Progress()
    var scene: Scene?
    do {
      let made = try await Scene(on: broker, setting: setting, random: random)
      scene = made
      try await play(made, strike, &progress)
    } catch let error as NotReached {
      progress.notReached = error.description
    } catch {
      progress.violations.append(Violation(7, "\(progress.step): \(error)"))
    }
    await scene?.leave()
    let verdict: Verdict =
      if let reason = progress.notReached {
        .notReached(reason)
      } else if progress.violations.isEmpty {
        .held
      } else {
        .broken(progress.violations)
      }
    var kept: String?
    if case .broken = verdict, let scene {
      kept = await Evidence(scene, progress.violations, in: evidence, "\(fault.name)-\(seed)").keep()
    }
    if let scene { try? FileManager.default.removeItem(atPath: scene.house.folder) }
    let records = scene?.bidders.map(\.record) ?? []
    return Outcome(
      fault: fault.name, seed: seed, verdict: verdict, recovery: progress.recovery,
      bids: records.reduce(0) { $0 + $1.order.count }, accepted: progress.accepted,
      seconds: Int(began.duration(to: .now) / .seconds(1)), evidence: kept)
  }

  private struct Progress {
    var step = "setting up"
    var violations: [Violation] = []
    var notReached: String?
    var recovery: Duration?
    var accepted = 0
  }

  private func play(_ scene: Scene, _ strike: @escaping Fault.Strike, _ progress: inout Progress) async throws {
    try await scene.startAll()
    let poison = Poison(scene)
    var mended = ContinuousClock.now
    try await withThrowingTaskGroup { group in
      for bidder in scene.bidders {
        let seed = scene.draw { $0.next() }
        group.addTask { await bidder.run(seed: seed) }
      }
      defer { group.cancelAll() }
      scene.pauseBidding(false)
      progress.step = "the fault"
      async let scheduling: Void = scene.schedule()
      if !scene.setting.strikesAtOnce { try await scheduling }
      try await poison.send()
      try await strike(scene)
      mended = scene.mendingBegan ?? .now
      progress.step = "after the mending"
      try await scheduling
      scene.pauseBidding(false)
      for service in Scene.Service.allCases where try !scene.process(service).isRunning {
        progress.violations.append(Violation(9, "\(service.rawValue) ended by itself: \(try await scene.ended(service))"))
      }
      let (since, mayBeOver) = (ContinuousClock.now, !scene.setting.expectsOutage)
      try await until("a bid of everybody's is decided again, and one accepted") {
        let records = scene.bidders.map(\.record)
        let later = records.map { record in record.bids.filter { $0.at > since } }
        // Who was kept from bidding by the house's absence gets the time again.
        return zip(records, later).allSatisfy { mayBeOver && $0.isOver || $1.contains(where: \.isHeard) }
          && (mayBeOver && records.contains(where: \.isOver) || later.joined().contains(where: \.isAccepted))
      }
      let hasRecovered = scene.bidders.contains { $0.record.bids.contains { $0.at > since && $0.isAccepted } }
      progress.recovery = hasRecovered ? mended.duration(to: .now) : nil
      try await scene.moment()
    }
    scene.pauseBidding(true)
    progress.step = "the auction's end"
    try await until("everybody saw the end and knows what became of each bid", within: .seconds(180)) {
      scene.bidders.allSatisfy { $0.record.auction?.status == .closed && !$0.record.isUndecided }
    }
    progress.step = "rest"
    let inspection = try Inspection(scene, poison: poison.reasons)
    progress.violations += try await inspection.run()
    progress.accepted = inspection.accepted
  }
}

extension RecordingBidder.Record {
  fileprivate var isOver: Bool { auction?.status == .closed }
}

extension RecordingBidder.Entry {
  fileprivate var isAccepted: Bool { outcomes.contains { if case .accepted = $0 { true } else { false } } }

  /// The house itself decided it, as far as its bidder knows.
  var isHeard: Bool {
    outcomes.contains {
      switch $0 {
      case .accepted, .refused, .refusedLongAgo: true
      case .busy, .unroutable, .neverDecided: false
      }
    }
  }
}
