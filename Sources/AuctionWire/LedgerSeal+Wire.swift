import AuctionFacts
import SharedKernel

extension LedgerSeal: WireValue {
  package static let kinds: [Kind] = [.ledgerClosed]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let auction = try members.take(.auction).auction()
    let edition = try members.take(.edition).digest()
    let head = try members.take(.head).seen()
    let lost = try members.take(.lostReceipts).count()
    let first = try members.take(.firstRecord).orNull { field throws(WireError) in try field.count(from: 1) }
    let until = try members.take(.lastRecord)
    // Both or neither, in this order.
    let last = try until.orNull { field throws(WireError) in try field.count(from: first ?? WireLimits.integer) }
    guard (first == nil) == (last == nil) else { throw until.refused("null exactly where relogios_de is") }
    self.init(
      auction: auction, edition: edition, head: head, lostReceipts: lost,
      clockRecords: first.flatMap { a in last.map { a...$0 } },
      clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .ledgerClosed }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      $0.seen(.head, head)
      $0.member(.lostReceipts, lostReceipts)
      $0.member(.firstRecord, clockRecords?.lowerBound)
      $0.member(.lastRecord, clockRecords?.upperBound)
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(auction):livro" }
  package var correlationID: String? { auction.text }
}
