package import AuctionCore
package import AuctionFacts
package import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
package import SharedKernel
import SigningKit

/// An input of the books as the journal keeps it. What is large and rare lies apart: entries are copied by the million.
package enum BidEntry: Sendable {
  /// In journals of version 2 an accepted bid, in those of version 1 a refused one too.
  case bid(Evidence)
  /// An opening: what the books need to know of it. It stands in block 0 itself.
  case opened(PastOpening)
  /// An accepted bid: what the books need to know of it. The bid itself stands in its block.
  case accepted(PastBid)
  /// The block of those accepted since the last one; the document holds it.
  case sealed(PastBlock)
  /// A refused bid: what the books need to know of it. The bid itself is a document, for as long as it is kept.
  case refusal(PastRefusal)
  /// A bid whose bidder was told a refusal that stands in no ledger.
  case turnedAway(bidder: PrincipalID, bid: BidID, digest: Digest)
  indirect case statement(HouseStatement)
  indirect case key(KeyRecord)
  case outage(from: Timestamp, to: Timestamp)
  /// The journal was put back from a copy here.
  case restored
  /// By this notice of its own the house gave up an auction that it had forgotten a part of.
  case abandoned(Evidence)
  /// All that was forgotten has been given up.
  case resumed
  /// In journals up to version 5: refused bids and their receipts up to this number are not kept any longer.
  case pruned(AuctionID, through: Int64)
  /// Refused bids up to this number are not kept any longer, nor are those of their receipts to which no result commits.
  case trimmed(AuctionID, through: Int64)
  /// Compacted: a decision on an auction that is long over; of a refusal also the receipt's digest.
  case decided(bidder: PrincipalID, bid: BidID, BidDecision, receipt: Digest?)
  /// Compacted: an auction that is long over, the scheduling that it began with, and how many of its receipts, from the first on, had
  /// been taken out by then; up to version 5 all of them were.
  indirect case closed(ClosedBook, scheduling: Evidence, lostReceipts: Int64)

  /// Entries of this kind are refusals that the books read back without deciding them again.
  static let refusalKind = "recusa"
  static let bidKind = "lance"
  static let statementKind = "calendario"
  static let openedKind = "aberto"
  static let acceptedKind = "aceito"
  static let sealedKind = "bloco"
  static let closedKind = "encerrado"

  var entry: NewEntry {
    switch self {
    case .bid(let evidence): NewEntry(kind: Self.bidKind, body: evidence.bytes)
    case .opened(let opening): NewEntry(kind: Self.openedKind, body: Self.encode(opening))
    case .accepted(let bid): NewEntry(kind: Self.acceptedKind, body: Self.encode(bid))
    case .sealed(let block): NewEntry(kind: Self.sealedKind, body: Self.encode(block))
    case .refusal(let refusal): NewEntry(kind: Self.refusalKind, body: Self.encode(refusal))
    case .turnedAway(let bidder, let bid, let digest):
      NewEntry(kind: "dispensado", body: Self.encode(bidder, bid, digest))
    case .statement(let statement): NewEntry(kind: Self.statementKind, body: statement.envelope.evidence.bytes)
    case .key(let record): NewEntry(kind: record.standing == .active ? "chave" : "chave_revogada", body: Self.encode(record))
    case .outage(let from, let to): NewEntry(kind: "ausencia", body: Array("\(from.microseconds) \(to.microseconds)".utf8))
    case .restored: NewEntry(kind: RestoredMark.kind, body: [])
    case .abandoned(let evidence): NewEntry(kind: "abandono", body: evidence.bytes)
    case .resumed: NewEntry(kind: "retomado", body: [])
    case .pruned(let auction, let through): NewEntry(kind: "poda", body: Array("\(auction) \(through)".utf8))
    case .trimmed(let auction, let through): NewEntry(kind: "poda_lances", body: Array("\(auction) \(through)".utf8))
    case .decided(let bidder, let bid, let decision, let receipt):
      NewEntry(kind: "decidido", body: Self.encode(bidder, bid, decision, receipt))
    case .closed(let book, let scheduling, let lost): NewEntry(kind: Self.closedKind, body: Self.encode(book, scheduling, lost))
    }
  }

  init(_ entry: Entry) throws {
    switch entry.kind {
    case Self.bidKind: self = .bid(Evidence(entry.body))
    case Self.openedKind:
      guard let opening = Self.opened(entry.body) else { throw unreadableEntry(entry) }
      self = .opened(opening)
    case Self.acceptedKind:
      guard let bid = Self.accepted(entry.body) else { throw unreadableEntry(entry) }
      self = .accepted(bid)
    case Self.sealedKind:
      guard let block = Self.sealed(entry.body) else { throw unreadableEntry(entry) }
      self = .sealed(block)
    case "dispensado":
      guard let turnedAway = Self.turnedAway(entry.body) else { throw unreadableEntry(entry) }
      self = turnedAway
    case Self.statementKind: self = .statement(try HouseStatement(trusted: Evidence(entry.body)))
    case "chave": self = .key(try Self.key(entry.body, standing: .active))
    case "chave_revogada": self = .key(try Self.key(entry.body, standing: .revoked))
    case "ausencia":
      let parts = String(decoding: entry.body, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
      guard parts.count == 2 else { throw unreadableEntry(entry) }
      self = .outage(from: Timestamp(microseconds: parts[0]), to: Timestamp(microseconds: parts[1]))
    case RestoredMark.kind: self = .restored
    case "abandono": self = .abandoned(Evidence(entry.body))
    case "retomado": self = .resumed
    case "poda", "poda_lances":
      let parts = String(decoding: entry.body, as: UTF8.self).split(separator: " ")
      guard parts.count == 2, let auction = AuctionID(String(parts[0])), let through = Int64(parts[1]) else {
        throw unreadableEntry(entry)
      }
      self = entry.kind == "poda" ? .pruned(auction, through: through) : .trimmed(auction, through: through)
    case Self.refusalKind:
      guard let refusal = Self.refusal(entry.body) else { throw unreadableEntry(entry) }
      self = .refusal(refusal)
    case "decidido":
      guard let decided = Self.decision(entry.body) else { throw unreadableEntry(entry) }
      self = decided
    case Self.closedKind:
      guard let closed = Self.closed(entry.body) else { throw unreadableEntry(entry) }
      self = closed
    default: throw foreignEntry(entry, to: BooksJournal.program)
    }
  }
}

// MARK: - Bodies

extension BidEntry {
  /// Owner, a zero byte, the key id (32 bytes), the SubjectPublicKeyInfo.
  private static func encode(_ record: KeyRecord) -> [UInt8] {
    Array(record.owner.text.utf8) + [0] + record.keyID.bytes + record.spki
  }

  private static func key(_ bytes: [UInt8], standing: KeyRecord.Standing) throws -> KeyRecord {
    guard let end = bytes.firstIndex(of: 0), bytes.count > end + 33,
      let owner = PrincipalID(String(decoding: bytes[..<end], as: UTF8.self)), let id = Digest(bytes[(end + 1)..<(end + 33)])
    else { throw unreadableEntry(Entry(number: 0, kind: "chave", body: bytes)) }
    return KeyRecord(owner: owner, keyID: id, spki: Array(bytes[(end + 33)...]), standing: standing)
  }

  private static func encode(_ bidder: PrincipalID, _ bid: BidID, _ digest: Digest) -> [UInt8] {
    var fields = Fields()
    fields.add(bidder.text)
    fields.add(bid.description)
    fields.add(digest.bytes)
    return fields.bytes
  }

  private static func turnedAway(_ bytes: [UInt8]) -> BidEntry? {
    var fields = Fields(bytes)
    guard let bidder = fields.text().flatMap({ PrincipalID($0) }), let bid = fields.text().flatMap({ BidID($0) }),
      let digest = fields.digest(), fields.isAtEnd
    else { return nil }
    return .turnedAway(bidder: bidder, bid: bid, digest: digest)
  }

  private static func encode(_ opening: PastOpening) -> [UInt8] {
    var fields = Fields()
    fields.add(opening.auction.text)
    fields.add(opening.opensAt.microseconds)
    fields.add(opening.closesAt.microseconds)
    fields.add(opening.block.bytes)
    return fields.bytes
  }

  private static func opened(_ bytes: [UInt8]) -> PastOpening? {
    var fields = Fields(bytes)
    guard let auction = fields.text().flatMap({ AuctionID($0) }), let opensAt = fields.number(), let closesAt = fields.number(),
      let block = fields.digest(), fields.isAtEnd
    else { return nil }
    return PastOpening(
      auction: auction, opensAt: Timestamp(microseconds: opensAt), closesAt: Timestamp(microseconds: closesAt), block: block)
  }

  private static func encode(_ bid: PastBid) -> [UInt8] {
    var fields = Fields()
    fields.add(bid.auction.text)
    fields.add(bid.bidder.text)
    fields.add(bid.bid.value.bytes)
    fields.add(bid.digest.bytes)
    fields.add(bid.amount.minorUnits)
    fields.add(bid.receivedAt.microseconds)
    fields.add(bid.newKey?.bytes ?? [])
    if let secret = bid.secret {
      fields.add(secret.amount.minorUnits)
      fields.add(secret.salt)
    }
    return fields.bytes
  }

  private static func accepted(_ bytes: [UInt8]) -> PastBid? {
    var fields = Fields(bytes)
    guard let auction = fields.text().flatMap({ AuctionID($0) }), let bidder = fields.text().flatMap({ PrincipalID($0) }),
      let bid = fields.next().flatMap({ BidID($0) }), let digest = fields.digest(),
      let amount = fields.number().flatMap({ Money(minorUnits: $0) }), let received = fields.number(),
      let key = fields.optionalDigest()
    else { return nil }
    var secret: Secret?
    if !fields.isAtEnd {
      secret = fields.number().flatMap { Money(minorUnits: $0) }.flatMap { amount in
        fields.next().flatMap { Secret(amount: amount, salt: $0) }
      }
      guard secret != nil, fields.isAtEnd else { return nil }
    }
    return PastBid(
      auction: auction, bidder: bidder, bid: bid, digest: digest, amount: amount,
      receivedAt: Timestamp(microseconds: received), newKey: key, secret: secret)
  }

  private static func encode(_ block: PastBlock) -> [UInt8] {
    var fields = Fields()
    fields.add(block.auction.text)
    fields.add(block.number)
    fields.add(block.digest.bytes)
    return fields.bytes
  }

  private static func sealed(_ bytes: [UInt8]) -> PastBlock? {
    var fields = Fields(bytes)
    guard let auction = fields.text().flatMap({ AuctionID($0) }), let number = fields.number(),
      let digest = fields.digest(), fields.isAtEnd
    else { return nil }
    return PastBlock(auction: auction, number: number, digest: digest)
  }

  private static func encode(_ refusal: PastRefusal) -> [UInt8] {
    var fields = Fields()
    fields.add(refusal.auction.text)
    fields.add(refusal.bidder.text)
    fields.add(refusal.bid.description)
    fields.add(refusal.digest.bytes)
    fields.add(refusal.receivedAt.microseconds)
    fields.add(refusal.receipt.bytes)
    return fields.bytes
  }

  private static func refusal(_ bytes: [UInt8]) -> PastRefusal? {
    var fields = Fields(bytes)
    guard let auction = fields.text().flatMap({ AuctionID($0) }), let bidder = fields.text().flatMap({ PrincipalID($0) }),
      let bid = fields.text().flatMap({ BidID($0) }), let digest = fields.digest(),
      let received = fields.number(), let receipt = fields.digest(), fields.isAtEnd
    else { return nil }
    return PastRefusal(
      auction: auction, bidder: bidder, bid: bid, digest: digest, receivedAt: Timestamp(microseconds: received), receipt: receipt)
  }

  private static func encode(_ bidder: PrincipalID, _ bid: BidID, _ decision: BidDecision, _ receipt: Digest?) -> [UInt8] {
    var fields = Fields()
    fields.add(decision.auction.text)
    fields.add(bidder.text)
    fields.add(bid.description)
    fields.add(decision.digest.bytes)
    switch decision.outcome {
    case .accepted(let block): fields.add(block)
    case .refused(let number): fields.add(-number)
    }
    fields.add(receipt?.bytes ?? [])
    return fields.bytes
  }

  /// Receipts are numbered from 1, blocks from 0: the sign tells them apart.
  private static func decision(_ bytes: [UInt8]) -> BidEntry? {
    var fields = Fields(bytes)
    guard let auction = fields.text().flatMap({ AuctionID($0) }), let bidder = fields.text().flatMap({ PrincipalID($0) }),
      let bid = fields.text().flatMap({ BidID($0) }), let digest = fields.digest(),
      let number = fields.number(), let receipt = fields.next(), fields.isAtEnd, number >= 0 || Digest(receipt) != nil,
      number > -maximumCount
    else { return nil }
    let outcome = number < 0 ? BidDecision.Outcome.refused(number: -number) : .accepted(block: number)
    return .decided(
      bidder: bidder, bid: bid, BidDecision(auction: auction, digest: digest, outcome: outcome), receipt: Digest(receipt))
  }

  /// No count in a journal comes near it; what would overflow is unreadable.
  private static let maximumCount: Int64 = 1 << 53

  private static func encode(_ book: ClosedBook, _ scheduling: Evidence, _ lostReceipts: Int64) -> [UInt8] {
    var fields = Fields()
    fields.add(scheduling.bytes)
    fields.add(book.ending?.block.payload ?? [])
    for number in [
      book.closesAt.microseconds, book.closedAt.microseconds, book.acceptedBids, book.refusedBids, book.lastSequence,
    ] {
      fields.add(number)
    }
    fields.add(book.price?.minorUnits)
    fields.add(book.leader?.text ?? "")
    fields.add(book.lastReceived?.microseconds)
    fields.add(lostReceipts)
    return fields.bytes
  }

  private static func closed(_ bytes: [UInt8]) -> BidEntry? {
    var fields = Fields(bytes)
    guard let scheduled = fields.next().flatMap({ try? Envelope(parsing: $0) }), let scheduling = try? Scheduling(scheduled),
      let last = fields.next(), let closesAt = fields.number(), let closedAt = fields.number(), let accepted = fields.number(),
      let refused = fields.number(), let sequence = fields.number(), let price = fields.optionalNumber(),
      let leader = fields.text(), let received = fields.optionalNumber(),
      let lost = fields.isAtEnd ? refused : fields.number(), fields.isAtEnd,
      [accepted, refused, sequence, lost].allSatisfy({ (0...maximumCount).contains($0) })
    else { return nil }
    var ending: ClosedBook.Ending?
    var outcome = AuctionResult.Outcome.cancelled
    if !last.isEmpty {
      // Up to version 3 the whole envelope.
      let payload = (try? Envelope(parsing: last))?.payload ?? last
      guard let block = try? Block(payload: payload, kind: .awarded), case .closing(let result, _) = block.content
      else { return nil }
      outcome = result.outcome
      ending = ClosedBook.Ending(
        number: block.number, instant: block.clock.instant,
        block: Spelled(digest: SHA256.of(payload), payload: payload))
    }
    let book = ClosedBook(
      terms: scheduling.terms, edition: SHA256.of(scheduled.payload), closesAt: Timestamp(microseconds: closesAt),
      closedAt: Timestamp(microseconds: closedAt), outcome: outcome, price: price.flatMap { Money(minorUnits: $0) },
      leader: PrincipalID(leader), acceptedBids: accepted, refusedBids: refused,
      lastReceived: received.map { Timestamp(microseconds: $0) }, lastSequence: sequence, ending: ending)
    return .closed(book, scheduling: scheduled.evidence, lostReceipts: lost)
  }
}
