package import JournalKit
package import SharedKernel

/// What a compaction did.
package struct CompactionOutcome {
  package let auctions: Int64
  /// What was shortened in them: the member of the JSON line, and the words for people.
  package let parts: [(name: String, words: Sentence, count: Int64)]
  package let entriesBefore: Int64
  package let entriesAfter: Int64

  package init(
    auctions: Int, parts: [(name: String, words: Sentence, count: Int64)], entriesBefore: Int64, entriesAfter: Int64
  ) {
    (self.auctions, self.parts) = (Int64(auctions), parts)
    (self.entriesBefore, self.entriesAfter) = (entriesBefore, entriesAfter)
  }
}

/// Rewrites a journal turn by turn. What follows from the new entries is compared with what follows from the old ones, and
/// unless they are equal nothing changes.
package struct Compaction<Recorded> {
  private let journal: Journal
  private let beginning: Recorded
  private let replay: (inout Recorded, RecordedTurn) throws -> Void

  /// - Parameters:
  ///   - beginning: what there is before the first entry.
  ///   - replay: takes a turn.
  package init(
    _ journal: Journal, from beginning: Recorded,
    replay: @escaping (inout Recorded, RecordedTurn) throws -> Void
  ) {
    (self.journal, self.beginning, self.replay) = (journal, beginning, replay)
  }

  /// What all entries make; `progress` hears how many were read.
  package func whole(progress: (Int64) -> Void) throws -> Recorded {
    var recorded = beginning
    var assembler = TurnAssembler()
    try journal.forEachEntry(from: 1) {
      progress($0.number)
      if let turn = try assembler.add($0) { try replay(&recorded, turn) }
    }
    if let turn = assembler.end() { try replay(&recorded, turn) }
    return recorded
  }

  /// - Parameters:
  ///   - shorten: what stands for a turn's entries from now on; the turn itself goes when that is nothing.
  ///   - removals: documents that go too.
  ///   - isSame: asked what the new entries make.
  ///   - progress: hears how many entries were read, of three times all; `whole` was the first third.
  /// - Throws: a failure when it would not be the same.
  package func rewrite(
    removals: [Removal] = [], isSame: (Recorded) -> Bool, progress: (Int64) -> Void,
    shorten: (RecordedTurn) throws -> [NewEntry]
  ) throws {
    func rewritten(_ turn: RecordedTurn) throws -> [(kind: String, body: [UInt8])] {
      let kept = try shorten(turn)
      guard !kept.isEmpty else { return [] }
      return [(TurnRecord.kind, TurnRecord.encode(turn.clock))] + kept.map { ($0.kind, $0.body) }
    }
    let count = journal.entryCount
    var recorded = beginning
    var (reading, checking) = (TurnAssembler(), TurnAssembler())
    let isDone = try journal.rewrite(
      {
        progress(count + $0.number)
        return try reading.add($0).map { try rewritten($0) } ?? []
      }, end: { try reading.end().map { try rewritten($0) } ?? [] },
      removals: removals,
      check: {
        progress(2 * count + $0.number)
        if let turn = try checking.add($0) { try replay(&recorded, turn) }
      },
      isSound: {
        if let turn = checking.end() { try replay(&recorded, turn) }
        return isSame(recorded)
      })
    guard isDone else {
      throw Failure(
        .ioError,
        said(
          "compactado daria outro estado do que o diário dá agora; nada foi mudado, e o diário está como estava",
          "compacted it would give another state than the journal gives now; nothing was changed, the journal is as it was"))
    }
  }
}
