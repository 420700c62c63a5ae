import OrderedCollections
import SharedKernel

/// The first decision under each bid's name: the one that stands. Kept for ever and by the million: 72 bytes for each, and ids
/// as numbers.
struct Decisions: Sendable {
  private struct Name: Hashable {
    let bid: BidID
    let bidder: UInt32
  }

  private struct Row {
    let digest: Digest
    /// A block's number, from 0 on; a receipt's, from 1 on, negative.
    let number: Int64
    let auction: UInt32
  }

  private var names: OrderedSet<Name> = []
  /// What was decided under the names, in their order.
  private var rows: ContiguousArray<Row> = []
  private var bidders = Numbered<PrincipalID>()
  private var auctions = Numbered<AuctionID>()

  subscript(name: Books.BidName) -> BidDecision? {
    row(name).map { row in
      BidDecision(
        auction: auctions[row.auction], digest: row.digest,
        outcome: row.number < 0 ? .refused(number: -row.number) : .accepted(block: row.number))
    }
  }

  func digest(under name: Books.BidName) -> Digest? { row(name)?.digest }

  mutating func reserveCapacity(_ count: Int) {
    names.reserveCapacity(count)
    rows.reserveCapacity(count)
  }

  /// False: something was decided under that name before, and stands.
  mutating func insert(_ decision: BidDecision, under name: Books.BidName) -> Bool {
    let number =
      switch decision.outcome {
      case .accepted(let block): block
      case .refused(let number): -number
      }
    if case .refused = decision.outcome { precondition(number < 0, "receipts are numbered from 1") }
    guard names.append(Name(bid: name.bid, bidder: bidders.number(of: name.bidder))).inserted else { return false }
    rows.append(Row(digest: decision.digest, number: number, auction: auctions.number(of: decision.auction)))
    return true
  }

  private func row(_ name: Books.BidName) -> Row? {
    bidders.known(name.bidder).flatMap { names.firstIndex(of: Name(bid: name.bid, bidder: $0)) }.map { rows[$0] }
  }
}

extension Decisions: Equatable {
  /// In whatever order they were made.
  static func == (a: Decisions, b: Decisions) -> Bool {
    a.rows.count == b.rows.count
      && a.names.allSatisfy { key in
        let name = Books.BidName(bidder: a.bidders[key.bidder], bid: key.bid)
        return a[name] == b[name]
      }
  }
}

/// Values that are kept once and go by their numbers, from 0 on.
private struct Numbered<Value: Hashable & Sendable>: Sendable {
  private var values: [Value] = []
  private var numbers: [Value: UInt32] = [:]

  subscript(number: UInt32) -> Value { values[Int(number)] }

  func known(_ value: Value) -> UInt32? { numbers[value] }

  mutating func number(of value: Value) -> UInt32 {
    if let known = numbers[value] { return known }
    values.append(value)
    let number = UInt32(values.count - 1)
    numbers[value] = number
    return number
  }
}
