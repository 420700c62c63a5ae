package import AuctionFacts
package import ServiceKit
package import SharedKernel

extension FollowedAuction {
  /// The same offer under a new id, after the house refused a bid for its clock: it no longer claims to know the time.
  ///
  /// - Returns: nil where it was refused for something else, or made no such claim, or where the auction demands one: then it would be refused again.
  package func bidAgain(
    after receipt: Receipt, refusing bid: Bid, _ amount: Money, upTo maximum: Money?, at clock: ClockReading, by voice: Voice
  ) -> (bid: Bid, sealed: Sealed)? {
    guard receipt.reason == .implausibleClock, bid.clock.status != .unsynchronized, !terms.rules.clockRequired else {
      return nil
    }
    let modest = ClockReading(clock.instant, uncertainty: clock.uncertainty, status: .unsynchronized)
    return self.bid(amount, upTo: maximum, at: modest, by: voice)
  }
}
