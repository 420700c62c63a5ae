import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel

/// The store that a sabotaged service is given in place of its own; without sabotage it only passes everything on.
final class SabotagedStore: Store, @unchecked Sendable {
  private let store: SimulatedStore
  private let sabotage: Sabotage?
  private let publisher: any Publisher
  private let clock: SimulatedClock

  init(_ store: SimulatedStore, _ sabotage: Sabotage?, publisher: any Publisher, clock: SimulatedClock) {
    (self.store, self.sabotage, self.publisher, self.clock) = (store, sabotage, publisher, clock)
  }

  func commit(_ commit: Commit) throws(JournalError) -> [OutboxMessage] {
    if sabotage == .publishBeforeCommit { publisher.publish(commit.outbox.map { Publishing($0) }) { _, _ in } }
    let rows = try store.commit(commit)
    if sabotage == .markSentEarly { try store.markSent(rows.map(\.id)) }
    return rows
  }

  var entryCount: Int64 { store.entryCount }

  func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws {
    try store.forEachEntry(from: number) { entry in
      let isTurn = sabotage == .replayNow && entry.kind == TurnRecord.kind
      try body(isTurn ? Entry(number: entry.number, kind: entry.kind, body: TurnRecord.encode(clock.now())) : entry)
    }
  }

  func lastNumber(_ collection: String, _ key: String) throws(JournalError) -> Int64? { try store.lastNumber(collection, key) }
  func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage] {
    sabotage == .loseOutbox ? [] : try store.pendingOutbox(after: id, limit: limit)
  }

  func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]? {
    try store.document(collection, key, number)
  }

  func documents(_ collection: String, at places: [(key: String, number: Int64)]) throws(JournalError) -> [[UInt8]?] {
    try places.map { place throws(JournalError) in try document(collection, place.key, place.number) }
  }

  func documents(_ collection: String, _ key: String, from: Int64, limit: Int) throws(JournalError) -> [Document] {
    try store.documents(collection, key, from: from, limit: limit)
  }

  func markSent(_ ids: [Int64]) throws(JournalError) { try store.markSent(ids) }
}

/// A store as it would be if these documents were committed.
final class AheadStore: Store, @unchecked Sendable {
  private let store: SimulatedStore
  private let ahead: [Document]

  init(_ store: SimulatedStore, _ ahead: [Document]) { (self.store, self.ahead) = (store, ahead) }

  func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]? {
    try store.document(collection, key, number)
      ?? ahead.first { ($0.collection, $0.key, $0.number) == (collection, key, number) }?.body
  }

  func documents(_ collection: String, at places: [(key: String, number: Int64)]) throws(JournalError) -> [[UInt8]?] {
    try places.map { place throws(JournalError) in try document(collection, place.key, place.number) }
  }

  func documents(_ collection: String, _ key: String, from: Int64, limit: Int) throws(JournalError) -> [Document] {
    let more = ahead.filter { ($0.collection, $0.key) == (collection, key) && $0.number >= from }
    return Array((try store.documents(collection, key, from: from, limit: limit) + more).prefix(limit))
  }

  func commit(_ commit: Commit) throws(JournalError) -> [OutboxMessage] { [] }
  var entryCount: Int64 { 0 }
  func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws {}
  func lastNumber(_ collection: String, _ key: String) throws(JournalError) -> Int64? { nil }
  func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage] { [] }
  func markSent(_ ids: [Int64]) throws(JournalError) {}
}

/// Takes acknowledgements and does nothing with them.
final class Deaf: Acknowledger, @unchecked Sendable {
  func acknowledge(_ tag: DeliveryTag, multiple: Bool) {}
  func reject(_ tag: DeliveryTag) {}
}
