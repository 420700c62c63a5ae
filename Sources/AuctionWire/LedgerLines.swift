package import AuctionFacts
package import SharedKernel

/// The first line of a ledger's file: what it is the ledger of, and how much of everything there is, so that nothing can be missing
/// at its end unseen. Nobody signs it. docs/ledger.md
package struct LedgerHeader: Hashable, Sendable {
  package let auction: AuctionID
  package let edition: Edition
  /// Whether the last block is the closing one.
  package let isOver: Bool
  package let head: Seen
  /// How many lines of each there are: the house's keys, blocks, receipts, records of the clock.
  package let keys: Int64
  package let blocks: Int64
  package let receipts: Int64
  /// How many receipts, from the first on, the house no longer had.
  package let lostReceipts: Int64
  package let clockRecords: Int64

  package init(
    auction: AuctionID, edition: Edition, isOver: Bool, head: Seen, keys: Int64, blocks: Int64, receipts: Int64,
    lostReceipts: Int64, clockRecords: Int64
  ) {
    (self.auction, self.edition, self.isOver, self.head) = (auction, edition, isOver, head)
    (self.keys, self.blocks, self.receipts) = (keys, blocks, receipts)
    (self.lostReceipts, self.clockRecords) = (lostReceipts, clockRecords)
  }

  private static let format = "leilao-livro"
  private static let version: Int64 = 2

  /// Reads a line without its end, in the one spelling that `encoded` gives.
  package init(parsing line: [UInt8]) throws(WireError) {
    var members = try Members(line, limit: WireLimits.body, unknown: .refused)
    let format = try members.take(.format)
    guard try format.text(atMost: WireLimits.title).isSpelled(as: Self.format) else { throw format.refused(Self.format) }
    _ = try members.take(.version).integer(Self.version...Self.version)
    self.init(
      auction: try members.take(.auction).auction(), edition: try members.take(.edition).digest(),
      isOver: try members.take(.isOver).boolean(), head: try members.take(.head).seen(),
      keys: try members.take(.houseKeys).count(), blocks: try members.take(.blocks).count(from: 1),
      receipts: try members.take(.receipts).count(), lostReceipts: try members.take(.lostReceipts).count(),
      clockRecords: try members.take(.clockRecords).count())
    try members.finish()
    try line.mustBe(encoded())
  }

  package func encoded() -> [UInt8] {
    JSONWriter.object {
      $0.member(.format, Self.format)
      $0.member(.version, Self.version)
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      $0.member(.isOver, isOver)
      $0.seen(.head, head)
      $0.member(.houseKeys, keys)
      $0.member(.blocks, blocks)
      $0.member(.receipts, receipts)
      $0.member(.lostReceipts, lostReceipts)
      $0.member(.clockRecords, clockRecords)
    }
  }
}

/// A line of a ledger's file: a key under which the house, or an operator, signed something that follows.
package struct LedgerKey: Hashable, Sendable {
  package let owner: PrincipalID
  /// SubjectPublicKeyInfo, DER.
  package let spki: [UInt8]
  package init(owner: PrincipalID, spki: [UInt8]) { (self.owner, self.spki) = (owner, spki) }

  /// Whether a line is meant as one, be it right or wrong: everything else is an envelope.
  package static func isMeant(by line: [UInt8]) -> Bool { line.starts(with: beginning) }
  private static let beginning = Array("{\"\(Name.houseKey.text)\"".utf8)

  package init(parsing line: [UInt8]) throws(WireError) {
    var members = try Members(line, limit: WireLimits.body, unknown: .refused)
    var key = try members.take(.houseKey).object()
    self.init(
      owner: try key.take(.principal).principal(), spki: try key.take(.spki).base64(atMost: WireLimits.publicKey))
    try key.finish()
    try members.finish()
    try line.mustBe(encoded())
  }

  package func encoded() -> [UInt8] {
    JSONWriter.object {
      $0.object(.houseKey) {
        $0.member(.principal, owner.text)
        $0.member(.spki, base64: spki)
      }
    }
  }
}

extension Envelope {
  /// Reads a line of a ledger's file, which must be the canonical spelling without a secret.
  package init(canonicalLine line: [UInt8]) throws(WireError) {
    self = try Envelope(parsing: line)
    try line.mustBe(encoded())
  }
}

extension [UInt8] {
  fileprivate func mustBe(_ canonical: [UInt8]) throws(WireError) {
    guard self == canonical else { throw .value(path: "", seen: "another spelling of it", accepted: "the canonical one") }
  }
}
