import AuctionCore
package import AuctionFacts
package import SharedKernel

/// One signed bid on its way to a decision. Pure: says what to do next, does nothing.
///
/// Publish confirmed; without a confirm in time, the same bytes once more; after that only ask. The house decides a bid once,
/// however often it arrives, so nothing here can bid twice.
package struct BidAttempt: Sendable {
  package enum Outcome: Sendable, Hashable {
    case accepted(block: Int64)
    case refused(Receipt)
    /// Refused, and so long ago that the house no longer keeps the receipt.
    case refusedLongAgo
    /// The house's queue is full: it was not taken, the bidder may try again.
    case busy
    /// The broker has nowhere to put it: the house is not set up.
    case unroutable
    /// The house never saw it, and will refuse it as stale if it still turns up.
    case neverDecided
  }

  package enum State: Sendable, Hashable {
    case sent
    /// The broker has it.
    case delivered
    /// The link failed or no answer came; being asked for.
    case uncertain
    case decided(Outcome)
  }

  package enum Action: Sendable, Hashable {
    case publish
    case ask
  }

  package let bid: Bid
  package let digest: Digest
  package private(set) var state = State.sent
  /// Until the broker confirms it, or it is sent again.
  private var mayRepeat = true
  private var actAt: Timestamp

  /// A confirm takes this long at most before the bytes are sent again.
  package static let confirmPatience = Interval.seconds(3)
  /// After a confirm, a decision takes this long at most before it is asked for.
  package static let decisionPatience = Interval.seconds(2)
  /// Pause between two questions.
  package static let askInterval = Interval.seconds(2)

  package init(bid: Bid, digest: Digest, at now: Timestamp) {
    self.bid = bid
    self.digest = digest
    actAt = now + Self.confirmPatience
  }

  /// One that an earlier program sent: it may have arrived or not, and is only asked for. What was not sent by then is not wanted now.
  package init(resuming bid: Bid, digest: Digest, at now: Timestamp) {
    self.init(bid: bid, digest: digest, at: now)
    (state, mayRepeat, actAt) = (.uncertain, false, now)
  }

  /// When `due` wants to be asked again; nil once decided.
  package var wakeUp: Timestamp? {
    if case .decided = state { nil } else { actAt }
  }

  package mutating func confirmed(at now: Timestamp) {
    guard state == .sent || state == .uncertain else { return }
    state = .delivered
    mayRepeat = false
    actAt = now + Self.decisionPatience
  }

  /// Once it was sent again, one of the two may have arrived: then only the house can tell.
  package mutating func refusedByBroker() { if mayRepeat { decide(.busy) } }
  package mutating func unroutable() { if mayRepeat { decide(.unroutable) } }

  /// The confirm is lost with the link: it may have arrived or not.
  package mutating func lost(at now: Timestamp) {
    guard state == .sent || state == .delivered else { return }
    state = .uncertain
    actAt = now
  }

  package mutating func accepted(block: Int64) { decide(.accepted(block: block)) }
  package mutating func refused(_ receipt: Receipt) { decide(.refused(receipt)) }
  package mutating func refusedLongAgo() { decide(.refusedLongAgo) }

  /// The house says that it has not decided it; final once it would refuse it as stale, whenever it should still turn up.
  package mutating func unknown(at house: ClockReading, now: Timestamp) {
    if bid.clock.isStaleForGood(from: house) { return decide(.neverDecided) }
    actAt = now + Self.askInterval
  }

  /// What is to be done at this instant, if anything.
  package mutating func due(at now: Timestamp) -> Action? {
    guard let wakeUp, wakeUp <= now else { return nil }
    actAt = now + Self.askInterval
    state = .uncertain
    defer { mayRepeat = false }
    return mayRepeat ? .publish : .ask
  }

  private mutating func decide(_ outcome: Outcome) {
    if case .decided = state { return }
    state = .decided(outcome)
  }
}
