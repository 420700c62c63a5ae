import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

@testable import BidService

/// A simulated disk's contents as a journal on a real one.
func makeJournal(_ contents: SimulatedStore.Contents, in folder: String, as owner: PrincipalID = HousePrincipal.msLance) throws
  -> Journal
{
  let journal = try Journal.open(folder: folder, name: owner.text, waitingForLock: false) { _ in }
  _ = try journal.commit(
    Commit(
      entries: contents.entries.map { ($0.kind, $0.body) }, documents: contents.documents, outbox: contents.outbox.map(\.message))
  )
  return journal
}

extension BidDesk {
  /// The same desk, once it knows what the journal says, as a service's start makes it.
  func takingUp(_ journal: Journal) throws -> BidDesk {
    var desk = self
    _ = try JournalReader(path: journal.path).forEachTurn(progress: { _ in }) { try desk.replay($0) }
    try desk.audit(journal, on: .cores)
    return desk
  }
}

/// The same, with something changed.
extension SimulatedStore.Contents {
  func with(
    entries: [Entry]? = nil, documents: [Document]? = nil, outbox: [OutboxMessage]? = nil
  ) -> SimulatedStore.Contents {
    SimulatedStore.Contents(
      entries: entries ?? self.entries, documents: documents ?? self.documents, outbox: outbox ?? self.outbox)
  }

  /// As a program of version 2 would have written it, in whole turns up to about this entry: an accepted bid's envelope is its
  /// entry, an opening its own, and blocks have none.
  func asVersion2(through last: Int64 = .max) throws -> SimulatedStore.Contents {
    var envelopes: [Digest: [UInt8]] = [:]
    var openings: [AuctionID: [UInt8]] = [:]
    for document in documents where document.collection == "bloco" {
      guard case .block(let block) = try HouseStatement(trusted: Evidence(document.body)).fact else { continue }
      if case .opening(let evidence) = block.content { openings[block.auction] = evidence.bytes }
      guard case .entries(let entries) = block.content else { continue }
      for case .bid(let evidence, _) in entries.map(\.fact) {
        envelopes[SHA256.of(try Envelope(evidence).payload)] = evidence.bytes
      }
    }
    let upgrade = entries.first { $0.kind == TurnRecord.kind && $0.number > last }?.number ?? .max
    let older: [(kind: String, body: [UInt8])] = try entries.compactMap { entry in
      guard entry.kind != TurnRecord.kind, entry.number < upgrade else { return (entry.kind, entry.body) }
      switch try BidEntry(entry) {
      case .accepted(let bid):
        return try envelopes[bid.digest].map { body in
          ("lance", try Envelope(parsing: body).with(bid.secret).encoded(withSecret: true))
        }
      case .sealed: return nil
      case .opened(let opening):
        return openings[opening.auction].map { ("calendario", $0) }
      default: return (entry.kind, entry.body)
      }
    }
    return with(
      entries: older.enumerated().map { Entry(number: Int64($0.offset) + 1, kind: $0.element.kind, body: $0.element.body) })
  }

  /// Another body in one document.
  func altering(_ collection: String, _ number: Int64, _ body: ([UInt8]) -> [UInt8]?) -> SimulatedStore.Contents {
    with(
      documents: documents.compactMap { document in
        guard document.collection == collection, document.number == number else { return document }
        return body(document.body).map { Document(collection: collection, key: document.key, number: number, body: $0) }
      })
  }
}

extension JournalTally {
  func count(_ name: String) -> Int64? { counts.first { $0.name == name }?.count }
}
