import Glibc
package import Logging
import SharedKernel
package import SigningKit
import Synchronization

/// The key folder's ring, read again when somebody speaks under a key that is not known yet: programs may be started in any
/// order, and a service's key may be a moment younger than whoever hears it.
package final class LiveKeyRing: Sendable {
  private struct State {
    var ring: KeyRing
    /// What `stamp` said before the last reading; nil: the keys may have changed behind that.
    var stamp: Int64?
  }

  private let source: @Sendable () throws -> KeyRing
  private let stamp: @Sendable () -> Int64?
  private let state: Mutex<State>

  /// - Parameter log: told of files that are no usable key.
  package convenience init(_ folder: KeyFolder, log: Logger? = nil) throws {
    try self.init(stamp: { Self.settledChange(of: folder.publicFolder) }) {
      let (keys, problems) = try folder.publicKeys()
      let (retired, retiredProblems) = try KeyRing.Member.retired(in: folder)
      for problem in problems + retiredProblems {
        log?.warning(
          "\(said("arquivo de chave ignorado", "key file left out"))",
          metadata: ["file": "\(problem.file)", "reason": "\(said(problem.reason))"])
      }
      let ring = KeyRing(keys, retired: retired)
      for owner in ring.shared {
        log?.warning("\(said("chave de outro, ignorada", "another's key, left out"))", metadata: ["id": "\(owner)"])
      }
      return ring
    }
  }

  /// - Parameters:
  ///   - stamp: differs whenever the keys have changed; nil when nothing can be said about that.
  ///   - source: reads the keys as they are now.
  package init(stamp: @escaping @Sendable () -> Int64?, reading source: @escaping @Sendable () throws -> KeyRing) throws {
    (self.source, self.stamp) = (source, stamp)
    let first = stamp()
    state = Mutex(State(ring: try source(), stamp: first))
  }

  package var ring: KeyRing { state.withLock { $0.ring } }

  /// Reads the keys now.
  package func read() throws {
    let stamp = stamp()
    let ring = try source()
    state.withLock { $0 = State(ring: ring, stamp: stamp) }
  }

  /// The ring as it is now on disk; nil when nothing has changed since it was read, so that strangers cannot make us read it
  /// again and again, or when it cannot be read.
  package func renewed() -> KeyRing? {
    if let stamp = stamp(), stamp == state.withLock({ $0.stamp }) { return nil }
    return (try? read()).map { ring }
  }

  /// When a folder last got or lost a name, in Unix nanoseconds, if that is long enough ago for the next change to show: file
  /// systems stamp with a coarse clock.
  private static func settledChange(of folder: String) -> Int64? {
    let grain: Int64 = 1_000_000_000
    var status = stat()
    var now = timespec()
    guard stat(folder, &status) == 0, clock_gettime(CLOCK_REALTIME, &now) == 0 else { return nil }
    let changedAt = nanoseconds(status.st_mtim)
    return changedAt + grain < nanoseconds(now) ? changedAt : nil
  }

  private static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
}

extension KeyRing.Member {
  /// The former keys of the house's services and operators, and why each other file in their folder is none.
  static func retired(in folder: KeyFolder) throws(KeyFolderError) -> (
    members: [KeyRing.Member], problems: [(file: String, reason: Sentence)]
  ) {
    var (keys, problems) = try folder.retiredKeys()
    let members = keys.compactMap { key -> KeyRing.Member? in
      guard let owner = PrincipalID(key.id), owner.role != .bidder, let instant = TimeText.instant(key.instant) else {
        problems.append(
          (
            "\(key.id)-\(key.instant).pem",
            Sentence(
              "não é o id de um serviço ou operador, ou não é um instante como 2026-11-21T12:00:00Z",
              "not a service's or operator's id, or not an instant as 2026-11-21T12:00:00Z")
          ))
        return nil
      }
      return KeyRing.Member(owner: owner, key: key.key, retiredAt: instant)
    }
    return (members, problems)
  }
}
