import Foundation
import Glibc
import SharedKernel
import SuiteTesting
import Testing

@testable import JournalKit

/// Processes that die, disks that refuse, files that are damaged.
struct JournalFailureTests {
  let scratch: ScratchFolder
  let folder: String

  init() throws {
    scratch = try ScratchFolder()
    folder = scratch.file("data")
  }

  // MARK: Death

  @Test(arguments: [1, 2, 7, 40, 90] as [Int64])
  func `A killed process leaves every turn it was told of, and no half turn`(_ turns: Int64) async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, turns] in
      let journal = try openJournal(folder)
      let told = open(folder + "/told", O_WRONLY | O_CREAT, 0o600)
      // Another thread kills, so that the writer may be anywhere in the next turn.
      Thread.detachNewThread {
        while journal.entryCount < turns * 3 { sched_yield() }
        kill(getpid(), SIGKILL)
      }
      for number in Int64(0)... {
        let ids = try journal.commit(turn(number)).map(\.id)
        let text = Array("\(number + 1)\n".utf8)
        pwrite(told, text, text.count, 0)
        if number.isMultiple(of: 2) { try journal.markSent(ids) }
      }
    }
    let told = try Int64(String(decoding: scratch.read("data/told"), as: UTF8.self).prefix { $0 != "\n" }) ?? 0
    let journal = try openJournal(folder)
    try journal.check()
    let count = journal.entryCount / 3
    #expect(journal.entryCount.isMultiple(of: 3) && count >= told && count >= turns)
    #expect(try entries(journal).map(\.body) == (0..<count * 3).map { body($0) })
    #expect(try journal.documents("receipt", "bidder", from: 0, limit: 100_000).map(\.number) == Array(0..<count))
    let pending = try journal.pendingOutbox(after: 0, limit: 100_000)
    // What odd turns said is all there; of the last even one, sent or not, it is both or none.
    #expect(pending.count.isMultiple(of: 2))
    #expect(Set(pending.map(\.messageID)).isSuperset(of: (0..<count).filter { !$0.isMultiple(of: 2) }.map { "\($0):0" }))
    #expect(try journal.commit(turn(count)).allSatisfy { $0.id > count * 2 })
  }

  @Test func `A copy of the files taken while it is open holds what was committed`() throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<20 { _ = try journal.commit(turn(number)) }
    for file in ["ms_lance.sqlite", "ms_lance.sqlite-wal"] { try scratch.write(scratch.read("data/" + file), "copy-" + file) }
    #expect(mkdir(scratch.file("copy"), 0o700) == 0)
    for file in ["ms_lance.sqlite", "ms_lance.sqlite-wal"] {
      #expect(rename(scratch.file("copy-" + file), scratch.file("copy/" + file)) == 0)
    }
    let copy = try openJournal(scratch.file("copy"))
    #expect(copy.identity == journal.identity)
    #expect(try entries(copy) == entries(journal))
    #expect(try copy.pendingOutbox(after: 0, limit: 100) == journal.pendingOutbox(after: 0, limit: 100))
    try copy.check()
  }

  @Test(arguments: [0, 1, 2, 3])
  func `A log that was cut anywhere loses turns from the end, never a part of one`(_ quarters: Int) throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<20 { _ = try journal.commit(turn(number)) }
    #expect(mkdir(scratch.file("copy"), 0o700) == 0)
    try scratch.write(scratch.read("data/ms_lance.sqlite"), "copy/ms_lance.sqlite")
    let log = try scratch.read("data/ms_lance.sqlite-wal")
    try scratch.write(log.prefix(log.count * quarters / 4 + 100), "copy/ms_lance.sqlite-wal")
    let copy = try openJournal(scratch.file("copy"))
    #expect(copy.entryCount <= 60 && copy.entryCount.isMultiple(of: 3))
    #expect(try entries(copy) == Array(entries(journal).prefix(Int(copy.entryCount))))
    #expect(try copy.documents("receipt", "bidder", from: 0, limit: 100).count == copy.entryCount / 3)
    try copy.check()
  }

  // MARK: The lock

  @Test func `A second opening is told who holds it`() throws {
    let journal = try openJournal(folder)
    let error = journalError { () throws(JournalError) in try openJournal(folder) }
    #expect(error?.kind == .held(pid: getpid()))
    #expect(error?.description.contains("process \(getpid())") == true)
    journal.close()
  }

  @Test func `Another process is told who holds it`() async throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(1))
    await #expect(processExitsWith: .success) { [folder = folder as String, holder = getpid() as Int32] in
      let error = journalError { () throws(JournalError) in try openJournal(folder) }
      exit(error?.kind == .held(pid: holder) ? EXIT_SUCCESS : EXIT_FAILURE)
    }
    _ = try journal.commit(turn(2))
  }

  @Test func `A standby gets the journal when its holder dies`() async throws {
    let ready = Gate(scratch.file("ready"))
    let go = Gate(scratch.file("go"))
    #expect(ready.make() && go.make())
    let stand = ready.stand()
    defer { close(stand) }
    async let died = #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, path = scratch.path as String] in
      let go = Gate(path + "/go")
      let stand = go.stand()
      let journal = try openJournal(folder)
      _ = try journal.commit(turn(1))
      guard Gate(path + "/ready").pass(), go.wait(stand) else { exit(EXIT_FAILURE) }
      kill(getpid(), SIGKILL)
    }
    let takenOver = Task.detached { [folder] in
      try #require(ready.wait(stand))
      var holders: [Int32?] = []
      let journal = try Journal.open(folder: folder, name: "ms_lance", waitingForLock: true) { pid in
        holders.append(pid)
        _ = go.pass()
      }
      return (journal, holders)
    }
    let (journal, holders) = try await takenOver.value
    _ = await died
    #expect(holders.count == 1 && holders.first != getpid() && holders.first != .some(nil))
    #expect(journal.entryCount == 3)
  }

  @Test func `Waiting ends with the holder's closing, even when the lock file was removed meanwhile`() throws {
    for isRemoved in [false, true] {
      let first = try openJournal(folder)
      var told: [Int32?] = []
      let second = try Journal.open(folder: folder, name: "ms_lance", waitingForLock: true) { pid in
        told.append(pid)
        if isRemoved { unlink(folder + "/ms_lance.lock") }
        first.close()
      }
      #expect(told == [getpid()])
      // The lock it got is the one that others will find.
      #expect(journalError { () throws(JournalError) in try openJournal(folder) }?.kind == .held(pid: getpid()))
      second.close()
    }
  }

  @Test func `A free journal is opened without a word`() throws {
    let journal = try Journal.open(folder: folder, name: "ms_lance", waitingForLock: true) { _ in
      Issue.record("told of a holder that is not there")
    }
    journal.close()
  }

  // MARK: Failed commits

  @Test func `A document is written once: a second one fails its commit, and the journal with it`() throws {
    var journal = try openJournal(folder)
    _ = try journal.commit(turn(1))
    let again = Commit(entries: [("late", [1])], documents: turn(1).documents, outbox: turn(2).outbox)
    guard case .duplicate = journalError({ () throws(JournalError) in try journal.commit(again) })?.kind else {
      Issue.record("a document was replaced")
      return
    }
    let after = journalError { () throws(JournalError) in try journal.commit(turn(3)) }
    guard case .notDurable(let why)? = after?.kind else {
      Issue.record("a commit after a failed one")
      return
    }
    #expect(why.english.contains("earlier"))
    #expect(journalError { () throws(JournalError) in try journal.markSent([1]) } != nil)
    #expect(journal.entryCount == 3)
    #expect(try entries(journal).count == 3)
    journal.close()
    journal = try openJournal(folder)
    #expect(try entries(journal).count == 3)
    #expect(try journal.pendingOutbox(after: 0, limit: 10).map(\.id) == [1, 2])
    try journal.check()
    _ = try journal.commit(turn(3))
  }

  /// A limit on the size of files stands for a full disk: the system refuses the write in the middle of the turn.
  @Test(arguments: [0, 5_000, 100_000, 700_000])
  func `A disk that refuses fails the commit, and every later one; nothing half-written is there afterwards`(_ room: Int)
    async throws
  {
    await #expect(processExitsWith: .success) { [folder = folder as String, room] in
      let journal = try openJournal(folder)
      _ = try journal.commit(turn(0))
      var status = stat()
      stat(journal.path + "-wal", &status)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: rlim_t(Int(status.st_size) + room), rlim_max: rlim_t.max)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(3) }
      var large = turn(1)
      large.documents.append(Document(collection: "large", key: "k", number: 1, body: body(1, length: 1_000_000)))
      guard case .io = journalError({ () throws(JournalError) in try journal.commit(large) })?.kind else { exit(4) }
      // With room again, it still refuses: what the disk holds is not known.
      limit.rlim_cur = rlim_t.max
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(5) }
      guard case .notDurable = journalError({ () throws(JournalError) in try journal.commit(turn(1)) })?.kind else { exit(6) }
      guard journal.entryCount == 3, try entries(journal).count == 3 else { exit(7) }
      exit(EXIT_SUCCESS)
    }
    let journal = try openJournal(folder)
    try journal.check()
    #expect(try entries(journal).map(\.body) == (0..<3).map { body($0) })
    #expect(try journal.document("large", "k", 1) == nil)
    #expect(try journal.pendingOutbox(after: 0, limit: 10).count == 2)
    #expect(try journal.commit(turn(1)).count == 2)
  }

  // MARK: Damage

  /// A closed journal of 60 entries, all in one file.
  private func closedJournal() throws -> String {
    let journal = try openJournal(folder)
    for number in Int64(0)..<20 { _ = try journal.commit(turn(number)) }
    journal.close()
    return "data/ms_lance.sqlite"
  }

  @Test(arguments: [("not a database", 0, "hello, I am not a database"), ("a wrong page size", 16, "\u{7}\u{7}")])
  func `A file that is no database is refused and left as it is`(_ name: String, _ offset: Int, _ junk: String) throws {
    let file = try closedJournal()
    var bytes = try scratch.read(file)
    bytes.replaceSubrange(offset..<(offset + junk.utf8.count), with: junk.utf8)
    try scratch.write(bytes, file)
    let error = journalError { () throws(JournalError) in try openJournal(folder) }
    guard case .corrupt? = error?.kind else {
      Issue.record("opened, or another error: \(String(describing: error))")
      return
    }
    #expect(error?.description.contains("damaged") == true)
    #expect(try scratch.read(file) == bytes)
  }

  private static let later = UInt8(Schema.version) + 1

  /// user_version at 60, application_id at 68 (SQLite file format §1.3).
  @Test(arguments: [(60, later), (60, 0), (68, 0), (68, 10)])
  func `The file of a later version or of another program is refused`(_ offset: Int, _ value: UInt8) throws {
    let file = try closedJournal()
    var bytes = try scratch.read(file)
    bytes.replaceSubrange(offset..<(offset + 4), with: [0, 0, 0, value])
    try scratch.write(bytes, file)
    switch journalError({ () throws(JournalError) in try openJournal(folder) })?.kind {
    case .newer(Int(Self.later))?: #expect(offset == 60 && value == Self.later)
    case .corrupt?: #expect(offset != 60 || value == 0)
    case let other: Issue.record("\(String(describing: other))")
    }
  }

  @Test func `Damage in the middle is found by the check`() throws {
    let file = try closedJournal()
    var bytes = try scratch.read(file)
    for page in 2..<(bytes.count / 4096) {
      bytes.replaceSubrange(page * 4096..<(page * 4096 + 64), with: repeatElement(0xff, count: 64))
    }
    try scratch.write(bytes, file)
    let error = journalError { () throws(JournalError) in
      let journal = try openJournal(folder)
      try journal.check()
    }
    guard case .corrupt? = error?.kind else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `Missing entries are found by the check and by the replay`() throws {
    let path = try scratch.file(closedJournal())
    let removed = try CommandRun("sqlite3", path, "DELETE FROM entries WHERE number = 9")
    try #require(removed.status == 0, "\(removed.errors)")
    let journal = try openJournal(folder)
    guard case .corrupt? = journalError({ () throws(JournalError) in try journal.check() })?.kind else {
      Issue.record("not found")
      return
    }
    #expect(throws: JournalError.self) { try entries(journal) }
    #expect(try entries(journal, from: 10).count == 51)
    #expect(try entries(journal, from: 12).map(\.number) == Array(12...60), "from the midst of a turn")
  }

  @Test func `A damaged turn is found by the check and by the replay`() throws {
    let path = try scratch.file(closedJournal())
    let damaged = try CommandRun("sqlite3", path, "UPDATE entries SET body = substr(body, 1, length(body) - 1) WHERE number = 9")
    try #require(damaged.status == 0, "\(damaged.errors)")
    let journal = try openJournal(folder)
    for error in [
      journalError({ () throws(JournalError) in try journal.check() }),
      journalError({ () throws(JournalError) in
        do { _ = try entries(journal) } catch let error as JournalError { throw error } catch {}
      }),
    ] {
      guard case .corrupt? = error?.kind else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func `A pack of entries is read whole or not at all`() throws {
    let entries: [(kind: String, body: [UInt8])] = [("", []), ("turno", body(1)), ("ção", body(2, length: 300)), ("x", [0])]
    let bytes = EntryPack.encode(entries[...])
    func read(_ bytes: [UInt8], last: Int64 = 44) -> [Entry]? { bytes.withUnsafeBytes { EntryPack.decode($0, last: last) } }
    let whole = try #require(read(bytes))
    #expect(whole.map(\.number) == [41, 42, 43, 44])
    #expect(whole.map(\.kind) == entries.map(\.kind) && whole.map(\.body) == entries.map(\.body))
    for end in bytes.indices { #expect(read(Array(bytes[..<end])) == nil, "\(end) bytes") }
    #expect(read(bytes + [0]) == nil)
    #expect(read(bytes, last: 3) == nil, "numbered from 0")
    #expect(read([0xff, 0xff, 0xff, 0xff] + bytes.dropFirst(4)) == nil)
    #expect(read([0, 0, 0, 0]) == nil)
  }

  @Test func `Overlapping turns are found by the check, even where the count is right`() throws {
    let path = try scratch.file(closedJournal())
    // Packs of three up to 60: the one of 28 to 30 says that it is 57 to 59.
    let doctored = try CommandRun("sqlite3", path, "UPDATE entries SET number = 59 WHERE number = 30")
    try #require(doctored.status == 0, "\(doctored.errors)")
    let journal = try openJournal(folder)
    guard case .corrupt? = journalError({ () throws(JournalError) in try journal.check() })?.kind else {
      Issue.record("not found")
      return
    }
  }

  @Test func `A long turn is several rows, and reads like one`() throws {
    let journal = try openJournal(folder)
    let entries = (0..<1_201).map { ("kind\($0)", body(Int64($0))) } + [("long", body(0, length: 3_000_000)), ("end", [])]
    _ = try journal.commit(Commit(entries: entries))
    #expect(journal.entryCount == 1_203)
    var read: [Entry] = []
    try journal.forEachEntry(from: 1) { read.append($0) }
    #expect(read.map(\.number) == Array(1...1_203))
    #expect(read.map(\.kind) == entries.map(\.0) && read.map(\.body) == entries.map(\.1))
    try journal.check()
    journal.close()
    let path = "\(folder)/ms_lance.sqlite"
    let rows = try CommandRun("sqlite3", path, "SELECT group_concat(number) FROM entries").output
    #expect(String(decoding: rows, as: UTF8.self) == "500,1000,1201,1202,1203\n")
  }

  // MARK: Size

  @Test func `A hundred thousand entries stream through little memory`() async throws {
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      /// The peak of this process's memory since it was last asked, in KiB.
      func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
      }
      let journal = try openJournal(folder)
      let bytes = body(1, length: 512)
      for _ in 0..<100 { _ = try journal.commit(Commit(entries: (0..<1000).map { _ in ("lance", bytes) })) }
      _ = try peak()
      let before = try peak()
      var count = 0
      try journal.forEachEntry(from: 1) { count += $0.body.count }
      let grown = try peak() - before
      // All of it at once would be 50 MiB and more.
      exit(count == 51_200_000 && before > 0 && grown < 16 * 1024 ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }
}
