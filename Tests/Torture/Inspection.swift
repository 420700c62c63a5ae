import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// Looks at a house that should have come to rest, asks it, ends it, reads what it leaves, and says which invariants do not
/// hold. Believes nobody: bidders' records, the broker's queues, the journals and the answers are held against each other.
final class Inspection {
  private(set) var accepted = 0
  private let scene: Scene
  private let poison: [String: String]
  private var violations: [Violation] = []
  /// Blocks, then receipts, as the journal holds them.
  private var ledger: [HouseStatement] = []
  private var decisions: [Digest: [String]] = [:]

  /// - Parameter poison: the reasons for which messages must lie among the dead letters, by their ids.
  init(_ scene: Scene, poison: [String: String]) { (self.scene, self.poison) = (scene, poison) }

  func run() async throws -> [Violation] {
    try await rest()
    try await askAndCompare()
    try await end()
    try await buried()
    try await audit()
    try readJournals()
    try await heard()
    return violations
  }

  private func complain(_ invariant: Int, _ what: String) { violations.append(Violation(invariant, what)) }

  // MARK: - 9: at rest

  private static let work: [Queue] = [.lanceRealizado, .notificacao, .msLeilao, .leilaoConsulta]

  private func waiting() throws -> [String] {
    let probe = try BrokerProbe(port: scene.broker.port, user: Tap.user, password: Tap.user, virtualHost: "leilao")
    return try Self.work.compactMap { queue in
      let count = try probe.readyCount(queue.rawValue)
      return count > 0 ? "\(queue.rawValue) holds \(count)" : nil
    }
  }

  private func rest() async throws {
    do {
      try await until("queues empty", within: .seconds(20)) { try self.waiting().isEmpty }
    } catch { complain(9, "while running: \(try waiting().joined(separator: ", "))") }
  }

  private func end() async throws {
    for service in Scene.Service.allCases {
      let program = try scene.process(service)
      program.send(SIGTERM)
      let ending = try await program.ending(within: .seconds(30))
      if ending != .code(0) { complain(9, "\(service.rawValue), asked to end: \(ending)") }
    }
    // Now nobody holds anything: what was not acknowledged is there again.
    for held in try waiting() { complain(9, "after the end: \(held)") }
  }

  private func buried() async throws {
    let box = try DeadLetterBox(port: scene.broker.port)
    var reasons: [String: Set<String>] = [:]
    while let letter = try box.take() { reasons[letter.messageID ?? "-", default: []].insert(letter.reason ?? "-") }
    for (id, reason) in poison where reasons.removeValue(forKey: id) != [reason] && !scene.setting.losesDeliveries {
      complain(9, "\(id) is not buried for \(reason)")
    }
    for id in poison.keys { reasons[id] = nil }
    for (id, reason) in reasons { complain(9, "a dead letter that was no poison: \(id), \(reason.sorted())") }
  }

  // MARK: - 8: the services' own audits

  private func audit() async throws {
    for (program, user, service) in [("ms-lance", "ms_lance", Scene.Service.bids), ("ms-leilao", "ms_leilao", .calendar)] {
      let run = try await scene.house.run(program, ["--verificar"], as: user, ["LEILAO_DATA": scene.dataPath(service)])
      if run.status != 0 { complain(8, "\(program) --verificar: \(run.text)") }
    }
  }

  // MARK: - 6, 7, 11, 12: what the house answers

  /// What the house's clock may be ahead: 500 ppm of a jump that it is drawn after, or what an honest server may be off.
  private static let tolerance = Interval.milliseconds(100)

  private struct Answers: Sendable {
    var summary: AuctionSummary?
    var ledger: [HouseStatement] = []
    var bids: [BidID: [String]] = [:]
  }

  private func askAndCompare() async throws {
    let house = scene.house
    let auction = scene.auction
    let bids = scene.bidders.flatMap(\.record.bids)
    let url = try BrokerURL(house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao"))
    let box = Recorder<Answers>()
    try await onThread(named: "tardio") {
      let call = try HouseCall(
        broker: BrokerAccess(url: url, tls: nil, defaultUser: "cliente", profile: .shared), name: "tardio",
        keys: try LiveKeyRing(KeyFolder(path: house.keys)))
      var answers = Answers()
      answers.summary = try call.auctions().first { $0.summary.auction == auction }?.summary
      while true {
        let answer = try call.ask(.ledger(auction, after: Int64(answers.ledger.count)))
        answers.ledger += answer.statements
        if !answer.snapshot.more || answer.statements.isEmpty { break }
      }
      for entry in bids {
        let answer = try call.ask(.bid(entry.bid.bidder, entry.bid.id))
        answers.bids[entry.bid.id] = answer.statements.flatMap(Self.decisions).filter { $0.0 == entry.sealed.digest }.map(\.1)
      }
      box.record(answers)
      Task { await call.hangUp() }
    }
    let answers = try await box.first { $0 }
    ledger = answers.ledger
    for statement in ledger { for (digest, text) in Self.decisions(statement) { decisions[digest, default: []].append(text) } }
    violations += LedgerCheck(ledger, of: auction).violations
    compare(answers)
    accepted = decisions.values.joined().count { $0.hasPrefix("accepted") }
  }

  private func compare(_ answers: Answers) {
    let known = Set(scene.bidders.flatMap(\.record.bids).map(\.sealed.digest))
    for (digest, decided) in decisions {
      if !known.contains(digest) { complain(2, "decided what nobody signed: \(decided)") }
      if decided.count > 1 { complain(7, "decided twice: \(decided)") }
    }
    let standing = Set(ledger.map(\.digest))
    let heads = Dictionary(
      ledger.compactMap { statement -> (Int64, Digest)? in
        if case .block(let block) = statement.fact { (block.number, statement.digest) } else { nil }
      }, uniquingKeysWith: { first, _ in first })
    for bidder in scene.bidders {
      let record = bidder.record
      for head in record.heads where heads[head.block] != head.digest {
        complain(1, "\(bidder.id) saw a block \(head.block) that the ledger does not hold")
      }
      for complaint in record.complaints { complain(12, "\(bidder.id): \(complaint)") }
      for entry in record.bids { compare(entry, asked: answers.bids[entry.bid.id] ?? [], standing) }
      guard let seen = record.auction, let summary = answers.summary else {
        complain(12, "\(bidder.id) or the house knows nothing of the auction")
        continue
      }
      // By the clock of this process, which no fault moves.
      if let closed = record.sawClosedAt, closed < summary.closesAt - Self.tolerance {
        complain(11, "\(bidder.id) saw the end at \(closed), before it was due at \(summary.closesAt)")
      }
      if seen.head != summary.head || seen.price != summary.price || seen.leader != summary.leader
        || seen.closesAt != summary.closesAt || seen.status != summary.status
      {
        complain(12, "\(bidder.id) sees another picture than a newcomer")
      }
    }
  }

  private func compare(_ entry: RecordingBidder.Entry, asked: [String], _ standing: Set<Digest>) {
    let name = "bid \(entry.bid.id.description.suffix(6)) of \(entry.bid.bidder)"
    let decided = decisions[entry.sealed.digest] ?? []
    if entry.outcomes.count != 1 { complain(6, "\(name): told \(entry.outcomes.count) times") }
    guard let told = entry.outcomes.last else { return }
    let isRight =
      switch told {
      case .accepted(let block): decided == ["accepted in \(block)"]
      case .refused(let receipt):
        receipt.number.map { decided == ["refused as \($0), \(receipt.reason)"] } ?? decided.isEmpty
      // Should it still turn up, it is refused, if for nothing else then for its age.
      case .neverDecided: decided.allSatisfy { $0.hasPrefix("refused") }
      case .busy, .unroutable: decided.isEmpty
      }
    if !isRight { complain(1, "\(name): told \(BidAttempt.State.decided(told).brief), decided \(decided)") }
    if asked != decided { complain(7, "\(name): whoever asks hears \(asked), decided \(decided)") }
    if case .refused(let receipt) = told, receipt.number == nil { return }
    if entry.isDelivered, decided.isEmpty, !scene.setting.losesDeliveries {
      complain(7, "\(name): the broker had it, and it is not decided")
    }
  }

  private static func decisions(_ statement: HouseStatement) -> [(Digest, String)] {
    switch statement.fact {
    case .block(let block):
      guard case .entries(let entries) = block.content else { return [] }
      return entries.compactMap { entry in
        guard case .bid(let evidence, _) = entry.fact, let envelope = try? Envelope(evidence) else { return nil }
        return (SHA256.of(envelope.payload), "accepted in \(block.number)")
      }
    case .refused(let receipt):
      return receipt.bidDigest.map { [($0, "refused as \(receipt.number ?? 0), \(receipt.reason)")] } ?? []
    case .scheduled, .opened, .notice, .extended, .answered: return []
    }
  }

  // MARK: - 1, 3, 8, 9: the journals

  private func readJournals() throws {
    let books = try JournalReader(path: scene.dataPath(.bids) + "/ms_lance.sqlite")
    let calendar = try JournalReader(path: scene.dataPath(.calendar) + "/ms_leilao.sqlite")
    for (name, journal) in [("ms-lance", books), ("ms-leilao", calendar)] {
      try journal.check()
      let left = try journal.pendingOutbox(after: 0, limit: 100)
      if !left.isEmpty { complain(9, "the outbox of \(name) holds \(left.count): \(left.map(\.message.routingKey))") }
    }
    let auction = scene.auction.text
    func all(_ collection: String) throws -> [[UInt8]] {
      try books.documents(collection, auction, from: 0, limit: .max).map(\.body)
    }
    let written = try all("bloco") + all("recibo")
    if written != ledger.map({ $0.envelope.encoded() }) { complain(8, "the journal holds other bytes than the house answers") }
    violations +=
      BooksCheck([scene.auction: ledger], refusedBids: { _ in try all("lance_recusado") }) { try books.forEachEntry(from: 1, $0) }
      .violations
    if scene.setting.expectsOutage, !ledger.contains(where: Self.namesOutage) {
      complain(3, "the house was away over the end, and the ledger does not say so")
    }
  }

  private static func namesOutage(_ statement: HouseStatement) -> Bool {
    guard case .block(let block) = statement.fact, case .entries(let entries) = block.content else { return false }
    return entries.contains { if case .outage = $0.fact { true } else { false } }
  }

  // MARK: - 1, 2, 4, 5, 8: what went over the broker

  private func heard() async throws {
    let ring = try LiveKeyRing(KeyFolder(path: scene.house.keys)).ring
    let standing = Set(ledger.map(\.digest))
    var said: [String: [UInt8]] = [:]
    var (announced, passedOn): (Set<Digest>, Set<Digest>) = ([], [])
    var reasons: [Digest: Set<Refusal>] = [:]
    for message in try await scene.tap.heard() {
      guard let statement = try? HouseStatement(message.body, from: message.exchange, ring: ring) else {
        complain(2, "\(message.id) on \(message.exchange) cannot be verified")
        continue
      }
      switch statement.fact {
      case .block:
        if !standing.contains(statement.digest) { complain(5, "\(message.id) was said and stands nowhere") }
      case .refused(let receipt):
        if let bid = receipt.bidDigest { reasons[bid, default: []].insert(receipt.reason) }
        // One that is not journalled is made anew each time.
        guard receipt.number != nil else { continue }
        if !standing.contains(statement.digest) { complain(5, "\(message.id) was said and stands nowhere") }
      case .answered: continue
      case .scheduled, .opened, .notice, .extended: break
      }
      if case .notificacoes = message.exchange { passedOn.insert(statement.digest) } else { announced.insert(statement.digest) }
      if let before = said.updateValue(message.body, forKey: message.id), before != message.body {
        complain(8, "\(message.id) was said in other bytes")
      }
    }
    // Whatever the bidders' programs made of it.
    for (bid, told) in reasons where told.count > 1 || decisions[bid]?.contains(where: { $0.hasPrefix("accepted") }) == true {
      complain(6, "bid \(bid.hex.prefix(8)) was refused for \(told) and decided \(decisions[bid] ?? [])")
    }
    for statement in ledger {
      let name = "\(statement.envelope.kind) \(statement.digest.hex.prefix(8))"
      if scene.tap.exchanges.contains(.leilao), !announced.contains(statement.digest) {
        complain(9, "\(name) stands in the ledger and was never said")
      }
      if !passedOn.contains(statement.digest) { complain(9, "\(name) stands in the ledger and was never passed on") }
    }
  }
}
