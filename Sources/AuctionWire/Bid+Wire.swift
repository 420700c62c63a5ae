package import AuctionFacts
package import SharedKernel

extension Bid: WireValue {
  package static let kinds: [Kind] = [.bidPlaced]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    if kind == .bidPlaced, let canonical = Bid(canonical: payload) {
      self = canonical
    } else {
      try self.init(members: payload, kind)
    }
  }

  /// Whatever its spelling.
  init(members payload: [UInt8], _ kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .refused)
    let commitment = members.takeIfPresent(.maximumCommitment)
    self.init(
      id: try members.take(.bid).bid(), auction: try members.take(.auction).auction(),
      edition: try members.take(.edition).digest(), bidder: try members.take(.principal).principal(),
      // Only a sealed bid offers nothing openly.
      amount: try members.take(.amount).money(from: commitment == nil ? 1 : 0),
      seen: try members.take(.seen).orNull { field throws(WireError) in try field.seen() },
      clock: try members.take(.clock).clock(), maximumCommitment: try commitment?.digest())
    try members.finish()
  }

  package var kind: Kind { .bidPlaced }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.bid, id.description)
      $0.member(.edition, edition.hex)
      $0.member(.principal, bidder.text)
      $0.member(.amount, amount.minorUnits)
      $0.seen(.seen, seen)
      if let maximumCommitment { $0.member(.maximumCommitment, maximumCommitment.hex) }
      $0.clock(clock)
    }
  }

  package var messageID: String { id.description }
  package var correlationID: String? { auction.text }

  /// What a refusal can still name of a payload that is authentic but not a bid.
  package static func legible(in payload: [UInt8]) -> (bid: BidID?, auction: AuctionID?) {
    guard var members = try? Members(payload, limit: Kind.bidPlaced.maximumPayload, unknown: .ignored) else { return (nil, nil) }
    return (try? members.takeIfPresent(.bid)?.bid(), try? members.takeIfPresent(.auction)?.auction())
  }
}

extension Field {
  /// `{"bloco":…,"hash":…}`
  func seen() throws(WireError) -> Seen {
    var members = try object()
    let seen = Seen(block: try members.take(.block).count(), digest: try members.take(.hash).digest())
    try members.finish()
    return seen
  }
}

extension JSONWriter {
  mutating func seen(_ name: Name, _ seen: Seen?) {
    guard let seen else { return null(name) }
    object(name) {
      $0.member(.block, seen.block)
      $0.member(.hash, seen.digest.hex)
    }
  }
}
