package import JournalKit
package import Logging
package import SharedKernel
import Synchronization

/// The sync records of a service, among the documents of its journal: numbered from 1, the last 8 192 of them. Journals of before
/// have none, and older programs pass over them. Compacting leaves them: they are bounded, and evidence for the ledgers that stay.
package enum SyncRecords {
  package static let collection = "relogio"
  package static let most: Int64 = 8_192

  /// The last ones up to a number, the newest first.
  package static func last(
    _ count: Int, through number: Int64 = .max, in journal: some JournalReading
  ) throws(JournalError) -> [(number: Int64, record: SyncRecord)] {
    try journal.lastDocuments(collection, "", through: number, limit: count).compactMap { document in
      SyncRecord(document.body).map { (document.number, $0) }
    }
  }

  /// What held at an instant: the record before it, and the first after it.
  ///
  /// Instants rise with the numbers but where a service was started anew on a worse clock; among such, the last that fits.
  package static func around(
    _ instant: Timestamp, in journal: some JournalReading
  ) throws(JournalError) -> (before: SyncRecord?, after: SyncRecord?) {
    var after: SyncRecord?
    var number = Int64.max
    while true {
      let page = try journal.lastDocuments(collection, "", through: number, limit: 256)
      for record in page.lazy.compactMap({ SyncRecord($0.body) }) {
        if record.reading.instant <= instant { return (record, after) }
        after = record
      }
      guard let oldest = page.last, oldest.number > .min else { return (nil, after) }
      number = oldest.number - 1
    }
  }
}

/// Keeps a running service's sync records in its journal: asked in each turn, looks once a second, and writes seldom (`SyncLog`).
package final class SyncRecorder: Sendable {
  private struct State {
    var log: SyncLog
    var number: Int64
    var lookedAt: ContinuousClock.Instant?
    var hasFailed = false
  }
  private let state: Mutex<State>
  private let journal: Journal
  private let clock: any HouseClock
  private let most: Int64
  private let lookInterval: Duration
  private let log: Logger

  package init(
    _ journal: Journal, _ clock: any HouseClock, most: Int64 = SyncRecords.most, lookInterval: Duration = .seconds(1), log: Logger
  ) throws(JournalError) {
    (self.journal, self.clock, self.most, self.lookInterval, self.log) = (journal, clock, most, lookInterval, log)
    let last = try journal.lastDocuments(SyncRecords.collection, "", limit: 1).first
    state = Mutex(State(log: SyncLog(after: last.flatMap { SyncRecord($0.body) }), number: last?.number ?? 0))
  }

  /// A record that cannot be written ends no service: it is left out, and that is logged once. A journal that takes nothing more says
  /// so to the next turn that has something to keep.
  ///
  /// - Returns: what was kept, if it was worth it.
  @discardableResult
  package func turn(isAttentive: Bool) -> SyncRecord? {
    let kept = state.withLock { state -> (record: SyncRecord, document: Document)? in
      let now = ContinuousClock.now
      if let looked = state.lookedAt, now - looked < lookInterval { return nil }
      state.lookedAt = now
      let record = clock.syncRecord
      guard state.log.keeps(record, isAttentive: isAttentive) else { return nil }
      return (record, Document(collection: SyncRecords.collection, key: "", number: state.number + 1, body: record.bytes))
    }
    guard let (record, document) = kept else { return nil }
    let old = document.number - most
    let removals = old > 0 ? [Removal(collection: SyncRecords.collection, key: "", through: old)] : []
    do {
      _ = try journal.commit(Commit(documents: [document], removals: removals))
      state.withLock { ($0.hasFailed, $0.number) = (false, document.number) }
    } catch {
      let isNews = state.withLock { state in
        defer { state.hasFailed = true }
        return !state.hasFailed
      }
      guard isNews else { return nil }
      log.warning(
        "\(said("o registro do relógio não foi gravado", "the clock's record was not written"))",
        metadata: ["reason": "\(said(error))"])
      return nil
    }
    return record
  }
}
