// BidderClient/Script: a house that is written down. It says at which instant what it says, and how it answers bids, so that a
// demonstration, a capture and a test need neither keys nor broker nor network, and are the same on every machine.
// docs/terminal.md tells how a script is written.

package import AuctionFacts
package import SharedKernel
package import TerminalKit

/// A script: what happens, and when, counted from its start.
package struct Script: Sendable {
  package struct Line: Sendable {
    package let at: Interval
    package let step: Step
  }

  package enum Step: Sendable {
    /// As it is.
    case told(GatewayEvent)
    /// What also depends on where the auction stands by then.
    case bid(Bid)
    case extended(AuctionID, closesAt: Timestamp, by: PrincipalID?, cause: Extension.Cause)
    case voided(AuctionID, by: PrincipalID, reason: String)
    case closed(AuctionID, Ending)
    /// How it goes on with the nth bid of this terminal.
    case own(Int, BidProgress)
    /// How bids are answered from here on.
    case answers(Answering)
    case typed([Input])
  }

  /// Somebody's bid. What is nil follows from the auction's terms.
  package struct Bid: Sendable {
    var auction: AuctionID
    var bidder: PrincipalID
    var amount: Money
    var price: Money?
    var leader: PrincipalID?
    var minimum: Money?
    var closesAt: Timestamp?
  }

  package struct Ending: Sendable {
    /// Nil: sold to who leads, or without bids.
    var outcome: AuctionResult.Outcome?
    var winner: PrincipalID?
    var amount: Money?
    var reason: String?
  }

  /// How the house of the script answers a bid of this terminal, and how long after it was sent.
  package struct Answering: Sendable {
    package enum Answer: Sendable {
      /// By the rules: accepted, or refused with what would be.
      case decide
      case refused(Refusal, minimum: Money?)
      case uncertain, busy, neverDecided, nothing
      case notSent(reason: String)
    }
    var answer = Answer.decide
    var after = Interval.milliseconds(38)
    /// When the broker confirms that it has it.
    var confirmedAfter: Interval { min(after, .milliseconds(12)) }
  }

  package let start: Timestamp
  package let zone: Zone
  /// Nil: the reader's.
  package let language: Language?
  package let broker: String
  package let clockUncertainty: Interval
  package let clockStatus: ClockStatus
  package let lines: [Line]

  /// When the last line is due.
  package var length: Interval { lines.last?.at ?? .zero }

  package func reading(at instant: Timestamp) -> ClockReading {
    ClockReading(instant, uncertainty: clockUncertainty, status: clockStatus)
  }
}
