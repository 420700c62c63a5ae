package import SharedKernel

/// What the model asks the world to do.
package enum Effect: Hashable, Sendable {
  /// Sign and send a bid; answered by `GatewayEvent.bid` with the same ticket. There is at most one unanswered per auction.
  /// With how far the house may go in secret; nil: no further than it offers openly.
  case submitBid(Ticket, AuctionID, Money, upTo: Money?)
  /// The bidder wants (or no longer wants) to hear of this auction beyond what every open one tells.
  case follow(AuctionID)
  case unfollow(AuctionID)
  /// Try to connect now instead of when the back-off says.
  case reconnect
  /// Ask for everything again: something was missed.
  case resync
  /// Know this the next time.
  case remember(Memory)
  case bell
  /// A notice on the desktop, or a bell where there is no way.
  case notify(String)
  case title(String)
  /// Take the mouse from the terminal, or let it go.
  case mouse(Bool)
  /// Keep a notice, with its sentence.
  case record(Notice, String)
  /// Draw the whole screen anew.
  case repaint
  /// Stop, until the shell lets it go on.
  case suspend
  /// Leave; the signal that asked for it, if one did.
  case quit(signal: Int32?)
}
