import AuctionFacts
import SharedKernel

// What an auction's book remembers for a while, and what of.

extension AuctionBook {
  /// An opening that waits for the reserve.
  struct Awaiting: Equatable, Sendable {
    let opening: Opening
    let evidence: Evidence
  }

  /// What the calendar said before the opening, which is to have its effect after it.
  struct Heard: Equatable, Sendable {
    let action: CalendarNotice.Action
    let evidence: Evidence
  }

  /// What an extension says, besides the auction's own facts.
  struct Move: Equatable, Sendable {
    let block: Int64
    let closesAt: Timestamp
    let mover: PendingBlock.Mover
    let clock: ClockReading
  }
}
