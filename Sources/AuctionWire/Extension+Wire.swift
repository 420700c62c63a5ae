package import AuctionFacts
import SharedKernel

extension Extension: WireValue {
  package static let kinds: [Kind] = [.extended]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    self.init(
      auction: try members.take(.auction).auction(), edition: try members.take(.edition).digest(),
      block: try members.take(.block).count(), closesAt: try members.take(.closesAt).instant(),
      by: try members.take(.by).orNull { field throws(WireError) in try field.principal() },
      cause: try members.take(.reason).named(), clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .extended }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      $0.member(.block, block)
      $0.member(.closesAt, closesAt.microseconds)
      $0.member(.by, by?.text)
      $0.member(.reason, cause.wireName)
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(auction):prorrogado:\(block)" }
  package var correlationID: String? { auction.text }
}
