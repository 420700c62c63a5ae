package import MessagingKit
package import SharedKernel
import Synchronization

/// Where a service's one thread waits: deliveries, queries and bells from other threads, all taken at once.
package final class Mailbox: Sendable {
  package struct Contents: Sendable {
    package var deliveries: [Delivery] = []
    package var queries: [Delivery] = []
    /// Those nobody will look at, by reason.
    package var droppedQueries: [DroppedQuery: Int] = [:]
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
    var limiter: RateLimiter?
  }

  private let state: Mutex<State>
  private let bell = Bell()
  /// Beyond this, the oldest queries are dropped: askers ask again.
  private let queriesKept = 1_000

  /// - Parameter queryLimiter: how many queries each broker user may ask; nil where users are not told apart.
  package init(queryLimiter: RateLimiter? = nil) { state = Mutex(State(limiter: queryLimiter)) }

  package func post(_ event: Event) { change { $0.events.append(event) } }
  /// Deliveries are bounded by the subscription's prefetch.
  package func post(deliveries: [Delivery]) { change { $0.deliveries.append(contentsOf: deliveries) } }
  /// Whoever asks too much is dropped here, before anything is read: it must not push out what others ask.
  package func post(queries: [Delivery], at now: Timestamp) {
    changeState { s in
      for query in queries {
        let verdict = s.limiter?.admit(query.properties.userID.flatMap { PrincipalID($0) }, at: now)
        if verdict == nil || verdict == .admitted {
          s.contents.queries.append(query)
        } else {
          s.contents.droppedQueries[.rateLimit, default: 0] += 1
        }
      }
      let excess = s.contents.queries.count - queriesKept
      guard excess > 0 else { return }
      s.contents.queries.removeFirst(excess)
      s.contents.droppedQueries[.busy, default: 0] += excess
    }
  }
  package func ring() { change { _ in } }

  private func change(_ body: (inout Contents) -> Void) { changeState { body(&$0.contents) } }

  private func changeState(_ body: (inout State) -> Void) {
    let mustRing = state.withLock { s in
      body(&s)
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
