import AuctionFacts
package import SharedKernel

/// What a bidder's signed time is good for (RULES.md, Order 2): to refuse the implausible and the stale. It never moves a bid
/// forward, because any rule that lets an early claim win hands the ties to whoever lies.
struct ClockClaim {
  /// The bidder's own clock.
  let claimed: ClockReading
  /// The house's stamp.
  let received: ClockReading
  /// The clock of the block that the bidder says it had seen; nil when it names none of this auction's.
  let seen: ClockReading?

  /// `implausibleClock`, `stale` or nil.
  var refusal: Refusal? {
    if claimed.instant - claimedHalf > received.instant + receivedHalf { return .implausibleClock }
    // The block's own clock counts too: a house that ran on its system's clock and then found servers would otherwise refuse
    // every honest bidder until somebody made a newer block.
    if let seen, claimed.instant + claimedHalf < seen.instant - ClockClaim.half(seen, disciplined && seen.isDisciplined) {
      return .implausibleClock
    }
    return isStale ? .stale : nil
  }

  fileprivate var isStale: Bool { claimed.instant + claimedHalf < received.instant - receivedHalf - ClockRules.staleBid }

  private var disciplined: Bool { claimed.isDisciplined && received.isDisciplined }
  private var claimedHalf: Interval { max(claimed.uncertainty, ClockRules.finestClaim) }
  private var receivedHalf: Interval { ClockClaim.half(received, disciplined) }

  private static func half(_ reading: ClockReading, _ disciplined: Bool) -> Interval {
    disciplined ? reading.uncertainty : max(reading.uncertainty, ClockRules.undisciplined)
  }
}

extension ClockReading {
  /// Whether a bid signed at this reading is refused as stale when the house receives it at that one.
  package func isStale(at received: ClockReading) -> Bool { ClockClaim(claimed: self, received: received, seen: nil).isStale }

  /// Whether it will be refused as stale whenever the house receives it from that reading on. A house that loses its servers
  /// meanwhile trusts its clock less and is more patient: what was stale before would then count again.
  package func isStaleForGood(from received: ClockReading) -> Bool {
    isStale(at: ClockReading(received.instant, uncertainty: ClockRules.widest, status: .unsynchronized))
  }
}
