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

  /// Makes things on another thread while those before them are used on the caller's, in their order; on one thread, one after
  /// the other. Ends when both have ended.
  /// - Parameter ahead: how many are made and not yet used, at most.
  package func relay<Item: Sendable>(
    ahead: Int, make: @escaping @Sendable (_ hand: (Item) throws -> Void) throws -> Void, use: (Item) throws -> Void
  ) throws {
    precondition(ahead > 0, "nothing would ever be handed on")
    guard threads > 1 else { return try make(use) }
    let belt = Belt<Item>(room: ahead)
    let maker = DispatchGroup()
    DispatchQueue.global().async(group: maker) { belt.end(Result { try make { try belt.put($0) } }) }
    defer {
      belt.leave()
      maker.wait()
    }
    while let item = try belt.take() { try use(item) }
  }
}

/// Between one who makes and one who uses.
private final class Belt<Item: Sendable>: Sendable {
  private struct Left: Error {}

  private struct State {
    var items: [Item] = []
    var end: Result<Void, any Error>?
    var isLeft = false
  }

  private let state = Mutex(State())
  /// Both from 0 on: one that ends below what it began with ends the program.
  private let (room, filled) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))

  init(room: Int) { for _ in 0..<room { self.room.signal() } }

  /// Waits for room; throws when nobody takes any more.
  func put(_ item: Item) throws {
    room.wait()
    try state.withLock {
      if $0.isLeft { throw Left() }
      $0.items.append(item)
    }
    filled.signal()
  }

  func end(_ result: Result<Void, any Error>) {
    state.withLock { $0.end = result }
    filled.signal()
  }

  /// Waits for the next one; nil, or the maker's error, after the last one.
  func take() throws -> Item? {
    filled.wait()
    let item = try state.withLock { state -> Item? in
      if !state.items.isEmpty { return state.items.removeFirst() }
      try state.end?.get()
      return nil
    }
    if item != nil { room.signal() }
    return item
  }

  /// Takes nothing any more.
  func leave() {
    state.withLock { $0.isLeft = true }
    room.signal()
  }
}
