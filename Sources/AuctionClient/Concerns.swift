import AuctionFacts
import AuctionSigning
import AuctionWire
import SharedKernel

/// What of all that the house says concerns one bidder: blocks with a bid or a key of his, refusals of his bids, and how an auction ended
/// in which he had any of these.
struct Concerns: Sendable {
  private let bidder: PrincipalID?
  private var auctions: Set<AuctionID> = []

  init(of bidder: PrincipalID?) { self.bidder = bidder }

  mutating func include(_ statement: HouseStatement) -> Bool {
    guard let bidder else { return false }
    switch statement.fact {
    case .refused(let receipt):
      guard receipt.bidder == bidder else { return false }
      if let auction = receipt.auction { auctions.insert(auction) }
      return true
    case .block(let block):
      switch block.content {
      case .opening: return false
      case .entries(let entries):
        guard entries.contains(where: { $0.fact.isOf(bidder) }) else { return false }
        auctions.insert(block.auction)
        return true
      case .closing(let result, _): return result.winner == bidder || auctions.contains(block.auction)
      }
    case .passedOn(let said):
      return said.passing.from == bidder || said.passing.to == bidder || auctions.contains(said.auction)
    case .scheduled, .reserve, .opened, .notice, .extended, .answered, .clock, .ledgerClosed, .voiding: return false
    }
  }
}

extension BlockEntry.Fact {
  fileprivate func isOf(_ bidder: PrincipalID) -> Bool {
    switch self {
    case .bid(let evidence, _): (try? Envelope(evidence)).flatMap { try? Bid($0) }?.bidder == bidder
    case .key(let record): record.owner == bidder
    case .revealed(_, let owner, _): owner == bidder
    case .voided(let evidence, _): Voiding(evidence)?.bidder == bidder
    case .suspended, .resumed, .outage, .reserveRevealed: false
    }
  }
}
