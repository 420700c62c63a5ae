import Synchronization

/// Values from any thread to one thread that waits for them. Made for threads that also block on other things; bounded by
/// what its senders send (a connection's prefetch, a person's keys).
package final class Channel<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let bell = Bell()

  package init() {}

  package func send(_ element: Element) {
    state.withLock { $0.elements.append(element) }
    bell.ring()
  }

  /// Ends the wait of whoever waits, for good.
  package func close() {
    state.withLock { $0.isClosed = true }
    bell.ring()
  }

  /// Everything that has arrived, as soon as there is anything; empty when the deadline passes first. Nil once closed.
  package func takeAll(until deadline: ContinuousClock.Instant) -> [Element]? {
    while true {
      let (elements, isClosed) = state.withLock { s in
        defer { s.elements.removeAll() }
        return (s.elements, s.isClosed)
      }
      if isClosed { return nil }
      if !elements.isEmpty { return elements }
      let left = deadline - .now
      guard left > .zero else { return [] }
      bell.wait(left)
    }
  }
}
