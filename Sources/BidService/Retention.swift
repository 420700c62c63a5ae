import AuctionCore
import AuctionFacts
import AuctionWire
import JournalKit
import SharedKernel

/// What the journal need not keep any longer: refused bids, a day after their auction's end, and with them the receipts of those
/// that came behind the result. Decisions, and the receipts that the result commits to, stay: nothing is decided twice, and the
/// ledger can be shown whole for ever.
struct Retention: Sendable {
  /// Counted from the end, or from the last bid that was refused after it, so that each can be looked into that long.
  static let kept = Interval.seconds(86_400)
  /// How many refused bids one turn takes out at most: a few milliseconds' work.
  static let atOnce: Int64 = 500

  private struct Item {
    let due: Timestamp
    let auction: AuctionID
  }

  /// In ascending order of what is due.
  private var queue: [Item] = []
  private var queued: Set<AuctionID> = []
  private var removed: [AuctionID: Int64] = [:]
  private var lost: [AuctionID: Int64] = [:]

  /// When something can be taken out.
  var wakeUp: Timestamp? { queue.first?.due }

  /// The last refused bid of the auction that is gone; 0 while all are there.
  func removed(of auction: AuctionID) -> Int64 { removed[auction] ?? 0 }

  /// The last of the receipts that a program up to version 5 of the journal took out, although the result commits to them.
  func lostReceipts(of auction: AuctionID) -> Int64 { lost[auction] ?? 0 }

  /// To be told when an auction ends, and when a bid is refused after that.
  mutating func closed(_ book: ClosedBook) {
    let auction = book.terms.auction
    guard book.refusedBids > removed(of: auction), queued.insert(auction).inserted else { return }
    insert(Item(due: Self.due(book), auction: auction))
  }

  mutating func trimmed(_ auction: AuctionID, through number: Int64) { removed[auction] = number }

  /// Refused bids and their receipts were taken out up to that number.
  mutating func pruned(_ auction: AuctionID, through number: Int64) {
    removed[auction] = number
    if number > 0 { lost[auction] = number }
  }

  /// What is to go now: the refused bids of one auction up to that number.
  mutating func next(at now: Timestamp, _ book: (AuctionID) -> ClosedBook?) -> (auction: AuctionID, through: Int64)? {
    while let first = queue.first, first.due <= now {
      queue.removeFirst()
      queued.remove(first.auction)
      guard let book = book(first.auction), book.refusedBids > removed(of: first.auction) else { continue }
      // Somebody was refused meanwhile.
      guard Self.due(book) <= now else {
        closed(book)
        continue
      }
      let through = min(book.refusedBids, removed(of: first.auction) + Self.atOnce)
      removed[first.auction] = through
      closed(book)
      return (first.auction, through)
    }
    return nil
  }

  private static func due(_ book: ClosedBook) -> Timestamp { max(book.closedAt, book.lastReceived ?? book.closedAt) + kept }

  private mutating func insert(_ item: Item) {
    // Ends come nearly in order: the place is near the end.
    let place = queue.lastIndex { $0.due <= item.due }.map { $0 + 1 } ?? 0
    queue.insert(item, at: place)
  }
}

extension ClosedBook {
  /// How many receipts the result commits to; none where there is no result.
  var committedRefusals: Int64 {
    guard let ending, let block = try? Block(payload: ending.block.payload, kind: .awarded),
      case .closing(let result, _) = block.content
    else { return 0 }
    return result.refusedBids
  }

  /// What goes with the refused bids up to that number.
  func removals(through number: Int64) -> [Removal] {
    let auction = terms.auction.text
    return [
      Removal(collection: Collection.refusedBids, key: auction, through: number),
      Removal(collection: Collection.receipts, key: auction, after: committedRefusals, through: number),
    ]
  }
}
