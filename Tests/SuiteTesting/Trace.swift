package import SharedKernel

/// What happened in a simulation, step by step: for people when it went wrong, and for tests of order.
package final class Trace: @unchecked Sendable {
  package struct Event: Sendable, Hashable, CustomStringConvertible {
    package let at: Timestamp
    package let who: String
    package let what: String

    package var description: String {
      let elapsed = (at - Build.noon).microseconds
      let (sign, magnitude) = (elapsed < 0 ? "-" : " ", elapsed.magnitude)
      let micros = String(magnitude % 1_000_000)
      let fraction = String(repeating: "0", count: 6 - micros.utf8.count) + micros
      return "\(sign)\(magnitude / 1_000_000).\(fraction)  \(who): \(what)"
    }
  }

  package private(set) var events: [Event] = []
  /// Without it nothing is written down: many histories are played faster.
  package let isKept: Bool
  private let time: SimulatedTime
  /// What is older is forgotten in halves.
  private let kept = 200_000

  package init(_ time: SimulatedTime, isKept: Bool = true) { (self.time, self.isKept) = (time, isKept) }

  package func say(_ who: @autoclosure () -> String, _ what: @autoclosure () -> String) {
    guard isKept else { return }
    if events.count == kept { events.removeFirst(kept / 2) }
    events.append(Event(at: time.now, who: who(), what: what()))
  }

  /// What this one did, in order.
  package func of(_ who: String) -> [String] { events.filter { $0.who == who }.map(\.what) }

  package func contains(_ fragment: String) -> Bool { events.contains { $0.what.contains(fragment) } }

  package func clear() { events.removeAll() }

  /// The last lines, oldest first.
  package func tail(_ count: Int) -> String { events.suffix(count).map(\.description).joined(separator: "\n") }

  /// The same for the same history, in every process.
  package var fingerprint: Digest { Build.toyHash(Array(events.map(\.description).joined(separator: "\n").utf8)) }
}

extension Trace.Event {
  /// What was planned, as if it had been traced.
  package init(_ planned: HousePlan.Event) { self.init(at: planned.at, who: "plan", what: "\(planned.what)") }
}
