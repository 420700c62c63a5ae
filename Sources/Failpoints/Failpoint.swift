#if FAILPOINTS
  import Glibc
  import Synchronization
#endif

/// A place in a service's turn where it may be made to end as a power cut would end it: `LEILAO_FAILPOINT=after-commit:3` is
/// SIGKILL to itself at the third passage. In that order.
///
/// Only in builds with `-DFAILPOINTS` (debug builds have it); otherwise a passage is nothing at all: `public`, because the
/// compiler inlines nothing else across modules.
public enum Failpoint: String, Sendable, CaseIterable {
  case afterDeliver = "after-deliver"
  case afterVerify = "after-verify"
  /// Everything is written, nothing committed.
  case inTransaction = "in-transaction"
  case afterCommit = "after-commit"
  case afterAck = "after-ack"
  /// Handed to the connection, perhaps not yet sent.
  case afterPublish = "after-publish"
  /// On the connection's thread, before anybody knows.
  case afterConfirm = "after-confirm"
  case beforeMarkSent = "before-mark-sent"

  #if FAILPOINTS
    public func pass() { Self.plan?.passing(self) }

    private static let plan = getenv("LEILAO_FAILPOINT").map { Plan(String(cString: $0)) }

    private final class Plan: Sendable {
      private let failpoint: Failpoint
      private let left: Atomic<Int>

      /// - Parameter text: `name` or `name:n`. A mistake ends the process: a fault that is not injected must not look survived.
      init(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let failpoint = parts.first.flatMap({ Failpoint(rawValue: String($0)) }),
          let count = parts.count == 2 ? Int(parts[1]) : 1, count > 0
        else {
          let names = Failpoint.allCases.map(\.rawValue).joined(separator: " ")
          let line = Array("LEILAO_FAILPOINT=\(text)? name[:n]: \(names)\n".utf8)
          _ = write(2, line, line.count)
          _exit(64)
        }
        self.failpoint = failpoint
        left = Atomic(count)
      }

      func passing(_ failpoint: Failpoint) {
        guard failpoint == self.failpoint, left.subtract(1, ordering: .relaxed).newValue == 0 else { return }
        kill(getpid(), SIGKILL)
        while true { pause() }
      }
    }
  #else
    @inlinable @inline(__always) public func pass() {}
  #endif
}
