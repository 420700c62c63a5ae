// BidderClient/Model: the bidder's terminal as values. `Model.update` takes a message and answers with effects; it reads no
// clock, does no I/O and never traps, whatever order messages come in. Drawing is View's, the loop Runtime's.

package import SharedKernel
package import TerminalKit

/// Everything that can happen to the model.
package enum Message: Hashable, Sendable {
  /// The trusted clock; comes before every other message, and when something is due.
  case tick(ClockReading)
  case input(Input)
  /// `epoch` counts attempts to connect and never falls; events of an older epoch have no effect.
  case gateway(GatewayEvent, epoch: Int)
  /// The inbox was full and events were dropped.
  case eventsLost
}
