import Glibc
import SharedKernel
import SuiteTesting
import Testing

@testable import JournalKit

struct JournalTests {
  let scratch: ScratchFolder
  let folder: String

  init() throws {
    scratch = try ScratchFolder()
    folder = scratch.file("data/deep")
  }

  @Test func `A journal keeps its identity, and another has another`() throws {
    let made = try openJournal(folder)
    #expect(made.isNew)
    #expect(made.identity.count == 32)
    #expect(made.identity.allSatisfy { "0123456789abcdef".contains($0) })
    #expect(made.path == folder + "/ms_lance.sqlite")
    made.close()
    let again = try openJournal(folder)
    #expect(!again.isNew)
    #expect(again.identity == made.identity)
    #expect(try openJournal(folder, "ms_leilao").identity != made.identity)
  }

  @Test func `Only the owner can read what is in it`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(1))
    #expect(mode(folder) == 0o700)
    for file in ["ms_lance.sqlite", "ms_lance.sqlite-wal", "ms_lance.sqlite-shm", "ms_lance.lock"] {
      #expect(mode(folder + "/" + file) == 0o600, "\(file)")
    }
    journal.close()
    #expect(chmod(journal.path, 0o644) == 0)
    _ = try openJournal(folder)
    #expect(mode(journal.path) == 0o600)
  }

  @Test(arguments: [0o720, 0o702, 0o777] as [mode_t])
  func `A folder that others may write to is refused with what mends it`(_ mode: mode_t) throws {
    try openJournal(folder).close()
    #expect(chmod(folder, mode) == 0)
    let error = journalError { () throws(JournalError) in try openJournal(folder) }
    #expect(error?.description.contains("chmod 700 \(folder)") == true)
  }

  @Test func `A folder that is a file is refused`() throws {
    try scratch.write([], "data")
    #expect(journalError { () throws(JournalError) in try openJournal(scratch.file("data")) } != nil)
    #expect(journalError { () throws(JournalError) in try openJournal(folder) } != nil)
  }

  /// GRDB's writer would be left at NORMAL, which loses the last commits with the power.
  @Test func `Commits are synced, before and after anything else was done`() throws {
    let journal = try openJournal(folder)
    #expect(try journal.synchronousLevel() == 2)
    let sent = try journal.commit(turn(1))
    #expect(try journal.synchronousLevel() == 2)
    try journal.markSent(sent.map(\.id))
    #expect(try journal.synchronousLevel() == 2)
    journal.close()
    #expect(try openJournal(folder).synchronousLevel() == 2)
  }

  @Test func `What was committed is read back, now and after closing`() throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<5 { _ = try journal.commit(turn(number)) }
    func expectAll(_ journal: Journal) throws {
      #expect(journal.entryCount == 15)
      let read = try entries(journal)
      #expect(read.map(\.number) == Array(1...15))
      #expect(read.map(\.kind) == (0..<15).map { "kind\($0 % 3)" })
      #expect(read.map(\.body) == (0..<15).map { body($0) })
      for number in Int64(0)..<5 {
        #expect(try journal.document("block", "auction-\(number % 3)", number) == body(number))
        #expect(try journal.document("receipt", "bidder", number) == body(-number))
      }
      let pending = try journal.pendingOutbox(after: 0, limit: 100)
      #expect(pending.map(\.id) == Array(1...10))
      #expect(pending.map(\.message) == (Int64(0)..<5).flatMap { turn($0).outbox })
      try journal.check()
    }
    try expectAll(journal)
    journal.close()
    try expectAll(openJournal(folder))
  }

  @Test func `A commit answers with its outbox rows, as they are pending`() throws {
    let journal = try openJournal(folder)
    let first = try journal.commit(turn(1))
    let second = try journal.commit(turn(2))
    #expect(first.map(\.message) == turn(1).outbox)
    #expect(first.map(\.messageID) == ["1:0", "1:1"])
    #expect(try journal.pendingOutbox(after: 0, limit: 10) == first + second)
  }

  @Test func `Every text and every body comes back as it was`() throws {
    let journal = try openJournal(folder)
    let text = ["", "ção", "\u{0}x", "\u{0}", "a\u{0}b", "🔨", "' OR 1=1 --", String(repeating: "k", count: 5_000)]
    let bodies: [[UInt8]] = [[], [0], Array(0...255), [UInt8](repeating: 7, count: 300_000)]
    for (i, text) in text.enumerated() {
      for (j, bytes) in bodies.enumerated() {
        _ = try journal.commit(
          Commit(
            entries: [(text, bytes)],
            documents: [Document(collection: text, key: text, number: Int64(j), body: bytes)],
            outbox: [
              OutgoingMessage(
                exchange: text, routingKey: text, messageID: text, correlationID: nil, contentType: text, body: bytes)
            ]))
        #expect(
          try entries(journal, from: Int64(i * bodies.count + j + 1)) == [
            Entry(number: journal.entryCount, kind: text, body: bytes)
          ])
        #expect(try journal.document(text, text, Int64(j)) == bytes)
        let message = try journal.pendingOutbox(after: journal.entryCount - 1, limit: 1).first
        #expect(
          message?.routingKey == text && message?.contentType == text && message?.correlationID == nil && message?.body == bytes)
      }
    }
  }

  @Test func `An empty commit changes nothing`() throws {
    let journal = try openJournal(folder)
    #expect(try journal.commit(Commit()) == [])
    #expect(journal.entryCount == 0)
    #expect(try entries(journal) == [])
    try journal.check()
  }

  @Test(arguments: [(Int64.min, 15), (0, 15), (1, 15), (2, 14), (15, 1), (16, 0), (Int64.max, 0)])
  func `Entries are read from any number on`(_ from: Int64, _ count: Int) throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<5 { _ = try journal.commit(turn(number)) }
    #expect(try entries(journal, from: from).map(\.number) == Array((16 - Int64(count))..<16))
  }

  @Test func `What the reader of entries throws comes out as it is, and the journal goes on`() throws {
    struct Enough: Error {}
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(1))
    #expect(throws: Enough.self) { try journal.forEachEntry(from: 1) { if $0.number == 2 { throw Enough() } } }
    _ = try journal.commit(turn(2))
    #expect(try entries(journal).count == 6)
  }

  @Test func `Documents are listed by number, from one on and up to a limit`() throws {
    let journal = try openJournal(folder)
    let numbers: [Int64] = [5, -2, 0, 9, 7, Int64.max]
    _ = try journal.commit(Commit(documents: numbers.map { Document(collection: "c", key: "k", number: $0, body: body($0)) }))
    _ = try journal.commit(Commit(documents: [Document(collection: "c", key: "other", number: 6, body: [1])]))
    func found(_ from: Int64, _ limit: Int) throws -> [Int64] {
      try journal.documents("c", "k", from: from, limit: limit).map(\.number)
    }
    #expect(try found(.min, 10) == [-2, 0, 5, 7, 9, .max])
    #expect(try found(5, 2) == [5, 7])
    #expect(try found(6, 1) == [7])
    #expect(try found(5, 0) == [])
    #expect(try found(5, -1) == [])
    #expect(try journal.documents("c", "k", from: 9, limit: 1) == [Document(collection: "c", key: "k", number: 9, body: body(9))])
    #expect(try journal.documents("c", "nobody", from: 0, limit: 10) == [])
    #expect(try journal.document("c", "k", 6) == nil)
    #expect(try journal.document("d", "k", 5) == nil)
  }

  @Test func `Keys are listed once each, in order, page by page`() throws {
    let journal = try openJournal(folder)
    let keys = ["b", "a", "", "ção", "z", "B"]
    for number in Int64(0)..<4 {
      _ = try journal.commit(Commit(documents: keys.map { Document(collection: "c", key: $0, number: number, body: []) }))
    }
    _ = try journal.commit(Commit(documents: [Document(collection: "d", key: "d", number: 1, body: [])]))
    let sorted = ["", "B", "a", "b", "z", "ção"]
    #expect(try journal.keys("c", after: nil, limit: 100) == sorted)
    var paged: [String] = []
    while true {
      let page = try journal.keys("c", after: paged.last, limit: 2)
      if page.isEmpty { break }
      paged += page
    }
    #expect(paged == sorted)
    #expect(try journal.keys("c", after: "zz", limit: 2) == ["ção"])
    #expect(try journal.keys("c", after: "ção", limit: 2) == [])
    #expect(try journal.keys("none", after: nil, limit: 2) == [])
    #expect(try journal.keys("c", after: nil, limit: 0) == [])
  }

  @Test func `Sent messages leave the outbox and their ids are never used again`() throws {
    var journal = try openJournal(folder)
    for number in Int64(0)..<3 { _ = try journal.commit(turn(number)) }
    try journal.markSent([2, 5, 6, 99, -1])
    try journal.markSent([])
    #expect(try journal.pendingOutbox(after: 0, limit: 10).map(\.id) == [1, 3, 4])
    #expect(try journal.pendingOutbox(after: 1, limit: 1).map(\.id) == [3])
    #expect(try journal.pendingOutbox(after: 4, limit: 10) == [])
    try journal.markSent([1, 3, 4])
    journal.close()
    journal = try openJournal(folder)
    #expect(try journal.pendingOutbox(after: 0, limit: 10) == [])
    #expect(try journal.commit(turn(3)).map(\.id) == [7, 8])
  }

  @Test func `What a document holds is written once, and comes back from the outbox`() throws {
    let (small, large) = (try openJournal(folder, "small"), try openJournal(folder, "large"))
    for number in Int64(0)..<200 {
      let document = Document(collection: "block", key: "a", number: number, body: body(number, length: 2_000))
      func message(_ kept: DocumentPlace?) -> OutgoingMessage {
        OutgoingMessage(exchange: "leilao", routingKey: "lance.validado", body: document.body, kept: kept)
      }
      _ = try large.commit(Commit(documents: [document], outbox: [message(nil)]))
      let rows = try small.commit(Commit(documents: [document], outbox: [message(document.place)]))
      #expect(rows.map(\.body) == [document.body])
    }
    #expect(try small.size() * 3 < large.size() * 2)
    small.close()
    let pending = try openJournal(folder, "small").pendingOutbox(after: 0, limit: 1_000)
    #expect(pending.map(\.body) == (Int64(0)..<200).map { body($0, length: 2_000) })
    #expect(pending.map(\.kept?.number) == (Int64(0)..<200).map { $0 })
  }

  @Test func `A message whose document is gone is damage, not an empty message`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(keeping(1))
    _ = try journal.commit(Commit(removals: [Removal(collection: "block", key: "auction-1", through: 1)]))
    let error = journalError { () throws(JournalError) in try journal.pendingOutbox(after: 0, limit: 10) }
    guard case .corrupt? = error?.kind else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `Documents between two numbers go, and those before and after them stay`() throws {
    let journal = try openJournal(folder)
    let some = (Int64(1)...5).map { Document(collection: "receipt", key: "a", number: $0, body: body($0)) }
    _ = try journal.commit(Commit(documents: some))
    _ = try journal.commit(Commit(removals: [Removal(collection: "receipt", key: "a", after: 5, through: 4)]))
    _ = try journal.commit(Commit(removals: [Removal(collection: "receipt", key: "a", after: 2, through: 4)]))
    #expect(try journal.documents("receipt", "a", from: 0, limit: 9).map(\.number) == [1, 2, 5])
  }

  @Test func `A closed journal says so and has given its lock back`() throws {
    let journal = try openJournal(folder)
    _ = try journal.commit(turn(1))
    journal.close()
    journal.close()
    #expect(journalError { () throws(JournalError) in try journal.commit(turn(2)) }?.kind == .closed)
    #expect(journalError { () throws(JournalError) in try journal.markSent([1]) }?.kind == .closed)
    #expect(journalError { () throws(JournalError) in try journal.document("c", "k", 1) }?.kind == .closed)
    #expect(journalError { () throws(JournalError) in try journal.check() }?.kind == .closed)
    #expect(throws: JournalError.self) { try entries(journal) }
    #expect(try entries(openJournal(folder)).count == 3)
  }

  @Test func `Closing while others read lets them finish, and the file is whole`() async throws {
    let journal = try openJournal(folder)
    for number in Int64(0)..<50 { _ = try journal.commit(turn(number)) }
    await withTaskGroup(of: Void.self) { group in
      for reader in 0..<4 {
        group.addTask {
          while true {
            do throws(JournalError) {
              let found = try journal.documents("receipt", "bidder", from: 0, limit: 100)
              #expect(found.count == 50)
              if reader == 0 { journal.close() }
            } catch {
              #expect(error.kind == .closed)
              return
            }
          }
        }
      }
    }
    let again = try openJournal(folder)
    try again.check()
    #expect(again.entryCount == 150)
  }

  @Test func `A journal that goes gives its lock back`() throws {
    do { _ = try openJournal(folder).commit(turn(1)) }
    #expect(try openJournal(folder).entryCount == 3)
  }

  @Test func `Readers see whole turns only, while the writer goes on`() async throws {
    let journal = try openJournal(folder)
    let turns: Int64 = 200
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for number in 0..<turns { _ = try journal.commit(turn(number)) } }
      for _ in 0..<2 {
        group.addTask {
          var seen = 0
          while seen < turns * 3 {
            let promised = journal.entryCount
            let count = try entries(journal).count
            #expect(count >= max(seen, Int(promised)) && count.isMultiple(of: 3))
            seen = count
            let documents = try journal.documents("receipt", "bidder", from: 0, limit: 1000)
            #expect(documents.count >= seen / 3 && documents.map(\.number) == Array(0..<Int64(documents.count)))
          }
        }
      }
      try await group.waitForAll()
    }
    try journal.check()
  }
}
