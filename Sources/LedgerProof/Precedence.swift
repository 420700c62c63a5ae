import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
package import SharedKernel
import SigningKit

/// An accepted bid, and within what instants it was signed.
package struct PlacedBid: Sendable, Hashable {
  package let id: BidID
  package let bidder: PrincipalID
  /// Its bidder's clock.
  package let claimed: ClockReading
  /// The house's, when it came.
  package let received: ClockReading
  /// The clock of the block that its bidder had seen, and its number.
  package let seen: ClockReading?
  package let seenBlock: Int64?
  /// In the order in which they were recorded, from 0.
  package let place: Int
  package let block: Int64

  /// It was signed at `earliest` at the earliest and at `latest` at the latest: by its bidder's clock, not before the block that it
  /// names, and not after it came. (RULES.md, Order 2 and 4.)
  package var earliest: Timestamp {
    let claim = claimed.instant - half(claimed, atLeast: ClockRules.finestClaim)
    return seen.map { max(claim, $0.instant - half($0)) } ?? claim
  }
  package var latest: Timestamp {
    min(claimed.instant + half(claimed, atLeast: ClockRules.finestClaim), received.instant + half(received))
  }

  /// A clock that stands on no server's word may be wrong by more than it says.
  private func half(_ clock: ClockReading, atLeast least: Interval = .zero) -> Interval {
    max(clock.uncertainty, clock.isDisciplined ? least : ClockRules.undisciplined)
  }

  /// Whether the other was signed before it for certain: its bidder names the block that holds the other, or one that the house made,
  /// by its own stamps, after the other had come.
  fileprivate func isAfter(_ other: PlacedBid) -> Bool {
    guard let seen, let seenBlock else { return false }
    return seenBlock >= other.block || other.received.instant + half(other.received) < seen.instant - half(seen)
  }

  static func all(in ledger: LedgerReading) -> [PlacedBid] {
    let blocks = Dictionary(ledger.blocks.map { ($0.digest, $0.block) }, uniquingKeysWith: { first, _ in first })
    var all: [PlacedBid] = []
    for read in ledger.blocks {
      guard case .entries(let entries) = read.block.content else { continue }
      for case .bid(let evidence, let at) in entries.map(\.fact) {
        guard let bid = (try? Envelope(evidence)).flatMap({ try? Bid($0) }) else { continue }
        let clock = read.block.clock
        all.append(
          PlacedBid(
            id: bid.id, bidder: bid.bidder, claimed: bid.clock,
            received: ClockReading(at, uncertainty: clock.uncertainty, status: clock.status),
            seen: bid.seen.flatMap { blocks[$0.digest]?.clock }, seenBlock: bid.seen.flatMap { blocks[$0.digest]?.number },
            place: all.count, block: read.block.number))
      }
    }
    return all
  }
}

/// Which of two bids was signed first, as far as it can be known.
package struct Precedence: Sendable {
  package enum Order: Sendable, Hashable {
    /// By the block that the later one's bidder names, and the house's stamps: no bidder's clock is believed.
    case definitelyBefore
    case definitelyAfter
    /// By the bidders' own clocks, if they told the truth.
    case claimedBefore
    case claimedAfter
    /// The intervals touch: the recorded order decides.
    case concurrent
  }

  package let first: PlacedBid
  package let second: PlacedBid

  /// In the order in which they were asked about.
  init(_ first: PlacedBid, _ second: PlacedBid) { (self.first, self.second) = (first, second) }

  package var order: Order {
    if second.isAfter(first) { return .definitelyBefore }
    if first.isAfter(second) { return .definitelyAfter }
    if first.latest < second.earliest { return .claimedBefore }
    return second.latest < first.earliest ? .claimedAfter : .concurrent
  }

  package var isRecordedInOrder: Bool { first.place <= second.place }
}

/// How somebody names a bid: by its id, which is unique among its bidder's, or by both: `cliente_alpha:6f1c…`.
package struct BidName: Sendable {
  package let bidder: PrincipalID?
  package let id: BidID

  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last, let id = BidID(last), parts.count <= 2 else { return nil }
    guard parts.count == 2 else {
      (bidder, self.id) = (nil, id)
      return
    }
    guard let bidder = PrincipalID(parts[0]) else { return nil }
    (self.bidder, self.id) = (bidder, id)
  }
}
