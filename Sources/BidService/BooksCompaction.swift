import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
package import JournalKit
import ServiceKit
package import SharedKernel
import SigningKit

/// Rewrites ms-lance's journal without the bids of auctions that ended long ago: an auction becomes one entry, each bid its
/// decision. Ledgers and schedulings stay as they were, receipts go. The books that follow from the new entries are compared
/// with those that follow from the old ones, and unless they are equal nothing changes.
package struct BooksCompaction {
  package struct Outcome {
    package var auctions: Int64 = 0
    package var bids: Int64 = 0
    package var entriesBefore: Int64 = 0
    package var entriesAfter: Int64 = 0
  }

  private let journal: Journal
  private var old: RecordedBooks
  private var rewritten: RecordedBooks
  private var closed: [AuctionID: ClosedBook] = [:]
  private var begun: Set<AuctionID> = []
  private var refusals: [AuctionID: Int64] = [:]
  private var outcome = Outcome()

  private init(_ journal: Journal) {
    self.journal = journal
    old = RecordedBooks(BookKeeper(scribe: .reading(journal)))
    rewritten = old
  }

  /// - Parameters:
  ///   - instant: what was closed before it is compacted.
  ///   - progress: hears how many entries were read, of three times all there are.
  /// - Returns: nil when there was nothing to compact.
  package static func run(
    _ journal: Journal, closedBefore instant: Timestamp, progress: (Int64) -> Void = { _ in }
  ) throws -> Outcome? {
    var compaction = BooksCompaction(journal)
    return try compaction.run(closedBefore: instant, progress)
  }

  private mutating func run(closedBefore instant: Timestamp, _ progress: (Int64) -> Void) throws -> Outcome? {
    let count = journal.entryCount
    let before = try whole(progress)
    var compacted: Set<AuctionID> = []
    try journal.forEachEntry(from: 1) { entry in
      if entry.kind == BidEntry.closedKind, case .closed(let book, _) = try BidEntry(entry) {
        compacted.insert(book.terms.auction)
      }
    }
    for summary in before.summaries() where !compacted.contains(summary.auction) {
      // One that never opened stays as it is: it is small, and its opening may yet come behind the cancellation.
      if let book = before.closed(summary.auction), book.ending != nil, book.closedAt < instant {
        closed[summary.auction] = book
      }
    }
    guard !closed.isEmpty else { return nil }
    outcome.auctions = Int64(closed.count)
    outcome.entriesBefore = journal.entryCount

    var (reading, checking) = (TurnAssembler(), TurnAssembler())
    let isDone = try journal.rewrite(
      {
        progress(count + $0.number)
        return try reading.add($0).map { try rewrite($0) } ?? []
      }, end: { try reading.end().map { try rewrite($0) } ?? [] },
      removals: closed.values.flatMap { book in
        [Collection.receipts, Collection.refusedBids].map {
          Removal(collection: $0, key: book.terms.auction.text, through: book.refusedBids)
        }
      },
      check: {
        progress(2 * count + $0.number)
        if let turn = try checking.add($0) { _ = try rewritten.replay(turn.entries, at: turn.clock) }
      },
      isSound: {
        if let turn = checking.end() { _ = try rewritten.replay(turn.entries, at: turn.clock) }
        return rewritten.keeper == before
      })
    guard isDone else {
      throw journalProblem(
        "compactado daria outros livros; nada foi mudado", "compacted it would give other books; nothing was changed")
    }
    outcome.entriesAfter = journal.entryCount
    return outcome
  }

  /// The books as all entries make them.
  private func whole(_ progress: (Int64) -> Void) throws -> BookKeeper {
    var books = old
    var assembler = TurnAssembler()
    try journal.forEachEntry(from: 1) {
      progress($0.number)
      if let turn = try assembler.add($0) { _ = try books.replay(turn.entries, at: turn.clock) }
    }
    if let turn = assembler.end() { _ = try books.replay(turn.entries, at: turn.clock) }
    return books.keeper
  }

  private mutating func rewrite(_ turn: TurnAssembler.RecordedTurn) throws -> [(kind: String, body: [UInt8])] {
    var heard: [(Entry, [BookKeeper.Output])] = []
    _ = try old.replay(turn.entries, at: turn.clock) { heard.append(($0, $1)) }
    let kept = try heard.flatMap { try rewrite($0, $1) }
    guard !kept.isEmpty else { return [] }
    return [(TurnRecord.kind, TurnRecord.encode(turn.clock))] + kept
  }

  private mutating func rewrite(_ entry: Entry, _ outputs: [BookKeeper.Output]) throws -> [(kind: String, body: [UInt8])] {
    let asItIs = [(kind: entry.kind, body: entry.body)]
    switch try BidEntry(entry) {
    case .bid(let evidence):
      guard let bid = try old.keys.submitted(evidence), closed[bid.bid.auction] != nil else { return asItIs }
      outcome.bids += 1
      for case .refused(_, let sealed) in outputs { return refused(bid.bid, bid.digest, sealed.digest) }
      guard let decision = old.keeper.decision(of: bid.bid.bidder, bid: bid.bid.id) else { return asItIs }
      return Self.entry(.decided(bidder: bid.bid.bidder, bid: bid.bid.id, decision, receipt: nil))
    case .refusal(let refusal):
      guard closed[refusal.auction] != nil else { return asItIs }
      outcome.bids += 1
      return refused(refusal.auction, refusal.bidder, refusal.bid, refusal.digest, refusal.receipt)
    case .statement(let evidence):
      let statement = try HouseStatement(trusted: evidence)
      guard let auction = statement.auction, let book = closed[auction] else { return asItIs }
      for case .scheduled(_, let sealed) in RecordedBooks.inputs(of: statement) where begun.insert(auction).inserted {
        return Self.entry(.closed(book, scheduling: sealed.evidence))
      }
      return []
    case .abandoned(let evidence):
      return try HouseStatement(trusted: evidence).auction.flatMap { closed[$0] } == nil ? asItIs : []
    case .pruned(let auction, _): return closed[auction] == nil ? asItIs : []
    case .turnedAway, .key, .outage, .restored, .resumed, .decided, .closed: return asItIs
    }
  }

  private mutating func refused(_ bid: Bid, _ digest: Digest, _ receipt: Digest) -> [(kind: String, body: [UInt8])] {
    refused(bid.auction, bid.bidder, bid.id, digest, receipt)
  }

  private mutating func refused(
    _ auction: AuctionID, _ bidder: PrincipalID, _ bid: BidID, _ digest: Digest, _ receipt: Digest
  ) -> [(kind: String, body: [UInt8])] {
    refusals[auction, default: 0] += 1
    let decision = BidDecision(auction: auction, digest: digest, outcome: .refused(number: refusals[auction] ?? 0))
    return Self.entry(.decided(bidder: bidder, bid: bid, decision, receipt: receipt))
  }

  private static func entry(_ entry: BidEntry) -> [(kind: String, body: [UInt8])] { [(entry.entry.kind, entry.entry.body)] }
}

extension Scribe {
  /// Signs nothing; a result is the one that was said, as it stands in the journal.
  fileprivate static func reading(_ journal: Journal) -> Scribe {
    var scribe = Scribe.unsigned
    let unsigned = scribe.block
    scribe.block = { block in
      let sealed = unsigned(block)
      guard case .closing = block.content,
        let said = try? journal.document(Collection.blocks, block.auction.text, block.number)
      else { return sealed }
      return Sealed(digest: sealed.digest, evidence: Evidence(said))
    }
    return scribe
  }
}
