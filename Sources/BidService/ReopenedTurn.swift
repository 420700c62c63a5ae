import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// A turn of the journal with the bids themselves in the place of what was decided about them, so that they are decided again; and
/// what must come of it.
struct ReopenedTurn {
  /// Decisions whose bids are not kept any longer stand as they are.
  private(set) var entries: [Entry] = []
  /// What must be decided, by the entries' numbers: receipts' digests, and accepted bids.
  private(set) var receipts: [Int64: Digest] = [:]
  private(set) var accepted: [Int64: PastBid] = [:]
  /// What must be sealed.
  private(set) var blocks: [PastBlock] = []

  private let journal: JournalReader
  private var refusals: [AuctionID: Int64] = [:]
  private var ledgers: [AuctionID: Ledger] = [:]

  /// The bids of an auction's blocks that have not been taken up yet.
  private struct Ledger {
    var next: Int64
    var bids: ArraySlice<Evidence> = []
  }

  /// - Parameter keeper: as it was before the turn. Only looked at: who kept it would have all books copied by the next change.
  init(_ turn: [Entry], after keeper: BookKeeper, _ journal: JournalReader) throws {
    self.journal = journal
    for entry in turn {
      switch entry.kind {
      case BidEntry.refusalKind, BidEntry.acceptedKind, BidEntry.sealedKind, BidEntry.openedKind:
        try take(try BidEntry(entry), of: entry, after: keeper)
      default: entries.append(entry)
      }
    }
  }

  private mutating func take(_ decided: BidEntry, of entry: Entry, after keeper: BookKeeper) throws {
    switch decided {
    case .sealed(let block): blocks.append(block)
    case .opened(let opening):
      guard let (evidence, said) = try self.opening(of: opening.auction), said == opening else {
        throw journalProblem(
          "a abertura da entrada \(entry.number) não é a do bloco 0 de \(opening.auction)",
          "the opening in entry \(entry.number) is not that of block 0 of \(opening.auction)")
      }
      entries.append(Entry(number: entry.number, kind: BidEntry.statementKind, body: evidence.bytes))
    case .accepted(let bid):
      accepted[entry.number] = bid
      let evidence = try nextBid(of: bid.auction, after: keeper.summary(of: bid.auction)?.head)
      try reopen(entry, with: evidence?.bytes(with: bid.secret), bid.digest)
    case .refusal(let refusal):
      let number = (refusals[refusal.auction] ?? keeper.refusedBids(of: refusal.auction)) + 1
      refusals[refusal.auction] = number
      guard let bid = try journal.document(Collection.refusedBids, refusal.auction.text, number) else {
        return entries.append(entry)
      }
      receipts[entry.number] = refusal.receipt
      try reopen(entry, with: bid, refusal.digest)
    default: entries.append(entry)
    }
  }

  private mutating func reopen(_ entry: Entry, with bid: [UInt8]?, _ digest: Digest) throws {
    guard let bid, let envelope = try? Envelope(parsing: bid), SHA256.of(envelope.payload) == digest else {
      throw journalProblem(
        "o lance da entrada \(entry.number) não está onde devia: no seu bloco, ou entre os recusados",
        "the bid of entry \(entry.number) is not where it should be: in its block, or among the refused ones")
    }
    entries.append(Entry(number: entry.number, kind: BidEntry.bidKind, body: bid))
  }

  private func opening(of auction: AuctionID) throws -> (Evidence, PastOpening)? {
    guard let body = try journal.document(Collection.blocks, auction.text, 0),
      let statement = try? HouseStatement(trusted: Evidence(body)), case .block(let block) = statement.fact,
      case .opening(let evidence) = block.content,
      case .opened(let opening)? = (try? HouseStatement(trusted: evidence))?.fact
    else { return nil }
    return (
      evidence,
      PastOpening(auction: opening.auction, opensAt: opening.opensAt, closesAt: opening.closesAt, block: statement.digest)
    )
  }

  /// The bids of an auction's blocks stand in the order in which they were accepted.
  private mutating func nextBid(of auction: AuctionID, after head: Seen?) throws -> Evidence? {
    var ledger = ledgers[auction] ?? Ledger(next: (head?.block ?? -1) + 1)
    while ledger.bids.isEmpty {
      guard let body = try journal.document(Collection.blocks, auction.text, ledger.next),
        case .block(let block)? = (try? HouseStatement(trusted: Evidence(body)))?.fact
      else { return nil }
      ledger.next += 1
      if case .entries(let entries) = block.content {
        ledger.bids = entries.compactMap { if case .bid(let evidence, _) = $0.fact { evidence } else { nil } }[...]
      }
    }
    defer { ledgers[auction] = ledger }
    return ledger.bids.removeFirst()
  }
}
