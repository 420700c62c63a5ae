/// What one turn of a service leaves behind: all of it, or nothing.
package struct Commit: Sendable {
  package var entries: [(kind: String, body: [UInt8])]
  package var documents: [Document]
  package var outbox: [OutgoingMessage]

  package init(
    entries: [(kind: String, body: [UInt8])] = [], documents: [Document] = [], outbox: [OutgoingMessage] = []
  ) {
    self.entries = entries
    self.documents = documents
    self.outbox = outbox
  }

  package var isEmpty: Bool { entries.isEmpty && documents.isEmpty && outbox.isEmpty }
}
