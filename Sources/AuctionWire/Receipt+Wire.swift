package import AuctionFacts
import SharedKernel

extension Receipt: WireValue {
  package static let kinds: [Kind] = [.bidRefused]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    self.init(
      auction: try members.take(.auction).orNull { field throws(WireError) in try field.auction() },
      bid: try members.take(.bid).orNull { field throws(WireError) in try field.bid() },
      bidder: try members.take(.principal).orNull { field throws(WireError) in try field.principal() },
      bidDigest: try members.take(.bidDigest).orNull { field throws(WireError) in try field.digest() },
      reason: try members.take(.reason).named(),
      minimum: try members.take(.minimum).orNull { field throws(WireError) in try field.money() },
      afterBlock: try members.take(.afterBlock).orNull { field throws(WireError) in try field.count() },
      receivedAt: try members.take(.receivedAt).instant(),
      number: try members.take(.number).orNull { field throws(WireError) in try field.count(from: 1) },
      clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .bidRefused }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction?.text)
      $0.member(.bid, bid?.description)
      $0.member(.principal, bidder?.text)
      $0.member(.bidDigest, bidDigest?.hex)
      $0.member(.reason, reason.wireName)
      $0.member(.minimum, minimum?.minorUnits)
      $0.member(.afterBlock, afterBlock)
      $0.member(.receivedAt, receivedAt.microseconds)
      $0.member(.number, number)
      $0.clock(clock)
    }
  }

  package var messageID: String { "recusa:\(bidDigest?.hex ?? String(receivedAt.microseconds))" }
  package var correlationID: String? { auction?.text }
}
