import Failpoints
import SharedKernel
import SuiteTesting

/// Something that goes wrong, by name.
struct Fault: Sendable {
  /// Brings it about and mends it again before it returns.
  typealias Strike = @Sendable (Scene) async throws -> Void

  let name: String
  let title: Sentence
  /// Why it cannot be brought about here; nil where it can.
  var obstacle: @Sendable () -> Sentence? = { nil }
  /// What the seed makes of it: what the house needs beforehand, and the fault itself.
  let plan: @Sendable (inout SeededRandom) -> (Setting, Strike)

  init(
    _ name: String, _ portuguese: String, _ english: String, obstacle: @escaping @Sendable () -> Sentence? = { nil },
    plan: @escaping @Sendable (inout SeededRandom) -> (Setting, Strike)
  ) {
    (self.name, title, self.obstacle, self.plan) = (name, Sentence(portuguese, english), obstacle, plan)
  }

  /// One that needs nothing beforehand.
  init(_ name: String, _ portuguese: String, _ english: String, strike: @escaping Strike) {
    self.init(name, portuguese, english) { _ in (Setting(), strike) }
  }

  static let all = kills + pauses + terminations + brokers + links + unheard + disks + clocks + messages + instances + outages

  static func named(_ name: String) -> Fault? { all.first { $0.name == name } }
}

/// The fault could not be brought about after all: neither passed nor failed.
struct NotReached: Error, CustomStringConvertible {
  let description: String
}
