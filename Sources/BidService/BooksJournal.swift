import AuctionSigning
package import JournalKit
package import ServiceKit
package import SharedKernel

/// ms-lance's journal, as its commands need to know it.
package enum BooksJournal: JournalOwner {
  package static var principal: PrincipalID { HousePrincipal.msLance }
  package typealias Selection = PartitionOptions
  package static let program = "ms-lance"

  package static func audit(_ journal: JournalReader, keys: KeyRing, progress: (Int64) -> Void) throws -> JournalTally {
    var audit = BooksAudit(journal, keys: keys)
    return try audit.run(progress: progress)
  }

  package static let compacting = Sentence(
    "Cada lance vira a sua decisão; o livro de cada leilão fica como foi publicado.",
    "Each bid becomes its decision; every auction's ledger stays as it was published.")

  package static func compact(
    _ journal: Journal, closedBefore instant: Timestamp, progress: (Int64) -> Void
  ) throws -> CompactionOutcome {
    var compaction = BooksCompaction(journal)
    return try compaction.run(closedBefore: instant, progress)
  }
}
