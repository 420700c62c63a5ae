import AuctionCore
package import AuctionFacts
import AuctionSigning
import AuctionWire
package import ServiceKit
package import SharedKernel
import SigningKit

extension FollowedAuction {
  /// A bid on it as it is seen now, under a new id. Where amounts are sealed, `amount` is the secret and nothing is offered openly.
  ///
  /// - Parameter maximum: how far the house may go for the bidder; nobody but ms-lance learns it before the auction is over. Nil: no
  ///   further than what is offered.
  /// - Returns: also what is published, with the secret that nothing else may hold.
  package func bid(
    _ amount: Money, upTo maximum: Money? = nil, at clock: ClockReading, by voice: Voice
  ) -> (bid: Bid, sealed: Sealed) {
    let id = BidID(.random())
    // Openly the leader offers nothing more: it would only tell how far he goes at least.
    let isRaising = maximum != nil && leader == voice.principal
    let (open, hidden) = terms.isSealed ? (Money.zero, amount) : (isRaising ? .zero : amount, maximum)
    let secret = hidden.flatMap { Secret(amount: $0, salt: SecureRandom.bytes(Secret.saltBytes)) }
    let bid = Bid(
      id: id, auction: terms.auction, edition: edition, bidder: voice.principal, amount: open, seen: head, clock: clock,
      maximumCommitment: secret.map { SHA256.of($0.commitment(to: id, of: voice.principal, in: edition)) })
    return (bid, voice.seal(bid, with: secret))
  }
}
