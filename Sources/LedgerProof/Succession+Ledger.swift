import AuctionCore
import AuctionFacts
import AuctionWire
import SharedKernel

// To whom the lot of a ledger goes next.

extension Succession {
  /// What a ledger that is over says of its bids; nil where nobody has the lot or could have it, and where something secret is missing.
  init?(_ ledger: LedgerReading) {
    guard let terms = ledger.terms, case .closing(let result, _)? = ledger.blocks.last?.block.content,
      result.outcome == .sold || result.outcome == .conditional
    else { return nil }
    let secrets = CommittedSecrets(ledger)
    guard terms.rules.reserveCommitment == nil || secrets.reserve != nil else { return nil }
    var (offers, voided): ([(name: Name, offer: Contest.Offer)], Set<Name>) = ([], [])
    for case .entries(let entries) in ledger.blocks.map(\.block.content) {
      for fact in entries.map(\.fact) {
        switch fact {
        case .bid(let evidence, _):
          guard let bid = (try? Envelope(evidence)).flatMap({ try? Bid($0) }) else { return nil }
          let secret = secrets[bid]
          guard secret != nil || bid.maximumCommitment == nil else { return nil }
          let offer = Contest.Offer(bidder: bid.bidder, amount: bid.amount, maximum: secret?.amount ?? bid.amount)
          offers.append((Name(bidder: bid.bidder, bid: bid.id), offer))
        case .voided(let evidence, _):
          if let voiding = Voiding(evidence) { voided.insert(Name(bidder: voiding.bidder, bid: voiding.bid)) }
        case .revealed, .reserveRevealed, .suspended, .resumed, .outage, .key: break
        }
      }
    }
    self.init(offers.filter { !voided.contains($0.name) }.map(\.offer), under: terms, reserve: secrets.reserve?.amount)
  }

  private struct Name: Hashable {
    let bidder: PrincipalID
    let bid: BidID
  }
}
