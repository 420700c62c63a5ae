import AuctionFacts
package import SharedKernel

/// A bid of this bidder, from the Enter that sent it to its decision.
package struct OwnBid: Hashable, Sendable {
  package enum Stage: Hashable, Sendable {
    case sending, delivered, uncertain
    /// How long it took.
    case accepted(after: Interval)
    case refused(RefusedBid)
    case busy, neverDecided
    case notSent(reason: String)

    package var isFinal: Bool {
      switch self {
      case .sending, .delivered, .uncertain: false
      case .accepted, .refused, .busy, .neverDecided, .notSent: true
      }
    }
  }

  package let ticket: Ticket
  package let amount: Money
  /// It goes so far in secret, and has offered the least.
  package let isMaximum: Bool
  package let sentAt: Timestamp
  /// Known once the gateway has signed it.
  package var id: BidID?
  package var stage = Stage.sending
  /// The house's signed word on it is kept on this machine.
  package var hasReceipt = false
  /// When the stage was last changed.
  package var since: Timestamp

  package init(ticket: Ticket, amount: Money, isMaximum: Bool = false, at now: Timestamp) {
    (self.ticket, self.amount, self.isMaximum, sentAt, since) = (ticket, amount, isMaximum, now, now)
  }

  /// Only forward: a final stage stays, and what is uncertain does not become merely sent again.
  package mutating func advance(to next: Stage, at now: Timestamp) -> Bool {
    switch (stage, next) {
    case (let old, _) where old.isFinal: return false
    case (.delivered, .sending), (.uncertain, .sending), (.uncertain, .uncertain), (.delivered, .delivered), (.sending, .sending):
      return false
    default:
      (stage, since) = (next, now)
      return true
    }
  }
}
