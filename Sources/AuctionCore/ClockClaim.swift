import AuctionFacts
import SharedKernel

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
    let disciplined = claimed.isDisciplined && received.isDisciplined
    let half = max(claimed.uncertainty, ClockRules.finestClaim)
    let (earliest, latest) = (claimed.instant - half, claimed.instant + half)
    let receivedHalf = ClockClaim.half(received, disciplined)

    if earliest > received.instant + receivedHalf { return .implausibleClock }
    // The block's own clock counts too: a house that ran on its system's clock and then found servers would otherwise refuse
    // every honest bidder until somebody made a newer block.
    if let seen, latest < seen.instant - ClockClaim.half(seen, disciplined && seen.isDisciplined) { return .implausibleClock }
    if latest < received.instant - receivedHalf - ClockRules.staleBid { return .stale }
    return nil
  }

  private static func half(_ reading: ClockReading, _ disciplined: Bool) -> Interval {
    disciplined ? reading.uncertainty : max(reading.uncertainty, ClockRules.undisciplined)
  }
}
