package import JournalKit
import ServiceKit
import SharedKernel

/// A journal in memory. What is committed survives a crash, what is not does not; marks of what was sent are not synced and
/// survive only once a commit came after them, as on a disk.
package final class SimulatedStore: Store, @unchecked Sendable {
  /// What the next commit does instead.
  package enum Failure: Sendable, CaseIterable {
    /// Nothing reaches the disk.
    case lost
    /// All of it does, but nobody is told.
    case unheard
  }

  private struct Shelf: Hashable {
    let collection: String
    let key: String
  }

  private let name: String
  private let trace: Trace
  private var entries: [Entry] = []
  private var shelves: [Shelf: [Document]] = [:]
  private var outbox: [OutboxMessage] = []
  private var lastMessage: Int64 = 0
  /// A mistake on purpose: the last commit is not on the disk yet.
  var isUnsynced = false
  private var beforeLastCommit: (entries: [Entry], shelves: [Shelf: [Document]], outbox: [OutboxMessage])?
  /// Bodies of every entry, and of every message by its id: what a witness compares with what was said.
  private(set) var entryBodies: Set<[UInt8]> = []
  private(set) var committed: [String: Set<[UInt8]>] = [:]
  /// Marked as sent since the last sync.
  private var unsynced: Set<Int64> = []
  package var failure: Failure?
  /// Whether a commit of this process failed, which ends it.
  private(set) var hasFailed = false
  /// The process that writes.
  var fate = Fate()

  package init(_ name: String, _ trace: Trace) { (self.name, self.trace) = (name, trace) }

  package func commit(_ commit: Commit) throws(JournalError) -> [OutboxMessage] {
    if fate.isOver(at: .inTransaction) { throw JournalError(.notDurable(Sentence(verbatim: "the process ended")), name) }
    let failure = failure
    self.failure = nil
    if failure != nil { hasFailed = true }
    if failure == .lost { throw JournalError(.notDurable(Sentence(verbatim: "the disk refuses")), name) }
    if commit.isEmpty { return [] }
    for document in commit.documents {
      let known = shelves[Shelf(collection: document.collection, key: document.key)] ?? []
      guard !known.contains(where: { $0.number == document.number }) else {
        throw JournalError(.duplicate("\(document.collection) \(document.key) \(document.number)"), name)
      }
    }
    if isUnsynced { beforeLastCommit = (entries, shelves, outbox) }
    var rows: [OutboxMessage] = []
    for (kind, body) in commit.entries { entries.append(Entry(number: Int64(entries.count) + 1, kind: kind, body: body)) }
    for (_, body) in commit.entries { entryBodies.insert(body) }
    for document in commit.documents {
      let shelf = Shelf(collection: document.collection, key: document.key)
      let place = shelves[shelf, default: []].firstIndex { $0.number > document.number } ?? shelves[shelf]?.count ?? 0
      shelves[shelf, default: []].insert(document, at: place)
    }
    for removal in commit.removals {
      let shelf = Shelf(collection: removal.collection, key: removal.key)
      shelves[shelf]?.removeAll { removal.covers($0.number) }
    }
    for message in commit.outbox {
      lastMessage += 1
      committed[message.messageID ?? "", default: []].insert(message.body)
      rows.append(OutboxMessage(id: lastMessage, message: message))
    }
    outbox.append(contentsOf: rows)
    sync()
    trace.say(
      name, "commit \(commit.entries.count) entries, \(commit.documents.count) documents, \(rows.count) messages")
    if failure == .unheard { throw JournalError(.notDurable(Sentence(verbatim: "the disk does not answer")), name) }
    if fate.isOver(at: .afterCommit) { throw JournalError(.notDurable(Sentence(verbatim: "the process ended")), name) }
    return rows
  }

  package var entryCount: Int64 { Int64(entries.count) }

  package func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws {
    for entry in entries where entry.number >= number { try body(entry) }
  }

  package func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]? {
    shelves[Shelf(collection: collection, key: key)]?.first { $0.number == number }?.body
  }

  package func documents(_ collection: String, at places: [(key: String, number: Int64)]) throws(JournalError) -> [[UInt8]?] {
    try places.map { place throws(JournalError) in try document(collection, place.key, place.number) }
  }

  package func documents(
    _ collection: String, _ key: String, from number: Int64, limit: Int
  ) throws(JournalError) -> [Document] {
    Array((shelves[Shelf(collection: collection, key: key)] ?? []).filter { $0.number >= number }.prefix(limit))
  }

  package func lastNumber(_ collection: String, _ key: String) throws(JournalError) -> Int64? {
    shelves[Shelf(collection: collection, key: key)]?.last?.number
  }

  package func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage] {
    try outbox.filter { $0.id > id && !unsynced.contains($0.id) }.prefix(limit).map { row throws(JournalError) in
      guard let kept = row.kept else { return row }
      guard try document(kept.collection, kept.key, kept.number) == row.body else {
        throw JournalError(.corrupt(Sentence(verbatim: "message \(row.id) is not in its document")), name)
      }
      return row
    }
  }

  package func markSent(_ ids: [Int64]) throws(JournalError) {
    if fate.isOver(at: .beforeMarkSent) { throw JournalError(.notDurable(Sentence(verbatim: "the process ended")), name) }
    unsynced.formUnion(Set(ids).intersection(outbox.map(\.id)))
    trace.say(name, "mark sent \(ids.count)")
    if fate.isOver(at: .afterMarkSent) { throw JournalError(.notDurable(Sentence(verbatim: "the process ended")), name) }
  }

  private func sync() {
    outbox.removeAll { unsynced.contains($0.id) }
    unsynced.removeAll()
  }

  // MARK: - What a test may do and see

  /// The process is gone; with the power too, what was not synced is gone with it.
  package func crash(losingPower: Bool) {
    (failure, hasFailed) = (nil, false)
    if losingPower { unsynced.removeAll() } else { sync() }
    if losingPower, let before = beforeLastCommit {
      (entries, shelves, outbox) = before
      beforeLastCommit = nil
    }
  }

  /// All that is on the disk.
  package struct Contents {
    package let entries: [Entry]
    package let documents: [Document]
    package let outbox: [OutboxMessage]

    package init(entries: [Entry], documents: [Document], outbox: [OutboxMessage]) {
      (self.entries, self.documents, self.outbox) = (entries, documents, outbox)
    }
  }

  /// A copy, as it is made of a running service's journal.
  package var contents: Contents { Contents(entries: entries, documents: allDocuments, outbox: outbox) }

  /// Puts a copy in the place of what was there, with these entries behind its own.
  package func restore(_ copy: Contents, appending more: [(kind: String, body: [UInt8])]) {
    let first = Int64(copy.entries.count) + 1
    entries = copy.entries + more.enumerated().map { Entry(number: first + Int64($0), kind: $1.kind, body: $1.body) }
    shelves = Dictionary(grouping: copy.documents) { Shelf(collection: $0.collection, key: $0.key) }
    (outbox, unsynced) = (copy.outbox, [])
    lastMessage = copy.outbox.last?.id ?? 0
  }

  package var pendingCount: Int { outbox.count - unsynced.count }
  package var entryKinds: [String] { entries.map(\.kind) }

  /// Every document, by collection, key and number.
  package var allDocuments: [Document] {
    shelves.values.joined().sorted { ($0.collection, $0.key, $0.number) < ($1.collection, $1.key, $1.number) }
  }

  package func all(_ collection: String, _ key: String) -> [Document] { shelves[Shelf(collection: collection, key: key)] ?? [] }
}
