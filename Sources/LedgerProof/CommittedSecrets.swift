import AuctionFacts
import SharedKernel

/// What a ledger says that its bids had committed to. That it is that, is `CommitmentCheck`'s.
struct CommittedSecrets {
  private var secrets: [Name: Secret] = [:]

  private struct Name: Hashable {
    let bidder: PrincipalID
    let bid: BidID
  }

  init(_ ledger: LedgerReading) {
    for case .entries(let entries) in ledger.blocks.map(\.block.content) {
      for case .revealed(let bid, let bidder, let secret) in entries.map(\.fact) {
        secrets[Name(bidder: bidder, bid: bid)] = secret
      }
    }
  }

  /// Nil: it commits to nothing, or that was not revealed.
  subscript(bid: Bid) -> Secret? {
    bid.maximumCommitment == nil ? nil : secrets[Name(bidder: bid.bidder, bid: bid.id)]
  }
}
