import AuctionCore
import AuctionFacts
import SharedKernel

/// What the journal need not keep any longer: refused bids and their receipts, a day after their auction's end. Their decisions
/// and the digests of their receipts stay, so that nothing is decided twice and the result's commitment can be recomputed.
struct Retention: Sendable {
  /// Counted from the end, or from the last bid that was refused after it, so that each receipt can be asked for that long.
  static let kept = Interval.seconds(86_400)
  /// How many receipts one turn takes out at most: a few milliseconds' work.
  static let atOnce: Int64 = 500

  private struct Item {
    let due: Timestamp
    let auction: AuctionID
  }

  /// In ascending order of what is due.
  private var queue: [Item] = []
  private var queued: Set<AuctionID> = []
  private var removed: [AuctionID: Int64] = [:]

  /// When something can be taken out.
  var wakeUp: Timestamp? { queue.first?.due }

  /// The last receipt of the auction that is gone; 0 while all are there.
  func removed(of auction: AuctionID) -> Int64 { removed[auction] ?? 0 }

  /// To be told when an auction ends, and when a bid is refused after that.
  mutating func closed(_ book: ClosedBook) {
    let auction = book.terms.auction
    guard book.refusedBids > removed(of: auction), queued.insert(auction).inserted else { return }
    insert(Item(due: Self.due(book), auction: auction))
  }

  mutating func pruned(_ auction: AuctionID, through number: Int64) { removed[auction] = number }

  /// What is to go now: the receipts of one auction up to that number.
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
