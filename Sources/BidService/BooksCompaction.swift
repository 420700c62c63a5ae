import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// Rewrites ms-lance's journal without the bids of auctions that ended long ago: an auction becomes one entry, each bid its
/// decision. Ledgers and schedulings stay as they were, and the receipts that a result commits to.
struct BooksCompaction {
  private let journal: Journal
  private var old: RecordedBooks
  private var closed: [AuctionID: ClosedBook] = [:]
  private var begun: Set<AuctionID> = []
  private var refusals: [AuctionID: Int64] = [:]
  private var bids: Int64 = 0
  /// As all entries leave it.
  private var retention = Retention()
  /// Who was turned away before that is forgotten.
  private var forgotten = Timestamp(microseconds: .min)

  init(_ journal: Journal) {
    self.journal = journal
    old = RecordedBooks(BookKeeper(scribe: .house))
  }

  mutating func run(closedBefore instant: Timestamp, _ progress: (Int64) -> Void) throws -> CompactionOutcome {
    let compaction = Compaction(journal, from: old) { _ = try $0.replay($1.entries, at: $1.clock) }
    let whole = try compaction.whole(progress: progress)
    let before = whole.keeper
    retention = whole.retention
    var compacted: Set<AuctionID> = []
    try journal.forEachEntry(from: 1) { entry in
      if entry.kind == BidEntry.closedKind, case .closed(let book, _, _) = try BidEntry(entry) {
        compacted.insert(book.terms.auction)
      }
    }
    for summary in before.summaries() where !compacted.contains(summary.auction) {
      // One that never opened stays as it is: it is small, and its opening may yet come behind the cancellation.
      if let book = before.closed(summary.auction), book.ending != nil, book.closedAt < instant {
        closed[summary.auction] = book
      }
    }
    let entriesBefore = journal.entryCount
    if !closed.isEmpty { try rewrite(compaction, of: whole, forgettingBefore: instant - BookKeeper.turnedAwayFor, progress) }
    return CompactionOutcome(
      auctions: closed.count, parts: [("lances_compactados", Sentence("lances assinados", "signed bids"), bids)],
      entriesBefore: entriesBefore, entriesAfter: journal.entryCount)
  }

  private mutating func rewrite(
    _ compaction: Compaction<RecordedBooks>, of before: RecordedBooks, forgettingBefore cut: Timestamp,
    _ progress: (Int64) -> Void
  ) throws {
    forgotten = cut
    let removals = closed.values.flatMap { $0.removals(through: $0.refusedBids) }
    try compaction.rewrite(
      removals: removals,
      isSame: {
        $0.keeper.forgettingTurnedAway(before: cut) == before.keeper.forgettingTurnedAway(before: cut)
          && $0.passed == before.passed
      },
      progress: progress
    ) { try shorten($0) }
  }

  private mutating func shorten(_ turn: RecordedTurn) throws -> [NewEntry] {
    var heard: [(Entry, [BookKeeper.Output])] = []
    _ = try old.replay(turn.entries, at: turn.clock) { heard.append(($0, $1)) }
    return try heard.flatMap { try rewrite($0, $1, at: turn.clock.instant) }
  }

  private mutating func rewrite(_ entry: Entry, _ outputs: [BookKeeper.Output], at instant: Timestamp) throws -> [NewEntry] {
    let asItIs = [NewEntry(kind: entry.kind, body: entry.body)]
    switch try BidEntry(entry) {
    case .bid(let evidence):
      guard let bid = try old.keys.submitted(evidence), closed[bid.bid.auction] != nil else { return asItIs }
      bids += 1
      for case .refused(_, let sealed) in outputs { return refused(bid.bid, bid.digest, sealed.digest) }
      guard let decision = old.keeper.decision(of: bid.bid.bidder, bid: bid.bid.id) else { return asItIs }
      return [BidEntry.decided(bidder: bid.bid.bidder, bid: bid.bid.id, decision, receipt: nil).entry]
    case .accepted(let bid):
      guard closed[bid.auction] != nil, let decision = old.keeper.decision(of: bid.bidder, bid: bid.bid) else { return asItIs }
      bids += 1
      return [BidEntry.decided(bidder: bid.bidder, bid: bid.bid, decision, receipt: nil).entry]
    case .opened(let opening): return closed[opening.auction] == nil ? asItIs : []
    case .sealed(let block): return closed[block.auction] == nil ? asItIs : []
    case .refusal(let refusal):
      guard closed[refusal.auction] != nil else { return asItIs }
      bids += 1
      return refused(refusal.auction, refusal.bidder, refusal.bid, refusal.digest, refusal.receipt)
    case .statement(let statement):
      // What follows the result stays as it is: it is little.
      if case .passedOn = statement.fact { return asItIs }
      guard let auction = statement.auction, let book = closed[auction] else { return asItIs }
      for case .scheduled(_, let sealed) in RecordedBooks.inputs(of: statement) where begun.insert(auction).inserted {
        let lost = retention.lostReceipts(of: auction)
        return [BidEntry.closed(book, scheduling: sealed.evidence, lostReceipts: lost).entry]
      }
      return []
    case .abandoned(let evidence):
      return try HouseStatement(trusted: evidence).auction.flatMap { closed[$0] } == nil ? asItIs : []
    case .pruned(let auction, _), .trimmed(let auction, _): return closed[auction] == nil ? asItIs : []
    case .turnedAway: return instant < forgotten ? [] : asItIs
    case .key, .outage, .restored, .resumed, .decided, .closed: return asItIs
    }
  }

  private mutating func refused(_ bid: Bid, _ digest: Digest, _ receipt: Digest) -> [NewEntry] {
    refused(bid.auction, bid.bidder, bid.id, digest, receipt)
  }

  private mutating func refused(
    _ auction: AuctionID, _ bidder: PrincipalID, _ bid: BidID, _ digest: Digest, _ receipt: Digest
  ) -> [NewEntry] {
    refusals[auction, default: 0] += 1
    let decision = BidDecision(auction: auction, digest: digest, outcome: .refused(number: refusals[auction] ?? 0))
    return [BidEntry.decided(bidder: bidder, bid: bid, decision, receipt: receipt).entry]
  }
}
