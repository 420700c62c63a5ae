package import AuctionFacts
import SharedKernel

// `lance-anular` as a payload.

extension Voiding {
  init(auction: AuctionID, taking members: inout Members) throws(WireError) {
    self.init(
      auction: auction, edition: try members.take(.edition).digest(), bid: try members.take(.bid).bid(),
      bidder: try members.take(.principal).principal(), reason: try members.take(.reason).text(atMost: WireLimits.reason))
  }

  func write(to writer: inout JSONWriter) {
    writer.member(.edition, edition.hex)
    writer.member(.bid, bid.description)
    writer.member(.principal, bidder.text)
    writer.member(.reason, reason)
  }

  /// What an operator's command, kept as it was signed, takes out of the reckoning; nil of anything else.
  package init?(_ evidence: Evidence) {
    guard let command = (try? Envelope(evidence)).flatMap({ try? Command($0) }), case .void(let voiding) = command.action
    else { return nil }
    self = voiding
  }
}
