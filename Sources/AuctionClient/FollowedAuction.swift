// AuctionClient: how any program talks to the house from outside: asks, follows, verifies, bids. A bidder's terminal, an
// operator's command and a later web gateway all stand on it. It draws nothing and decides nothing.

import AuctionCore
package import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
package import SharedKernel
import SigningKit

/// An auction as its follower can prove it: every block checked against the one before, every bid against its bidder's key.
package struct FollowedAuction: Sendable {
  package let terms: AuctionTerms
  package let edition: Edition
  private let nonce: [UInt8]
  package private(set) var status: AuctionStatus
  package private(set) var head: Seen?
  package private(set) var price: Money?
  package private(set) var leader: PrincipalID?
  package private(set) var minimum: Money
  package private(set) var closesAt: Timestamp
  package private(set) var extensions = Extensions()
  /// Nil where there is no reserve.
  package private(set) var isReserveMet: Bool?
  package private(set) var bids: [RecordedBid] = []
  /// Without those that were voided; of those that were read.
  package private(set) var acceptedBids = 0
  package private(set) var result: AuctionResult?
  /// To whom it went after that, one after the other.
  package internal(set) var passedOn: [PassedOn] = []
  /// To whom it goes without the one who led in the end, one after the other; nil where that cannot be told.
  private(set) var heirs: [Heir]?
  /// Why it was cancelled, as the operator said it.
  package private(set) var cancellation: String?
  /// Why bids do not count just now, as the operator said it.
  package private(set) var suspension: String?
  private var suspendedAt: Timestamp?
  /// The last sequence of the calendar's.
  private var lastSequence: Int64 = 0
  /// The last stamp of ms-lance's; they rise.
  private var lastReceived: Timestamp?
  private var counted = CountedTime()
  private var endedAt: Timestamp?
  /// An auction that was cancelled, or bought at once, ended then, whatever end was meant for it.
  package var endsAt: Timestamp { min(closesAt, endedAt ?? closesAt) }
  package private(set) var health = Health.whole
  /// The reading of the last block or snapshot.
  package internal(set) var asOf: ClockReading
  /// Of each bidder the last one that the chain names.
  private var keys: [PrincipalID: (record: KeyRecord, key: PublicKey)] = [:]
  /// Read from block 0 on: every key that counts, and every bid, was in what was read.
  var isFromTheFirst: Bool { trustedTo == nil }
  /// The block up to which the house was believed without reading what led there.
  package private(set) var trustedTo: Int64?
  private var record = FollowedBids(isWhole: true)
  /// Of the last blocks up to the head: each bid names the last one that its bidder had seen.
  private var recent: [Digest] = []
  /// More blocks than a house makes while a bid may be under way.
  private static let blocksRemembered = 1_000
  /// How the house's summary said that it ended, until the closing block says it.
  private var announced: AuctionResult.Outcome?
  /// The head that a snapshot vouched for and that the blocks asked for must lead to.
  private var promised: Seen?

  /// The least for which the lot is sold, once it has been told.
  package private(set) var reserve: Money?
  /// What was secret has been told: no bid counts any more.
  package private(set) var isRevealed = false
  /// Somebody has bought at once: nothing but the closing block may follow.
  package var isBought: Bool { terms.isBought(at: price) }
  /// Over, and how is not proved yet: the closing block is still to be read.
  package var lacksResult: Bool { status == .closed && result == nil && health == .whole }
  /// The house has said that it is over, whatever the blocks that were read so far say.
  package var isKnownOver: Bool { status == .closed || announced != nil }
  /// Met with a past that is still being read: until that is done, nothing in it is news.
  package var isCatchingUp: Bool {
    guard health == .whole, result == nil else { return false }
    return announced != nil || promised.map { $0.block > head?.block ?? -1 } ?? false
  }
  /// What to ask the house for next.
  package var nextBlock: Int64 { head.map { lacksResult ? $0.block : $0.block + 1 } ?? 0 }

  /// How many bids are remembered for the screen.
  package static let bidsKept = 200

  /// Before anything but its scheduling is known.
  package init(_ scheduling: Scheduling, edition: Edition) {
    (terms, nonce) = (scheduling.terms, scheduling.nonce)
    self.edition = edition
    isReserveMet = terms.rules.reserveCommitment.map { _ in false }
    status = .scheduled
    minimum = scheduling.terms.minimum(after: nil)
    closesAt = scheduling.terms.closesAt
    asOf = scheduling.clock
  }

  /// Where the house says the auction stands. Blocks from `firstBlock` on may follow to prove it.
  package init(_ scheduling: Scheduling, summary: AuctionSummary, asOf clock: ClockReading, replayingFrom firstBlock: Int64?) {
    self.init(scheduling, edition: summary.edition)
    asOf = clock
    if summary.head == nil, let ending = summary.ending {
      _ = takeCancellation(reason: nil, at: ending.at, asOf: clock)
      return
    }
    (status, announced, endedAt) = (summary.status, summary.ending?.outcome, summary.ending?.at)
    closesAt = summary.closesAt
    isReserveMet = summary.isReserveMet
    if firstBlock == 0 {
      promised = summary.head
    } else {
      (head, price, leader, minimum) = (summary.head, summary.price, summary.leader, summary.minimum)
      trustedTo = summary.head?.block
      record = FollowedBids(isWhole: isFromTheFirst)
      recent = [summary.head].compactMap { $0?.digest }
    }
  }

  /// Takes a block of this auction, whose house signature has been checked.
  package mutating func take(_ block: Block, digest: Digest) -> Step {
    guard health == .whole else { return takeEnd(block) }
    guard block.edition == edition else {
      return fail("bloco \(block.number) de outra edição", "block \(block.number) of another edition")
    }
    let next = head.map { $0.block + 1 } ?? 0
    if let head, block.number == head.block, digest != head.digest {
      if case .closing(let result, let evidence) = block.content, status != .closed {
        return end(takingBack: 1, at: block, result, evidence)
      }
      return fail("dois blocos \(block.number) diferentes", "two different blocks \(block.number)")
    }
    if lacksResult, block.number == head?.block, case .closing(let result, let evidence) = block.content {
      return .applied(conclude(result, evidence, in: block))
    }
    guard block.number >= next else {
      // Nothing follows a closing block: one that stands before what was seen takes back what the house had signed.
      guard case .closing(let result, let evidence) = block.content, let head, block.number < head.block else {
        return .alreadyKnown
      }
      guard status != .closed else {
        return fail(
          "a casa encerrou o leilão no bloco \(head.block), e outra vez no bloco \(block.number)",
          "the house closed the auction in block \(head.block), and once more in block \(block.number)")
      }
      return end(takingBack: head.block - block.number + 1, at: block, result, evidence)
    }
    guard status != .closed || head == nil else {
      return fail("o bloco \(block.number) vem depois do encerramento", "block \(block.number) comes after the closing block")
    }
    guard block.number == next else { return .gap }
    guard block.previous == (head?.digest ?? edition) else {
      return fail("o bloco \(block.number) não continua o anterior", "block \(block.number) does not continue the one before")
    }
    if let promised, promised.block == block.number, promised.digest != digest {
      return fail(
        "o bloco \(block.number) não é o que a casa prometeu", "block \(block.number) is not the one that the house promised")
    }

    var changes: [Change] = []
    switch block.content {
    case .opening(let evidence):
      guard let opening = Self.opening(evidence), opening.edition == edition, isTimely(opening) else {
        return fail("a abertura não confere", "the opening does not match")
      }
      (status, closesAt, counted) = (.open, opening.closesAt, CountedTime(from: opening.opensAt))
      changes.append(.opened)
    case .entries(let entries):
      for entry in entries {
        if let problem = apply(entry, at: block.clock.instant, to: &changes) { return fail(problem.0, problem.1) }
      }
    case .closing(let result, let evidence):
      changes += conclude(result, evidence, in: block)
    }
    head = Seen(block: block.number, digest: digest)
    recent.append(digest)
    if recent.count > Self.blocksRemembered { recent.removeFirst(recent.count - Self.blocksRemembered) }
    asOf = block.clock
    return .applied(changes)
  }

  /// Nothing more is proved once the chain is broken; that the auction is over is still told.
  private mutating func takeEnd(_ block: Block) -> Step {
    guard result == nil, block.edition == edition, case .closing(let result, let evidence) = block.content else {
      return .alreadyKnown
    }
    close(result, at: block.clock.instant, evidence)
    asOf = block.clock
    return .applied([.closed(result)])
  }

  /// The house has ended the auction and forgotten some of its own blocks, as one that lost its journal and went on from an
  /// older copy. It is over, and what was seen stays proof.
  private mutating func end(takingBack blocks: Int64, at block: Block, _ result: AuctionResult, _ evidence: Evidence?) -> Step {
    let broken = breakChain(
      "a casa encerrou o leilão no bloco \(block.number), mas já tinha assinado mais \(blocks): diário restaurado de uma cópia?",
      "the house closed the auction in block \(block.number) but had signed \(blocks) more: a journal restored from a copy?")
    close(result, at: block.clock.instant, evidence)
    asOf = block.clock
    return .applied([broken, .closed(result)])
  }

  /// The house answers that it holds no block of an auction of which blocks were seen.
  package mutating func takeForgotten(at clock: ClockReading) -> [Change] {
    guard head != nil, health == .whole else { return [] }
    asOf = clock
    return [
      breakChain(
        "a casa já não conhece blocos que tinha assinado: diário restaurado de uma cópia?",
        "the house no longer knows blocks that it had signed: a journal restored from a copy?")
    ]
  }

  /// A cancellation of an auction that never opened is final: there is no chain to say so.
  /// - Parameter reason: nil where only the house's summary tells of it.
  package mutating func takeCancellation(reason: String?, at instant: Timestamp, asOf clock: ClockReading) -> [Change] {
    guard head == nil, status == .scheduled else { return [] }
    let result = AuctionResult(
      outcome: .cancelled, winner: nil, amount: nil, acceptedBids: 0, refusedBids: 0, refusals: SHA256.of([]), closesAt: closesAt)
    (status, self.result, cancellation, endedAt, asOf) = (.closed, result, reason, instant, clock)
    return [.closed(result)]
  }

  /// Ends it with a result, which must be that of the chain and of what the house said before.
  private mutating func conclude(_ result: AuctionResult, _ evidence: Evidence?, in block: Block) -> [Change] {
    let isTrue =
      (result.outcome != .sold || result.winner == leader && result.amount == price && isReserveMet != false)
      && (result.outcome != .conditional || leader != nil && isReserveMet == false)
      && (result.outcome != .noBids || leader == nil)
      && isEnded(result, by: evidence)
      && (result.outcome == .cancelled || terms.rules.reserveCommitment == nil || reserve != nil || !isFromTheFirst)
      && (result.outcome == .cancelled || record.areRight(under: terms, in: result))
      && (announced.map { $0 == result.outcome } ?? true)
      && (!isFromTheFirst || result.acceptedBids == acceptedBids)
      && (promised.map { $0.block <= block.number } ?? true)
    if isTrue, result.outcome == .sold || result.outcome == .conditional {
      heirs = record.heirs(without: leader, under: terms)
    }
    close(result, at: block.clock.instant, evidence)
    let broken = isTrue ? [] : [breakChain("o resultado não é o da corrente", "the result is not the chain's")]
    return broken + [.closed(result)]
  }

  /// Who began to read while it was suspended cannot tell since when.
  private var isOfUnknownLength: Bool { status == .suspended && suspendedAt == nil }

  /// The end that a resumption gives it, at least; nil where that resumes nothing. The calendar's close does it too, where ms-lance has
  /// heard of no other resumption.
  private mutating func endResumed(by evidence: Evidence, _ receivedAt: Timestamp) -> Timestamp? {
    let named: Timestamp
    switch (status, notice(evidence)) {
    case (.open, .resume(let end)?), (.suspended, .resume(let end)?), (.suspended, .close(let end)?): named = end
    default: return nil
    }
    return max(named, closesAt + (suspendedAt.map { receivedAt - $0 } ?? .zero))
  }

  /// Whether what ended it is what the result says: a purchase; or the calendar, and the end that it named; or a cancellation.
  private mutating func isEnded(_ result: AuctionResult, by evidence: Evidence?) -> Bool {
    guard let evidence else { return isBought && result.outcome == .sold && result.closesAt == closesAt }
    switch (isBought, result.outcome, notice(evidence)) {
    case (false, .cancelled, .cancel): return result.closesAt == closesAt
    case (false, .sold, .close(let end)), (false, .conditional, .close(let end)), (false, .noBids, .close(let end)):
      return result.closesAt == end && end >= closesAt
    default: return false
    }
  }

  private mutating func close(_ result: AuctionResult, at instant: Timestamp, _ evidence: Evidence?) {
    // Nothing follows that would have to be checked.
    (status, self.result, keys, recent, suspension, suspendedAt) = (.closed, result, [:], [], nil, nil)
    record = FollowedBids(isWhole: false)
    guard result.outcome == .cancelled || evidence == nil else { return }
    endedAt = instant
    guard let envelope = evidence.flatMap({ try? Envelope($0) }), let notice = try? CalendarNotice(envelope) else { return }
    if case .cancel(let reason) = notice.action { cancellation = reason }
  }

  private mutating func apply(_ entry: BlockEntry, at sealed: Timestamp, to changes: inout [Change]) -> (String, String)? {
    if isBought, !entry.fact.isRevelation {
      return ("algo depois da compra imediata", "something after the lot was bought at once")
    }
    if isRevealed, !entry.fact.isRevelation {
      return ("algo depois do que se revelou", "something after secrets were revealed")
    }
    if let received = entry.fact.receivedAt {
      guard received <= sealed, lastReceived.map({ received > $0 }) ?? true, counted.backSince.map({ received >= $0 }) ?? true
      else {
        return ("um carimbo de recebimento fora de ordem", "a receipt stamp out of order")
      }
      lastReceived = received
    }
    if entry.closesAt < closesAt { return ("o fim voltou atrás", "the end moved back") }
    guard (entry.isReserveMet == nil) == (terms.rules.reserveCommitment == nil), entry.isReserveMet != true || entry.price != nil
    else {
      return (
        "a reserva, dita onde não há ou calada onde há", "a reserve, told of where there is none or kept quiet where there is"
      )
    }
    var cause: (by: PrincipalID?, cause: Extension.Cause) = (nil, .outage)
    switch entry.fact {
    case .bid(let evidence, let receivedAt):
      guard let envelope = try? Envelope(evidence), let bid = try? Bid(envelope),
        bid.auction == terms.auction, bid.edition == edition
      else { return ("um lance ilegível no bloco", "an unreadable bid in the block") }
      guard isSigned(bid, by: envelope) else {
        return ("lance de \(bid.bidder) sem assinatura válida", "bid of \(bid.bidder) without a valid signature")
      }
      if let seen = bid.seen, let mine = digestOfBlock(seen.block), mine != seen.digest {
        return (
          "\(bid.bidder) viu outro bloco \(seen.block): a casa mostrou duas histórias",
          "\(bid.bidder) saw another block \(seen.block): the house has shown two histories"
        )
      }
      guard status == .open else { return ("um lance que não podia contar", "a bid that could not count") }
      if let problem = check(bid, before: entry) { return problem }
      let recorded = RecordedBid(bid, counting: terms.counted(bid, in: entry), at: receivedAt, leaving: entry)
      bids.append(recorded)
      if bids.count > Self.bidsKept { bids.removeFirst(bids.count - Self.bidsKept) }
      acceptedBids += 1
      changes.append(.bid(recorded))
      cause = (bid.bidder, .bid)
    case .key(let record):
      guard let key = try? PublicKey(spki: record.spki), Digest(key.id) == record.keyID else {
        return ("uma chave que não confere", "a key that does not match")
      }
      keys[record.owner] = (record, key)
    case .suspended(let evidence, let receivedAt):
      guard status == .open, entry.closesAt == closesAt, case .suspend(let reason)? = notice(evidence) else {
        return ("uma suspensão que não confere", "a suspension that does not match")
      }
      (status, suspension, suspendedAt) = (.suspended, reason, receivedAt)
      counted.stop(at: receivedAt, under: terms)
      changes.append(.suspended(reason: reason))
    case .resumed(let evidence, let receivedAt):
      guard let end = endResumed(by: evidence, receivedAt), end == entry.closesAt || isOfUnknownLength && end < entry.closesAt
      else { return ("uma retomada que não confere", "a resumption that does not match") }
      (status, suspension, suspendedAt, cause) = (.open, nil, nil, (nil, .resumption))
      counted.stop(at: receivedAt, under: terms)
      changes.append(.resumed)
    case .revealed(let bid, let bidder, let secret):
      let isRight = record.reveal(
        bid, of: bidder, secret, in: edition, under: terms, leaving: (entry.price, entry.leader), after: (price, leader))
      isRevealed = true
      guard isRight, status == .open, isBought || sealed > closesAt, entry.closesAt == closesAt else {
        return ("um segredo de \(bidder) que não confere", "a secret of \(bidder) that does not match")
      }
      if terms.isSealed, let place = bids.lastIndex(where: { $0.id == bid && $0.bidder == bidder }) {
        bids[place].amount = secret.amount
      }
      changes.append(.revealed(bid, by: bidder, secret.amount))
    case .reserveRevealed(let secret):
      record.reveal(reserve: secret.amount)
      guard !isRevealed, status == .open, isBought || sealed > closesAt, entry.closesAt == closesAt,
        secret.reserveDigest(to: terms.auction, nonce: nonce) == terms.rules.reserveCommitment
      else { return ("uma reserva que não confere", "a reserve that does not match") }
      (reserve, isRevealed) = (secret.amount, true)
      changes.append(.reserveRevealed(secret.amount))
    case .outage(let from, let to):
      guard from < to, to <= sealed, lastReceived.map({ $0 <= from }) ?? true else {
        return ("uma ausência em que a casa recebeu lances", "an absence in which the house received bids")
      }
      let block = (head?.block ?? -1) + 1
      let end = counted.end(afterAbsenceFrom: from, to: to, closingAt: closesAt, in: block, under: terms)
      guard status == .open, end == entry.closesAt else {
        return ("uma ausência que não dá esse tempo", "an absence that does not give that time")
      }
    case .voided(let evidence, _):
      guard let voiding = Voiding(evidence), void(voiding, before: entry) else {
        return ("um lance anulado que não confere", "a voided bid that does not match")
      }
      changes.append(.voided(voiding.bid, by: voiding.bidder, reason: voiding.reason))
    }
    if let reserve, entry.isReserveMet != (entry.price.map { $0 >= reserve } ?? false) {
      return ("a reserva não foi o que a casa disse dela", "the reserve was not what the house said of it")
    }
    if !entry.fact.mayMovePrice, (entry.price, entry.leader) != (price, leader) {
      return ("o preço mudou sem um lance", "the price changed without a bid")
    }
    guard isRightlyAsked(in: entry) else { return ("o preço pedido não é o da hora", "the price asked is not that of its time") }
    if entry.closesAt != closesAt {
      changes.append(.extended(from: closesAt, to: entry.closesAt, by: cause.by, cause: cause.cause))
      extensions.add(entry.closesAt - closesAt, by: cause.by, cause.cause)
    }
    (price, leader, minimum, closesAt) = (entry.price, entry.leader, entry.minimum, entry.closesAt)
    isReserveMet = entry.isReserveMet
    return nil
  }

  /// What is wrong with what the house says after an accepted bid.
  private mutating func check(_ bid: Bid, before entry: BlockEntry) -> (String, String)? {
    if record.take(bid, under: terms, leaving: entry, after: (price, leader)) { return nil }
    if terms.isSealed { return ("o que é selado foi dito antes do fim", "what is sealed was told before the end") }
    guard let now = entry.price, entry.leader != nil else {
      return ("lance aceito sem líder", "an accepted bid without a leader")
    }
    if let price, now < price { return ("o preço caiu", "the price fell") }
    return ("o preço não é o do lance de \(bid.bidder)", "the price is not that of \(bid.bidder)'s bid")
  }

  /// Takes a bid out of the reckoning; the end stays. False where that cannot be.
  private mutating func void(_ voiding: Voiding, before entry: BlockEntry) -> Bool {
    guard voiding.auction == terms.auction, voiding.edition == edition, status.isUnderWay, entry.closesAt == closesAt,
      record.void(voiding.bid, of: voiding.bidder, under: terms, leaving: entry)
    else { return false }
    let place = bids.lastIndex { $0.id == voiding.bid && $0.bidder == voiding.bidder }
    if let place { bids[place].isVoided = true }
    if isFromTheFirst || place != nil { acceptedBids -= 1 }
    return true
  }

  /// What the calendar said of this auction; nil unless it said that after what it said before.
  private mutating func notice(_ evidence: Evidence) -> CalendarNotice.Action? {
    guard let envelope = try? Envelope(evidence), let notice = try? CalendarNotice(envelope),
      notice.auction == terms.auction, notice.edition == edition, notice.sequence > lastSequence
    else { return nil }
    lastSequence = notice.sequence
    return notice.action
  }

  /// Who began to read later cannot check bids under keys that were named before.
  private func isSigned(_ bid: Bid, by envelope: Envelope) -> Bool {
    guard let known = keys[bid.bidder] else { return !isFromTheFirst }
    return known.record.standing == .active && known.record.keyID == envelope.keyID
      && known.key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding)
  }

  /// Nil of a block that is not remembered, or not there yet.
  private func digestOfBlock(_ number: Int64) -> Digest? {
    guard let head, let age = Int(exactly: head.block - number), recent.indices.contains(recent.count - 1 - age) else {
      return nil
    }
    return recent[recent.count - 1 - age]
  }

  private mutating func fail(_ portuguese: String, _ english: String) -> Step {
    .applied([breakChain(portuguese, english)])
  }

  mutating func breakChain(_ portuguese: String, _ english: String) -> Change {
    let reason = said(portuguese, english)
    health = .broken(reason)
    return .broken(reason)
  }

  private static func opening(_ evidence: Evidence) -> Opening? {
    (try? Envelope(evidence)).flatMap { try? Opening($0) }
  }
}
