import AuctionFacts
import SharedKernel

/// What a book says of itself, without changing.
extension AuctionBook {
  var closedAt: Timestamp? { ending?.at }

  /// Nil while it is not over.
  var closed: ClosedBook? {
    guard status == .closed, let ending else { return nil }
    var last: ClosedBook.Ending?
    if let result, let head = log.head, let instant = log.instant {
      last = ClosedBook.Ending(number: head.block, instant: instant, block: result)
    }
    return ClosedBook(
      terms: terms, edition: edition, closesAt: closesAt, closedAt: ending.at, outcome: ending.outcome, price: price,
      leader: leader,
      acceptedBids: acceptedBids, refusedBids: refusals.count, lastReceived: lastReceived, lastSequence: lastSequence,
      ending: last)
  }

  /// - Parameter instant: nil: as the last entry says.
  func summary(at instant: Timestamp?) -> AuctionSummary {
    AuctionSummary(
      auction: terms.auction, edition: edition, status: status, head: log.head, price: price, leader: leader,
      minimum: instant.map(minimum) ?? minimum, closesAt: closesAt, ending: ending, isReserveMet: isReserveMet)
  }

  /// Nil where there is no reserve; of a cancelled auction nobody is told.
  var isReserveMet: Bool? {
    guard terms.rules.reserveCommitment != nil else { return nil }
    guard let ending else { return contest.isReserveMet }
    return ending.outcome == .cancelled ? nil : ending.outcome == .sold
  }

  /// When something is received: the clock's reading, later than the stamp before it, and not in an absence.
  ///
  /// - Parameter back: since when the house is back from all that was told of; what has not opened may be told of it yet.
  func stamp(_ clock: ClockReading, back: Timestamp? = nil) -> ClockReading {
    [lastReceived?.next, awayUntil, status == .scheduled ? back : nil].compactMap { $0 }.max().map(clock.notBefore) ?? clock
  }

  /// What it comes to when it ends as things stand.
  func ruling(isCancelled: Bool, refusals commitment: Digest) -> AuctionResult {
    let outcome: AuctionResult.Outcome =
      isCancelled ? .cancelled : leader == nil ? .noBids : contest.isReserveMet ? .sold : .conditional
    let isSold = outcome == .sold
    return AuctionResult(
      outcome: outcome, winner: isSold ? leader : nil, amount: isSold ? price : nil, acceptedBids: acceptedBids,
      refusedBids: refusals.count, refusals: commitment, closesAt: closesAt)
  }

  /// What is to be said when the pending block is sealed; nil when the end stands.
  func pendingMove(at reading: ClockReading) -> Move? {
    pending.mover.map { Move(block: log.nextNumber, closesAt: closesAt, mover: $0, clock: reading) }
  }

  func saying(_ move: Move) -> Extension {
    Extension(
      auction: terms.auction, edition: edition, block: move.block, closesAt: move.closesAt, by: move.mover.by,
      cause: move.mover.cause, clock: move.clock)
  }

  /// No block's clock is earlier than the block's before it, than the last stamp, or than the end of an absence.
  func sealing(_ clock: ClockReading) -> ClockReading {
    [log.instant, lastReceived, awayUntil].compactMap { $0 }.max().map(clock.notBefore) ?? clock
  }

  /// A receipt as things stand: the head of the ledger is the last sealed block, the minimum counts what was decided since.
  func receipt(_ submitted: SubmittedBid, _ reason: Refusal, received: ClockReading, number: Int64?) -> Receipt {
    Receipt(
      auction: terms.auction, bid: submitted.bid.id, bidder: submitted.bid.bidder, bidDigest: submitted.digest, reason: reason,
      minimum: minimum(at: received.instant), afterBlock: log.head?.block, receivedAt: received.instant, number: number,
      clock: received)
  }
}
