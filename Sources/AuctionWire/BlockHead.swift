import AuctionFacts
package import SharedKernel

/// Of a block, what is needed to pass it on: whose it is and when it was made. What it says is for those to judge who follow the
/// auction; reading it would cost most of what passing it on costs.
package struct BlockHead: Sendable {
  package let auction: AuctionID
  package let clock: ClockReading

  /// Nil unless the envelope is a block's.
  package init?(_ envelope: Envelope) throws(WireError) {
    guard Block.kinds.contains(envelope.kind) else { return nil }
    var members = try Members(envelope.payload, limit: envelope.kind.maximumPayload, only: [.auction, .clock])
    auction = try members.take(.auction).auction()
    clock = try members.take(.clock).clock()
  }
}
