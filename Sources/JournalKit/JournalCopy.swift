import GRDB
import Glibc

/// Copies of a journal: made while its service runs, and put in the place of one that was lost. A copy is one file that only
/// its owner can read; it appears under its name when all of it is on the disk, and never in the place of another file. It says of
/// itself that it is a copy, and no service opens it until it was restored.
package enum JournalCopy {
  /// Copies the journal at `source` to `target`, durably, and reads the copy through once.
  /// - Returns: the copy's size, in bytes.
  @discardableResult
  package static func make(of source: String, at target: String) throws(JournalError) -> Int64 {
    try write(source, to: target, as: .copy, unfinished: "\(target).\(getpid()).partial", appending: [])
  }

  /// Puts a copy in the place of the journal `folder/name.sqlite`, with these entries behind its own.
  ///
  /// Throws `.held` while a process holds that journal, and `.present` while anything of one is there.
  package static func restore(
    _ copy: String, folder: String, name: String, appending entries: [(kind: String, body: [UInt8])]
  ) throws(JournalError) {
    try JournalFolder.prepare(folder)
    let lock = try JournalLock(path: "\(folder)/\(name).lock", waiting: false) { _ in }
    defer { lock.keep() }
    let path = "\(folder)/\(name).sqlite"
    // A log without its file would be taken for the log of the copy.
    for part in [path, path + "-wal", path + "-shm"] where access(part, F_OK) == 0 { throw JournalError(.present, part) }
    let unfinished = "\(path).restoring"
    for part in [unfinished, unfinished + "-journal", unfinished + "-wal", unfinished + "-shm"] { unlink(part) }
    try write(copy, to: path, as: .journal, unfinished: unfinished, appending: entries)
  }

  @discardableResult
  private static func write(
    _ source: String, to target: String, as role: Schema.Role, unfinished: String,
    appending entries: [(kind: String, body: [UInt8])]
  ) throws(JournalError) -> Int64 {
    guard access(target, F_OK) != 0 else { throw JournalError(.present, target) }
    let reader = try JournalReader(path: source)
    do throws(JournalError) {
      return try write(reader, to: target, as: role, unfinished: unfinished, appending: entries)
    } catch { throw error.naming(target, insteadOf: unfinished) }
  }

  private static func write(
    _ reader: JournalReader, to target: String, as role: Schema.Role, unfinished: String,
    appending entries: [(kind: String, body: [UInt8])]
  ) throws(JournalError) -> Int64 {
    try JournalFolder.reserve(unfinished)
    defer { unlink(unfinished) }
    do {
      // One file: the copy of a database in WAL mode would make itself a log wherever it is looked at.
      var configuration = Configuration()
      configuration.journalMode = .default
      let queue = try DatabaseQueue(path: unfinished, configuration: configuration)
      try reader.copy(to: queue)
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA journal_mode = DELETE")
        let count = try Int64.fetchOne(db, sql: "SELECT max(number) FROM entries") ?? 0
        try db.inTransaction(.immediate) {
          try Schema.upgrade(db)
          try Schema.become(role, db)
          try Rows.insert(entries, from: count + 1, db)
          return .commit
        }
      }
      try queue.close()
      try JournalReader(path: unfinished).check()
    } catch { throw JournalError(error, unfinished) }
    let size = try JournalFolder.sync(file: unfinished)
    // Unlike a rename, a link takes nothing's place.
    guard link(unfinished, target) == 0 else {
      throw errno == EEXIST ? JournalError(.present, target) : .system("dar nome à cópia", "name the copy", target)
    }
    try JournalFolder.sync(JournalFolder.parent(target))
    return size
  }
}
