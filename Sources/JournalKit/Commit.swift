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

/// The documents of one collection and key from one number to another, to be taken out of the journal.
package struct Removal: Sendable, Hashable {
  package let collection: String
  package let key: String
  /// The last one to stay of those before them; nil: the first goes too.
  package let after: Int64?
  /// The last one to go.
  package let through: Int64

  package init(collection: String, key: String, after: Int64? = nil, through: Int64) {
    (self.collection, self.key, self.after, self.through) = (collection, key, after, through)
  }

  /// Whether a document of that collection and key goes.
  package func covers(_ number: Int64) -> Bool { number <= through && after.map { number > $0 } ?? true }
}
