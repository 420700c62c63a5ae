package import AuctionFacts
import SharedKernel

extension Block: WireValue {
  package static let kinds: [Kind] = [.bidsAccepted, .awarded]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let number = try members.take(.block).count()
    let edition = try members.take(.edition).digest()
    let previous = try members.take(.previous)
    if number == 0, try previous.digest() != edition { throw previous.refused("the edition, in block 0") }
    self.init(
      auction: try members.take(.auction).auction(), edition: edition, number: number, previous: try previous.digest(),
      content: try Content(number: number, closing: kind == .awarded, taking: &members),
      clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind {
    switch content {
    case .opening, .entries: .bidsAccepted
    case .closing: .awarded
    }
  }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      $0.member(.block, number)
      $0.member(.previous, previous.hex)
      $0.clock(clock)
      content.write(to: &$0)
    }
  }

  package var messageID: String { "\(auction):\(number)" }
  package var correlationID: String? { auction.text }
}

extension Block.Content {
  /// Block 0 is the opening, the block of `leilao-vencedor` the end, every other has entries.
  fileprivate init(number: Int64, closing: Bool, taking members: inout Members) throws(WireError) {
    let entries = try members.take(.entries)
    let fields = try entries.array(atMost: Block.maximumEntries)
    guard fields.isEmpty == (number == 0 || closing) else {
      throw entries.refused(fields.isEmpty ? "at least one entry" : "no entry in the opening and in the closing block")
    }
    if closing {
      let (result, ending) = (try AuctionResult(try members.take(.result)), try members.take(.ending))
      let evidence = try ending.orNull { field throws(WireError) in try field.evidence(.closed, .cancelled) }
      // A bid can sell the lot at once, and do nothing else without the calendar.
      if evidence == nil, result.outcome != .sold { throw ending.refused("who ended it, where no bid did") }
      self = .closing(result, evidence)
    } else if number == 0 {
      self = .opening(try members.take(.opening).evidence(.opened))
    } else {
      var read: [BlockEntry] = []
      for field in fields { read.append(try BlockEntry(field)) }
      self = .entries(read)
    }
  }

  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .opening(let evidence):
      writer.array(.entries) { _ in }
      writer.member(.opening, evidence)
    case .entries(let entries):
      writer.array(.entries) {
        for entry in entries { $0.element { entry.write(to: &$0) } }
      }
    case .closing(let result, let evidence):
      writer.array(.entries) { _ in }
      writer.object(.result) { result.write(to: &$0) }
      if let evidence { writer.member(.ending, evidence) } else { writer.null(.ending) }
    }
  }
}

extension AuctionResult {
  fileprivate init(_ field: Field) throws(WireError) {
    var members = try field.object()
    let outcome = try members.take(.standing).named(Outcome.self)
    let winner = try members.take(.winner)
    let amount = try members.take(.amount)
    self.init(
      outcome: outcome, winner: try winner.orNull { field throws(WireError) in try field.principal() },
      amount: try amount.orNull { field throws(WireError) in try field.money() },
      acceptedBids: try members.take(.acceptedBids).count(), refusedBids: try members.take(.refusedBids).count(),
      refusals: try members.take(.refusals).digest(), closesAt: try members.take(.closesAt).instant())
    // Never a winner without a price, never a sale without a winner.
    let awarded = outcome == .sold
    if awarded != (self.winner != nil) {
      throw winner.refused(awarded ? "the winner" : "null where nobody won")
    }
    guard (self.winner == nil) == (self.amount == nil) else { throw amount.refused("an amount exactly where there is a winner") }
    try members.finish()
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.member(.standing, outcome.wireName)
    writer.member(.winner, winner?.text)
    writer.member(.amount, amount?.minorUnits)
    writer.member(.acceptedBids, acceptedBids)
    writer.member(.refusedBids, refusedBids)
    writer.member(.refusals, refusals.hex)
    writer.member(.closesAt, closesAt.microseconds)
  }
}
