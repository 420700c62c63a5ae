import AuctionFacts
import AuctionSigning
import BidService
import JournalKit
import ServiceKit
import SharedKernel
import SuiteTesting

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

/// The same, with something changed.
extension SimulatedStore.Contents {
  func with(
    entries: [Entry]? = nil, documents: [Document]? = nil, outbox: [OutboxMessage]? = nil
  ) -> SimulatedStore.Contents {
    SimulatedStore.Contents(
      entries: entries ?? self.entries, documents: documents ?? self.documents, outbox: outbox ?? self.outbox)
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
