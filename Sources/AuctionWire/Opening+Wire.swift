package import AuctionFacts
import SharedKernel

extension Opening: WireValue {
  package static let kinds: [Kind] = [.opened]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let status = try members.take(.status)
    guard try status.named(AuctionStatus.self) == .open else { throw status.refused("\"\(AuctionStatus.open.wireName)\"") }
    self.init(
      auction: try members.take(.auction).auction(), edition: try members.take(.edition).digest(),
      opensAt: try members.take(.opensAt).instant(), closesAt: try members.take(.closesAt).instant(),
      scheduling: try members.take(.scheduling).evidence(.scheduled), clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .opened }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      $0.member(.opensAt, opensAt.microseconds)
      $0.member(.closesAt, closesAt.microseconds)
      $0.member(.status, AuctionStatus.open.wireName)
      $0.member(.scheduling, scheduling)
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(auction):iniciado" }
  package var correlationID: String? { auction.text }
}
