package import MessagingKit
import Synchronization

/// Where a service's one thread waits: deliveries, queries and bells from other threads, all taken at once.
package final class Mailbox: Sendable {
  package struct Contents: Sendable {
    package var deliveries: [Delivery] = []
    package var queries: [Delivery] = []
    package var events: [Event] = []
  }

  package enum Event: Sendable, Equatable {
    case consuming
    case notConsuming
    case publisherUp
    case publisherDown
    case keysChanged
    case stop
  }

  private struct State {
    var contents = Contents()
    var isRung = false
  }

  private let state = Mutex(State())
  private let bell = Bell()
  /// Beyond this, the oldest queries are dropped: askers ask again.
  private let queriesKept = 1_000

  package init() {}

  package func post(_ event: Event) { change { $0.events.append(event) } }
  /// Deliveries are bounded by the subscription's prefetch.
  package func post(deliveries: [Delivery]) { change { $0.deliveries.append(contentsOf: deliveries) } }
  package func post(queries: [Delivery]) {
    change { contents in
      contents.queries.append(contentsOf: queries)
      if contents.queries.count > queriesKept { contents.queries.removeFirst(contents.queries.count - queriesKept) }
    }
  }
  package func ring() { change { _ in } }

  private func change(_ body: (inout Contents) -> Void) {
    let mustRing = state.withLock { s in
      body(&s.contents)
      defer { s.isRung = true }
      return !s.isRung
    }
    if mustRing { bell.ring() }
  }

  /// Everything that has arrived; waits for something, at most this long.
  package func take(within wait: Duration) -> Contents {
    bell.wait(wait)
    return state.withLock { s in
      s.isRung = false
      defer { s.contents = Contents() }
      return s.contents
    }
  }

  /// Puts deliveries back that one turn did not take; they come before what has arrived since.
  package func putBack(deliveries: [Delivery], queries: [Delivery]) {
    guard !deliveries.isEmpty || !queries.isEmpty else { return }
    change {
      $0.deliveries.insert(contentsOf: deliveries, at: 0)
      $0.queries.insert(contentsOf: queries, at: 0)
    }
  }
}
