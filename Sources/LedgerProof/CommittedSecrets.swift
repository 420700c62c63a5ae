import AuctionFacts
import SharedKernel

/// What a ledger says that its terms and bids had committed to. That it is that, is `CommitmentCheck`'s.
struct CommittedSecrets {
  private(set) var reserve: Secret?
  private var secrets: [Name: Secret] = [:]

  private struct Name: Hashable {
    let bidder: PrincipalID
    let bid: BidID
  }

  init(_ ledger: LedgerReading) {
    for case .entries(let entries) in ledger.blocks.map(\.block.content) {
      for fact in entries.map(\.fact) {
        switch fact {
        case .revealed(let bid, let bidder, let secret): secrets[Name(bidder: bidder, bid: bid)] = secret
        case .reserveRevealed(let secret): reserve = secret
        case .bid, .voided, .suspended, .resumed, .outage, .key: break
        }
      }
    }
  }

  /// Nil: it commits to nothing, or that was not revealed.
  subscript(bid: Bid) -> Secret? {
    bid.maximumCommitment == nil ? nil : secrets[Name(bidder: bid.bidder, bid: bid.id)]
  }
}
