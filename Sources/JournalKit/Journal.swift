import Failpoints
package import GRDB
import Glibc
import SharedKernel
import Synchronization

/// A durable journal with its outbox: one writer, any number of readers beside it, safe to use from several threads.
package final class Journal: JournalReading, Sendable {
  /// `<folder>/<name>.sqlite`.
  package let path: String
  /// 32 hexadecimal digits, drawn when the journal was made: a copy has the same, a journal made anew another.
  package let identity: String
  /// Whether this opening made it.
  package let isNew: Bool

  /// Nil once closed. Whoever is reading then keeps the connections until the reading is done.
  private let pool: Mutex<DatabasePool?>
  private let writing: Mutex<Writing>
  private let committed: Atomic<Int64>

  private struct Writing: ~Copyable {
    var standing: Standing
    /// Given back when this goes.
    var lock: JournalLock?
  }

  private enum Standing {
    case sound
    case failed(JournalError)
    case closed
  }

  private init(
    path: String, identity: String, isNew: Bool, pool: DatabasePool, committed: Int64, lock: consuming JournalLock
  ) {
    self.path = path
    self.identity = identity
    self.isNew = isNew
    self.pool = Mutex(pool)
    self.committed = Atomic(committed)
    writing = Mutex(Writing(standing: .sound, lock: lock))
  }

  deinit { close() }

  // MARK: Opening and closing

  /// Opens or makes `folder/name.sqlite`, under the lock `folder/name.lock`. A copy that was put there is refused: `.copy`.
  ///
  /// When another process holds it, this throws `.held`, or, with `waitingForLock`, tells `onHeld` once (with the holder's
  /// process id, if known) and blocks until it is free.
  package static func open(
    folder: String, name: String, waitingForLock: Bool, onHeld: (Int32?) -> Void
  ) throws(JournalError) -> Journal {
    precondition(!name.isEmpty && !name.contains("/"), "a journal's name is the name of a file, not a path")
    try JournalFolder.prepare(folder)
    let lock = try JournalLock(path: "\(folder)/\(name).lock", waiting: waitingForLock, onHeld: onHeld)
    let path = "\(folder)/\(name).sqlite"
    try Schema.refuseCopy(at: path)
    try JournalFolder.reserve(path)
    let journal: Journal
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      let (isNew, identity, count) = try pool.writeWithoutTransaction { db in
        try makeDurable(db, path)
        let isNew = try Schema.prepare(db, path: path)
        try moveIntoFile(db, path)
        guard let identity = try String.fetchOne(db, sql: "SELECT identity FROM journal") else {
          throw JournalError(.corrupt(Sentence("ele não tem identidade", "it has no identity")), path)
        }
        return (isNew, identity, try Int64.fetchOne(db, sql: "SELECT max(number) FROM entries") ?? 0)
      }
      journal = Journal(path: path, identity: identity, isNew: isNew, pool: pool, committed: count, lock: lock)
    } catch { throw JournalError(error, path) }
    try JournalFolder.sync(folder)
    return journal
  }

  /// Keeps a journal, whether it is there or not, from being opened for as long as the answer is held; throws `.held` when
  /// another process has it open.
  package static func keepIdle(folder: String, name: String) throws(JournalError) -> IdleJournal {
    try JournalFolder.prepare(folder)
    return IdleJournal(lock: try JournalLock(path: "\(folder)/\(name).lock", waiting: false) { _ in })
  }

  /// Of the writer: a bid on one of many auctions touches a page of the index that the next one does not. What SQLite takes by itself
  /// (2 000 KiB, 1 000 pages) made it read and write the same pages over and over.
  private static let cacheKiB = 16_384
  private static let checkpointedPages = 4_000

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "journal"
    // Somebody may look into the file with another program: that must not look like a failed disk.
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 67108864")
    }
    return configuration
  }

  /// GRDB sets the writer to NORMAL after `prepareDatabase`, which syncs nothing at a commit: so it is set here, and read back.
  private static func makeDurable(_ db: Database, _ path: String) throws {
    try db.execute(sql: "PRAGMA cache_size = -\(cacheKiB); PRAGMA wal_autocheckpoint = \(checkpointedPages)")
    try db.execute(sql: "PRAGMA synchronous = FULL")
    try checkDurable(db, path)
    guard try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal" else {
      throw JournalError(
        .notDurable(Sentence("o write-ahead log não está disponível aqui", "the write-ahead log is not available here")), path)
    }
  }

  private static func checkDurable(_ db: Database, _ path: String) throws {
    let level = try Int.fetchOne(db, sql: "PRAGMA synchronous")
    guard level == 2 else {
      let answer = level.map(String.init) ?? "NULL"
      throw JournalError(
        .notDurable(
          Sentence(
            "o SQLite responde synchronous = \(answer), e não 2 (FULL)", "SQLite answers synchronous = \(answer), not 2 (FULL)")),
        path)
    }
  }

  /// After a failed fsync the kernel may call pages clean that never reached the disk, and a restarted process would read them
  /// as if they had. Copying the whole log into the file writes and syncs them again, before anything is built on them.
  private static func moveIntoFile(_ db: Database, _ path: String) throws {
    let isBlocked = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(FULL)").map { $0[0] as Int != 0 } ?? true
    if isBlocked {
      throw JournalError(
        .notDurable(Sentence("outro programa o lê e não o larga", "another program reads it and will not let go")), path)
    }
  }

  /// Gives the lock back. Further calls throw `.closed`.
  package func close() {
    writing.withLock { writing in
      writing.standing = .closed
      // First the file, then the right to it.
      pool.withLock { $0 = nil }
      writing.lock = nil
    }
  }

  /// Takes away a journal that this opening made, so that the folder is as it was before.
  package func discard() {
    precondition(isNew, "only what was made just now may be taken away")
    writing.withLock { writing in
      writing.standing = .closed
      pool.withLock { $0 = nil }
      for end in ["", "-wal", "-shm"] { unlink(path + end) }
      unlink(String(path.dropLast(".sqlite".count)) + ".lock")
      writing.lock = nil
    }
  }

  private func opened() throws(JournalError) -> DatabasePool {
    guard let pool = pool.withLock({ $0 }) else { throw JournalError(.closed, path) }
    return pool
  }

  // MARK: Writing

  /// Writes all of it in one transaction and returns when it is on the disk; the outbox rows come back with their ids.
  ///
  /// After an error here the journal refuses every further commit: whether this one is on the disk is known only to who opens
  /// it next.
  package func commit(_ commit: Commit) throws(JournalError) -> [OutboxMessage] {
    try write { db in
      if commit.isEmpty { return [] }
      let first = committed.load(ordering: .relaxed) + 1
      var messages: [OutboxMessage] = []
      try db.inTransaction(.immediate) {
        try Rows.insert(commit.entries, from: first, db)
        try Rows.insert(commit.documents, db)
        messages = try Rows.insert(commit.outbox, db)
        try Rows.delete(commit.removals, db)
        Failpoint.inTransaction.pass()
        return .commit
      }
      committed.store(first - 1 + Int64(commit.entries.count), ordering: .releasing)
      return messages
    }
  }

  /// Takes messages out of the outbox. Not synced: a power failure may bring some back, and then they are published again,
  /// which their readers must bear anyway (a confirm can be lost too). The next commit's sync covers it.
  package func markSent(_ ids: [Int64]) throws(JournalError) {
    if ids.isEmpty { return }
    try write { db in
      try db.execute(sql: "PRAGMA synchronous = NORMAL")
      try db.inTransaction(.immediate) {
        try Rows.deleteOutbox(ids, db)
        return .commit
      }
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try Self.checkDurable(db, path)
    }
  }

  func write<T: Sendable>(_ body: (Database) throws -> T) throws(JournalError) -> T {
    try writing.withLock { writing throws(JournalError) in
      switch writing.standing {
      case .sound: break
      case .failed(let error):
        let reason = error.sentence
        throw JournalError(
          .notDurable(
            Sentence("uma gravação anterior falhou: \(reason.portuguese)", "an earlier write failed: \(reason.english)")), path)
      case .closed: throw JournalError(.closed, path)
      }
      let pool = try opened()
      do { return try pool.writeWithoutTransaction(body) } catch {
        let error = JournalError(error, path)
        writing.standing = .failed(error)
        throw error
      }
    }
  }

  /// SQLite's `synchronous` on the writer: 2 is FULL.
  func synchronousLevel() throws(JournalError) -> Int? {
    try write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
  }

  // MARK: Reading

  /// How many entries are committed; the number of the last one.
  package var entryCount: Int64 { committed.load(ordering: .acquiring) }

  /// Reads committed state on a connection of its own, beside the writer.
  package func read<T>(_ body: (Database) throws -> T) throws(JournalError) -> T {
    let pool = try opened()
    do { return try pool.read(body) } catch { throw JournalError(error, path) }
  }

  /// Takes over a count of entries that was changed otherwise than by a commit.
  func recount(_ count: Int64) { committed.store(count, ordering: .releasing) }
}

/// The right to a journal that stays closed.
package struct IdleJournal: ~Copyable {
  private let lock: JournalLock
  init(lock: consuming JournalLock) { self.lock = lock }
}
