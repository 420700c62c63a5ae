package import Logging
import Metrics

/// How often a service did not do what was asked of it, by reason, since it started: told when it stops, and to whoever
/// collects its metrics.
package struct Tally: Sendable, Equatable {
  /// What became of what was asked.
  package enum Fate: String, Sendable, CaseIterable {
    /// Put aside as a dead letter.
    case buried = "dead_letters"
    /// Answered with a refusal, or refused without an answer where there were too many.
    case refused = "refusals"
    /// A query that nobody gets an answer to.
    case dropped = "dropped_queries"
  }

  private struct Cause: Hashable {
    let fate: Fate
    let reason: String
  }

  private var counts: [Cause: Int64] = [:]

  package init() {}

  package subscript(fate: Fate, reason: String) -> Int64 { counts[Cause(fate: fate, reason: reason)] ?? 0 }

  package mutating func add(_ fate: Fate, _ reasons: [String]) {
    let sums = Dictionary(reasons.map { ($0, 1 as Int64) }, uniquingKeysWith: +)
    for (reason, count) in sums { add(fate, reason, count: count) }
  }

  package mutating func add(_ fate: Fate, _ reason: String, count: Int64) {
    counts[Cause(fate: fate, reason: reason), default: 0] += count
    Counter(label: "house.\(fate.rawValue)", dimensions: [("motivo", reason)]).increment(by: count)
  }

  /// As `dead_letters.formato=3` in a line of the log.
  package var metadata: Logger.Metadata {
    Dictionary(uniqueKeysWithValues: counts.map { ("\($0.key.fate.rawValue).\($0.key.reason)", "\($0.value)") })
  }
}
