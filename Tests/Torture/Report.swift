import ServiceKit
import SuiteTesting

/// The table at the end: what was injected how often, and what came of it.
struct Report {
  private let faults: [Fault]
  private let outcomes: [Round.Outcome]
  private let obstacles: [(fault: Fault, reason: String)]

  init(_ faults: [Fault], _ outcomes: [Round.Outcome], _ obstacles: [(fault: Fault, reason: String)]) {
    (self.faults, self.outcomes, self.obstacles) = (faults, outcomes, obstacles)
  }

  func show() {
    tell(
      "\n"
        + row(
          said("FALHA", "FAULT"), said("RODADAS", "ROUNDS"), said("VIOLADAS", "VIOLATED"), said("LANCES", "BIDS"),
          said("PIOR VOLTA", "WORST RECOVERY")))
    for fault in faults {
      let rounds = outcomes.filter { $0.fault == fault.name }
      let reached = rounds.filter(\.isReached)
      let note = obstacles.first { $0.fault.name == fault.name }.map { said("não rodada: \($0.reason)", "not run: \($0.reason)") }
      let missed = rounds.count - reached.count
      let recoveries = reached.compactMap(\.recovery)
      let without = reached.count - recoveries.count
      let recovery =
        (recoveries.max().map { "\($0.tenths) s" } ?? "-")
        + (without > 0 ? said(" (em \(without) o leilão acabou antes)", " (in \(without) the auction ended first)") : "")
      tell(
        row(
          fault.name, "\(reached.count)", "\(reached.count(where: \.isBroken))", "\(reached.reduce(0) { $0 + $1.bids })",
          note ?? (missed > 0 ? recovery + said(" (\(missed) não provocadas)", " (\(missed) not brought about)") : recovery)))
    }
  }

  private func row(_ name: String, _ rounds: String, _ violated: String, _ bids: String, _ rest: String) -> String {
    name.padded(to: 34) + rounds.padded(to: 9) + violated.padded(to: 10) + bids.padded(to: 8) + rest
  }
}
