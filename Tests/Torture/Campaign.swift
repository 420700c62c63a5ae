import ServiceKit
import SharedKernel
import SuiteTesting

/// Rounds of many faults, one after the other, on one broker as long as nothing fails.
final class Campaign {
  private let faults: [Fault]
  private let isByName: Bool
  private let rounds: Int
  private let seed: UInt64
  private let deadline: ContinuousClock.Instant?
  private let evidence: String
  private let isJSON: Bool
  private var broker: PrivateBroker?
  private var outcomes: [Round.Outcome] = []
  private var obstacles: [(fault: Fault, reason: String)] = []
  private let began = ContinuousClock.now

  init(
    _ faults: [Fault], isByName: Bool, rounds: Int, seed: UInt64, minutes: Double?, evidence: String, isJSON: Bool
  ) {
    (self.faults, self.isByName, self.rounds, self.seed) = (faults, isByName, rounds, seed)
    (self.evidence, self.isJSON) = (evidence, isJSON)
    deadline = minutes.map { .now + .seconds($0 * 60) }
  }

  func run() async throws {
    let possible = faults.filter { fault in
      guard let obstacle = fault.obstacle() else { return true }
      obstacles.append((fault, said(obstacle)))
      return false
    }
    var round: UInt64 = 0
    playing: while round < UInt64(rounds), !possible.isEmpty {
      for (place, fault) in possible.enumerated() {
        if let deadline, deadline <= .now { break playing }
        try await play(fault, seed: seed &+ round, place: Int(round) * possible.count + place + 1, of: possible.count)
      }
      round += 1
    }
    if !isJSON { Report(faults, outcomes, obstacles).show() }
    summarise()
    // A fault that nobody saw proves nothing. What this machine cannot bring about at all was asked for only by name.
    if outcomes.contains(where: { $0.isBroken || !$0.isReached }) || isByName && !obstacles.isEmpty { throw ExitStatus.refused }
  }

  private func play(_ fault: Fault, seed: UInt64, place: Int, of count: Int) async throws {
    let wanted = rounds == .max ? "" : "/\(count * rounds)"
    if !isJSON { tell("[\(place)\(wanted)] \(fault.name) --seed \(seed)…") }
    let outcome = await Round(fault: fault, seed: seed, broker: try await node(), evidence: evidence).play()
    outcomes.append(outcome)
    // What a failure leaves in the queues must not trouble the next round.
    if case .held = outcome.verdict {} else { broker = nil }
    tell(isJSON ? json(outcome) : line(outcome))
  }

  private func node() async throws -> PrivateBroker {
    if let broker { return broker }
    let made = try await PrivateHouse.node()
    try await Tap.introduce(to: made)
    broker = made
    return made
  }

  private func line(_ outcome: Round.Outcome) -> String {
    let what = said(
      "\(outcome.bids) lances, \(outcome.accepted) aceitos, \(outcome.seconds) s",
      "\(outcome.bids) bids, \(outcome.accepted) accepted, \(outcome.seconds) s")
    switch outcome.verdict {
    case .held:
      let recovery =
        outcome.recovery.map { said("refeita em \($0.tenths) s", "recovered in \($0.tenths) s") }
        ?? said("o leilão acabou antes", "the auction ended first")
      return said("    vale; \(recovery); \(what)", "    held; \(recovery); \(what)")
    case .notReached(let reason):
      return said("    não provocada: \(reason); \(what)", "    not brought about: \(reason); \(what)")
    case .broken(let violations):
      return said("    VIOLADO; \(what)", "    VIOLATED; \(what)") + "\n"
        + violations.prefix(12).map { "      \($0)" }.joined(separator: "\n") + "\n      "
        + said("provas: \(outcome.evidence ?? "-"); repita com", "evidence: \(outcome.evidence ?? "-"); repeat with")
        + " scripts/torture --fault \(outcome.fault) --seed \(outcome.seed)"
    }
  }

  private func json(_ outcome: Round.Outcome) -> String {
    var line = JSONLine()
    line.add("fault", outcome.fault)
    line.add("seed", String(outcome.seed))
    switch outcome.verdict {
    case .held: line.add("verdict", "held")
    case .notReached(let reason):
      line.add("verdict", "not reached")
      line.add("reason", reason)
    case .broken(let violations):
      line.add("verdict", "violated")
      line.add("violations", violations.map(\.description).joined(separator: "; "))
      line.add("evidence", outcome.evidence)
    }
    line.add("bids", Int64(outcome.bids))
    line.add("accepted", Int64(outcome.accepted))
    line.add("recovery_ms", outcome.recovery.map { Int64($0 / .milliseconds(1)) })
    line.add("seconds", Int64(outcome.seconds))
    return line.text
  }

  private func summarise() {
    let broken = outcomes.count(where: \.isBroken)
    let notReached = outcomes.count { !$0.isReached }
    let seconds = Int(began.duration(to: .now) / .seconds(1))
    if isJSON {
      for (fault, reason) in obstacles {
        var line = JSONLine()
        line.add("fault", fault.name)
        line.add("verdict", "not run")
        line.add("reason", reason)
        tell(line.text)
      }
      var line = JSONLine()
      line.add("rounds", Int64(outcomes.count))
      line.add("violated", Int64(broken))
      line.add("not_reached", Int64(notReached))
      line.add("not_run", Int64(obstacles.count))
      line.add("seconds", Int64(seconds))
      return tell(line.text)
    }
    tell(
      said(
        "\n\(outcomes.count) rodadas em \(seconds) s: \(broken) com violações, \(notReached) não provocadas, \(obstacles.count) falhas não rodadas",
        "\n\(outcomes.count) rounds in \(seconds) s: \(broken) with violations, \(notReached) not brought about, \(obstacles.count) faults not run"
      ))
  }
}

extension Round.Outcome {
  var isReached: Bool { if case .notReached = verdict { false } else { true } }
}

extension Duration {
  var tenths: String { "\((self / .milliseconds(100)).rounded() / 10)" }
}
