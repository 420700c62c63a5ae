package import JournalKit
package import MessagingKit
package import SharedKernel

/// Everything that one turn decided: committed together, then said.
package struct Turn: Sendable {
  /// Inputs of the machine, for replay.
  package var entries: [NewEntry] = []
  /// What was said, for queries.
  package var documents: [Document] = []
  /// What must reach the broker, however often it takes.
  package var outgoing: [OutgoingMessage] = []
  /// What was said and need not be kept any longer.
  package var removals: [Removal] = []
  /// What is said once and may be lost: answers to those who asked directly.
  package var replies: [Publishing] = []

  /// Why deliveries were put aside as dead letters, one for each of them among `outgoing`.
  package var deadLetters: [String] = []
  /// Why messages were refused, whether or not that was answered.
  package var refusals: [String] = []

  package init() {}

  package var isEmpty: Bool { entries.isEmpty && documents.isEmpty && outgoing.isEmpty && removals.isEmpty }
}

/// An input of the machine, on its way into the journal.
package struct NewEntry: Sendable, Hashable {
  package let kind: String
  package let body: [UInt8]
  package init(kind: String, body: [UInt8]) { (self.kind, self.body) = (kind, body) }
}

/// A service without its shell: opens deliveries, decides, remembers. No I/O, no clock, no thread.
package protocol Desk: Sendable {
  /// A delivery after decoding and checking, whatever came of that.
  associatedtype Opened: Sendable
  /// An entry of its journal, decoded.
  associatedtype RecordedEntry: Sendable

  /// When it wants to be woken although nothing arrives.
  var wakeUp: Timestamp? { get }
  /// Whether the clock should be kept close just now (an auction is open).
  var needsGoodClock: Bool { get }

  /// Looks at nothing but who sent a delivery, for whom the broker vouches. Called once for each, in order, before it is opened.
  /// - Returns: what there is to decide about it unopened; nil when it is to be opened.
  mutating func admit(_ delivery: Delivery, at now: Timestamp) -> Opened?
  /// Decodes and verifies; decides nothing and changes nothing, so that many can be opened at once.
  func open(_ delivery: Delivery) -> Opened
  /// Whether this could be opened if the key folder held a key more than was known.
  func isUnderUnknownKey(_ opened: Opened) -> Bool
  /// Decides what was opened, in order, as of one instant. `away` tells of a time before it in which nothing was consumed.
  mutating func decide(_ opened: [Opened], away: (from: Timestamp, to: Timestamp)?, at clock: ClockReading) -> Turn
  /// The keys of the key folder, when they may have changed.
  mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn
  /// Reads a committed entry; on any thread, while those before it are being replayed.
  static func decode(_ entry: Entry) throws -> RecordedEntry
  /// About so many entries are going to be replayed.
  mutating func expect(entries: Int)
  /// Takes a committed turn again, in order; says nothing.
  mutating func replay(_ entries: [RecordedEntry], at clock: ClockReading) throws
  /// Whether what was replayed is what was said, by the documents that the store holds; throws where it is not.
  mutating func audit(_ store: any Store, on spread: Spread) throws
  /// What it has to settle before anything is heard, once it knows what its journal holds.
  mutating func resume(at clock: ClockReading) -> Turn
  /// Signs what its clock rests on, for those who will ask; nil where nobody asks it.
  func sealed(_ record: SyncRecord, number: Int64) -> Document?
  /// That, or one before a restart, is committed: the last of them.
  mutating func clockRecorded(_ number: Int64)
  /// Answers a query from committed state.
  func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) throws(DroppedQuery) -> Publishing
}

extension Desk {
  /// Takes a committed turn again.
  package mutating func replay(_ turn: RecordedTurn) throws {
    try replay(turn.entries.map { try Self.decode($0) }, at: turn.clock)
  }

  package mutating func admit(_ delivery: Delivery, at now: Timestamp) -> Opened? { nil }

  package mutating func expect(entries: Int) {}

  package func sealed(_ record: SyncRecord, number: Int64) -> Document? { nil }
  package mutating func clockRecorded(_ number: Int64) {}
  /// Where its signed records of the clock lie.
  package static var sealedRecords: String { "relogio_assinado" }
}

/// Why nobody hears an answer to a query.
package enum DroppedQuery: String, Error, Sendable {
  /// It asked to be answered anywhere else than at a direct reply-to address: that could be any queue.
  case replyAddress = "endereco_de_resposta"
  case malformed = "formato"
  /// Its asker asks more than a house answers to one.
  case rateLimit = "limite_de_ritmo"
  /// More was asked at once than the house keeps waiting.
  case busy = "ocupado"
  /// It is about what another part of the house holds.
  case otherDivision = "particao_divergente"
  /// What was said cannot be read again.
  case unavailable = "diario"
}
