// BidService: ms-lance. Its desk opens bids and the calendar's events, lets the books decide, and turns what the books say
// into journal entries, documents for queries and messages for the outbox. The rules themselves are AuctionCore's.

package import AuctionCore
import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import JournalKit
package import MessagingKit
package import ServiceKit
package import SharedKernel
import SigningKit

/// ms-lance without its shell.
package struct BidDesk: Desk, Sendable {
  /// A delivery after its envelope, signature, key, identity and payload have been looked at.
  package enum Opened: Sendable {
    case bid(SubmittedBid, replyTo: String?)
    case unheardBid(UnheardBid)
    /// One too many, not looked into; nil when it is not even answered.
    case shed(UnheardBid?)
    case statement(HouseStatement)
    case poison(Delivery, Rejection)
    /// About an auction that another partition holds: what is said of it here would be no word of the house.
    case misdirected(Delivery)

    /// The auction that it is about, as far as it can be read.
    var auction: AuctionID? {
      switch self {
      case .bid(let bid, _): bid.bid.auction
      case .unheardBid(let bid): bid.auction
      case .shed(let bid): bid?.auction
      case .statement(let statement): statement.auction
      case .poison, .misdirected: nil
      }
    }
  }

  var recorded: RecordedBooks
  private var limiter: RateLimiter
  /// Whose statements are heard besides bidders': the calendar's.
  private var ring = KeyRing()
  let voice: Voice
  private let profile: IdentityProfile
  /// The number of the last signed record of the clock; 0 while there is none.
  private(set) var lastClockRecord: Int64 = 0
  /// What that was when those auctions opened that are open.
  private var clockRecordsAtOpenings: [AuctionID: Int64] = [:]
  /// Which of the house's partitions this is; nil in a house that has none.
  let partition: Partition?

  package init(voice: Voice, profile: IdentityProfile, limiter: RateLimiter, partition: Partition? = nil) {
    self.partition = partition
    self.limiter = limiter
    self.voice = voice
    self.profile = profile
    recorded = RecordedBooks(BookKeeper(scribe: .house))
  }

  var keeper: BookKeeper {
    get { recorded.keeper }
    _modify { yield &recorded.keeper }
  }

  /// When something need not be kept any longer; what is decided waits for nothing.
  package var wakeUp: Timestamp? { recorded.retention.wakeUp }
  package var needsGoodClock: Bool { keeper.openAuctions > 0 }

  /// Where the broker vouches for each bidder, what he sends counts before it is looked into: neither signatures nor dead letters
  /// are to be had for nothing. Those who do not say who they are share one bucket. What the broker brings once more was counted
  /// before.
  package mutating func admit(_ delivery: Delivery, at now: Timestamp) -> Opened? {
    guard profile == .own, delivery.exchange == Exchange.lances.rawValue, !delivery.isRedelivered else { return nil }
    let sender = delivery.properties.userID.flatMap { PrincipalID($0) }
    switch limiter.admit(sender, at: now) {
    case .admitted: return nil
    case .shed(let mayAnswer):
      let bid = mayAnswer ? UnheardBid(shed: delivery, from: sender) : nil
      return .shed(holds(bid?.auction) ? bid : nil)
    }
  }

  /// Whether an auction is this partition's to speak of, if there is one.
  func holds(_ auction: AuctionID?) -> Bool {
    guard let partition, let auction else { return true }
    return partition.holds(auction.slice)
  }

  package func open(_ delivery: Delivery) -> Opened {
    let opened = check(delivery)
    return holds(opened.auction) ? opened : .misdirected(delivery)
  }

  private func check(_ delivery: Delivery) -> Opened {
    guard !delivery.isOversize else { return .poison(delivery, Rejection(.malformed, "too large")) }
    switch Exchange(rawValue: delivery.exchange) {
    case .lances: return BidOpener(keys: recorded.keys, profile: profile).open(delivery)
    case .leilao: return openStatement(delivery, from: .leilao)
    case .sigilo: return openStatement(delivery, from: .sigilo)
    case .notificacoes, .comandos, .consultas, .mortas, nil:
      return .poison(delivery, Rejection(.wrongExchange, delivery.exchange))
    }
  }

  private func openStatement(_ delivery: Delivery, from exchange: Exchange) -> Opened {
    do throws(Rejection) {
      return .statement(try HouseStatement(delivery.body, from: exchange, ring: ring))
    } catch {
      return .poison(delivery, error)
    }
  }

  package func isUnderUnknownKey(_ opened: Opened) -> Bool {
    switch opened {
    case .poison(_, let rejection): rejection.reason == .unknownKey
    case .unheardBid(let bid): bid.reason == .unknownBidder
    case .bid, .shed, .statement, .misdirected: false
    }
  }

  package func sealed(_ record: SyncRecord, number: Int64) -> Document? {
    Document(
      collection: Self.sealedRecords, key: "", number: number,
      body: voice.seal(ClockRecord(record, number: number)).evidence.bytes)
  }

  package mutating func clockRecorded(_ number: Int64) { lastClockRecord = number }

  package mutating func decide(_ opened: [Opened], away: (from: Timestamp, to: Timestamp)?, at clock: ClockReading) -> Turn {
    var draft = Draft()
    if let away {
      // What was stamped says that the house was there, whatever is known of its presence: that is noted once a second, and may be lost
      // with the power.
      let from = max(away.from, keeper.lastReceived ?? away.from)
      record(.outage(from: from, to: away.to), entry: .outage(from: from, to: away.to), at: clock, in: &draft)
    }
    for item in opened {
      switch item {
      case .bid(let bid, let replyTo): place(bid, replyTo: replyTo, at: clock, in: &draft)
      case .unheardBid(let bid): refuse(bid, at: clock, in: &draft)
      case .shed(let bid): shed(bid, at: clock, in: &draft)
      case .statement(let statement): hear(statement, at: clock, in: &draft)
      case .poison(let delivery, let rejection):
        setAside(delivery, rejection.reason.rawValue, in: &draft)
      case .misdirected(let delivery): setAside(delivery, DeadLetter.otherPartition, in: &draft)
      }
    }
    say(keeper.handle(.endTurn, at: clock), in: &draft)
    if opened.isEmpty { prune(at: clock, in: &draft) }
    return draft.signed(by: voice)
  }

  package mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn {
    var draft = Draft()
    self.ring = ring
    for record in recorded.keys.changes(to: ring) {
      recorded.keys.apply(record)
      self.record(.key(record), entry: .key(record), at: clock, in: &draft)
    }
    say(keeper.handle(.endTurn, at: clock), in: &draft)
    return draft.signed(by: voice)
  }

  package static func decode(_ entry: Entry) throws -> BidEntry { try BidEntry(entry) }

  /// Most entries are an accepted bid or its block. No more than so many at once: the number may be a damaged one.
  package mutating func expect(entries: Int) { keeper.reserve(decisions: min(max(entries / 2, 0), 1 << 20)) }

  package mutating func replay(_ entries: [BidEntry], at clock: ClockReading) throws {
    try recorded.replay(entries, at: clock)
  }

  /// The head of every chain must be the block that was published under its number, and say where its auction stands.
  package mutating func audit(_ store: any Store, on spread: Spread) throws {
    let begun = keeper.summaries().compactMap { summary in summary.head.map { (summary, $0) } }
    for (summary, _) in begun where summary.status.isUnderWay {
      clockRecordsAtOpenings[summary.auction] = try Self.clockRecord(0, of: summary.auction, in: store)
    }
    for start in stride(from: 0, to: begun.count, by: Self.auditedTogether) {
      let some = Array(begun[start..<min(start + Self.auditedTogether, begun.count)])
      let stored = try store.documents(Collection.blocks, at: some.map { ($0.auction.text, $1.block) })
      let failures = spread.map(Array(zip(some, stored))) { auction, block in
        Result { try Self.audit(auction.0, head: auction.1, block) }
      }
      for failure in failures { try failure.get() }
    }
  }

  private static let auditedTogether = 128

  private static func audit(_ summary: AuctionSummary, head: Seen, _ stored: [UInt8]?) throws {
    guard let stored = stored.flatMap({ try? Envelope(parsing: $0) }), SHA256.of(stored.payload) == head.digest else {
      throw Failure(
        .ioError,
        said(
          "o diário não confere: o bloco \(head.block) de \(summary.auction) não é o que foi publicado",
          "the journal does not agree with itself: block \(head.block) of \(summary.auction) is not the one published"))
    }
    guard summary.stands(in: stored.payload) else {
      throw Failure(
        .ioError,
        said(
          "o diário não confere: o bloco \(head.block) de \(summary.auction) diz outro preço, líder ou fim do que as entradas",
          "the journal does not agree with itself: block \(head.block) of \(summary.auction) says another price, leader or end than the entries"
        ))
    }
  }

  // MARK: - One item

  private mutating func place(_ bid: SubmittedBid, replyTo: String?, at clock: ClockReading, in draft: inout Draft) {
    // What was decided is decided: it is neither too fast nor answered again.
    guard !keeper.isDecided(bid.bid.id, of: bid.bid.bidder, digest: bid.digest, at: clock.instant) else { return }
    if profile == .shared, case .shed(let mayAnswer) = limiter.admit(bid.bid.bidder, at: clock.instant) {
      return shed(mayAnswer ? UnheardBid(shed: bid, replyTo: replyTo) : nil, at: clock, in: &draft)
    }
    let outputs = keeper.handle(.bid(bid), at: clock)
    if keeper.isDecided(bid.bid.id, of: bid.bid.bidder, digest: bid.digest, at: clock.instant) {
      keepRefused(bid, decidedBy: outputs, in: &draft)
    } else {
      turnAway(bid.bid.id, of: bid.bid.bidder, bid.digest, at: clock, in: &draft)
    }
    say(outputs, in: &draft)
  }

  /// It was refused for what can change: it must not be taken when the same bytes come again, its bidder counts on the refusal.
  private mutating func turnAway(
    _ bid: BidID, of bidder: PrincipalID, _ digest: Digest, at clock: ClockReading, in draft: inout Draft
  ) {
    record(
      .turnedAway(bidder: bidder, bid: bid, digest: digest), entry: .turnedAway(bidder: bidder, bid: bid, digest: digest),
      at: clock, in: &draft)
  }

  private mutating func hear(_ statement: HouseStatement, at clock: ClockReading, in draft: inout Draft) {
    if case .passedOn(let said) = statement.fact { return keep(said, statement, in: &draft) }
    guard let inputs = recorded.inputs(of: statement) else { return }
    // A block that an end seals first holds nothing of the end, and is read back before it.
    var entry = BidEntry.statement(statement)
    defer { draft.turn.entries.append(entry.entry) }
    for input in inputs {
      guard case .scheduled(let scheduling, let sealed) = input else {
        let outputs = keeper.handle(input, at: clock)
        if inputs.count == 1, let opening = PastOpening(input, outputs) { entry = .opened(opening) }
        say(outputs, in: &draft)
        continue
      }
      let auction = scheduling.terms.auction
      let wasKnown = keeper.status(of: auction) != nil
      say(keeper.handle(input, at: clock), in: &draft)
      // Kept once, and only if the books took it: they do not know what this house does not hold.
      if !wasKnown, keeper.status(of: auction) != nil {
        draft.turn.documents.append(
          Document(collection: Collection.schedulings, key: auction.text, number: 0, body: sealed.evidence.bytes))
      }
    }
    recorded.note(statement.auction)
  }

  /// An accepted bid stands in its block. A refused one is kept for a while only, and what it did to the books, for ever: apart,
  /// so that the one can go without the other.
  private mutating func keepRefused(_ bid: SubmittedBid, decidedBy outputs: [BookKeeper.Output], in draft: inout Draft) {
    for case .refused(let receipt, let sealed) in outputs {
      guard let number = receipt.number else { continue }
      draft.turn.documents.append(
        Document(
          collection: Collection.refusedBids, key: bid.bid.auction.text, number: number,
          body: bid.evidence.bytes(with: bid.secret)))
      let refusal = PastRefusal(
        auction: bid.bid.auction, bidder: bid.bid.bidder, bid: bid.bid.id, digest: bid.digest, receivedAt: receipt.receivedAt,
        receipt: sealed.digest)
      draft.turn.entries.append(BidEntry.refusal(refusal).entry)
      return recorded.note(bid.bid.auction)
    }
  }

  private mutating func record(_ input: BookKeeper.Input, entry: BidEntry, at clock: ClockReading, in draft: inout Draft) {
    draft.turn.entries.append(entry.entry)
    say(keeper.handle(input, at: clock), in: &draft)
  }

  // MARK: - What the books say

  mutating func say(_ outputs: [BookKeeper.Output], in draft: inout Draft) {
    for output in outputs {
      switch output {
      case .block(let auction, let number, let block):
        // Block 0 follows from the opening.
        if number > 0 {
          draft.turn.entries.append(
            BidEntry.sealed(PastBlock(auction: auction, number: number, digest: block.digest)).entry)
        }
        if number == 0 { keepClockRange(0, of: auction, in: &draft) }
        draft.say(.bidsAccepted, number, of: auction, block)
      case .revelation(let auction, let number, let block): draft.say(.bidsAccepted, number, of: auction, block)
      case .result(let auction, let number, let block):
        draft.say(.awarded, number, of: auction, block)
        keepClockRange(1, of: auction, in: &draft)
        let first = clockRecordsAtOpenings.removeValue(forKey: auction)
        if let seal = seal(block, clockRecords: Self.clockRecords(from: first, through: lastClockRecord)) {
          draft.turn.documents.append(
            Document(collection: Collection.ledgerSeals, key: auction.text, number: 0, body: seal.bytes))
        }
        recorded.note(auction)
      case .extended(let extended, let spelled): draft.say(extended, spelled)
      case .refused(let receipt, let spelled):
        draft.turn.refusals.append(receipt.reason.wireName)
        draft.say(receipt, spelled)
      case .resultAgain(let auction, let number, let block): draft.repeatResult(number, of: auction, block)
      case .extendedAgain(let extended, let spelled): draft.say(extended, spelled)
      case .accepted(let bid, _): draft.turn.entries.append(BidEntry.accepted(bid).entry)
      }
    }
  }

  /// Which records belong to a ledger is settled with its first and its last block: so that it is the same for ever.
  private mutating func keepClockRange(_ end: Int64, of auction: AuctionID, in draft: inout Draft) {
    if end == 0 { clockRecordsAtOpenings[auction] = lastClockRecord }
    draft.turn.documents.append(
      Document(collection: Collection.clockRange, key: auction.text, number: end, body: Array("\(lastClockRecord)".utf8)))
  }

  // MARK: - Bids that never reach the books

  private mutating func shed(_ bid: UnheardBid?, at clock: ClockReading, in draft: inout Draft) {
    draft.turn.refusals.append(Refusal.rateLimit.wireName)
    if let bid, !isDecided(bid, at: clock.instant) { answer(bid, at: clock, in: &draft) }
  }

  /// It was heard once: what was decided then is not denied now.
  private func isDecided(_ bid: UnheardBid, at now: Timestamp) -> Bool {
    guard let owner = bid.owner, let id = bid.bid, let digest = bid.digest else { return false }
    return keeper.isDecided(id, of: owner, digest: digest, at: now)
  }

  private mutating func refuse(_ bid: UnheardBid, at clock: ClockReading, in draft: inout Draft) {
    // Its key still stood when it was heard: what was said then is neither denied nor repeated.
    guard !isDecided(bid, at: clock.instant) else { return }
    // Elsewhere the broker's user has paid for it already.
    if profile == .shared, let owner = bid.owner, let delivery = bid.delivery,
      case .shed(let mayAnswer) = limiter.admit(owner, at: clock.instant)
    {
      return shed(mayAnswer ? UnheardBid(shed: delivery, from: owner) : nil, at: clock, in: &draft)
    }
    if let delivery = bid.delivery { setAside(delivery, bid.reason.wireName, in: &draft) }
    answer(bid, at: clock, in: &draft)
  }

  private func setAside(_ delivery: Delivery, _ reason: String, in draft: inout Draft) {
    draft.turn.outgoing.append(.deadLetter(delivery, from: .msLance, reason: reason))
    draft.turn.deadLetters.append(reason)
  }

  /// An authenticated bidder hears it on its own topic; anyone else only where it asked to be answered.
  private mutating func answer(_ bid: UnheardBid, at clock: ClockReading, in draft: inout Draft) {
    let receipt = bid.receipt(at: clock)
    if let owner = bid.owner {
      if let id = bid.bid, let digest = bid.digest, bid.reason.mayPass { turnAway(id, of: owner, digest, at: clock, in: &draft) }
      draft.say(receipt)
    } else if let replyTo = bid.replyTo {
      draft.reply(receipt, to: replyTo)
    }
  }
}

extension PastOpening {
  /// Nil where the books said more than block 0, or nothing: then the opening itself must be read back. What outages before it made
  /// of it may still be pending, and follows from them again.
  fileprivate init?(_ input: BookKeeper.Input, _ outputs: [BookKeeper.Output]) {
    guard case .opened(let opening, _) = input, outputs.count == 1, case .block(_, 0, let sealed) = outputs[0] else { return nil }
    self.init(auction: opening.auction, opensAt: opening.opensAt, closesAt: opening.closesAt, block: sealed.digest)
  }
}

extension Refusal {
  /// Whether the same bytes, coming again, might be taken: of the refusals before the books.
  fileprivate var mayPass: Bool { self == .rateLimit || self == .revokedKey }
}

extension AuctionSummary {
  /// Whether the last block, with this payload, says the same of an open auction. A result's digest follows from all that it says.
  fileprivate func stands(in head: [UInt8]) -> Bool {
    guard status.isUnderWay, let block = self.head?.block else { return true }
    guard block > 0 else { return price == nil && opening(in: head)?.closesAt == closesAt }
    let ending = Block.ending(price: price, leader: leader, minimum: minimum, closesAt: closesAt, isReserveMet: isReserveMet)
    return head.suffix(ending.count).elementsEqual(ending)
  }

  private func opening(in head: [UInt8]) -> Opening? {
    guard case .opening(let evidence)? = (try? Block(payload: head, kind: .bidsAccepted))?.content else { return nil }
    return (try? Envelope(evidence)).flatMap { try? Opening($0) }
  }
}

/// Names of what the journal keeps for queries.
enum Collection {
  static let blocks = "bloco"
  static let receipts = "recibo"
  /// The bids that the receipts are about, under the receipts' numbers.
  static let refusedBids = "lance_recusado"
  static let schedulings = "agendamento"
  /// Of an auction: under 0 the number of the last record of the clock when it opened, under 1 that when it ended.
  static let clockRange = "relogio_do_livro"
  /// Of an auction that is over: under 0 what the house signs of its whole ledger.
  static let ledgerSeals = "fecho_do_livro"
  /// Of an auction that is over: to whom its lot was passed on, from 1.
  static let passings = "repasse"
}

extension Scribe {
  /// Spells and hashes; what is to be said is signed when the turn is done.
  static let house = Scribe(
    block: { $0.spelled }, receipt: { $0.spelled }, extension: { $0.spelled }, hash: { SHA256.of($0) })
}

extension WireValue {
  fileprivate var spelled: Spelled {
    let payload = payload
    return Spelled(digest: SHA256.of(payload), payload: payload)
  }
}
