import ServiceKit
import SharedKernel
import SuiteTesting

/// One seed, played again for a reader.
struct Replay {
  let seed: UInt64

  func show() throws {
    let house = try PlayedHistory.house(seed: seed)
    let history = PlayedHistory(house)
    tell(said("O plano (segundos desde o meio-dia):", "The plan (seconds since noon):"))
    for event in house.plan.events { tell(Trace.Event(event).description) }
    tell(said("\nO que aconteceu:", "\nWhat happened:"))
    for event in house.world.trace.events { tell(event.description) }
    tell(
      said(
        "\nsemente \(seed): \(history.steps) passos, \(history.bids) lances, \(history.faults) falhas, rastro \(house.world.trace.fingerprint.hex.prefix(16))",
        "\nseed \(seed): \(history.steps) steps, \(history.bids) bids, \(history.faults) faults, trace \(house.world.trace.fingerprint.hex.prefix(16))"
      ))
    guard !history.violations.isEmpty else { return tell(said("todos os invariantes valem", "every invariant holds")) }
    tell(said("VIOLADO (número do invariante):", "VIOLATED (number of the invariant):"))
    for violation in history.violations { tell("  \(violation)") }
    throw ExitStatus.refused
  }
}
