import AuctionClient
import AuctionCore
import AuctionFacts
package import AuctionSigning
import AuctionWire
import ServiceKit
package import SharedKernel
import SigningKit

/// Reads one auction's ledger from the opening to the result with its own small idea of the rules, and says what is wrong.
package struct LedgerCheck {
  package private(set) var violations: [Violation] = []
  private let auction: AuctionID
  private var terms: AuctionTerms?
  private var nonce: [UInt8] = []
  private var reserve: Money?
  private var price: Money?
  private var leader: PrincipalID?
  private var closesAt: Timestamp?
  private var accepted: Int64 = 0
  private var closings = 0
  private var suspendedAt: Timestamp?
  private var keys: [Digest: KeyRecord] = [:]
  private var stamps: [Timestamp] = []
  /// When the house was back from the last absence that is told of.
  private var returned: Timestamp?
  private var taken: [(bid: SubmittedBid, entry: BlockEntry)] = []
  /// Places among those taken, and how many there were when each counted no longer.
  private var voided: [(place: Int, after: Int, entry: BlockEntry)] = []
  /// Of a price that falls: what keeps it from falling is told to it.
  private var falling: Oracle.Auction?

  /// - Parameter isOpen: whether there need be no result yet.
  package init(_ ledger: [HouseStatement], of auction: AuctionID, isOpen: Bool = false) {
    self.auction = auction
    var head: Digest?
    var next: Int64 = 0
    var receipts: [(Receipt, Digest)] = []
    var result: AuctionResult?
    for statement in ledger {
      switch statement.fact {
      case .block(let block):
        if block.number != next { complain("block \(block.number) where \(next) belongs") }
        if block.previous != head ?? block.edition { complain("block \(block.number) does not name the one before it") }
        if closings > 0 { complain("block \(block.number) follows the result", 4) }
        read(block)
        if case .closing(let said, _) = block.content { result = said }
        (head, next) = (statement.digest, next + 1)
      case .refused(let receipt): receipts.append((receipt, statement.digest))
      case .clock, .ledgerClosed: break
      case .scheduled, .reserve, .opened, .notice, .extended, .answered, .voiding, .passedOn:
        complain("what is \(statement.envelope.kind) doing here?")
      }
    }
    check(receipts)
    if next > 0, closings != 1, !(isOpen && closings == 0) { complain("\(closings) results", 4) }
    if let result {
      check(result, receipts)
      checkSecrets(result)
    }
    follow(ledger)
  }

  private mutating func complain(_ what: String, _ invariant: Int = 8) {
    violations.append(Violation(invariant, "\(auction): \(what)"))
  }

  private mutating func read(_ block: Block) {
    defer { if let returned, block.clock.instant < returned { complain("sealed before the house was back") } }
    switch block.content {
    case .opening(let evidence):
      guard let opening = (try? Envelope(evidence)).flatMap({ try? Opening($0) }),
        let scheduling = (try? Envelope(opening.scheduling)).flatMap({ try? Scheduling($0) })
      else { return complain("an opening that cannot be read") }
      (terms, nonce, closesAt) = (scheduling.terms, scheduling.nonce, opening.closesAt)
      if scheduling.terms.format == .dutch {
        var auction = Oracle.Auction(terms: scheduling.terms, edition: opening.edition, end: opening.closesAt)
        (auction.isOpen, auction.opened) = (true, opening.opensAt)
        falling = auction
      }
      if block.number != 0 { complain("opened in block \(block.number)") }
    case .entries(let entries):
      for entry in entries {
        if let received = entry.fact.receivedAt, let returned, received < returned { complain("received in an absence") }
        read(entry)
      }
    case .closing(let result, let evidence):
      closings += 1
      if result.outcome != .cancelled, let evidence, let end = closesAt,
        let notice = (try? Envelope(evidence)).flatMap({ try? CalendarNotice($0) }),
        case .close(let named) = notice.action
      {
        closesAt = max(end, named)
      }
      if (evidence == nil) != isBought { complain("ended by a bid or not", 4) }
      if result.outcome != .cancelled, evidence != nil, block.clock.instant <= result.closesAt {
        complain("closed before its end", 11)
      }
    }
  }

  private mutating func read(_ entry: BlockEntry) {
    if let closesAt, entry.closesAt < closesAt { complain("the end moved back", 3) }
    if isBought, !entry.fact.isRevelation {
      complain("something after the lot was bought at once", 3)
    }
    switch entry.fact {
    case .bid(let evidence, let receivedAt): read(evidence, receivedAt, entry)
    case .key(let record): keys[record.keyID] = record
    case .outage(let from, let to):
      if to <= from { complain("an outage that ends before it begins") }
      returned = max(returned ?? to, to)
      if let falling, let closesAt {
        self.falling?.absent = falling.absent + (to - from)
        if entry.closesAt != closesAt + (to - from) { complain("the end did not move by the outage", 3) }
        ask(entry, at: to)
      }
    case .suspended(_, let receivedAt):
      if suspendedAt != nil { complain("suspended twice") }
      if entry.closesAt != closesAt { complain("a suspension moved the end") }
      suspendedAt = receivedAt
      stamps.append(receivedAt)
      ask(entry, at: receivedAt)
    case .resumed(let evidence, let receivedAt):
      guard let notice = (try? Envelope(evidence)).flatMap({ try? CalendarNotice($0) }), let named = notice.named, let closesAt
      else { return complain("a resumption that cannot be read") }
      let paused = suspendedAt.map { receivedAt - $0 } ?? .zero
      if entry.closesAt != max(named, closesAt + paused) { complain("the end did not move by the suspension", 3) }
      suspendedAt = nil
      stamps.append(receivedAt)
      if let falling { self.falling?.paused = falling.paused + (entry.closesAt - closesAt) }
      ask(entry, at: receivedAt)
    case .revealed(let bid, let bidder, let secret): reveal(bid, of: bidder, secret)
    case .reserveRevealed(let secret):
      if reserve != nil { complain("two reserves", 3) }
      if secret.reserveDigest(to: auction, nonce: nonce) != terms?.rules.reserveCommitment { complain("another reserve", 3) }
      reserve = secret.amount
    case .voided(let evidence, let receivedAt): void(evidence, receivedAt, entry)
    }
    (price, leader, closesAt) = (entry.price, entry.leader, entry.closesAt)
  }

  /// What the entry says is asked.
  private mutating func ask(_ entry: BlockEntry, at instant: Timestamp) {
    guard let falling, entry.minimum.minorUnits != falling.minimum(at: instant) else { return }
    complain("not what was asked then", 3)
  }

  /// Nothing but the closing block may follow.
  private var isBought: Bool { price != nil && (falling != nil || price == terms?.rules.buyNow) }

  private mutating func read(_ evidence: Evidence, _ receivedAt: Timestamp, _ entry: BlockEntry) {
    guard let envelope = try? Envelope(evidence), let bid = try? Bid(envelope), let terms else {
      return complain("a bid that cannot be read")
    }
    guard let record = keys[envelope.keyID], record.standing == .active, record.owner == bid.bidder,
      let key = try? PublicKey(spki: record.spki), key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding)
    else { return complain("the bid \(bid.id) is not under a key that stood then", 2) }
    if suspendedAt != nil { complain("the bid \(bid.id) counted in a suspended auction", 3) }
    accepted += 1
    stamps.append(receivedAt)
    taken.append((SubmittedBid(bid: bid, digest: SHA256.of(envelope.payload), key: record, evidence: evidence), entry))
    if let closesAt, receivedAt > closesAt { complain("the bid \(bid.id) came after the end", 3) }
    if let falling {
      let price = Build.money(falling.minimum(at: receivedAt))
      if entry.price != price || entry.leader != bid.bidder || bid.amount < price || entry.closesAt != closesAt {
        complain("the bid \(bid.id) did not buy at what was asked", 3)
      }
      return
    }
    // What is secret is looked at when it is revealed.
    guard areAmountsOpen else { return }
    guard voided.isEmpty else { return compare(voids: voided.count, bids: taken.count, with: entry) }
    let buyNow = terms.rules.buyNow ?? .maximum
    if bid.bidder == leader, bid.amount < buyNow || terms.rules.buyNow == nil { complain("\(bid.bidder) outbid itself", 3) }
    if entry.leader != bid.bidder || entry.price != min(bid.amount, buyNow) {
      complain("the bid \(bid.id) is not what the state after it says", 3)
    }
    let least = price.map { $0.addingClamped(10_00) } ?? terms.openingPrice
    let isHigher = price.map { bid.amount > $0 } ?? true
    let isInFlight = terms.rules.inFlightTolerance > .zero && isHigher
    if bid.amount < min(least, buyNow), !isInFlight {
      complain("the bid \(bid.id) of \(bid.amount.minorUnits) is below \(least.minorUnits)", 3)
    }
  }

  private mutating func void(_ evidence: Evidence, _ receivedAt: Timestamp, _ entry: BlockEntry) {
    stamps.append(receivedAt)
    guard let voiding = Voiding(evidence),
      let place = taken.firstIndex(where: { $0.bid.bid.id == voiding.bid && $0.bid.bid.bidder == voiding.bidder }),
      !voided.contains(where: { $0.place == place })
    else { return complain("a voided bid that is none, or was voided before", 3) }
    voided.append((place, taken.count, entry))
    accepted -= 1
    if entry.closesAt != closesAt { complain("a voided bid moved the end", 3) }
    if areAmountsOpen { compare(voids: voided.count, bids: taken.count, with: entry) }
  }

  /// Once a bid was voided, the leader's may go further than its turn asked for: then a reserve moves the price.
  private var areAmountsOpen: Bool {
    guard let terms, !terms.isSealed, voided.isEmpty || terms.rules.reserveCommitment == nil || reserve != nil else {
      return false
    }
    return taken.allSatisfy { $0.bid.bid.maximumCommitment == nil }
  }

  /// Whether the first so many bids, without the first so many voided ones, come to what the entry says.
  private mutating func compare(voids: Int, bids: Int, with entry: BlockEntry) {
    guard let terms else { return }
    let gone = Set(voided.prefix(voids).map(\.place))
    let counting = taken.prefix(bids).enumerated().filter { !gone.contains($0.offset) }.map(\.element.bid)
    var oracle = Oracle.Auction(terms: terms, edition: SHA256.of([]), end: terms.closesAt)
    oracle.reserve = reserve?.minorUnits
    let standing = oracle.standing(of: counting)
    let isMet = reserve.map { (standing.price ?? 0) >= $0.minorUnits }
    if standing.price != entry.price?.minorUnits || standing.leader != entry.leader || isMet != entry.isReserveMet {
      complain("after \(bids) bids and \(voids) voided ones, price and leader are not what they come to", 3)
    }
  }

  private mutating func reveal(_ bid: BidID, of bidder: PrincipalID, _ secret: Secret) {
    guard let place = taken.firstIndex(where: { $0.bid.bid.id == bid && $0.bid.bid.bidder == bidder }) else {
      return complain("a secret of no bid", 3)
    }
    let old = taken[place].bid
    if SHA256.of(secret.commitment(to: bid, of: bidder, in: old.bid.edition)) != old.bid.maximumCommitment {
      complain("a secret that is not what \(bidder) committed to", 3)
    }
    taken[place].bid = SubmittedBid(bid: old.bid, digest: old.digest, key: old.key, evidence: old.evidence, secret: secret)
  }

  /// With nothing secret any more, every price and leader is what the oracle works out from the bids.
  private mutating func checkSecrets(_ result: AuctionResult) {
    guard let terms, result.outcome != .cancelled else { return }
    if (reserve == nil) != (terms.rules.reserveCommitment == nil) { complain("the reserve was not revealed", 3) }
    if taken.contains(where: { $0.bid.bid.maximumCommitment != nil && $0.bid.secret == nil }) {
      complain("not all was revealed", 3)
    }
    guard !terms.isSealed, falling == nil else { return }
    for (place, (_, entry)) in taken.enumerated() {
      compare(voids: voided.prefix { $0.after <= place }.count, bids: place + 1, with: entry)
    }
    for (place, void) in voided.enumerated() { compare(voids: place + 1, bids: void.after, with: void.entry) }
  }

  private mutating func check(_ receipts: [(Receipt, Digest)]) {
    for (index, (receipt, _)) in receipts.enumerated() {
      stamps.append(receipt.receivedAt)
      if receipt.number != Int64(index) + 1 { complain("receipt \(receipt.number ?? 0) where \(index + 1) belongs") }
    }
    if Set(stamps).count != stamps.count { complain("two things were received at one instant", 3) }
  }

  private mutating func check(_ result: AuctionResult, _ receipts: [(Receipt, Digest)]) {
    switch result.outcome {
    case .sold:
      if result.winner != leader || result.amount != price || leader == nil {
        complain("the winner is not the highest bidder", 4)
      }
    case .noBids: if accepted > 0 { complain("bids, and yet none", 4) }
    case .cancelled: if result.winner != nil { complain("a winner of nothing", 4) }
    case .conditional: if result.winner != nil || accepted == 0 { complain("a winner below the reserve", 4) }
    }
    if let reserve, let price, result.outcome != .cancelled, (price >= reserve) != (result.outcome == .sold) {
      complain("sold below its reserve, or not sold above it", 4)
    }
    if result.closesAt != closesAt { complain("the result names another end", 4) }
    if result.acceptedBids != accepted { complain("\(result.acceptedBids) bids counted, \(accepted) stand there") }
    let before = receipts.prefix(Int(result.refusedBids))
    if before.count != result.refusedBids || SHA256.of(before.flatMap { $0.1.bytes }) != result.refusals {
      complain("the receipts are not those of the result")
    }
  }

  /// What a follower makes of it.
  private mutating func follow(_ ledger: [HouseStatement]) {
    guard case .block(let first)? = ledger.first?.fact, case .opening(let evidence) = first.content,
      let opening = (try? Envelope(evidence)).flatMap({ try? Opening($0) }),
      let scheduling = (try? Envelope(opening.scheduling)).flatMap({ try? Scheduling($0) })
    else { return }
    var followed = FollowedAuction(scheduling, edition: opening.edition)
    for statement in ledger {
      if case .block(let block) = statement.fact { _ = followed.take(block, digest: statement.digest) }
    }
    if followed.health != .whole { complain("a follower finds it \(followed.health)") }
  }
}
