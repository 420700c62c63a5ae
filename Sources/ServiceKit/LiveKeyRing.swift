package import Logging
package import SigningKit
import Synchronization

/// The key folder's ring, read again when somebody speaks under a key that is not known yet: programs may be started in any
/// order, and a service's key may be a moment younger than whoever hears it.
package final class LiveKeyRing: Sendable {
  private struct State {
    var ring: KeyRing
    var readAt: ContinuousClock.Instant
  }

  private let source: @Sendable () throws -> KeyRing
  private let now: @Sendable () -> ContinuousClock.Instant
  private let state: Mutex<State>
  /// Strangers cannot make us read the folder more often than this.
  private let shortestInterval = Duration.seconds(1)

  /// - Parameter log: told of files that are no usable key.
  package convenience init(_ folder: KeyFolder, log: Logger? = nil) throws {
    try self.init {
      let (keys, problems) = try folder.publicKeys()
      for problem in problems {
        log?.warning(
          "\(said("arquivo de chave ignorado", "key file left out"))",
          metadata: ["file": "\(problem.file)", "reason": "\(problem.reason)"])
      }
      let ring = KeyRing(keys)
      for owner in ring.shared {
        log?.warning("\(said("chave de outro, ignorada", "another's key, left out"))", metadata: ["id": "\(owner)"])
      }
      return ring
    }
  }

  /// - Parameter source: reads the keys as they are now.
  package init(
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, reading source: @escaping @Sendable () throws -> KeyRing
  ) throws {
    (self.source, self.now) = (source, now)
    state = Mutex(State(ring: try source(), readAt: now()))
  }

  package var ring: KeyRing { state.withLock { $0.ring } }

  /// Reads the folder now.
  package func read() throws {
    let ring = try source()
    state.withLock { $0 = State(ring: ring, readAt: now()) }
  }

  /// The ring as it is now on disk; nil when it was read a moment ago or cannot be read.
  package func renewed() -> KeyRing? {
    let isDue = state.withLock { s in
      guard s.readAt + shortestInterval <= now() else { return false }
      s.readAt = now()
      return true
    }
    guard isDue else { return nil }
    try? read()
    return ring
  }
}
