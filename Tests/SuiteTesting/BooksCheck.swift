import AuctionCore
import AuctionFacts
package import AuctionSigning
import AuctionWire
package import JournalKit
import ServiceKit
package import SharedKernel
import SigningKit

/// Reads ms-lance's journal, lets the oracle decide everything once more, and compares with what stands in the ledgers.
package struct BooksCheck {
  package private(set) var violations: [Violation] = []
  private var oracle = Oracle()
  /// Reserves that were heard of before their auctions were.
  private var early: [Edition: ReserveDisclosure] = [:]
  private var expected: [Said] = []
  private var keys: [Digest: KeyRecord] = [:]
  private let digests: [AuctionID: [Digest]]
  /// Refused where no ledger says so: taken later, they would be decided twice.
  private var turnedAway: Set<Digest> = []
  /// Whose the lots of auctions that are over were, one after the other.
  private var holders: [AuctionID: [PrincipalID]] = [:]
  /// The bids by their payloads' digests: the journal's entries name only that.
  private let bids: [Digest: Evidence]
  /// What the calendar said, out of each block 0.
  private let openings: [AuctionID: Evidence]

  /// - Parameters:
  ///   - refusedBids: the envelopes of the bids that an auction's receipts are about.
  ///   - forEachEntry: hands over every entry of the journal, in order.
  package init(
    _ ledgers: [AuctionID: [HouseStatement]], refusedBids: (AuctionID) throws -> [[UInt8]],
    forEachEntry: ((Entry) throws -> Void) throws -> Void
  ) {
    digests = ledgers.mapValues { $0.compactMap { if case .block = $0.fact { $0.digest } else { nil } } }
    bids = ledgers.reduce(into: [:]) { bids, ledger in
      for bid in Self.acceptedBids(ledger.value) + ((try? refusedBids(ledger.key)) ?? []).map({ Evidence($0) }) {
        guard let envelope = try? Envelope(bid) else { continue }
        bids[SHA256.of(envelope.payload)] = bid
      }
    }
    openings = ledgers.compactMapValues { ledger in
      guard case .block(let block)? = ledger.first?.fact, case .opening(let evidence) = block.content else { return nil }
      return evidence
    }
    var reading: ClockReading?
    do {
      try forEachEntry { entry in
        if entry.kind == TurnRecord.kind {
          if let reading { expect(oracle.endTurn(at: reading)) }
          reading = try TurnRecord.decode(entry.body)
        } else if let reading {
          try take(entry, at: reading)
        }
      }
      if let reading { expect(oracle.endTurn(at: reading)) }
    } catch {
      violations.append(Violation(8, "the journal cannot be read: \(error)"))
    }
    for (auction, ledger) in ledgers.sorted(by: { $0.key < $1.key }) { compare(ledger, of: auction) }
  }

  private mutating func expect(_ said: [Said]) {
    expected += said
    // The oracle knows blocks by number; the digests are those of the ledger.
    for (id, auction) in oracle.auctions {
      let known = digests[id] ?? []
      for number in auction.blocks.indices where number < known.count {
        oracle.auctions[id]?.blocks[number].digest = known[number]
      }
    }
  }

  private mutating func take(_ entry: Entry, at clock: ClockReading) throws {
    switch entry.kind {
    case "aceito", "recusa":
      guard let bid = Digest(Self.field(3, of: entry.body)).flatMap({ bids[$0] }) else {
        return violations.append(Violation(8, "a decision without its bid in the journal"))
      }
      try decide(bid, secret: entry.kind == "aceito" ? Self.secret(of: entry.body) : nil, at: clock)
    case "bloco":
      let number = Self.field(1, of: entry.body).reduce(0) { $0 << 8 | Int($1) }
      guard let auction = AuctionID(String(decoding: Self.field(0, of: entry.body), as: UTF8.self)),
        let known = digests[auction], known.indices.contains(number), known[number].bytes == Self.field(2, of: entry.body)
      else { return violations.append(Violation(8, "a sealing without its block in the journal")) }
    case "aberto":
      guard let auction = AuctionID(String(decoding: Self.field(0, of: entry.body), as: UTF8.self)),
        let known = digests[auction]?.first, known.bytes == Self.field(3, of: entry.body), let opening = openings[auction]
      else { return violations.append(Violation(8, "an opening without its block 0 in the journal")) }
      try hear(HouseStatement(trusted: opening), at: clock)
    case "dispensado":
      guard let digest = Digest(Self.field(2, of: entry.body)) else {
        return violations.append(Violation(8, "an unreadable refusal in the journal"))
      }
      turnedAway.insert(digest)
    case "calendario": try hear(HouseStatement(trusted: Evidence(entry.body)), at: clock)
    case "chave", "chave_revogada":
      guard let record = Self.key(entry) else { return violations.append(Violation(8, "an unreadable key in the journal")) }
      keys[record.keyID] = record
      if record.standing == .revoked { expect(oracle.revoke(record, at: clock)) }
    case "ausencia":
      let times = String(decoding: entry.body, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
      guard times.count == 2 else { return violations.append(Violation(8, "an unreadable outage in the journal")) }
      expect(oracle.outage(from: Timestamp(microseconds: times[0]), to: Timestamp(microseconds: times[1]), at: clock))
    default: violations.append(Violation(8, "what is \(entry.kind) doing in the journal?"))
    }
  }

  /// - Parameter secret: what an accepted bid had committed to; a refused one is kept with it.
  private mutating func decide(_ evidence: Evidence, secret: Secret?, at clock: ClockReading) throws {
    let envelope = try Envelope(evidence)
    guard let key = keys[envelope.keyID] else { return violations.append(Violation(2, "a bid without its key in the journal")) }
    var bid = SubmittedBid(
      bid: try Bid(envelope), digest: SHA256.of(envelope.payload), key: key, evidence: envelope.with(nil).evidence,
      secret: secret ?? envelope.secret)
    if let secret = bid.secret,
      SHA256.of(secret.commitment(to: bid.bid.id, of: bid.bid.bidder, in: bid.bid.edition)) != bid.bid.maximumCommitment
    {
      bid = SubmittedBid(bid: bid.bid, digest: bid.digest, key: key, evidence: bid.evidence)
    }
    if turnedAway.contains(bid.digest) { violations.append(Violation(6, "\(bid.bid.id): decided after it was turned away")) }
    expect(oracle.decide(bid, at: clock))
  }

  private static func acceptedBids(_ ledger: [HouseStatement]) -> [Evidence] {
    ledger.flatMap { statement -> [Evidence] in
      guard case .block(let block) = statement.fact, case .entries(let entries) = block.content else { return [] }
      return entries.compactMap { if case .bid(let evidence, _) = $0.fact { evidence } else { nil } }
    }
  }

  private static func secret(of accepted: [UInt8]) -> Secret? {
    let amount = field(7, of: accepted).reduce(0) { $0 << 8 | Int64($1) }
    return Money(minorUnits: amount).flatMap { Secret(amount: $0, salt: field(8, of: accepted)) }
  }

  /// Fields have their lengths (4 bytes, big-endian) before them; numbered from 0.
  private static func field(_ number: Int, of body: [UInt8]) -> [UInt8] {
    var rest = body[...]
    var field: ArraySlice<UInt8> = []
    for _ in 0...number {
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      field = rest.dropFirst(4).prefix(length)
      rest = rest.dropFirst(4 + length)
    }
    return Array(field)
  }

  private mutating func hear(_ statement: HouseStatement, at clock: ClockReading) throws {
    switch statement.fact {
    case .scheduled(let scheduling): schedule(scheduling, statement.digest)
    case .opened(let opening):
      let envelope = try Envelope(opening.scheduling)
      schedule(try Scheduling(envelope), SHA256.of(envelope.payload))
      guard let known = oracle.auctions[opening.auction], known.edition == opening.edition else { return }
      if !known.isOpen { oracle.auctions[opening.auction]?.end = opening.closesAt }
      expect(oracle.open(opening.auction, opensAt: opening.opensAt, at: clock))
    case .reserve(let said) where oracle.auctions[said.auction] == nil: early[said.edition] = early[said.edition] ?? said
    case .reserve(let said):
      expect(oracle.keep(said.secret.amount, of: said.auction, said.edition, at: clock))
    case .notice(let notice): expect(oracle.hear(notice, bytes: statement.envelope.evidence.bytes.count, at: clock))
    case .voiding(let voiding, _): expect(oracle.void(voiding, bytes: statement.envelope.evidence.bytes.count, at: clock))
    case .block, .extended, .refused, .answered, .clock, .ledgerClosed: break
    case .passedOn(let said): pass(said)
    }
  }

  /// To whom, and for how much, the oracle says too.
  private mutating func pass(_ said: PassedOn) {
    guard let auction = oracle.auctions[said.auction], auction.outcome == .sold || auction.outcome == .conditional else {
      return violations.append(Violation(4, "\(said.auction) is passed on, and nobody could have it"))
    }
    let before = holders[said.auction] ?? (auction.outcome == .sold ? [auction.leader].compactMap { $0 } : [])
    let heir = auction.next(without: Set(before))
    if said.passing.from != before.last || heir != Heir(bidder: said.passing.to, amount: said.passing.amount) {
      violations.append(
        Violation(4, "\(said.auction) is passed on to \(said.passing.to), the oracle says \(heir?.bidder.text ?? "nobody")"))
    }
    holders[said.auction] = before + [said.passing.to]
  }

  private mutating func schedule(_ scheduling: Scheduling, _ edition: Digest) {
    let id = scheduling.terms.auction
    guard oracle.auctions[id] == nil else { return }
    oracle.auctions[id] = Oracle.Auction(terms: scheduling.terms, edition: edition, end: scheduling.terms.closesAt)
    if let said = early[edition] { _ = oracle.keep(said.secret.amount, of: id, edition, at: scheduling.clock) }
  }

  /// Owner, a zero byte, the key's id (32 bytes), the SubjectPublicKeyInfo.
  private static func key(_ entry: Entry) -> KeyRecord? {
    guard let end = entry.body.firstIndex(of: 0), entry.body.count > end + 33,
      let owner = PrincipalID(String(decoding: entry.body[..<end], as: UTF8.self)),
      let id = Digest(entry.body[(end + 1)..<(end + 33)])
    else { return nil }
    return KeyRecord(
      owner: owner, keyID: id, spki: Array(entry.body[(end + 33)...]), standing: entry.kind == "chave" ? .active : .revoked)
  }

  private mutating func compare(_ ledger: [HouseStatement], of auction: AuctionID) {
    let said = ledger.compactMap(Self.said)
    let should = expected.filter { $0.auction == auction && $0.isKept }
    let blocks = (said.filter(\.isBlock), should.filter(\.isBlock))
    let receipts = (said.filter { !$0.isBlock }, should.filter { !$0.isBlock })
    for (is_, should) in [blocks, receipts] where is_ != should {
      let place = zip(is_, should).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(is_.count, should.count)
      violations.append(
        Violation(
          3,
          "\(auction): the oracle says \(place < should.count ? "\(should[place])" : "nothing more"), "
            + "the ledger \(place < is_.count ? "\(is_[place])" : "nothing more")"))
    }
  }

  private static func said(_ statement: HouseStatement) -> Said? {
    switch statement.fact {
    case .block(let block):
      switch block.content {
      case .opening: .block(block.auction, block.number, block.clock, [])
      case .entries(let entries): .block(block.auction, block.number, block.clock, entries.map { Said.Line($0) })
      case .closing(let result, _):
        .result(
          block.auction, block.number, result.outcome, result.winner, result.amount?.minorUnits, result.acceptedBids,
          result.refusedBids, result.closesAt)
      }
    case .refused(let receipt):
      if let auction = receipt.auction, let bid = receipt.bid {
        .refused(
          auction, bid, receipt.reason, receipt.minimum?.minorUnits, after: receipt.afterBlock, at: receipt.receivedAt,
          number: receipt.number)
      } else {
        nil
      }
    case .scheduled, .reserve, .opened, .notice, .extended, .answered, .clock, .ledgerClosed, .voiding, .passedOn: nil
    }
  }
}

extension Said {
  fileprivate var isBlock: Bool {
    switch self {
    case .block, .result: true
    case .extended, .accepted, .refused, .repeated: false
    }
  }

  /// Whether it stands in the ledger.
  fileprivate var isKept: Bool {
    if case .refused(_, _, _, _, after: _, at: _, number: let number) = self { return number != nil }
    return isBlock
  }
}
