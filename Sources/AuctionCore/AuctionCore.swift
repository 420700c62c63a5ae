// AuctionCore: the rules of the house as two deterministic machines: the `BookKeeper` (ms-lance) decides bids and writes
// each auction's ledger, the `Calendar` (ms-leilao) opens, closes and cancels. English auctions, completely: opening price,
// increments, secret maxima, reserves, soft and hard close, buying at once, in-flight tolerance, suspension, cancellation, outages;
// sealed auctions, at the first and the second price. No clock, no I/O, no randomness, no floating point: instants come in as
// readings, signatures and hashes as closures.
//
// Left out for now: voided bids, and Dutch auctions. The calendar refuses terms that ask for them, and the books do not know such
// auctions.

package import SharedKernel

/// The margins that RULES.md gives to clocks, in one place.
package enum ClockRules {
  /// No claim of a bidder's clock counts as finer than this.
  package static let finestClaim = Interval.milliseconds(1)
  /// What the house's side counts as at least, when a clock in the comparison stands on no server's word.
  package static let undisciplined = Interval.seconds(5)
  /// A bid that is older than this, beyond all doubt, sat in a queue and is not executed.
  package static let staleBid = Interval.seconds(5)
  /// A command that is older than this, beyond all doubt, is not carried out.
  package static let staleCommand = Interval.seconds(600)
  /// The largest uncertainty that can be said on the wire.
  package static let widest = Interval.seconds(10)
}

extension ClockReading {
  /// This reading, moved forward to `instant` if it stands before it: the uncertainty grows by as much as was added (up to
  /// what the wire can say), so that the interval still covers whatever it covered.
  func notBefore(_ instant: Timestamp) -> ClockReading {
    guard self.instant < instant else { return self }
    let widened = min(uncertainty + (instant - self.instant), max(uncertainty, ClockRules.widest))
    return ClockReading(instant, uncertainty: widened, status: status)
  }
}

extension Timestamp {
  /// The next instant that can be told from this one.
  var next: Timestamp { self + .microseconds(1) }
}
