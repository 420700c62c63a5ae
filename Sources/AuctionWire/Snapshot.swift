package import AuctionFacts
package import SharedKernel

/// `retrato`: the signed part of the answer to a query, from committed state only.
package struct Snapshot: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// The schedulings of these auctions travel beside, in the same order.
    case auctions([AuctionSummary])
    /// The blocks travel beside, and behind the last one how the lot was passed on. No head: the auction is unknown, or not opened yet.
    case blocks(AuctionID, from: Int64, head: Seen?)
    /// The block or the receipt travels beside.
    case bid(PrincipalID, BidID, Decision)
    case ledger(AuctionID, after: Int64, head: Seen?)
  }

  package enum Decision: CaseIterable, WireNamed {
    case accepted, refused, unknown
    package var wireName: String {
      switch self {
      case .accepted: "aceito"
      case .refused: "recusado"
      case .unknown: "desconhecido"
      }
    }
  }

  /// The query's.
  package let id: UniqueID
  /// Whether there is more than fitted: ask again from where this ends.
  package let more: Bool
  package let content: Content
  package let clock: ClockReading
  /// Whose answer it is; nil in a house that is not partitioned. A list has this partition's auctions and no others.
  package let partition: Partition?

  package init(id: UniqueID, more: Bool, content: Content, clock: ClockReading, partition: Partition? = nil) {
    (self.id, self.more, self.content, self.clock, self.partition) = (id, more, content, clock, partition)
  }

  package var topic: Query.Topic {
    switch content {
    case .auctions: .auctions
    case .blocks: .blocks
    case .bid: .bid
    case .ledger: .ledger
    }
  }
}

extension Snapshot: WireValue {
  package static let kinds: [Kind] = [.snapshot]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let content: Content
    switch try members.take(.type).named(Query.Topic.self) {
    case .auctions:
      var summaries: [AuctionSummary] = []
      for field in try members.take(.auctions).array(atMost: WireLimits.body) { summaries.append(try AuctionSummary(field)) }
      content = .auctions(summaries)
    case .blocks:
      content = .blocks(
        try members.take(.auction).auction(), from: try members.take(.since).count(), head: try Snapshot.head(&members))
    case .bid:
      content = .bid(
        try members.take(.principal).principal(), try members.take(.bid).bid(), try members.take(.decision).named())
    case .ledger:
      content = .ledger(
        try members.take(.auction).auction(), after: try members.take(.after).count(), head: try Snapshot.head(&members))
    }
    self.init(
      id: try members.take(.id).uniqueID(), more: try members.take(.more).boolean(), content: content,
      clock: try members.take(.clock).clock(),
      partition: try members.takeIfPresent(.partition).map { field throws(WireError) in try Partition(field) })
    try members.finish()
  }

  private static func head(_ members: inout Members) throws(WireError) -> Seen? {
    try members.take(.head).orNull { field throws(WireError) in try field.seen() }
  }

  package var kind: Kind { .snapshot }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.id, id.description)
      $0.member(.type, topic.wireName)
      $0.clock(clock)
      $0.member(.more, more)
      if let partition {
        $0.object(.partition) {
          $0.member(.number, Int64(partition.number))
          $0.member(.of, Int64(partition.count))
        }
      }
      switch content {
      case .auctions(let summaries):
        $0.array(.auctions) {
          for summary in summaries { $0.element { summary.write(to: &$0) } }
        }
      case .blocks(let auction, let from, let head):
        $0.member(.auction, auction.text)
        $0.member(.since, from)
        $0.seen(.head, head)
      case .bid(let bidder, let bid, let decision):
        $0.member(.principal, bidder.text)
        $0.member(.bid, bid.description)
        $0.member(.decision, decision.wireName)
      case .ledger(let auction, let after, let head):
        $0.member(.auction, auction.text)
        $0.member(.after, after)
        $0.seen(.head, head)
      }
    }
  }

  package var messageID: String { "retrato:\(id)" }
  package var correlationID: String? { id.description }
}

extension Partition {
  fileprivate init(_ field: Field) throws(WireError) {
    var members = try field.object()
    let number = Int(try members.take(.number).count())
    let count = Int(try members.take(.of).count())
    try members.finish()
    guard let partition = Partition(number, of: count) else {
      throw field.refused("a number below how many there are, \(Self.counts.lowerBound) to \(Self.counts.upperBound)")
    }
    self = partition
  }
}

extension AuctionSummary {
  fileprivate init(_ field: Field) throws(WireError) {
    var members = try field.object()
    let block = try members.take(.block).orNull { field throws(WireError) in try field.count() }
    let hashField = try members.take(.hash)
    let hash = try hashField.orNull { field throws(WireError) in try field.digest() }
    guard (block == nil) == (hash == nil) else { throw hashField.refused("a hash exactly where there is a block") }
    var head: Seen?
    if let block, let hash { head = Seen(block: block, digest: hash) }
    let outcome = try members.take(.standing).orNull { field throws(WireError) in try field.named(AuctionResult.Outcome.self) }
    let endedField = try members.take(.endedAt)
    let endedAt = try endedField.orNull { field throws(WireError) in try field.instant() }
    guard (outcome == nil) == (endedAt == nil) else { throw endedField.refused("an instant exactly where there is a situacao") }
    var ending: Ending?
    if let outcome, let endedAt { ending = Ending(outcome: outcome, at: endedAt) }
    self.init(
      auction: try members.take(.auction).auction(), edition: try members.take(.edition).digest(),
      status: try members.take(.status).named(), head: head,
      price: try members.take(.price).orNull { field throws(WireError) in try field.money() },
      leader: try members.take(.leader).orNull { field throws(WireError) in try field.principal() },
      minimum: try members.take(.minimum).money(), closesAt: try members.take(.closesAt).instant(), ending: ending,
      isReserveMet: try members.takeIfPresent(.isReserveMet)?.boolean())
    passedOn = try members.takeIfPresent(.passing).map { field throws(WireError) in try Holder(field) }
    try members.finish()
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.member(.auction, auction.text)
    writer.member(.edition, edition.hex)
    writer.member(.status, status.wireName)
    writer.member(.block, head?.block)
    writer.member(.hash, head?.digest.hex)
    writer.member(.price, price?.minorUnits)
    writer.member(.leader, leader?.text)
    writer.member(.minimum, minimum.minorUnits)
    writer.member(.closesAt, closesAt.microseconds)
    writer.member(.standing, ending?.outcome.wireName)
    writer.member(.endedAt, ending?.at.microseconds)
    if let isReserveMet { writer.member(.isReserveMet, isReserveMet) }
    passedOn?.write(to: &writer)
  }

  /// What the summary adds to the body of a reply, in bytes, base64 included.
  var wireSize: Int { Base64.encodedCount(JSONWriter.object { write(to: &$0) }.count + 1) }
}
