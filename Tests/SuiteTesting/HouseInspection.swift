import AuctionClient
package import AuctionFacts
import AuctionService
package import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import LedgerProof
import MessagingKit
import ServiceKit
package import SharedKernel
import SigningKit

/// Looks at a house that has come to rest and says which of RELIABILITY.md's invariants do not hold.
package struct HouseInspection {
  private let house: SimulatedHouse
  /// What the house says of each auction when it is asked: blocks in order, then receipts.
  package let ledgers: [AuctionID: [HouseStatement]]
  /// What the ledgers say became of bids, by the digests of their payloads.
  private let decisions: [Digest: [Decision]]

  private struct Decision: Hashable {
    let bidder: PrincipalID?
    let text: String
    let auction: AuctionID
    let at: Timestamp
    let isAccepted: Bool
  }

  package init(_ house: SimulatedHouse) {
    self.house = house
    var ledgers: [AuctionID: [HouseStatement]] = [:]
    for terms in house.plan.auctions { ledgers[terms.auction] = Self.ledger(of: terms.auction, house) }
    self.ledgers = ledgers
    var decisions: [Digest: [Decision]] = [:]
    for statement in ledgers.values.joined() {
      for (digest, decision) in Self.decisions(statement) { decisions[digest, default: []].append(decision) }
    }
    self.decisions = decisions
  }

  /// Empty, if all is well.
  package var violations: [Violation] {
    let ledgers = ledgers.sorted { $0.key < $1.key }
    return house.witness.violations + restViolations + ledgers.flatMap { LedgerCheck($0.value, of: $0.key).violations }
      + ledgers.flatMap { proofViolations($0.key, $0.value) }
      + booksViolations + decisionViolations + orderViolations + outageViolations
      + keyViolations + speechViolations + deathViolations + historyViolations + pictureViolations
  }

  /// What a bidder would find who asked for the ledger and verified it.
  private func proofViolations(_ auction: AuctionID, _ ledger: [HouseStatement]) -> [Violation] {
    guard let copy = LedgerCopy(ledger, keys: house.world.keys.ring) else { return [] }
    return LedgerProof(copy.encoded()).findings.faults.map {
      Violation(8, "\(auction), line \($0.line) of its ledger: \($0.sentence.english)")
    }
  }

  // MARK: - 3: the oracle

  private var booksViolations: [Violation] {
    let store = house.books.store
    return BooksCheck(ledgers, refusedBids: { store.all("lance_recusado", $0.text).map(\.body) }) { body in
      try store.forEachEntry(from: 1, body)
    }.violations
  }

  // MARK: - 9: at rest

  private var restViolations: [Violation] {
    var problems: [String] = []
    for process in house.processes where !process.isRunning { problems.append("\(process.name) does not run") }
    for failure in house.books.failures + house.calendar.failures { problems.append("a service ended by itself: \(failure)") }
    for complaint in house.world.broker.complaints { problems.append("the broker complains of \(complaint)") }
    for queue in Queue.allCases where queue != .mortas && house.world.broker.depth(queue) > 0 {
      problems.append("\(queue.rawValue) holds \(house.world.broker.depth(queue)) messages")
    }
    if !house.books.isSilent { problems.append("the outbox of ms_lance holds \(house.books.store.pendingCount)") }
    if !house.calendar.isSilent { problems.append("the outbox of ms_leilao holds \(house.calendar.store.pendingCount)") }
    if let due = house.calendar.desk?.wakeUp { problems.append("the calendar still waits, for \(due.microseconds)") }
    if house.books.desk?.needsGoodClock != false { problems.append("an auction is still open in the books") }
    return problems.map { Violation(9, $0) }
  }

  /// Dead letters are exactly the poison, each with its reason. A service that ended between commit and acknowledgement may
  /// have buried one twice.
  private var deathViolations: [Violation] {
    let dead = house.world.broker.messages(in: .mortas)
    var problems: [String] = []
    for letter in dead {
      let said = letter.properties.headers[DeadLetter.reasonHeader]
      guard let id = letter.properties.messageID, let reason = house.poison[id] else {
        if !isForItsKey(letter) { problems.append("a dead letter that was no poison: \(letter.properties.headers)") }
        continue
      }
      let isForItsKey = house.poisonSigners[id].map { isForKey(of: $0, said) } ?? false
      if said != reason, !isForItsKey { problems.append("\(id) is dead for \(said ?? "-"), not \(reason)") }
    }
    let buried = Set(dead.compactMap(\.properties.messageID))
    problems += house.poison.keys.filter { !buried.contains($0) && !house.maybeShed.contains($0) }.sorted().map {
      "\($0) was not buried"
    }
    return problems.map { Violation(9, $0) }
  }

  private func isForItsKey(_ letter: HeldMessage) -> Bool {
    guard let envelope = try? Envelope(parsing: letter.body), let bid = try? Bid(envelope) else { return false }
    return isForKey(of: bid.bidder, letter.properties.headers[DeadLetter.reasonHeader], SHA256.of(envelope.payload))
  }

  /// Whether a bid of this bidder's may be dead for that reason because his key was taken away.
  /// - Parameter digest: of the bid; nil where it is not known when it came.
  private func isForKey(of bidder: PrincipalID, _ reason: String?, _ digest: Digest? = nil) -> Bool {
    removals(of: bidder, before: digest).contains { removal in
      switch reason {
      case Refusal.revokedKey.wireName: true
      case Refusal.unknownBidder.wireName: !removal.wasSeen
      default: false
      }
    }
  }

  /// When the bidder's key was away, if ms-lance may have looked at that bid then: not if it was put back before the bid first came,
  /// and not if it was taken away when ms-lance had had time for the bid.
  private func removals(of bidder: PrincipalID, before digest: Digest?) -> [SimulatedHouse.KeyRemoval] {
    let came = digest.flatMap { house.witness.firstArrivals[$0] }
    return house.removals.filter { removal in
      guard removal.bidder == bidder else { return false }
      guard let came else { return true }
      let wasInTime = removal.to.map { came < $0 + SimulatedHouse.KeyRemoval.slack } ?? true
      return wasInTime && came + longestWait > removal.from
    }
  }

  /// How long a bid may have waited for ms-lance: a link died and nobody noticed, and then it was away for as long as it ever was.
  private var longestWait: Interval {
    let absence = house.books.silences.map { $0.to - $0.from }.max() ?? .seconds(0)
    return HousePlan.longestDeadLink + absence + SimulatedHouse.KeyRemoval.slack
  }

  // MARK: - Asking

  private static func ledger(of auction: AuctionID, _ house: SimulatedHouse) -> [HouseStatement] {
    var all: [HouseStatement] = []
    while true {
      guard let answer = ask(.ledger(auction, after: Int64(all.count)), house) else { return all }
      all += answer.statements
      guard answer.snapshot.more, !answer.statements.isEmpty else { return all }
    }
  }

  /// What ms-lance answers from its committed state.
  private static func ask(_ subject: Query.Subject, _ house: SimulatedHouse) -> HouseAnswer? {
    let query = Query(id: Build.uniqueID(4_711), subject: subject)
    let delivery = Delivery(
      tag: DeliveryTag(generation: 0, number: 0), subscription: "perguntas", exchange: Exchange.consultas.rawValue,
      routingKey: RoutingKey.query,
      properties: MessageProperties(contentType: Query.contentType, replyTo: Query.replyAddressPrefix + "inspection"),
      body: query.encoded())
    let books = house.books
    guard let desk = books.desk, let message = try? desk.answer(delivery, from: books.store, at: books.clock.now()),
      let reply = try? SnapshotReply(parsing: message.body)
    else { return nil }
    return try? house.world.statements.read(reply, keys: house.world.keys)
  }

  // MARK: - 1, 6, 7: decisions

  /// Every bid that was signed was decided once or never arrived, its bidder knows which, and whoever asks hears the same.
  private var decisionViolations: [Violation] {
    var known = house.strange
    var violations: [Violation] = []
    for bidder in house.bidders {
      for (place, (bid, sealed)) in bidder.submitted.enumerated() {
        known.insert(sealed.digest)
        violations += check(bid, sealed.digest, bidder, asking: place.isMultiple(of: 4))
      }
    }
    for (digest, decisions) in decisions {
      if !known.contains(digest) { violations.append(Violation(2, "decided what nobody signed: \(decisions.map(\.text))")) }
      if decisions.count > 1 { violations.append(Violation(7, "decided twice: \(decisions.map(\.text))")) }
    }
    return violations
  }

  private static func decisions(_ statement: HouseStatement) -> [(Digest, Decision)] {
    switch statement.fact {
    case .block(let block):
      guard case .entries(let entries) = block.content else { return [] }
      return entries.compactMap { entry in
        guard case .bid(let evidence, let receivedAt) = entry.fact, let envelope = try? Envelope(evidence),
          let bid = try? Bid(envelope)
        else { return nil }
        let decision = Decision(
          bidder: bid.bidder, text: "accepted in \(block.number)", auction: block.auction, at: receivedAt, isAccepted: true)
        return (SHA256.of(envelope.payload), decision)
      }
    case .refused(let receipt):
      guard let digest = receipt.bidDigest, let auction = receipt.auction else { return [] }
      let decision = Decision(
        bidder: receipt.bidder, text: "refused as \(receipt.number ?? 0), \(receipt.reason)", auction: auction,
        at: receipt.receivedAt, isAccepted: false)
      return [(digest, decision)]
    case .scheduled, .reserve, .opened, .notice, .extended, .answered, .clock, .ledgerClosed, .voiding, .passedOn: return []
    }
  }

  private func check(_ bid: Bid, _ digest: Digest, _ bidder: SimulatedBidder, asking: Bool) -> [Violation] {
    let name = "bid \(bid.id.description.suffix(4)) of \(bid.bidder)"
    let decided = (decisions[digest] ?? []).map(\.text)
    guard let told = bidder.told[bid.id], let last = told.last else {
      return [Violation(7, "\(name): its bidder never heard what became of it")]
    }
    var violations: [Violation] = []
    if told.count > 1 { violations.append(Violation(6, "\(name): told twice, \(told)")) }
    if let reasons = bidder.reasons[digest], reasons.count > 1 {
      violations.append(Violation(6, "\(name): refused for \(reasons.count) reasons"))
    }
    let isRight =
      switch last {
      case .accepted(let block): decided == ["accepted in \(block)"]
      case .refused(let receipt):
        receipt.number.map { decided == ["refused as \($0), \(receipt.reason)"] } ?? decided.isEmpty
      case .refusedLongAgo: decided.count == 1 && decided[0].hasPrefix("refused")
      // Should it still turn up, it is refused, if for nothing else then for its age.
      case .neverDecided: decided.allSatisfy { $0.hasPrefix("refused") }
      case .busy, .unroutable: decided.isEmpty
      }
    if !isRight { violations.append(Violation(1, "\(name): told \(BidAttempt.State.decided(last).brief), decided \(decided)")) }
    if decided.isEmpty, mustBeDecided(bid, digest) { violations.append(Violation(7, "\(name): arrived, but is not decided")) }
    if bidder.reasons[digest] != nil, decided.contains(where: { $0.hasPrefix("accepted") }) {
      violations.append(Violation(6, "\(name): accepted, and yet refused"))
    }
    guard asking else { return violations }
    let asked = Self.ask(.bid(bid.bidder, bid.id), house).map { $0.statements.flatMap(Self.decisions) } ?? []
    let own = asked.filter { $0.0 == digest }.map(\.1.text)
    if own != decided { violations.append(Violation(7, "\(name): whoever asks hears \(own), decided \(decided)")) }
    return violations
  }

  /// Whether it came into the queue and is not of those that leave no trace in the journal.
  private func mustBeDecided(_ bid: Bid, _ digest: Digest) -> Bool {
    guard house.witness.arrivals[digest] != nil, removals(of: bid.bidder, before: digest).isEmpty else { return false }
    // Answered, whether or not its bidder heard that, and turned away ever after.
    if house.witness.tooEarly.contains(digest) { return false }
    return ledgers[bid.auction]?.first.map { statement in
      if case .block(let block) = statement.fact { block.edition == bid.edition } else { false }
    } ?? false
  }

  // MARK: - 3: the order is that of the queue

  private var orderViolations: [Violation] {
    var violations: [Violation] = []
    for auction in ledgers.keys.sorted() {
      let arrived = decisions.compactMap { digest, decisions -> (place: Int, at: Timestamp)? in
        guard let decision = decisions.first, decision.auction == auction, let place = house.witness.arrivals[digest],
          decision.bidder.map({ removals(of: $0, before: digest).isEmpty && $0 != HousePlan.mallory }) ?? false
        else { return nil }
        return (place, decision.at)
      }.sorted { $0.at < $1.at }
      if let wrong = zip(arrived, arrived.dropFirst()).first(where: { $0.place > $1.place }) {
        violations.append(Violation(3, "\(auction): what came as \(wrong.1.place) was decided after \(wrong.0.place)"))
      }
    }
    return violations
  }

  // MARK: - 3, 4: an outage gives its time back

  private var outageViolations: [Violation] {
    guard !house.plan.isUndisciplined else { return [] }
    // What the clock may be wrong by, and how often presence is noted.
    let slack = Interval.seconds(4)
    return ledgers.flatMap { auction, ledger -> [Violation] in
      guard case .block(let first)? = ledger.first?.fact, case .opening(let evidence) = first.content,
        let opening = (try? Envelope(evidence)).flatMap({ try? Opening($0) }),
        let terms = house.plan.auctions.first(where: { $0.auction == auction }),
        let result = Self.result(ledger), result.outcome != .cancelled,
        // Who bought at once waited for no end.
        terms.rules.buyNow == nil || result.amount != terms.rules.buyNow, terms.format != .dutch || result.winner == nil
      else { return [] }
      let window = max(terms.rules.extensionWindow, .seconds(30))
      let pauses = Self.pauses(ledger)
      return house.books.silences.compactMap { silence in
        guard silence.to - silence.from > .seconds(5) + slack, silence.from > opening.opensAt + slack,
          silence.from + slack < result.closesAt,
          // No bid would have counted: the end moved by that anyway.
          !pauses.contains(where: { $0.from < silence.from + slack && $0.to > silence.to - slack })
        else { return nil }
        house.world.tally.reached(.houseDownOverClose)
        if terms.format == .dutch {
          guard opening.closesAt + (silence.to - silence.from) > result.closesAt + slack else { return nil }
          return Violation(3, "\(auction): the price fell while the house was away")
        }
        guard silence.to + window > result.closesAt + slack else { return nil }
        return Violation(3, "\(auction): closed less than \(window.microseconds / 1_000_000) s after the house was away")
      }
    }
  }

  /// From when to when no bid counted; one that was not resumed goes on for ever.
  private static func pauses(_ ledger: [HouseStatement]) -> [(from: Timestamp, to: Timestamp)] {
    var pauses: [(from: Timestamp, to: Timestamp)] = []
    for statement in ledger {
      guard case .block(let block) = statement.fact, case .entries(let entries) = block.content else { continue }
      for entry in entries {
        switch entry.fact {
        case .suspended(_, let receivedAt): pauses.append((receivedAt, Timestamp(microseconds: .max)))
        case .resumed(_, let receivedAt): if let begun = pauses.popLast() { pauses.append((begun.from, receivedAt)) }
        case .bid, .voided, .outage, .key, .revealed, .reserveRevealed: break
        }
      }
    }
    return pauses
  }

  private static func result(_ ledger: [HouseStatement]) -> AuctionResult? {
    for statement in ledger {
      if case .block(let block) = statement.fact, case .closing(let result, _) = block.content { return result }
    }
    return nil
  }

  // MARK: - 2: no bid under a key that was gone

  private var keyViolations: [Violation] {
    let slack = SimulatedHouse.KeyRemoval.slack
    guard !house.plan.isUndisciplined else { return [] }
    return house.removals.flatMap { removal in
      decisions.values.joined().filter { decision in
        decision.isAccepted && decision.bidder == removal.bidder && decision.at > removal.from + slack
          && removal.to.map { decision.at < $0 - slack } ?? true
      }.map { Violation(2, "\($0.auction): \(removal.bidder) \($0.text) although its key was gone") }
    }
  }

  // MARK: - 5, 9: what was committed was said, and passed on

  private var speechViolations: [Violation] {
    var violations: [Violation] = []
    for store in [house.books.store, house.calendar.store] {
      for (id, bodies) in store.committed {
        for body in bodies where house.witness.said[id]?.contains(body) != true && !isDead(id) {
          violations.append(Violation(9, "\(id) was committed and never said"))
        }
      }
    }
    for statement in ledgers.values.joined()
    where statement.isSaidUnasked && !house.witness.passedOn.contains(statement.envelope.encoded()) {
      violations.append(Violation(9, "\(statement.envelope.kind) \(statement.digest.hex.prefix(8)) was never passed on"))
    }
    return violations
  }

  private func isDead(_ id: String) -> Bool {
    house.poison[id] != nil || house.world.broker.messages(in: .mortas).contains { $0.properties.messageID == id }
  }

  // MARK: - 1, 12: what bidders heard

  /// Whatever a bidder ever heard of a ledger stands in it.
  private var historyViolations: [Violation] {
    let standing = ledgers.mapValues { Set($0.map(\.digest)) }
    return house.bidders.flatMap { bidder in
      bidder.heard.filter { standing[$0.value]?.contains($0.key) != true }.map { _, auction in
        Violation(1, "\(bidder.id) heard something of \(auction) that its ledger does not hold")
      }
    }
  }

  /// What the house says when it is asked for all auctions; nil: nothing.
  package var summaries: [AuctionSummary]? {
    if case .auctions(let summaries)? = Self.ask(.auctions(after: nil), house)?.snapshot.content { summaries } else { nil }
  }

  /// What each bidder sees must be what the books say.
  private var pictureViolations: [Violation] {
    guard let summaries else { return [Violation(12, "the house answers no queries")] }
    return house.bidders.flatMap { bidder in
      summaries.flatMap { picture(of: $0, bidder) } + bidder.drops.map { "\(bidder.id) dropped something: \($0)" }
    }.map { Violation(12, $0) }
  }

  private func picture(of summary: AuctionSummary, _ bidder: SimulatedBidder) -> [String] {
    let who = "\(bidder.id) on \(summary.auction)"
    guard let seen = bidder.session.auctions[summary.auction] else { return ["\(who): not seen at all"] }
    var problems: [String] = []
    if seen.health != .whole { problems.append("\(who): \(seen.health)") }
    if seen.head != summary.head {
      problems.append("\(who): at block \(seen.head?.block ?? -1), the house at \(summary.head?.block ?? -1)")
    }
    if seen.status != summary.status { problems.append("\(who): \(seen.status), the house says \(summary.status)") }
    if seen.price != summary.price || seen.leader != summary.leader { problems.append("\(who): another price or leader") }
    let passed = seen.passedOn.last
    if (passed?.passing.to, passed?.sequence) != (summary.passedOn?.id, summary.passedOn?.sequence) {
      problems.append(
        "\(who): passed on to \(passed?.passing.to.text ?? "-"), the house says \(summary.passedOn?.id.text ?? "-")")
    }
    if seen.head != nil, seen.closesAt != summary.closesAt { problems.append("\(who): another end") }
    return problems
  }
}
