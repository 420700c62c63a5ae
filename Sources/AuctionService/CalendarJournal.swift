import AuctionSigning
package import JournalKit
package import ServiceKit
package import SharedKernel

/// ms-leilao's journal, as its commands need to know it.
package enum CalendarJournal: JournalOwner {
  package static var principal: PrincipalID { HousePrincipal.msLeilao }
  package static let program = "ms-leilao"

  package static func audit(_ journal: JournalReader, keys: KeyRing, progress: (Int64) -> Void) throws -> JournalTally {
    var audit = CalendarAudit(journal, keys: keys)
    return try audit.run(progress: progress)
  }

  package static let compacting = Sentence(
    "Cada comando vira a sua resposta; o leilão, uma linha.", "Each command becomes its answer; the auction, a line.")

  package static func compact(
    _ journal: Journal, closedBefore instant: Timestamp, progress: (Int64) -> Void
  ) throws -> CompactionOutcome {
    var compaction = CalendarCompaction(journal)
    return try compaction.run(closedBefore: instant, progress)
  }
}
