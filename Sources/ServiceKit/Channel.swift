import Glibc
import Synchronization

/// Values from any thread to one thread that waits for them. Made for threads that also block on other things; bounded by
/// what its senders send (a connection's prefetch, a person's keys).
package final class Channel<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))

  package init() {}
  deinit { Glibc.close(bell) }

  package func send(_ element: Element) {
    state.withLock { $0.elements.append(element) }
    ring()
  }

  /// Ends the wait of whoever waits, for good.
  package func close() {
    state.withLock { $0.isClosed = true }
    ring()
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
      wait(left)
    }
  }

  private func wait(_ left: Duration) {
    let (seconds, attoseconds) = left.components
    let milliseconds = min(seconds, 3_600) * 1_000 + attoseconds / 1_000_000_000_000_000 + 1
    var descriptor = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
    _ = poll(&descriptor, 1, Int32(milliseconds))
    var count: UInt64 = 0
    _ = read(bell, &count, 8)
  }

  private func ring() {
    var one: UInt64 = 1
    _ = write(bell, &one, 8)
  }
}
