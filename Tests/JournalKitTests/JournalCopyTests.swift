import Foundation
import GRDB
import Glibc
import SuiteTesting
import Testing

@testable import JournalKit

/// Copies, restoring, looking from outside, and older files.
struct JournalCopyTests {
  let scratch: ScratchFolder
  let folder: String
  var target: String { scratch.file("copy.sqlite") }

  init() throws {
    scratch = try ScratchFolder()
    folder = scratch.file("data")
  }

  private func names(_ folder: String) throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder)) }

  @Test func `A copy of a journal that is being written is whole, its owner's alone, and one file`() throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<200 { _ = try journal.commit(turn(number)) }
    let before = try entries(journal)
    let size = try JournalCopy.make(of: journal.path, at: target)
    for number in Int64(200)..<210 { _ = try journal.commit(turn(number)) }
    let copy = try JournalReader(path: target)
    #expect(copy.entryCount == 600 && copy.identity == journal.identity)
    var copied: [Entry] = []
    try copy.forEachEntry(from: 1) { copied.append($0) }
    #expect(copied == before)
    #expect(try copy.pendingOutbox(after: 0, limit: 1_000).count == 400)
    try copy.check()
    #expect(mode(target) == 0o600)
    #expect(try scratch.read("copy.sqlite").count == size)
    #expect(try names(scratch.path) == ["data", "copy.sqlite"], "nothing unfinished is left")
  }

  @Test func `A copy takes nothing's place, and leaves nothing behind when it cannot be made`() throws {
    _ = try openJournal(folder).commit(turn(1))
    try scratch.write([1, 2, 3], "copy.sqlite")
    let path = folder + "/ms_lance.sqlite"
    #expect(journalError { () throws(JournalError) in try JournalCopy.make(of: path, at: target) }?.kind == .present)
    #expect(try scratch.read("copy.sqlite") == [1, 2, 3])
    let missing = scratch.file("none.sqlite")
    #expect(journalError { () throws(JournalError) in try JournalCopy.make(of: missing, at: scratch.file("c")) }?.kind == .absent)
    try scratch.write(Array("no journal at all, but long enough to be looked at".utf8), "none.sqlite")
    #expect(journalError { () throws(JournalError) in try JournalCopy.make(of: missing, at: scratch.file("c")) } != nil)
    #expect(try names(scratch.path) == ["data", "copy.sqlite", "none.sqlite"])
  }

  @Test func `What keeps a copy from being made is told of the file that was asked for`() throws {
    _ = try openJournal(folder).commit(turn(1))
    let nowhere = scratch.file("nowhere/copy.sqlite")
    let error = journalError { () throws(JournalError) in
      try JournalCopy.make(of: folder + "/ms_lance.sqlite", at: nowhere)
    }
    #expect(error?.path == nowhere)
  }

  @Test func `A journal that was made just now can be taken away again, and leaves nothing`() throws {
    let journal = try openJournal(folder)
    journal.discard()
    #expect(try names(folder) == [])
    #expect(try openJournal(folder).isNew)
  }

  @Test func `A copy in the place of its journal is refused and left as it is, until it is restored`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(0))
    try JournalCopy.make(of: journal.path, at: target)
    try JournalCopy.make(of: target, at: scratch.file("second.sqlite"))
    #expect(try !JournalReader(path: journal.path).isCopy)
    journal.close()
    for name in ["copy.sqlite", "second.sqlite"] {
      #expect(try JournalReader(path: scratch.file(name)).isCopy)
      let bytes = try scratch.read(name)
      try scratch.write(bytes, "data/ms_lance.sqlite")
      #expect(journalError { () throws(JournalError) in try openJournal(folder) }?.kind == .copy)
      #expect(try scratch.read("data/ms_lance.sqlite") == bytes)
      #expect(try names(folder) == ["ms_lance.sqlite", "ms_lance.lock"], "no log was made beside it")
    }
    // Though another program has made it one with a log: the mark is in it all the same.
    _ = try DatabasePool(path: journal.path)
    #expect(journalError { () throws(JournalError) in try openJournal(folder) }?.kind == .copy)
    let other = scratch.file("other")
    try JournalCopy.restore(journal.path, folder: other, name: "ms_lance", appending: [])
    #expect(try !JournalReader(path: other + "/ms_lance.sqlite").isCopy)
    #expect(try openJournal(other).entryCount == 3)
  }

  @Test func `A restored journal is the copy and what was appended, under the same identity`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(0))
    try JournalCopy.make(of: journal.path, at: target)
    _ = try journal.commit(turn(1))
    let other = scratch.file("other")
    try JournalCopy.restore(target, folder: other, name: "ms_lance", appending: [("mark", [7]), ("end", [])])
    #expect(mode(other) == 0o700)
    #expect(mode(other + "/ms_lance.sqlite") == 0o600)
    let restored = try openJournal(other)
    #expect(!restored.isNew && restored.identity == journal.identity)
    #expect(try entries(restored).map(\.kind) == ["kind0", "kind1", "kind2", "mark", "end"])
    #expect(try restored.pendingOutbox(after: 0, limit: 10).count == 2)
    #expect(try restored.commit(turn(5)).map(\.id) == [3, 4], "ids go on, none is used twice")
    #expect(try names(other).isDisjoint(with: ["ms_lance.sqlite.restoring"]))
  }

  @Test func `Nothing is restored over a journal, beside a stray log, or under a running service`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(0))
    try JournalCopy.make(of: journal.path, at: target)
    func restore() -> JournalError.Kind? {
      journalError { () throws(JournalError) in
        try JournalCopy.restore(target, folder: folder, name: "ms_lance", appending: [])
      }?.kind
    }
    #expect(restore() == .held(pid: getpid()))
    journal.close()
    #expect(restore() == .present)
    #expect(unlink(folder + "/ms_lance.sqlite") == 0)
    try scratch.write([1], "data/ms_lance.sqlite-wal")
    #expect(restore() == .present, "the log of the lost journal would be read as the copy's")
    #expect(unlink(folder + "/ms_lance.sqlite-wal") == 0)
    try scratch.write([1], "data/ms_lance.sqlite.restoring")
    #expect(restore() == nil, "what an interrupted restoring left is no obstacle")
    #expect(try openJournal(folder).entryCount == 3)
  }

  @Test func `Looking changes no byte, whether the journal is open, closed or was left by a crash`() throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<10 { _ = try journal.commit(turn(number)) }
    let live = try JournalReader(path: journal.path)
    _ = try journal.commit(turn(10))
    #expect(try live.entryCount == 30 && live.currentCount() == 33)
    var seen = 0
    try live.forEachEntry(from: 1) { _ in seen += 1 }
    #expect(seen == 30)
    // As a crash leaves it: with a log that is not in the file yet.
    for file in ["ms_lance.sqlite", "ms_lance.sqlite-wal"] { try scratch.write(scratch.read("data/" + file), file) }
    journal.close()
    let closed = try scratch.read("data/ms_lance.sqlite")
    #expect(try JournalReader(path: folder + "/ms_lance.sqlite").entryCount == 33)
    #expect(try scratch.read("data/ms_lance.sqlite") == closed)
    let (file, log) = (try scratch.read("ms_lance.sqlite"), try scratch.read("ms_lance.sqlite-wal"))
    #expect(try JournalReader(path: scratch.file("ms_lance.sqlite")).entryCount == 33)
    #expect(try scratch.read("ms_lance.sqlite") == file && scratch.read("ms_lance.sqlite-wal") == log)
  }

  /// user_version at 60 (SQLite file format §1.3).
  @Test(arguments: 1..<UInt8(Schema.version))
  func `A journal of an earlier version is read as it is, and brought to this one when it is opened`(_ version: UInt8) throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<5 { _ = try journal.commit(turn(number)) }
    let (old, pending, identity) = (try entries(journal), try journal.pendingOutbox(after: 0, limit: 100), journal.identity)
    try journal.write { db in
      try db.execute(sql: "PRAGMA user_version = \(version)")
      guard version < 5 else { return }
      for column in ["collection", "key", "number"] { try db.execute(sql: "ALTER TABLE outbox DROP COLUMN kept_\(column)") }
      try db.execute(sql: "DELETE FROM entries")
      for entry in old {
        try db.execute(
          sql: "INSERT INTO entries (number, kind, body) VALUES (?, ?, ?)",
          arguments: [entry.number, entry.kind, Data(entry.body)])
      }
    }
    journal.close()
    let path = folder + "/ms_lance.sqlite"
    let reader = try JournalReader(path: path)
    #expect(try reader.entryCount == 15 && reader.pendingOutbox(after: 0, limit: 100) == pending)
    #expect(try scratch.read("data/ms_lance.sqlite")[63] == version)

    try JournalCopy.make(of: path, at: target)
    try JournalCopy.restore(target, folder: scratch.file("restored"), name: "ms_lance", appending: [])
    for migrated in [try openJournal(folder), try openJournal(scratch.file("restored"))] {
      #expect(!migrated.isNew && migrated.identity == identity)
      #expect(try entries(migrated) == old && entries(migrated, from: 7).first?.number == 7)
      try migrated.check()
      #expect(try migrated.pendingOutbox(after: 0, limit: 100) == pending)
      _ = try migrated.commit(keeping(5))
      #expect(try migrated.pendingOutbox(after: 0, limit: 100).last?.body == body(5))
      migrated.close()
    }
    #expect(Array(try scratch.read("data/ms_lance.sqlite")[60..<64]) == [0, 0, 0, UInt8(Schema.version)])
    #expect(try openJournal(folder).entryCount == 18)
  }

  // MARK: What need not be kept

  @Test func `Documents go up to a number, with the turn that says so and not without it`() throws {
    let journal = try openJournal(folder)
    let kept = (1...5).map { Document(collection: "receipt", key: "a", number: $0, body: body($0)) }
    let others = [
      Document(collection: "receipt", key: "b", number: 1, body: [1]),
      Document(collection: "block", key: "a", number: 1, body: [1]),
    ]
    _ = try journal.commit(Commit(documents: kept + others))
    _ = try journal.commit(Commit(entries: [("pruned", [])], removals: [Removal(collection: "receipt", key: "a", through: 3)]))
    #expect(try journal.documents("receipt", "a", from: 0, limit: 10).map(\.number) == [4, 5])
    for other in others { #expect(try journal.document(other.collection, other.key, other.number) == other.body) }
    // The same document twice: the whole turn fails, and what it would have removed stays.
    let failing = Commit(documents: [kept[4]], removals: [Removal(collection: "receipt", key: "a", through: 5)])
    #expect(journalError { () throws(JournalError) in try journal.commit(failing) } != nil)
    journal.close()
    #expect(try openJournal(folder).documents("receipt", "a", from: 0, limit: 10).map(\.number) == [4, 5])
  }

  @Test func `Entries are rewritten together and numbered anew, and the file gets smaller`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(Commit(entries: (0..<1_000).map { ("long", body(Int64($0), length: 1_000)) }))
    _ = try journal.commit(turn(0))
    let size = try journal.size()
    var checked: [Entry] = []
    let isDone = try journal.rewrite(
      { $0.kind == "long" ? ($0.number.isMultiple(of: 10) ? [("short", [1])] : []) : [($0.kind, $0.body)] },
      end: { [("end", [])] }, removals: [Removal(collection: "receipt", key: "bidder", through: 0)],
      check: { checked.append($0) }, isSound: { checked.count == 104 })
    #expect(isDone)
    #expect(try entries(journal) == checked && journal.entryCount == 104)
    #expect(checked.map(\.number) == Array(1...104))
    #expect(try journal.size() < size / 4)
    #expect(try journal.document("receipt", "bidder", 0) == nil)
    _ = try journal.commit(turn(1))
    journal.close()
    let again = try openJournal(folder)
    #expect(try again.entryCount == 107 && entries(again).last?.number == 107)
    try again.check()
  }

  @Test func `Rewritten to nothing, a journal begins anew`() throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<5 { _ = try journal.commit(turn(number)) }
    #expect(try journal.rewrite({ _ in [] }, end: { [] }, removals: [], check: { _ in }, isSound: { true }))
    #expect(try journal.entryCount == 0 && entries(journal) == [])
    try journal.check()
    _ = try journal.commit(turn(5))
    #expect(try entries(journal).map(\.number) == [1, 2, 3])
  }

  private struct Enough: Error {}

  @Test(arguments: [false, true])
  func `Entries whose check fails stay as they were`(_ isThrown: Bool) throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<5 { _ = try journal.commit(turn(number)) }
    let old = try entries(journal)
    func rewrite() throws -> Bool {
      try journal.rewrite(
        { _ in [] }, end: { [] }, removals: [Removal(collection: "receipt", key: "bidder", through: 9)], check: { _ in },
        isSound: { if isThrown { throw Enough() } else { false } })
    }
    if isThrown { #expect(throws: Enough.self) { try rewrite() } } else { #expect(try !rewrite()) }
    #expect(try entries(journal) == old)
    #expect(try journal.documents("receipt", "bidder", from: 0, limit: 10).count == 5)
    #expect(try journal.commit(turn(5)).count == 2, "it goes on")
    #expect(journal.entryCount == 18)
  }
}
