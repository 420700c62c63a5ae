import Dispatch
import Glibc
import Synchronization

/// Does the same with many things, on as many threads as it may; the results are in the order of the things.
package struct Spread: Sendable {
  /// On the caller's thread alone.
  package static let none = Spread(threads: 1)
  /// On all of the machine's cores.
  package static let cores = Spread(threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  private let threads: Int
  /// Waking another thread costs about as much as verifying one signature.
  private let worthWaking = 4

  package init(threads: Int) { self.threads = threads }

  package func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], _ body: @Sendable (Item) -> Result
  ) -> [Result] {
    guard threads > 1, items.count >= worthWaking else { return items.map(body) }
    // Smaller than a thread's share: who is disturbed leaves some to the others.
    let parts = min(threads * 4, items.count / 2)
    let results = Mutex<[[Result]]>(Array(repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let done = items[(items.count * part / parts)..<(items.count * (part + 1) / parts)].map(body)
      results.withLock { $0[part] = done }
    }
    return results.withLock { Array($0.joined()) }
  }
}
