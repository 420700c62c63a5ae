import AuctionFacts
import SharedKernel

/// What must be remembered of an auction's blocks while bids may still name them: a few words for each block.
struct BlockLog: Equatable, Sendable {
  private struct Record: Equatable, Sendable {
    let digest: Digest
    let clock: ClockReading
    /// How many blocks had moved the price, up to this one.
    let moves: Int32
  }

  /// A block that moved the price.
  struct Move: Equatable, Sendable {
    /// When it was sealed.
    let instant: Timestamp
    /// The price after it; nil where all bids have been voided.
    let price: Money?
  }

  /// The last block; nil before block 0.
  private(set) var head: Seen?
  /// The last block's clock: no later block has an earlier one.
  private(set) var instant: Timestamp?
  private var records: [Record] = []
  private var moves: [Move] = []

  init() {}

  /// Of a ledger that has ended.
  init(head: Seen, sealedAt instant: Timestamp) { (self.head, self.instant) = (head, instant) }

  /// The number of the block to come.
  var nextNumber: Int64 { head.map { $0.block + 1 } ?? 0 }

  /// The price after the last block; nil: none.
  var price: Money? { moves.last?.price }

  /// - Parameter price: the one after this block.
  mutating func append(_ digest: Digest, clock: ClockReading, price: Money?) {
    if price != self.price { moves.append(Move(instant: clock.instant, price: price)) }
    records.append(Record(digest: digest, clock: clock, moves: Int32(moves.count)))
    (head, instant) = (Seen(block: nextNumber, digest: digest), clock.instant)
  }

  /// The clock of the block that a bidder names; nil unless this auction has that block with that digest.
  func clock(of seen: Seen) -> ClockReading? { record(of: seen)?.clock }

  /// The price after the block named (nil: none yet), and the first block after it that moved the price.
  ///
  /// To have seen nothing, or nothing of this auction, is to have seen the state before the first bid.
  func quoted(_ seen: Seen?) -> (price: Money?, moved: Move?) {
    let count = Int(seen.flatMap(record)?.moves ?? 0)
    return (count > 0 ? moves[count - 1].price : nil, count < moves.count ? moves[count] : nil)
  }

  /// Nothing but the head is needed once no bid can be accepted any more.
  mutating func forget() { (records, moves) = ([], []) }

  private func record(of seen: Seen) -> Record? {
    guard let index = Int(exactly: seen.block), records.indices.contains(index), records[index].digest == seen.digest
    else { return nil }
    return records[index]
  }
}
