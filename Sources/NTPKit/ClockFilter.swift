/// The last eight polls of one server: what came of them, and the best of it.
package struct ClockFilter: Hashable, Sendable {
  package static let depth = 8

  /// Newest first; nil where a poll had no usable answer. A sample therefore dies eight polls after it was taken.
  private var polls: [Sample?] = []

  package init() {}

  package mutating func record(_ result: Sample?) {
    polls.insert(result, at: 0)
    if polls.count > Self.depth { polls.removeLast() }
  }

  /// The sample with the narrowest interval now: a short round trip, unless age has made it worse than a newer one.
  package func best(at now: Nanoseconds) -> Sample? {
    polls.lazy.compactMap(\.self).min { $0.halfWidth(at: now) < $1.halfWidth(at: now) }
  }

  package var newest: Sample? { polls.lazy.compactMap(\.self).first }

  /// One bit for each of the last eight polls, the newest lowest, set where it was answered (RFC 5905's reach register).
  package var reachability: UInt8 {
    polls.enumerated().reduce(0) { $1.element == nil ? $0 : $0 | 1 << UInt8($1.offset) }
  }
}
