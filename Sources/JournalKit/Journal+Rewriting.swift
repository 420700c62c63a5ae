import GRDB

extension Journal {
  /// Replaces all entries by others, numbered anew, in one transaction, and gives what that frees back to the file system.
  ///
  /// Nobody else may use the journal meanwhile.
  /// - Parameters:
  ///   - transform: what stands for an entry from now on; called once for each, in order.
  ///   - end: what stands behind the last one.
  ///   - removals: documents that go with them.
  ///   - check: reads the new entries before they count.
  ///   - isSound: asked after the last of them; when it answers no, or anything throws, everything stays as it was.
  /// - Returns: whether they were replaced.
  package func rewrite(
    _ transform: (Entry) throws -> [(kind: String, body: [UInt8])], end: () throws -> [(kind: String, body: [UInt8])],
    removals: [Removal], check: (Entry) throws -> Void, isSound: () throws -> Bool
  ) throws -> Bool {
    var count: Int64 = 0
    var isDone = false
    var failure: (any Error)?
    try write { db in
      try db.inTransaction(.immediate) {
        try db.execute(sql: Schema.entriesTable("rewritten"))
        var waiting: [(kind: String, body: [UInt8])] = []
        func write(_ entries: [(kind: String, body: [UInt8])]) throws {
          try Rows.insert(entries, from: count + 1, into: "rewritten", db)
          count += Int64(entries.count)
        }
        do {
          try Rows.forEachRow(of: "entries", from: 1, path, db) { entries in
            for entry in entries { waiting += try transform(entry) }
            if waiting.count >= EntryPack.size {
              try write(waiting)
              waiting = []
            }
            return true
          }
          try write(waiting + end())
          try Rows.forEachRow(of: "rewritten", from: 1, path, db) { entries in
            for entry in entries { try check(entry) }
            return true
          }
          isDone = try isSound()
        } catch let error as DatabaseError {
          throw error
        } catch {
          failure = error
        }
        guard isDone else { return .rollback }
        try db.execute(sql: "DROP TABLE entries; ALTER TABLE rewritten RENAME TO entries")
        try Rows.delete(removals, db)
        return .commit
      }
    }
    if let failure { throw failure }
    if isDone {
      recount(count)
      try write { db in
        try db.execute(sql: "VACUUM")
        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
    }
    return isDone
  }
}

extension Journal {
  /// What the journal holds, in bytes: its pages, wherever they lie just now.
  package func size() throws(JournalError) -> Int64 {
    try read { db in
      let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      return pages * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
    }
  }
}
