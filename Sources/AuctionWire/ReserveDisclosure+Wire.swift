package import AuctionFacts
import SharedKernel

extension ReserveDisclosure: WireValue {
  package static let kinds: [Kind] = [.reserve]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let (auction, edition) = (try members.take(.auction).auction(), try members.take(.edition).digest())
    let amount = try members.take(.reserve)
    self.init(
      auction: auction, edition: edition, secret: try Secret(amount, taking: &members), clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .reserve }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      secret.writeMembers(as: .reserve, to: &$0)
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(auction):reserva" }
  package var correlationID: String? { auction.text }
}
