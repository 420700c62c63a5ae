/// What one turn of a service leaves behind: all of it, or nothing.
package struct Commit: Sendable {
  package var entries: [(kind: String, body: [UInt8])]
  package var documents: [Document]
  package var outbox: [OutgoingMessage]
  /// Documents that need not be kept any longer.
  package var removals: [Removal]

  package init(
    entries: [(kind: String, body: [UInt8])] = [], documents: [Document] = [], outbox: [OutgoingMessage] = [],
    removals: [Removal] = []
  ) {
    self.entries = entries
    self.documents = documents
    self.outbox = outbox
    self.removals = removals
  }

  package var isEmpty: Bool { entries.isEmpty && documents.isEmpty && outbox.isEmpty && removals.isEmpty }
}

/// The documents of one collection and key up to a number, to be taken out of the journal.
package struct Removal: Sendable, Hashable {
  package let collection: String
  package let key: String
  /// The last one to go.
  package let through: Int64

  package init(collection: String, key: String, through: Int64) {
    (self.collection, self.key, self.through) = (collection, key, through)
  }
}
