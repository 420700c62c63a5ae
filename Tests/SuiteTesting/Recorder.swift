internal import Synchronization

/// Keeps what happened, in order, and lets a test await something that has happened or will.
///
///     let events = Recorder<ConnectionEvent>()
///     let connection = Connection(options) { events.record($0) }
///     let generation = try await events.first { if case .connected(let generation) = $0 { generation } else { nil } }
package final class Recorder<Value: Sendable>: Sendable {
  private struct Waiter: Sendable {
    let id: Int
    let wake: CheckedContinuation<Void, Never>
  }
  private struct State: Sendable {
    var values: [Value] = []
    var waiters: [Waiter] = []
    var nextID = 0
    var expired: Set<Int> = []
  }

  /// What was awaited did not happen in time; shows what did.
  package struct TimedOut: Error, CustomStringConvertible {
    package let description: String
  }

  private let state = Mutex(State())

  package init() {}

  package var values: [Value] { state.withLock { $0.values } }
  package var count: Int { state.withLock { $0.values.count } }

  package func record(_ value: Value) {
    let waiters = state.withLock { state in
      state.values.append(value)
      defer { state.waiters.removeAll() }
      return state.waiters
    }
    for waiter in waiters { waiter.wake.resume() }
  }

  /// The first value from position `start` on for which `match` gives something: that, and the position after it.
  package func next<Match: Sendable>(
    from start: Int, within limit: Duration = .seconds(120), _ match: (Value) -> Match?
  ) async throws -> (match: Match, after: Int) {
    let deadline = ContinuousClock.now + limit
    var position = start
    while true {
      let values = self.values
      while position < values.count {
        if let match = match(values[position]) { return (match, position + 1) }
        position += 1
      }
      guard await waitForMore(than: position, until: deadline) else {
        throw TimedOut(description: "not seen within \(limit); seen from \(start) on: \(values.dropFirst(start).suffix(20))")
      }
    }
  }

  package func first<Match: Sendable>(
    within limit: Duration = .seconds(120), _ match: (Value) -> Match?
  ) async throws -> Match {
    try await next(from: 0, within: limit, match).match
  }

  /// Waits until there are more than `count` values.
  /// - Returns: false when the deadline passed before.
  private func waitForMore(than count: Int, until deadline: ContinuousClock.Instant) async -> Bool {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskGroup { group in
      group.addTask {
        if (try? await Task.sleep(until: deadline)) != nil { self.expire(id) }
      }
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard state.values.count <= count, !state.expired.contains(id) else { return false }
          state.waiters.append(Waiter(id: id, wake: continuation))
          return true
        }
        if !mustWait { continuation.resume() }
      }
      group.cancelAll()
    }
    return state.withLock { $0.values.count > count }
  }

  private func expire(_ id: Int) {
    let waiter = state.withLock { state -> Waiter? in
      state.expired.insert(id)
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiters.remove(at: index)
    }
    waiter?.wake.resume()
  }
}
