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
  /// The clock of the block that its bidder had seen.
  package let seen: ClockReading?
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

  static func all(in ledger: LedgerReading) -> [PlacedBid] {
    let clocks = Dictionary(ledger.blocks.map { ($0.digest, $0.block.clock) }, uniquingKeysWith: { first, _ in first })
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
            seen: bid.seen.flatMap { clocks[$0.digest] }, place: all.count, block: read.block.number))
      }
    }
    return all
  }
}

/// Which of two bids was signed first, as far as it can be known.
package struct Precedence: Sendable {
  package enum Order: Sendable, Hashable {
    case definitelyBefore
    case definitelyAfter
    /// The intervals touch: the recorded order decides.
    case concurrent
  }

  package let first: PlacedBid
  package let second: PlacedBid

  /// In the order in which they were asked about.
  init(_ first: PlacedBid, _ second: PlacedBid) { (self.first, self.second) = (first, second) }

  package var order: Order {
    if first.latest < second.earliest { return .definitelyBefore }
    return second.latest < first.earliest ? .definitelyAfter : .concurrent
  }

  package var isRecordedInOrder: Bool { first.place <= second.place }
}
