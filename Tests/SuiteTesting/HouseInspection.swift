package import AuctionClient
import AuctionFacts
import AuctionService
package import AuctionSigning
package import AuctionWire
import BidService
import JournalKit
import MessagingKit
import ServiceKit
package import SharedKernel
import SigningKit

/// Looks at a house that has come to rest and says which of RELIABILITY.md's invariants do not hold.
package struct HouseInspection {
  private let house: SimulatedHouse

  package init(_ house: SimulatedHouse) { self.house = house }

  /// Empty, if all is well.
  package var problems: [String] {
    restProblems + house.plan.auctions.map(\.auction).flatMap(ledgerProblems) + decisionProblems + deathProblems + pictureProblems
  }

  // MARK: - 9: at rest

  private var restProblems: [String] {
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
    return problems
  }

  /// Dead letters are exactly the poison, each with its reason. A service that ended between commit and acknowledgement may
  /// have buried one twice.
  private var deathProblems: [String] {
    let dead = house.world.broker.messages(in: .mortas)
    var problems: [String] = []
    for letter in dead {
      guard let id = letter.properties.messageID, let reason = house.poison[id] else {
        if !isUnderRevokedKey(letter) { problems.append("a dead letter that was no poison: \(letter.properties.headers)") }
        continue
      }
      let said = letter.properties.headers[DeadLetter.reasonHeader]
      if said != reason { problems.append("\(id) is dead for \(said ?? "-"), not \(reason)") }
    }
    let buried = Set(dead.compactMap(\.properties.messageID))
    return problems + house.poison.keys.filter { !buried.contains($0) }.sorted().map { "\($0) was not buried" }
  }

  private func isUnderRevokedKey(_ letter: HeldMessage) -> Bool {
    guard let envelope = try? Envelope(parsing: letter.body), let bid = try? Bid(envelope) else { return false }
    return house.revoked.contains(bid.bidder) && letter.properties.headers[DeadLetter.reasonHeader] == Refusal.revokedKey.wireName
  }

  // MARK: - 1 to 4, 8: ledgers

  private func ledgerProblems(_ auction: AuctionID) -> [String] {
    LedgerCheck(ledger(of: auction), of: auction).problems
  }

  /// Everything that the house says of the auction when it is asked: blocks in order, then receipts.
  package func ledger(of auction: AuctionID) -> [HouseStatement] {
    var all: [HouseStatement] = []
    while true {
      guard let answer = ask(.ledger(auction, after: Int64(all.count))) else { return all }
      all += answer.statements
      guard answer.snapshot.more, !answer.statements.isEmpty else { return all }
    }
  }

  /// What ms-lance answers from its committed state.
  package func ask(_ subject: Query.Subject) -> HouseAnswer? {
    let query = Query(id: Build.uniqueID(4_711), subject: subject)
    let delivery = Delivery(
      tag: DeliveryTag(generation: 0, number: 0), subscription: "perguntas", exchange: Exchange.consultas.rawValue,
      routingKey: RoutingKey.query,
      properties: MessageProperties(contentType: Query.contentType, replyTo: Query.replyAddressPrefix + "inspection"),
      body: query.encoded())
    let books = house.books
    guard let desk = books.desk, let message = desk.answer(delivery, from: books.store, at: books.clock.now()),
      let reply = try? SnapshotReply(parsing: message.body)
    else { return nil }
    return try? HouseAnswer(reply, ring: house.world.keys.ring)
  }

  // MARK: - 1, 6, 7: decisions

  /// Every bid that was signed was decided once or never arrived, its bidder knows which, and whoever asks hears the same.
  private var decisionProblems: [String] {
    var decisions: [String: [String]] = [:]
    for auction in house.plan.auctions.map(\.auction) {
      for statement in ledger(of: auction) {
        for (name, decision) in Self.decisions(statement) { decisions[name, default: []].append(decision) }
      }
    }
    return house.bidders.flatMap { bidder in
      bidder.submitted.flatMap { bid, _ in problems(bid, bidder, decisions["\(bid.bidder) \(bid.id)"] ?? []) }
    }
  }

  private static func decisions(_ statement: HouseStatement) -> [(String, String)] {
    switch statement.fact {
    case .block(let block):
      guard case .entries(let entries) = block.content else { return [] }
      return entries.compactMap { entry in
        guard case .bid(let evidence, _) = entry.fact, let envelope = try? Envelope(evidence), let bid = try? Bid(envelope)
        else { return nil }
        return ("\(bid.bidder) \(bid.id)", "accepted in \(block.number)")
      }
    case .refused(let receipt):
      guard let bidder = receipt.bidder, let bid = receipt.bid else { return [] }
      return [("\(bidder) \(bid)", "refused as \(receipt.number ?? 0), \(receipt.reason)")]
    case .scheduled, .opened, .notice, .extended, .answered: return []
    }
  }

  private func problems(_ bid: Bid, _ bidder: SimulatedBidder, _ decisions: [String]) -> [String] {
    let name = "bid \(bid.id.description.suffix(4)) of \(bid.bidder)"
    guard let told = bidder.told[bid.id], let last = told.last else {
      return ["\(name): its bidder never heard what became of it"]
    }
    var problems: [String] = []
    if told.count > 1 { problems.append("\(name): told twice, \(told)") }
    if decisions.count > 1 { problems.append("\(name): decided twice, \(decisions)") }
    let isRight =
      switch last {
      case .accepted(let block): decisions == ["accepted in \(block)"]
      case .refused(let receipt):
        receipt.number.map { decisions == ["refused as \($0), \(receipt.reason)"] } ?? decisions.isEmpty
      // Should it still turn up, it is refused, if for nothing else then for its age.
      case .neverDecided: decisions.allSatisfy { $0.hasPrefix("refused") }
      case .busy, .unroutable: decisions.isEmpty
      }
    if !isRight { problems.append("\(name): told \(BidAttempt.State.decided(last).brief), decided \(decisions)") }
    let asked = ask(.bid(bid.bidder, bid.id)).map { $0.statements.flatMap(Self.decisions) } ?? []
    let own = asked.filter { $0.0 == "\(bid.bidder) \(bid.id)" }.map(\.1)
    if own != decisions { problems.append("\(name): whoever asks hears \(own), decided \(decisions)") }
    return problems
  }

  // MARK: - 12: pictures

  private func lastBlock(of auction: AuctionID) -> Int64? { house.books.store.all("bloco", auction.text).last?.number }

  package var everyoneIsUpToDate: Bool {
    house.bidders.allSatisfy { bidder in
      bidder.isLive
        && house.plan.auctions.allSatisfy { terms in
          guard let followed = bidder.session.auctions[terms.auction] else { return false }
          return followed.status == .closed && followed.head?.block == lastBlock(of: terms.auction)
        }
    }
  }

  /// What each bidder sees must be what the books say.
  package var pictureProblems: [String] {
    guard case .auctions(let summaries)? = ask(.auctions(after: nil))?.snapshot.content else {
      return ["the house answers no queries"]
    }
    return house.bidders.flatMap { bidder in
      summaries.flatMap { summary -> [String] in
        let who = "\(bidder.id) on \(summary.auction)"
        guard let seen = bidder.session.auctions[summary.auction] else { return ["\(who): not seen at all"] }
        var problems: [String] = []
        if seen.health != .whole { problems.append("\(who): \(seen.health)") }
        if seen.head != summary.head {
          problems.append("\(who): at block \(seen.head?.block ?? -1), the house at \(summary.head?.block ?? -1)")
        }
        if seen.status != summary.status { problems.append("\(who): \(seen.status), the house says \(summary.status)") }
        if seen.price != summary.price || seen.leader != summary.leader { problems.append("\(who): another price or leader") }
        if seen.head != nil, seen.closesAt != summary.closesAt { problems.append("\(who): another end") }
        return problems
      } + bidder.drops.map { "\(bidder.id) dropped something: \($0)" }
    }
  }
}
