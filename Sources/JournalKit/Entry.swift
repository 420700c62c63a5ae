// JournalKit: the durable memory of a service, on SQLite in WAL mode with synchronous=FULL: what its machine was told
// (entries), what the service said (documents), and what is still to be published (the outbox), in one transaction each turn.
//
// It knows no auctions and no broker: bodies are bytes. It decides nothing about retries: after a failed commit nobody knows
// what is on the disk, so the journal takes nothing more, and the service ends and starts again from the disk.

/// An input of the machine, replayed in the order of its number.
package struct Entry: Sendable, Hashable {
  /// From 1, without gaps.
  package let number: Int64
  package let kind: String
  package let body: [UInt8]

  package init(number: Int64, kind: String, body: [UInt8]) {
    self.number = number
    self.kind = kind
    self.body = body
  }
}
