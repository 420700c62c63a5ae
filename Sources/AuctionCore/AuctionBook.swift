import AuctionFacts
import SharedKernel

/// The book of one auction: where it stands, and the ledger that proves it.
///
/// A `scheduled` book becomes `open` with block 0, `suspended` and `open` again as the calendar says, and `closed` with the
/// closing block. The broker may return one message and take the next: what the calendar said after the opening, and what came
/// before it, has its effect once the auction opens. A cancellation closes the book at once; should the opening follow it, the
/// ledger has block 0 and the closing block. Nothing else leads out of `closed`.
struct AuctionBook: Equatable, Sendable {
  let terms: AuctionTerms
  let edition: Edition
  private(set) var status = AuctionStatus.scheduled
  private(set) var closesAt: Timestamp
  /// What bids cannot move the end beyond; nil: nothing bounds it.
  private var latestClose: Timestamp?
  /// Since when bids do not count; nil unless it is suspended.
  private(set) var suspendedAt: Timestamp?
  /// As of when the last entry, or the opening, says what the next bid must offer; nil: it has not opened, or is over.
  private(set) var statedAt: Timestamp?
  /// What became of it; when the result was sealed, or the auction cancelled.
  private(set) var ending: AuctionSummary.Ending?

  private(set) var contest = Contest()
  var price: Money? { contest.price }
  var leader: PrincipalID? { contest.leader }
  private var bids = AcceptedBids()
  /// Without those that were voided.
  private(set) var acceptedBids: Int64 = 0
  /// Keys that the ledger names as active: each has an accepted bid, or is about to.
  private var activeKeys: Set<KeyUse> = []

  private(set) var pending = PendingBlock()
  private(set) var log = BlockLog()
  private(set) var refusals = RefusalLog()
  /// The last stamp that counts; stamps strictly increase.
  private(set) var lastReceived: Timestamp?
  /// When the last absence that the ledger tells of was over: nothing is said under an earlier clock, even if that has been set back.
  private(set) var awayUntil: Timestamp?
  /// The last sequence of the calendar's that had an effect.
  private(set) var lastSequence: Int64 = 0

  private var lastMove: Move?
  private(set) var result: Spelled?
  /// What cancelled it before it opened.
  private var cancelledUnopened: Evidence?
  /// The last suspension or resumption that came before the opening.
  private var overtaking: Heard?
  /// The least for which the lot is sold; nil where there is none, or while it is not known.
  private var reserve: Secret?
  /// What opens it as soon as its reserve is known.
  private(set) var awaitingReserve: Awaiting?
  /// Of the scheduling; empty where there is no reserve, and once that has been told.
  private(set) var nonce: [UInt8]

  init(_ scheduling: Scheduling, edition: Edition) {
    (self.terms, self.edition, self.closesAt) = (scheduling.terms, edition, scheduling.terms.closesAt)
    latestClose = terms.rules.latestClose
    nonce = terms.rules.reserveCommitment == nil ? [] : scheduling.nonce
  }

  /// What is left of an auction that is over.
  init(_ closed: ClosedBook) {
    (terms, edition, closesAt) = (closed.terms, closed.edition, closed.closesAt)
    ending = AuctionSummary.Ending(outcome: closed.outcome, at: closed.closedAt)
    (status, contest, acceptedBids) = (.closed, Contest(price: closed.price, leader: closed.leader), closed.acceptedBids)
    (lastReceived, lastSequence) = (closed.lastReceived, closed.lastSequence)
    refusals = RefusalLog(committed: closed.refusedBids)
    nonce = []
    if let ending = closed.ending {
      log = BlockLog(head: Seen(block: ending.number, digest: ending.block.digest), sealedAt: ending.instant)
      result = ending.block
    }
  }
}

// MARK: Bids

extension AuctionBook {
  /// Puts the bid into the next block; answers the number of that block, and what had to be said for it.
  mutating func accept(
    _ submitted: SubmittedBid, under use: KeyUse, received: ClockReading, at clock: ClockReading, scribe: Scribe
  ) -> (block: Int64, outputs: [BookKeeper.Output]) {
    let fact = BlockEntry.Fact.bid(submitted.evidence, receivedAt: received.instant)
    let needsKey = !activeKeys.contains(use)
    let key = BlockEntry.Fact.key(submitted.key)
    let before = makeRoom(for: needsKey ? [key, fact] : [fact], at: clock, scribe: scribe)

    statedAt = received.instant
    if needsKey { enter(key) }
    let taken = PastBid(
      auction: terms.auction, bidder: submitted.bid.bidder, bid: submitted.bid.id, digest: submitted.digest,
      amount: submitted.bid.amount, receivedAt: received.instant, newKey: needsKey ? submitted.key.keyID : nil,
      secret: submitted.secret)
    lead(taken, newKey: needsKey ? use : nil)
    enter(fact)

    let block = log.nextNumber
    let after = isBought ? sell(at: clock, scribe: scribe) : sealIfFull(at: clock, scribe: scribe)
    return (block, before + [.accepted(taken, block: block)] + after)
  }

  /// Takes note of a bid that was accepted before; answers the number of its block.
  mutating func recall(_ bid: PastBid, newKey: KeyUse?) -> Int64 {
    lead(bid, newKey: newKey)
    pending.recall()
    return log.nextNumber
  }

  private mutating func lead(_ bid: PastBid, newKey: KeyUse?) {
    if let newKey { activeKeys.insert(newKey) }
    let before = (price, leader)
    let offer = offer(of: bid)
    bids.append(bid, offering: offer)
    contest.take(offer, under: terms)
    acceptedBids += 1
    (lastReceived, statedAt) = (bid.receivedAt, bid.receivedAt)
    if (price, leader) != before, !isBought { softClose(bid.receivedAt, by: bid.bidder) }
  }

  /// Somebody has bought at once: nothing is waited for.
  private var isBought: Bool { terms.isBought(at: price) }

  private mutating func sell(at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    close(nil, after: nil, at: clock, scribe: scribe)
  }

  /// A bid counts no longer: price and leader are what the others come to, the end stays where it is. No effect on what is no accepted
  /// bid of this auction, or was voided before; nor where the others come to what the lot costs at once, which no bid has bought.
  mutating func void(
    _ voiding: Voiding, _ evidence: Evidence, at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    guard status.isUnderWay, !isBought, voiding.edition == edition, let left = bids.voiding(voiding.bid, of: voiding.bidder)
    else { return [] }
    let contest = left.contest(under: terms, reserve: reserve?.amount)
    guard !terms.isBought(at: contest.price) else { return [] }
    let received = stamp(clock).instant
    let fact = BlockEntry.Fact.voided(evidence, receivedAt: received)
    // As with a suspension, the end of the turn seals the block that holds it.
    let before = makeRoom(for: [fact], at: clock, scribe: scribe)
    (bids, self.contest, acceptedBids, lastReceived) = (left, contest, acceptedBids - 1, received)
    enter(fact)
    return before
  }

  /// Answers with a numbered receipt, to which the result will commit.
  mutating func refuse(
    _ submitted: SubmittedBid, _ reason: Refusal, received: ClockReading, scribe: Scribe
  ) -> (number: Int64, output: BookKeeper.Output) {
    let number = refusals.nextNumber
    let receipt = receipt(submitted, reason, received: received, number: number)
    let sealed = scribe.receipt(receipt)
    refusals.append(sealed.digest)
    lastReceived = received.instant
    return (number, .refused(receipt, sealed))
  }

  /// Takes note of a refusal that was decided before.
  mutating func recall(_ refusal: PastRefusal) -> Int64 {
    defer { refusals.append(refusal.receipt) }
    lastReceived = refusal.receivedAt
    return refusals.nextNumber
  }

  private mutating func softClose(_ received: Timestamp, by bidder: PrincipalID) {
    let window = terms.rules.extensionWindow
    guard window > .zero else { return }
    let extended = received + window
    let bounded = latestClose.map { min($0, extended) } ?? extended
    // Not within the window: what it would move the end to is not later than the end.
    if bounded > closesAt { moveEnd(to: bounded, by: bidder, cause: .bid) }
  }
}

// MARK: Calendar, keys, outages

extension AuctionBook {
  /// Block 0, sealed at once; nil, and no effect, unless the auction is scheduled, or was cancelled by a notice that overtook
  /// this.
  mutating func open(_ opening: Opening, _ evidence: Evidence, at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output]? {
    guard status == .scheduled || cancelledUnopened != nil, opening.edition == edition else { return nil }
    // Nothing is sold below a reserve that has not been heard of. What is cancelled is not sold.
    if cancelledUnopened == nil, terms.rules.reserveCommitment != nil, reserve == nil {
      awaitingReserve = Awaiting(opening: opening, evidence: evidence)
      return nil
    }
    awaitingReserve = nil
    (status, closesAt, statedAt) = (.open, opening.closesAt, opening.opensAt)
    let opened = append(.opening(evidence), at: sealing(clock), scribe: scribe)
    guard let cancellation = cancelledUnopened else { return [opened] }
    cancelledUnopened = nil
    return [opened] + close(isCancelled: true, cancellation, after: nil, at: clock, scribe: scribe)
  }

  /// Takes note of what the terms commit to; once, and before it opens.
  mutating func keep(_ secret: Secret) {
    guard reserve == nil, status == .scheduled || cancelledUnopened != nil, terms.rules.reserveCommitment != nil else { return }
    reserve = secret
    contest = Contest(reserve: secret.amount)
  }

  /// Takes note of a block 0 that was sealed before, and was all that was said at once. False: no effect.
  mutating func recall(_ opening: PastOpening, at clock: ClockReading) -> Bool {
    guard status == .scheduled else { return false }
    (status, closesAt, statedAt) = (.open, opening.closesAt, opening.opensAt)
    append(opening.block, at: sealing(clock))
    return true
  }

  /// What the calendar says after the opening.
  ///
  /// - The effective close is the closing block: a notice behind it, a cancellation too, has no effect and gets the result
  ///   again, so that the calendar hears it. A cancellation before it cancels, even when the end has passed by the clock.
  /// - A close that names an earlier end closes nothing and gets the last extension again, unless a new one is about to be said.
  ///   That holds for a repetition of the last sequence too, since the calendar repeats until it hears. One that names a later
  ///   end closes: what moved it there was overtaken by this; but a suspended auction it resumes.
  mutating func hear(
    _ notice: CalendarNotice, _ evidence: Evidence, at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    guard notice.edition == edition else { return [] }
    if let result, let head = log.head { return [.resultAgain(terms.auction, number: head.block, result)] }
    guard status != .closed, notice.sequence >= lastSequence else { return [] }
    let isNew = notice.sequence > lastSequence

    switch notice.action {
    case .close(let named):
      guard status != .scheduled else { return [] }
      lastSequence = notice.sequence
      guard named >= closesAt else {
        guard pending.mover == nil, let lastMove else { return [] }
        return [.extendedAgain(saying(lastMove), scribe.extension(saying(lastMove)))]
      }
      guard isNew else { return [] }
      // It was resumed, or there would be no end, and that was not heard: whoever waited for it gets the time that was left.
      if status == .suspended { return resume(closingAt: named, evidence, at: clock, scribe: scribe) }
      return close(evidence, after: named, at: clock, scribe: scribe)

    case .cancel:
      guard isNew else { return [] }
      lastSequence = notice.sequence
      if status != .scheduled { return close(isCancelled: true, evidence, after: nil, at: clock, scribe: scribe) }
      (status, cancelledUnopened) = (.closed, evidence)
      ending = AuctionSummary.Ending(outcome: .cancelled, at: clock.instant)
      return []

    case .suspend, .resume:
      guard isNew else { return [] }
      lastSequence = notice.sequence
      let heard = Heard(action: notice.action, evidence: evidence)
      if status != .scheduled { return take(heard, at: clock, scribe: scribe) }
      overtaking = heard
      return []
    }
  }

  /// What came before the opening and is to come after it.
  mutating func takeOvertaking(at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    guard status == .open, let heard = overtaking else { return [] }
    overtaking = nil
    return take(heard, at: clock, scribe: scribe)
  }

  private mutating func take(_ heard: Heard, at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    switch heard.action {
    case .suspend: suspend(heard.evidence, at: clock, scribe: scribe)
    case .resume(let end): resume(closingAt: end, heard.evidence, at: clock, scribe: scribe)
    case .close, .cancel: []
    }
  }

  /// Bids do not count from now on. What the calendar said goes into the block of this turn, which its end seals: sealed at once, it
  /// would stand in the journal ahead of the statement that it holds.
  private mutating func suspend(_ evidence: Evidence, at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    guard status == .open else { return [] }
    let received = stamp(clock).instant
    let fact = BlockEntry.Fact.suspended(evidence, receivedAt: received)
    let before = makeRoom(for: [fact], at: clock, scribe: scribe)
    (status, suspendedAt, lastReceived, statedAt) = (.suspended, received, received, received)
    enter(fact)
    return before
  }

  /// Bids count again. The end moves by as long as they did not, or to the one that the calendar names if that is later; how far bids
  /// can move it, by as much. So an outage while it is suspended takes nothing away that would have to be given back.
  private mutating func resume(
    closingAt named: Timestamp, _ evidence: Evidence, at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    let received = stamp(clock).instant
    let fact = BlockEntry.Fact.resumed(evidence, receivedAt: received)
    let before = makeRoom(for: [fact], at: clock, scribe: scribe)
    let end = max(named, closesAt + (suspendedAt.map { received - $0 } ?? .zero))
    if end > closesAt {
      latestClose = latestClose.map { $0 + (end - closesAt) }
      moveEnd(to: end, by: nil, cause: .resumption)
    }
    (status, suspendedAt, lastReceived, statedAt) = (.open, nil, received, received)
    enter(fact)
    return before
  }

  /// Ends the auction as cancelled because the house has forgotten a part of it, even one that it does not know to be open:
  /// blocks may have been published that this book knows nothing of. The chain then ends where the book does.
  mutating func abandon(
    _ notice: CalendarNotice, _ evidence: Evidence, at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    guard notice.edition == edition, status != .closed else { return [] }
    lastSequence = notice.sequence
    return close(isCancelled: true, evidence, after: nil, at: clock, scribe: scribe)
  }

  /// An entry where the ledger holds that key as active. A new bid under it would name it again.
  mutating func revoke(_ key: KeyRecord, _ use: KeyUse, at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    guard status.isUnderWay, activeKeys.remove(use) != nil else { return [] }
    let before = makeRoom(for: [.key(key)], at: clock, scribe: scribe)
    enter(.key(key))
    return before + sealIfFull(at: clock, scribe: scribe)
  }

  /// The house was away.
  mutating func resume(
    awayFrom from: Timestamp, to: Timestamp, at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    guard let (from, end) = effect(ofAbsenceFrom: from, to: to) else { return [] }
    let fact = BlockEntry.Fact.outage(from: from, to: to)
    let before = makeRoom(for: [fact], at: clock, scribe: scribe)
    moveEnd(to: end, by: nil, cause: .outage)
    (statedAt, awayUntil) = (to, max(awayUntil ?? to, to))
    enter(fact)
    return before + sealIfFull(at: clock, scribe: scribe)
  }
}

// MARK: Blocks

extension AuctionBook {
  /// Makes a block of what has happened since the last one.
  mutating func seal(at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    guard !pending.isEmpty else { return [] }
    let reading = sealing(clock)
    let move = pendingMove(at: reading)
    let block = append(.entries(pending.entries), at: reading, scribe: scribe)
    guard let move else { return [block] }
    lastMove = move
    let said = saying(move)
    return [block, .extended(said, scribe.extension(said))]
  }

  /// Takes note of a block that was sealed before: it holds what is pending, and the result follows from it if it was the last. No
  /// effect on one that is in the log already.
  mutating func recall(_ block: PastBlock, at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    guard block.number == log.nextNumber else { return [] }
    let reading = sealing(clock)
    if let move = pendingMove(at: reading) { lastMove = move }
    append(block.digest, at: reading)
    return isBought && status == .open ? sell(at: clock, scribe: scribe) : []
  }

  /// The closing block, once, after what was still to be sealed; `end` is what its clock must be later than. `evidence` is who ended
  /// it, nil where the last bid did.
  private mutating func close(
    isCancelled: Bool = false, _ evidence: Evidence?, after end: Timestamp?, at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    // Of what comes to nothing the secrets are kept: whoever bids on the lot another time is not to be known by them.
    var sealed = seal(at: clock, scribe: scribe)
    let reading = end.map { sealing(clock).notBefore($0.next) } ?? sealing(clock)
    if !isCancelled { sealed += reveal(at: reading, scribe: scribe) }
    // That the end was named later, only the result says.
    if let end { closesAt = end }
    let said = ruling(isCancelled: isCancelled, refusals: refusals.commit(scribe.hash))
    let number = log.nextNumber
    let block = makeBlock(.closing(said, evidence), at: reading, scribe: scribe)
    (status, result) = (.closed, block)
    ending = AuctionSummary.Ending(outcome: said.outcome, at: reading.instant)
    // Only the head, the counts and the result are needed once nothing can be accepted any more.
    (activeKeys, lastMove, suspendedAt, statedAt, awayUntil, latestClose, overtaking) = ([], nil, nil, nil, nil, nil, nil)
    (reserve, nonce, bids) = (nil, [], AcceptedBids())
    contest.end()
    log.forget()
    return sealed + [.result(terms.auction, number: number, block)]
  }

  /// Blocks of what was secret, in the order of acceptance, with what it comes to: nothing is pending before or after them. What was
  /// voided is revealed too, since prices followed from it, and counts for nothing.
  private mutating func reveal(at reading: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    var outputs: [BookKeeper.Output] = []
    func sealed(_ book: inout AuctionBook) -> BookKeeper.Output {
      let (number, entries) = (book.log.nextNumber, book.pending.entries)
      let block = book.makeBlock(.entries(entries), at: reading, scribe: scribe)
      return .revelation(book.terms.auction, number: number, block)
    }
    if let reserve { enter(.reserveRevealed(reserve)) }
    for (item, secret) in bids.committed {
      let fact = BlockEntry.Fact.revealed(item.bid, of: item.offer.bidder, secret)
      if !pending.hasRoom(for: [fact]) { outputs.append(sealed(&self)) }
      if !item.isVoided { contest.reveal(item.offer, under: terms) }
      enter(fact)
    }
    if !pending.isEmpty { outputs.append(sealed(&self)) }
    return outputs
  }

  private mutating func append(_ content: Block.Content, at reading: ClockReading, scribe: Scribe) -> BookKeeper.Output {
    let number = log.nextNumber
    return .block(terms.auction, number: number, makeBlock(content, at: reading, scribe: scribe))
  }

  /// Every block is made here: the number after the last one's, naming its digest.
  private mutating func makeBlock(_ content: Block.Content, at reading: ClockReading, scribe: Scribe) -> Spelled {
    let sealed = scribe.block(
      Block(
        auction: terms.auction, edition: edition, number: log.nextNumber, previous: log.head?.digest ?? edition,
        content: content, clock: reading))
    append(sealed.digest, at: reading)
    return sealed
  }

  private mutating func append(_ block: Digest, at reading: ClockReading) {
    log.append(block, clock: reading, price: price)
    pending = PendingBlock()
  }

  private mutating func moveEnd(to end: Timestamp, by bidder: PrincipalID?, cause: Extension.Cause) {
    closesAt = end
    pending.mover = PendingBlock.Mover(by: bidder, cause: cause)
  }

  /// Seals first what is pending, if these facts do not fit beside it.
  private mutating func makeRoom(
    for facts: [BlockEntry.Fact], at clock: ClockReading, scribe: Scribe
  ) -> [BookKeeper.Output] {
    pending.hasRoom(for: facts) ? [] : seal(at: clock, scribe: scribe)
  }

  private mutating func sealIfFull(at clock: ClockReading, scribe: Scribe) -> [BookKeeper.Output] {
    pending.isFull ? seal(at: clock, scribe: scribe) : []
  }

  private mutating func enter(_ fact: BlockEntry.Fact) {
    pending.append(
      BlockEntry(
        fact: fact, price: price, leader: leader, minimum: minimum, closesAt: closesAt, isReserveMet: isReserveMet))
  }
}
