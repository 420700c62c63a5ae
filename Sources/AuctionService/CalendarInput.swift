package import AuctionCore
package import AuctionFacts
import AuctionWire
import JournalKit
import ServiceKit
package import SharedKernel

/// An input of the calendar as the journal keeps it.
package enum CalendarInput: Sendable {
  /// A command that was accepted; in journals up to version 6, as `held` tells, one that may have been refused as well.
  case command(Evidence, nonce: [UInt8], held: Set<AuctionFormat> = AuctionFormat.held)
  case filed(Command, nonce: [UInt8])
  case statement(Evidence)
  case tick
  /// The journal was put back from a copy here.
  case restored
  /// What was open or due then has been cancelled.
  case resumed
  /// A command that was refused, or compacted: what was answered, and the digest of its payload.
  case answeredBefore(CommandAnswer, digest: Digest)
  /// Compacted: an auction that is long over.
  case closed(ClosedEntry)

  static let closedKind = "encerrado"
  private static let nonceLength = 16
  private static let digestLength = 32

  var entry: NewEntry {
    switch self {
    case .command(let evidence, let nonce, _): NewEntry(kind: "ordem", body: nonce + evidence.bytes)
    case .filed(let command, let nonce): NewEntry(kind: "arquivo", body: nonce + command.payload)
    case .statement(let evidence): NewEntry(kind: "lance", body: evidence.bytes)
    case .tick: NewEntry(kind: "hora", body: [])
    case .restored: NewEntry(kind: RestoredMark.kind, body: [])
    case .resumed: NewEntry(kind: "retomado", body: [])
    case .answeredBefore(let answer, let digest): NewEntry(kind: "respondido", body: digest.bytes + answer.payload)
    case .closed(let closed): NewEntry(kind: Self.closedKind, body: Self.encode(closed))
    }
  }

  init(_ entry: Entry) throws {
    func split() throws -> (nonce: [UInt8], rest: [UInt8]) {
      guard entry.body.count > Self.nonceLength else { throw unreadableEntry(entry) }
      return (Array(entry.body.prefix(Self.nonceLength)), Array(entry.body.dropFirst(Self.nonceLength)))
    }
    switch entry.kind {
    case "ordem", "comando":
      let (nonce, rest) = try split()
      self = .command(
        Evidence(rest), nonce: nonce, held: entry.kind == "ordem" ? AuctionFormat.held : AuctionFormat.heldUpToVersion6)
    case "arquivo":
      let (nonce, rest) = try split()
      self = .filed(try Command(payload: rest, kind: .schedule), nonce: nonce)
    case "lance": self = .statement(Evidence(entry.body))
    case "hora": self = .tick
    case RestoredMark.kind: self = .restored
    case "retomado": self = .resumed
    case "respondido":
      guard let digest = Digest(Array(entry.body.prefix(Self.digestLength))) else { throw unreadableEntry(entry) }
      self = .answeredBefore(
        try CommandAnswer(payload: Array(entry.body.dropFirst(Self.digestLength)), kind: .commandAnswered), digest: digest)
    case Self.closedKind:
      guard let closed = Self.closed(entry.body) else { throw unreadableEntry(entry) }
      self = .closed(closed)
    default: throw foreignEntry(entry, to: CalendarJournal.program)
    }
  }

  private static func encode(_ closed: ClosedEntry) -> [UInt8] {
    var fields = Fields()
    fields.add(closed.auction.text)
    fields.add(closed.edition.bytes)
    for number in [closed.opensAt.microseconds, closed.closesAt.microseconds, closed.sequence] { fields.add(number) }
    fields.add(closed.seller?.text ?? "")
    if let lot = closed.lot {
      fields.add(lot.result.bytes)
      fields.add(lot.winner?.text ?? "")
      fields.add(lot.price?.minorUnits)
      for said in lot.passings { fields.add(said.payload) }
    }
    return fields.bytes
  }

  private static func closed(_ bytes: [UInt8]) -> ClosedEntry? {
    var fields = Fields(bytes)
    guard let auction = fields.text().flatMap({ AuctionID($0) }), let edition = fields.next().flatMap({ Digest($0) }),
      let opensAt = fields.number(), let closesAt = fields.number(), let sequence = fields.number()
    else { return nil }
    var lot: FinishedLot?
    // Up to version 10 that was all.
    let seller = fields.isAtEnd ? nil : fields.text().flatMap { PrincipalID($0) }
    if !fields.isAtEnd {
      lot = seller.flatMap { Self.lot(&fields, seller: $0) }
      guard lot != nil else { return nil }
    }
    return ClosedEntry(
      auction: auction, edition: edition, opensAt: Timestamp(microseconds: opensAt),
      closesAt: Timestamp(microseconds: closesAt), sequence: sequence, seller: seller, lot: lot)
  }

  private static func lot(_ fields: inout Fields, seller: PrincipalID) -> FinishedLot? {
    guard let result = fields.digest(), let winner = fields.text(), let price = fields.optionalNumber() else { return nil }
    var passings: [PassedOn] = []
    while !fields.isAtEnd {
      guard let said = fields.next().flatMap({ try? PassedOn(payload: $0, kind: .passedOn) }) else { return nil }
      passings.append(said)
    }
    return FinishedLot(
      result: result, seller: seller, winner: PrincipalID(winner), price: price.flatMap { Money(minorUnits: $0) },
      passings: passings)
  }
}
