package import SharedKernel

/// Where the connection stands, as the bidder must know it.
package struct Link: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    case starting
    case connecting(attempt: Int, since: Timestamp)
    case resyncing(done: Int, total: Int)
    case live
    /// Live, but nothing has been heard since: what is shown may be old, and a bid may be late.
    case silent(since: Timestamp)
    case disconnected(reason: String, attempt: Int, retryAt: Timestamp)
    /// Not let in; it is tried again all the same, for somebody may mend it. Nil: nothing is said of when.
    case refused(reason: String, retryAt: Timestamp?)
  }

  package var state = State.starting
  /// Set while the broker takes no publishes.
  package var blocked: String?
  /// When what is shown was last current; nil while it is, and before there was anything to show.
  package var staleSince: Timestamp?

  package init() {}

  /// Whether what is shown is current.
  package var isCurrent: Bool {
    switch state {
    case .live, .silent: true
    case .starting, .connecting, .resyncing, .disconnected, .refused: false
    }
  }

  /// Whether a bid may be sent.
  package var takesBids: Bool { isCurrent && blocked == nil }

  /// Whether what is shown is current beyond doubt: the broker has given a sign of life lately.
  package var isSure: Bool { state == .live }

  /// Nothing at all is the matter.
  package var isSound: Bool { isSure && takesBids }
}
