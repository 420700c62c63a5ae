package import AuctionFacts
package import SharedKernel

/// ms-lance: the books of all auctions. Every bid gets one decision, and each auction's decisions form a chain of signed
/// blocks from the opening to the result.
///
/// One turn is any number of inputs and then `.endTurn`, all under the one reading that stamps the turn: what was accepted in
/// it is sealed into one block for each auction, so that signing and storing are shared exactly when there is much to do.
package struct BookKeeper: Machine {
  /// What is large lies apart: inputs are read back by the million.
  package enum Input: Sendable {
    /// `leilao.agendado`: its digest is the auction's edition. An id serves once: another scheduling under it has no effect.
    indirect case scheduled(Scheduling, Sealed)
    /// `leilao.reserva`, of what the auction's terms commit to.
    case reserve(AuctionID, Edition, Secret)
    /// `leilao.iniciado`. Where a reserve is committed to, it opens the auction once that is known. The auction must be known: when it is not, its scheduling, which the opening holds, comes first.
    indirect case opened(Opening, Evidence)
    indirect case noticed(CalendarNotice, Evidence)
    indirect case bid(SubmittedBid)
    /// `lance.anular`: an operator's own word, which is checked to be one's.
    indirect case voided(Voiding, Evidence)
    /// Its bidder was told a refusal that stands in no ledger: the same bid, should it come again, is not judged any more.
    case turnedAway(bidder: PrincipalID, bid: BidID, digest: Digest)
    /// A key was registered, or revoked (removed or replaced).
    indirect case key(KeyRecord)
    /// The house consumed nothing between these instants; gaps of up to `longestPause` have no effect.
    case outage(from: Timestamp, to: Timestamp)
    /// The house has forgotten a part of what it said: the auction ends as cancelled, by this notice of its own.
    indirect case abandoned(CalendarNotice, Evidence)
    /// Seals what has happened since the last one.
    case endTurn

    // What follows is only read back from a journal, which holds what was decided and not what about; it says nothing.

    case openedBefore(PastOpening)
    /// Seals nothing: its block follows as `sealedBefore`, and what follows from that, a result, is made again.
    case acceptedBefore(PastBid)
    case sealedBefore(PastBlock)
    case refusedBefore(PastRefusal)
    /// A bid on an auction whose book follows as `closed`, or came before.
    case decidedBefore(bidder: PrincipalID, bid: BidID, BidDecision)
    /// An auction that is over, in the place of its scheduling and of all that happened in it.
    indirect case closed(ClosedBook)
  }

  package enum Output: Sendable, Hashable {
    /// `lance.validado`
    case block(AuctionID, number: Int64, Spelled)
    /// `leilao.vencedor`: the closing block.
    case result(AuctionID, number: Int64, Spelled)
    /// `lance.validado`: a block of what was secret. It follows from what ended the auction, as the result does.
    case revelation(AuctionID, number: Int64, Spelled)
    /// `leilao.prorrogado`, after the block that holds what moved the end; once for each block.
    case extended(Extension, Spelled)
    /// `lance.invalidado`; a receipt without a number stands in no ledger.
    case refused(Receipt, Spelled)
    /// The last extension, because a close named another end.
    case extendedAgain(Extension, Spelled)
    /// The result, because a notice came behind it.
    case resultAgain(AuctionID, number: Int64, Spelled)
    /// In that block, which is yet to be sealed: nothing is to be said, this is for who keeps a journal.
    case accepted(PastBid, block: Int64)
  }

  /// A silence of the house that is longer than this counts as an outage.
  package static let longestPause = Interval.seconds(5)
  /// What an outage in the last moments gives back at least, where the auction has a shorter extension window or none.
  package static let shortestLastMoments = Interval.seconds(30)

  private let scribe: Scribe
  private var books = Books()
  /// The last outages, oldest first: an auction that was opened during one is heard of only after it, or after the next.
  private var outages: [Outage] = []
  private static let outagesKept = 100

  private struct Outage: Equatable, Sendable {
    let from: Timestamp
    let to: Timestamp
  }

  package init(scribe: Scribe) { self.scribe = scribe }

  /// Makes room at once: growing to a million by doubling costs a start more than deciding them.
  package mutating func reserve(decisions: Int) { books.reserve(decisions: decisions) }

  /// Nothing is due by itself: the calendar says when an auction ends.
  package var wakeUp: Timestamp? { nil }

  package mutating func handle(_ input: Input, at clock: ClockReading) -> [Output] {
    let scribe = scribe
    switch input {
    case .scheduled(let scheduling, let sealed):
      // What this house does not hold yet it does not know: bids on it are refused as such.
      if scheduling.terms.isSupported { books.register(AuctionBook(scheduling, edition: sealed.digest)) }
      return []
    case .reserve(let auction, let edition, let secret):
      guard let place = books.place(of: auction), books[place].edition == edition else { return [] }
      let awaiting = books.change(place) { book in
        book.keep(secret)
        return book.awaitingReserve
      }
      guard let awaiting else { return [] }
      return open(auction, since: awaiting.opening.opensAt, at: clock) {
        $0.open(awaiting.opening, awaiting.evidence, at: clock, scribe: scribe)
      }
    case .opened(let opening, let evidence):
      return open(opening.auction, since: opening.opensAt, at: clock) {
        $0.open(opening, evidence, at: clock, scribe: scribe)
      }
    case .noticed(let notice, let evidence):
      guard let place = books.place(of: notice.auction) else { return [] }
      return books.change(place) { $0.hear(notice, evidence, at: clock, scribe: scribe) }
    case .bid(let bid):
      return decide(bid, at: clock)
    case .voided(let voiding, let evidence):
      guard let place = books.place(of: voiding.auction) else { return [] }
      return books.change(place) { $0.void(voiding, evidence, at: clock, scribe: scribe) }
    case .turnedAway(let bidder, let bid, let digest):
      books.turnAway(Books.BidName(bidder: bidder, bid: bid), digest, at: clock.instant)
      return []
    case .key(let record):
      guard record.standing == .revoked else { return [] }
      let key = KeyUse(owner: record.owner, keyID: record.keyID)
      return change(books.openPlaces) { $0.revoke(record, key, at: clock, scribe: scribe) }
    case .outage(let from, let to):
      guard to - from > BookKeeper.longestPause else { return [] }
      outages.append(Outage(from: from, to: to))
      if outages.count > BookKeeper.outagesKept { outages.removeFirst() }
      return change(books.openPlaces) { $0.resume(awayFrom: from, to: to, at: clock, scribe: scribe) }
    case .abandoned(let notice, let evidence):
      guard let place = books.place(of: notice.auction) else { return [] }
      return books.change(place) { $0.abandon(notice, evidence, at: clock, scribe: scribe) }
    case .openedBefore(let opening):
      return open(opening.auction, since: opening.opensAt, at: clock) { $0.recall(opening, at: clock) ? [] : nil }
    case .acceptedBefore(let bid):
      guard let place = books.place(of: bid.auction) else { return [] }
      let key = bid.newKey.map { books.keyUse(of: bid.bidder, $0) }
      let block = books.change(place) { $0.recall(bid, newKey: key) }
      books.remember(
        Books.BidName(bidder: bid.bidder, bid: bid.bid),
        BidDecision(auction: bid.auction, digest: bid.digest, outcome: .accepted(block: block)))
      return []
    case .sealedBefore(let block):
      guard let place = books.placeToSeal(of: block.auction) else { return [] }
      return books.change(place) { $0.recall(block, at: clock, scribe: scribe) }
    case .refusedBefore(let refusal):
      guard let place = books.place(of: refusal.auction) else { return [] }
      let number = books.change(place) { $0.recall(refusal) }
      books.remember(
        Books.BidName(bidder: refusal.bidder, bid: refusal.bid),
        BidDecision(auction: refusal.auction, digest: refusal.digest, outcome: .refused(number: number)))
      return []
    case .decidedBefore(let bidder, let bid, let decision):
      books.remember(Books.BidName(bidder: bidder, bid: bid), decision)
      return []
    case .closed(let closed):
      books.register(AuctionBook(closed))
      return []
    case .endTurn:
      return change(books.takeUnsealed()) { $0.seal(at: clock, scribe: scribe) }
    }
  }

  /// - Parameter body: opens the book; answers with what is to be said, or nil when that had no effect.
  private mutating func open(
    _ auction: AuctionID, since opensAt: Timestamp, at clock: ClockReading, _ body: (inout AuctionBook) -> [Output]?
  ) -> [Output] {
    guard let place = books.place(of: auction) else { return [] }
    let (scribe, missed) = (scribe, outages.filter { $0.to > opensAt })
    return books.change(place) { book in
      guard let opened = body(&book) else { return [] }
      return missed.reduce(into: opened) { said, outage in
        said += book.resume(awayFrom: max(outage.from, opensAt), to: outage.to, at: clock, scribe: scribe)
      } + book.takeOvertaking(at: clock, scribe: scribe)
    }
  }

  private mutating func change(_ places: [Int], _ body: (inout AuctionBook) -> [Output]) -> [Output] {
    places.flatMap { books.change($0, body) }
  }

  /// PROTOCOL.md, Refusals, 0 and 3. A bid that names no auction of this edition is answered and stands in no ledger. One whose
  /// auction is not known yet could be taken later: it is to be turned away.
  private mutating func decide(_ submitted: SubmittedBid, at clock: ClockReading) -> [Output] {
    let (scribe, bid) = (scribe, submitted.bid)
    let name = Books.BidName(bidder: bid.bidder, bid: bid.id)
    if books.isDecided(name, submitted.digest, at: clock.instant) { return [] }

    guard let place = books.place(of: bid.auction) else {
      let receipt = Receipt(
        auction: bid.auction, bid: bid.id, bidder: bid.bidder, bidDigest: submitted.digest, reason: .unknownAuction,
        receivedAt: clock.instant, clock: clock)
      return [.refused(receipt, scribe.receipt(receipt))]
    }
    let received = books[place].stamp(clock, back: outages.map(\.to).max())
    guard books[place].edition == bid.edition else {
      let receipt = books[place].receipt(submitted, .wrongEdition, received: received, number: nil)
      return [.refused(receipt, scribe.receipt(receipt))]
    }

    let isReused = books.decision(of: name) != nil
    let outcome: BidDecision.Outcome
    let outputs: [Output]
    if let reason = isReused ? .reusedID : books[place].refusal(of: submitted, received: received) {
      let (number, output) = books.change(place) { $0.refuse(submitted, reason, received: received, scribe: scribe) }
      (outcome, outputs) = (.refused(number: number), [output])
    } else {
      let key = books.keyUse(of: bid.bidder, submitted.key.keyID)
      let accepted = books.change(place) { $0.accept(submitted, under: key, received: received, at: clock, scribe: scribe) }
      (outcome, outputs) = (.accepted(block: accepted.block), accepted.outputs)
    }
    books.remember(name, BidDecision(auction: bid.auction, digest: submitted.digest, outcome: outcome))
    return outputs
  }
}

// MARK: What can be looked at

extension BookKeeper {
  /// Nil for an auction that is not known.
  package func status(of auction: AuctionID) -> AuctionStatus? { books.place(of: auction).map { books[$0].status } }

  /// Nil for an auction that is not known. Price, leader and minimum count what has been decided since the head was sealed.
  ///
  /// - Parameter instant: when a price that falls by itself is looked at; nil: as its last entry says it.
  package func summary(of auction: AuctionID, at instant: Timestamp? = nil) -> AuctionSummary? {
    books.place(of: auction).map { books[$0].summary(at: instant) }
  }

  /// At most `limit` auctions in ascending order of id, from the first one after `id`; those that were closed before
  /// `closedSince` are left out, but for those that are `wanted` all the same.
  package func summaries(
    after id: AuctionID? = nil, limit: Int = .max, closedSince: Timestamp? = nil, or wanted: Set<AuctionID> = [],
    at instant: Timestamp? = nil
  ) -> [AuctionSummary] {
    Array(
      books.ids.after(id).lazy
        .compactMap { books.place(of: $0) }
        .filter { place in
          guard let closedSince, let closedAt = books[place].closedAt else { return true }
          return closedAt >= closedSince || wanted.contains(books[place].terms.auction)
        }
        .prefix(limit)
        .map { books[$0].summary(at: instant) })
  }

  /// Nil: no bid under that name has been decided, or its refusal stands in no ledger.
  package func decision(of bidder: PrincipalID, bid: BidID) -> BidDecision? {
    books.decision(of: Books.BidName(bidder: bidder, bid: bid))
  }

  /// Whether exactly this bid, its payload having that digest, has been decided or turned away: then it is no input any more.
  package func isDecided(_ bid: BidID, of bidder: PrincipalID, digest: Digest, at now: Timestamp) -> Bool {
    books.isDecided(Books.BidName(bidder: bidder, bid: bid), digest, at: now)
  }

  /// A bid that was turned away is no input for this long; then it is too old for any auction.
  package static let turnedAwayFor = TurnedAway.kept

  /// The same books without those who were turned away before that.
  package func forgettingTurnedAway(before instant: Timestamp) -> BookKeeper {
    var copy = self
    copy.books.forgetTurnedAway(before: instant)
    return copy
  }

  /// Nil for an auction that is not known, or not over.
  package func closed(_ auction: AuctionID) -> ClosedBook? { books.place(of: auction).flatMap { books[$0].closed } }

  /// What opens it, hashed with that nonce, must be the digest; nil where there is no reserve, or the auction is not known.
  package func reserveCommitment(of auction: AuctionID) -> (nonce: [UInt8], digest: Digest)? {
    guard let place = books.place(of: auction) else { return nil }
    return books[place].terms.rules.reserveCommitment.map { (books[place].nonce, $0) }
  }

  /// How many refusals of the auction are journalled; 0 for one that is not known.
  package func refusedBids(of auction: AuctionID) -> Int64 { books.place(of: auction).map { books[$0].refusals.count } ?? 0 }

  /// How many bids of the auction count; 0 for one that is not known.
  package func acceptedBids(of auction: AuctionID) -> Int64 { books.place(of: auction).map { books[$0].acceptedBids } ?? 0 }

  /// Auctions that are open, or that were to open by `instant`, ascending by id.
  package func due(by instant: Timestamp) -> [AuctionID] {
    books.ids.after(nil).filter { id in
      guard let place = books.place(of: id) else { return false }
      let book = books[place]
      return book.status != .closed && (book.status != .scheduled || book.terms.opensAt <= instant)
    }
  }

  /// The sequence that a notice needs to have an effect; nil for an auction that is not known.
  package func nextSequence(of auction: AuctionID) -> Int64? { books.place(of: auction).map { books[$0].lastSequence + 1 } }

  /// When anything was last received for an auction that is not over: the house was there then. Nil where nothing was.
  package var lastReceived: Timestamp? {
    books.ids.after(nil).lazy.compactMap { books.place(of: $0) }
      .compactMap { books[$0].status == .closed ? nil : books[$0].lastReceived }.max()
  }

  /// How many auctions are open or suspended.
  package var openAuctions: Int { books.openCount }
}

extension BookKeeper: Equatable {
  /// Whether both hold the same state; what spells for them does not count.
  package static func == (a: BookKeeper, b: BookKeeper) -> Bool {
    a.books == b.books && a.outages == b.outages
  }
}
