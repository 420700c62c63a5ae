import Glibc
import ServiceKit
import SuiteTesting
import Synchronization

/// Many seeds, on several threads at once.
final class Campaign: Sendable {
  private struct State {
    var next: UInt64
    var played = 0
    var steps = 0
    var bids = 0
    var faults = 0
    var failed: [UInt64] = []
    /// How often, and in how many seeds.
    var counts: [Rare: (times: Int, seeds: Int)] = [:]
    var saidAt = ContinuousClock.now
  }

  /// So many seeds reach every branch that can be reached.
  private static let manySeeds = 1_000

  private let state: Mutex<State>
  private let first: UInt64
  private let last: UInt64
  private let began = ContinuousClock.now
  private let deadline: ContinuousClock.Instant?
  private let workers: Int
  private let isJSON: Bool
  private let isTerminal = isatty(1) == 1

  init(first: UInt64, count: UInt64, minutes: Double?, workers: Int?, isJSON: Bool) {
    state = Mutex(State(next: first))
    self.first = first
    last = first + (count - 1)
    deadline = minutes.map { .now + .seconds($0 * 60) }
    self.workers = workers ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    self.isJSON = isJSON
    if !isJSON {
      tell(said("sementes a partir de \(first), \(self.workers) linhas", "seeds from \(first), \(self.workers) threads"))
    }
  }

  func run() async throws {
    CrashNote.install()
    try await withThrowingTaskGroup { group in
      for worker in 0..<workers {
        group.addTask { try await onThread(named: "simulate \(worker)") { try self.work(worker) } }
      }
      try await group.waitForAll()
    }
    let state = state.withLock { $0 }
    if !isJSON { Report(played: state.played, counts: state.counts).show() }
    summarise(state)
    let isMissed = state.played >= Self.manySeeds && Rare.allCases.contains { state.counts[$0] == nil }
    if !state.failed.isEmpty || isMissed { throw ExitStatus.refused }
  }

  private func work(_ worker: Int) throws {
    while let seed = take() {
      CrashNote.playing(seed, worker)
      note(try PlayedHistory(seed: seed))
    }
    CrashNote.playing(0, worker)
  }

  private func take() -> UInt64? {
    if let deadline, deadline <= .now { return nil }
    return state.withLock { state in
      guard state.next <= last else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  private func note(_ history: PlayedHistory) {
    let line = state.withLock { state -> String? in
      state.played += 1
      state.steps += history.steps
      state.bids += history.bids
      state.faults += history.faults
      for (rare, times) in history.counts {
        let known = state.counts[rare] ?? (0, 0)
        state.counts[rare] = (known.times + times, known.seeds + 1)
      }
      if !history.violations.isEmpty { state.failed.append(history.seed) }
      guard !isJSON, state.saidAt + (isTerminal ? .seconds(1) : .seconds(20)) <= .now else { return nil }
      state.saidAt = .now
      return progress(state)
    }
    if isJSON { return tell(json(history)) }
    if !history.violations.isEmpty {
      let violations = history.violations.prefix(12).map { "    \($0)" }.joined(separator: "\n")
      tell(
        said("semente \(history.seed) falhou; repita com", "seed \(history.seed) failed; replay it with")
          + "\n  scripts/simulate --seed \(history.seed)\n\(violations)")
    }
    if let line { tell(line) }
  }

  private func progress(_ state: State) -> String {
    let seconds = began.duration(to: .now) / .seconds(1)
    let rate = Double(state.played) / max(seconds, 0.001)
    let wanted = last == .max - 1 ? "" : "/\(last - first + 1)"
    return said(
      "  \(state.played)\(wanted) sementes, \(rounded(rate)) histórias/s, \(state.failed.count) falharam, \(Int(seconds)) s",
      "  \(state.played)\(wanted) seeds, \(rounded(rate)) schedules/s, \(state.failed.count) failed, \(Int(seconds)) s")
  }

  private func summarise(_ state: State) {
    let seconds = began.duration(to: .now) / .seconds(1)
    let rate = rounded(Double(state.played) / max(seconds, 0.001))
    if isJSON {
      var line = JSONLine()
      line.add("played", Int64(state.played))
      line.add("failed", state.failed.map(String.init).joined(separator: " "))
      line.add("bids", Int64(state.bids))
      line.add("faults", Int64(state.faults))
      line.add("steps", Int64(state.steps))
      line.add("seconds", Int64(seconds))
      return tell(line.text)
    }
    tell(
      said(
        "\n\(state.played) histórias em \(Int(seconds)) s (\(rate)/s): \(state.bids) lances, \(state.faults) falhas, \(state.steps) passos; \(state.failed.count) violações",
        "\n\(state.played) schedules in \(Int(seconds)) s (\(rate)/s): \(state.bids) bids, \(state.faults) faults, \(state.steps) steps; \(state.failed.count) violations"
      ))
    for seed in state.failed.sorted().prefix(20) { tell("  scripts/simulate --seed \(seed)") }
  }

  private func json(_ history: PlayedHistory) -> String {
    var line = JSONLine()
    line.add("seed", String(history.seed))
    line.add("steps", Int64(history.steps))
    line.add("bids", Int64(history.bids))
    line.add("faults", Int64(history.faults))
    line.add("violations", history.violations.isEmpty ? nil : history.violations.map(\.description).joined(separator: "; "))
    return line.text
  }

  private func rounded(_ rate: Double) -> String { "\((rate * 10).rounded() / 10)" }
}
