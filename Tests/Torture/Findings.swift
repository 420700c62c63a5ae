import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// What was seen of a house that should have come to rest, as values, and which invariants that breaks. Believes nobody: bidders'
/// records, the ledger, the answers, the dead letters and what the broker carried are held against each other.
struct Findings {
  /// By a bidder's name.
  var records: [PrincipalID: RecordingBidder.Record] = [:]
  /// What the house answers: blocks, then receipts.
  var ledger: [HouseStatement] = []
  var summary: AuctionSummary?
  /// What whoever asks for a bid hears of it.
  var asked: [BidID: [String]] = [:]
  /// Queues that still held something while the services ran.
  var waiting: [String] = []
  /// The same when they had ended.
  var left: [String] = []
  /// How each service ended when it was asked to.
  var endings: [String: Program.Ending] = [:]
  /// The reasons of the dead letters, by message id.
  var dead: [String: Set<String>] = [:]
  /// What must lie there, and why.
  var poison: [String: String] = [:]
  /// What the broker carried, in order.
  var heard: [Tap.Heard] = []
  /// Whether the witness heard the house itself, and not only ms-notificacao.
  var hearsTheHouse = true
  /// Who may have said it.
  var ring: KeyRing
  /// The queue from which the broker itself lost what it had confirmed.
  var lost: Queue?

  /// What the house's clock may be ahead: 500 ppm of a jump that it is drawn after, or what an honest server may be off.
  private static let tolerance = Interval.milliseconds(100)

  typealias Decisions = [Digest: [String]]

  var violations: [Violation] {
    let decisions = Self.decisions(ledger)
    return restViolations + deathViolations + decisionViolations(decisions)
      + records.sorted { $0.key < $1.key }.flatMap {
        pictureViolations($0.value, of: $0.key)
      } + speechViolations(decisions)
  }

  // MARK: - Decisions

  /// What the ledger says became of each bid, by the digest of its payload.
  static func decisions(_ ledger: [HouseStatement]) -> Decisions {
    ledger.reduce(into: [:]) { decisions, statement in
      for (digest, text) in Self.decisions(statement) { decisions[digest, default: []].append(text) }
    }
  }

  static func decisions(_ statement: HouseStatement) -> [(Digest, String)] {
    switch statement.fact {
    case .block(let block):
      guard case .entries(let entries) = block.content else { return [] }
      return entries.compactMap { entry in
        guard case .bid(let evidence, _) = entry.fact, let envelope = try? Envelope(evidence) else { return nil }
        return (SHA256.of(envelope.payload), "accepted in \(block.number)")
      }
    case .refused(let receipt):
      return receipt.bidDigest.map { [($0, "refused as \(receipt.number ?? 0), \(receipt.reason)")] } ?? []
    case .scheduled, .reserve, .opened, .notice, .extended, .answered, .clock, .ledgerClosed, .voiding, .passedOn: return []
    }
  }

  // MARK: - 9: at rest

  private var restViolations: [Violation] {
    let problems =
      waiting.map { "while running: \($0)" } + left.map { "after the end: \($0)" }
      + endings.filter { $0.value != .code(0) }.map { "\($0.key), asked to end: \($0.value)" }
    return problems.map { Violation(9, $0) }
  }

  private var deathViolations: [Violation] {
    let missing = lost == .lanceRealizado ? [] : poison.filter { dead[$0.key] == nil }.map { "\($0.key) is not buried" }
    let wrong = dead.compactMap { id, reasons -> String? in
      guard let reason = poison[id] else { return "a dead letter that was no poison: \(id), \(reasons.sorted())" }
      return reasons == [reason] ? nil : "\(id) is not buried for \(reason) but for \(reasons.sorted())"
    }
    return (missing + wrong).map { Violation(9, $0) }
  }

  // MARK: - 1, 2, 6, 7: decisions

  private func decisionViolations(_ decisions: Decisions) -> [Violation] {
    let known = Set(records.values.flatMap(\.bids).map(\.sealed.digest))
    return decisions.flatMap { digest, decided in
      (known.contains(digest) ? [] : [Violation(2, "decided what nobody signed: \(decided)")])
        + (decided.count > 1 ? [Violation(7, "decided twice: \(decided)")] : [])
    } + records.values.flatMap(\.bids).flatMap { violations(of: $0, decided: decisions[$0.sealed.digest] ?? []) }
  }

  private func violations(of entry: RecordingBidder.Entry, decided: [String]) -> [Violation] {
    let name = "bid \(entry.bid.id.description.suffix(6)) of \(entry.bid.bidder)"
    var violations: [Violation] = []
    if entry.outcomes.count != 1 { violations.append(Violation(6, "\(name): told \(entry.outcomes.count) times")) }
    guard let told = entry.outcomes.last else { return violations }
    let isRight =
      switch told {
      case .accepted(let block): decided == ["accepted in \(block)"]
      case .refused(let receipt):
        receipt.number.map { decided == ["refused as \($0), \(receipt.reason)"] } ?? decided.isEmpty
      case .refusedLongAgo: decided.count == 1 && decided[0].hasPrefix("refused")
      // Should it still turn up, it is refused, if for nothing else then for its age.
      case .neverDecided: decided.allSatisfy { $0.hasPrefix("refused") }
      case .busy, .unroutable: decided.isEmpty
      }
    if !isRight { violations.append(Violation(1, "\(name): told \(BidAttempt.State.decided(told).brief), decided \(decided)")) }
    let asked = asked[entry.bid.id] ?? []
    if asked != decided { violations.append(Violation(7, "\(name): whoever asks hears \(asked), decided \(decided)")) }
    if case .refused(let receipt) = told, receipt.number == nil { return violations }
    if entry.isDelivered, decided.isEmpty, lost != .lanceRealizado {
      violations.append(Violation(7, "\(name): the broker had it, and it is not decided"))
    }
    return violations
  }

  // MARK: - 1, 11, 12: pictures

  private func pictureViolations(_ record: RecordingBidder.Record, of bidder: PrincipalID) -> [Violation] {
    let heads = Dictionary(
      ledger.compactMap { statement -> (Int64, Digest)? in
        if case .block(let block) = statement.fact { (block.number, statement.digest) } else { nil }
      }, uniquingKeysWith: { first, _ in first })
    var violations =
      record.heads.filter { heads[$0.block] != $0.digest }.map {
        Violation(1, "\(bidder) saw a block \($0.block) that the ledger does not hold")
      } + record.complaints.map { Violation(12, "\(bidder): \($0)") }
    guard let seen = record.auction, let summary else {
      return violations + [Violation(12, "\(bidder) or the house knows nothing of the auction")]
    }
    // By the clock of this process, which no fault moves.
    if let closed = record.sawClosedAt, closed < summary.closesAt - Self.tolerance {
      violations.append(Violation(11, "\(bidder) saw the end at \(closed), before it was due at \(summary.closesAt)"))
    }
    if seen.head != summary.head || seen.price != summary.price || seen.leader != summary.leader
      || seen.closesAt != summary.closesAt || seen.status != summary.status
    {
      violations.append(Violation(12, "\(bidder) sees another picture than a newcomer"))
    }
    return violations
  }

  // MARK: - 2, 5, 6, 8, 9: what went over the broker

  private func speechViolations(_ decisions: Decisions) -> [Violation] {
    let standing = Set(ledger.map(\.digest))
    var violations: [Violation] = []
    func complain(_ invariant: Int, _ what: String) { violations.append(Violation(invariant, what)) }
    var said: [String: [UInt8]] = [:]
    var (announced, passedOn): (Set<Digest>, Set<Digest>) = ([], [])
    var reasons: [Digest: Set<Refusal>] = [:]
    for message in heard {
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
      case .scheduled, .reserve, .opened, .notice, .extended, .clock, .ledgerClosed, .voiding, .passedOn: break
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
      if hearsTheHouse, !announced.contains(statement.digest) { complain(9, "\(name) stands in the ledger and was never said") }
      if lost != .notificacao, !passedOn.contains(statement.digest) {
        complain(9, "\(name) stands in the ledger and was never passed on")
      }
    }
    return violations
  }
}
