package import JournalKit

/// What a service keeps: its inputs, what it said, and what it still has to send. The journal, or a simulation's.
package protocol Store: AnyObject, Sendable {
  /// All of it or nothing, on disk when this returns. Answers with the outbox rows, numbered.
  func commit(_ commit: Commit) throws(JournalError) -> [OutboxMessage]
  /// How many entries are committed.
  var entryCount: Int64 { get }
  func forEachEntry(from number: Int64, _ body: (Entry) throws -> Void) throws
  func document(_ collection: String, _ key: String, _ number: Int64) throws(JournalError) -> [UInt8]?
  /// Those under these keys and numbers, in this order; nil where there is none.
  func documents(_ collection: String, at places: [(key: String, number: Int64)]) throws(JournalError) -> [[UInt8]?]
  func documents(_ collection: String, _ key: String, from: Int64, limit: Int) throws(JournalError) -> [Document]
  /// The number of the last one; nil where there is none.
  func lastNumber(_ collection: String, _ key: String) throws(JournalError) -> Int64?
  func pendingOutbox(after id: Int64, limit: Int) throws(JournalError) -> [OutboxMessage]
  func markSent(_ ids: [Int64]) throws(JournalError)
}

extension Journal: Store {
  package func lastNumber(_ collection: String, _ key: String) throws(JournalError) -> Int64? {
    try lastDocuments(collection, key, limit: 1).first?.number
  }
}
