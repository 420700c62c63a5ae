import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// Feeds the house's own rules with what the ledger says came in, in its order and at its stamps, and compares what they decide with what
/// the ledger says was decided: each entry's state, each block, the result.
///
/// Where the two differ that is a fault, and the replay goes on with what the ledger says, as far as the rules can be told so.
struct DecisionReplay {
  typealias ReadBlock = LedgerReading.ReadBlock

  let ledger: LedgerReading
  private let auction: AuctionID
  private let terms: AuctionTerms?
  private var keeper: BookKeeper
  private(set) var receipts: ArraySlice<LedgerReading.ReadReceipt>
  /// The key of each bidder that the ledger named last.
  private var keys: [PrincipalID: KeyRecord] = [:]
  /// What the ledger says that bids had committed to.
  private let secrets: CommittedSecrets
  /// Payloads of the blocks that the rules made.
  private var made: [Int64: [UInt8]] = [:]
  /// The number of the closing block that they made.
  private var closingBlock: Int64?
  /// How many of them followed from another.
  private var consequences: Int64 = 0
  private var comparison = EntryComparison()

  init(_ ledger: LedgerReading) {
    self.ledger = ledger
    auction = ledger.header.auction
    terms = ledger.terms
    receipts = ledger.receipts[...]
    secrets = CommittedSecrets(ledger)
    // Later bids name the blocks that the ledger has, whatever the rules would have put into them.
    let digests = Dictionary(ledger.blocks.map { ($0.block.number, $0.digest) }, uniquingKeysWith: { first, _ in first })
    keeper = BookKeeper(
      scribe: Scribe(
        block: { block in
          let payload = block.payload
          return Spelled(digest: digests[block.number] ?? SHA256.of(payload), payload: payload)
        }, receipt: { Self.spelled($0) }, extension: { Self.spelled($0) }, hash: { SHA256.of($0) }))
  }

  private static func spelled(_ value: some WireValue) -> Spelled {
    let payload = value.payload
    return Spelled(digest: SHA256.of(payload), payload: payload)
  }

  mutating func run(_ findings: inout Findings) {
    for (place, read) in ledger.blocks.enumerated() {
      // A chain with a gap was told of; behind it nothing follows from anything.
      guard read.block.number == Int64(place) else { return }
      switch read.block.content {
      case .opening(let evidence): guard open(read, evidence, &findings) else { return }
      case .entries(let entries) where entries.contains { $0.fact.isRevelation }:
        return conclude(ledger.blocks[place...], &findings)
      case .entries(let entries): guard replay(entries, read, &findings) else { return }
      case .closing(let result, let evidence):
        guard place > 0 else { return abandonUnopened(result, evidence, read, &findings) }
        close(result, evidence, read, &findings)
        return
      }
    }
    takeReceipts(before: nil, upTo: Int64.max, &findings)
  }

  // MARK: Opening

  private mutating func open(_ read: ReadBlock, _ evidence: Evidence, _ findings: inout Findings) -> Bool {
    guard let opening = (try? Envelope(evidence)).flatMap({ try? Opening($0) }),
      let scheduled = try? Envelope(opening.scheduling), let scheduling = try? Scheduling(scheduled)
    else { return false }
    let sealed = Sealed(digest: ledger.header.edition, evidence: opening.scheduling)
    take(keeper.handle(.scheduled(scheduling, sealed), at: scheduling.clock))
    if scheduling.terms.rules.reserveCommitment != nil, let reserve = secrets.reserve ?? standIn {
      take(keeper.handle(.reserve(auction, ledger.header.edition, reserve), at: scheduling.clock))
    }
    guard keeper.status(of: auction) != nil else {
      findings.fault(
        .decisions, line: read.line,
        Sentence("as regras deste programa não conhecem estes termos", "the rules of this program do not know these terms"))
      return false
    }
    takeReceiptsBeforeTheOpening(at: read.block.clock, &findings)
    // The house was away when it should have opened, and heard of it late: the rules count that from the opening on.
    for outage in outagesAtTheOpening(opening) {
      take(keeper.handle(.outage(from: opening.opensAt - .seconds(10), to: outage), at: read.block.clock))
    }
    take(keeper.handle(.opened(opening, evidence), at: read.block.clock))
    findings.count(.decisions)
    compare(read, isKnownToDiffer: false, .decisions, &findings)
    return keeper.status(of: auction)?.isUnderWay ?? false
  }

  /// A cancellation may overtake the opening: then the house refuses bids as on an auction that is over until the opening comes, and
  /// closes it in the same turn.
  private mutating func takeReceiptsBeforeTheOpening(at clock: ClockReading, _ findings: inout Findings) {
    if let (notice, evidence) = cancellation(inTheTurnOf: clock),
      let first = receipts.first(where: { $0.receipt.afterBlock == nil && isAfterTheEnd($0.receipt) })?.receipt
    {
      takeReceipts(before: first.receivedAt, upTo: .max, &findings)
      take(keeper.handle(.noticed(notice, evidence), at: first.clock))
    }
    takeReceipts(before: nil, upTo: 0, &findings)
  }

  /// Under an id that was used before it is refused for that: then a price that falls tells it, which is known to be at its least.
  private func isAfterTheEnd(_ receipt: Receipt) -> Bool {
    receipt.reason == .closed || terms.map { $0.fallingPrice != nil && receipt.minimum == $0.openingPrice } ?? false
  }

  /// The calendar's, where it stands in the block after the opening and of the same turn.
  private func cancellation(inTheTurnOf clock: ClockReading) -> (CalendarNotice, Evidence)? {
    guard ledger.blocks.count == 2, case .closing(_, let evidence?) = ledger.blocks[1].block.content,
      ledger.blocks[1].block.clock == clock, let envelope = try? Envelope(evidence), !isOwn(envelope),
      let notice = try? CalendarNotice(envelope), case .cancel = notice.action
    else { return nil }
    return (notice, evidence)
  }

  private func isAtTheOpening(_ from: Timestamp, _ to: Timestamp, _ opening: Timestamp) -> Bool {
    from == opening && to - from <= BookKeeper.longestPause
  }

  /// When those ended that are too short to count by themselves.
  private func outagesAtTheOpening(_ opening: Opening) -> [Timestamp] {
    guard terms?.fallingPrice == nil, ledger.blocks.count > 1, case .entries(let entries) = ledger.blocks[1].block.content
    else { return [] }
    return entries.compactMap { entry in
      guard case .outage(let from, let to) = entry.fact, isAtTheOpening(from, to, opening.opensAt) else { return nil }
      return to
    }
  }

  // MARK: Entries

  private mutating func replay(_ entries: [BlockEntry], _ read: ReadBlock, _ findings: inout Findings) -> Bool {
    guard keeper.status(of: auction)?.isUnderWay == true else {
      findings.fault(
        .decisions, line: read.line,
        Sentence("o bloco \(read.block.number) vem depois do fim", "block \(read.block.number) comes after the end"))
      return false
    }
    let before = findings.faultCount
    for (place, entry) in entries.enumerated() {
      guard canReplay(entry, read, &findings) else { return false }
      findings.count(.decisions)
      feed(entry, read, &findings)
      // Of several at the opening the last says what all of them come to.
      let behind = entries.dropFirst(place + 1)
      if isFedAtTheOpening(entry.fact, read), behind.contains(where: { isFedAtTheOpening($0.fact, read) }) { continue }
      // A bidder's key is named as of the bid behind it.
      let instant = entry.fact.isActiveKey ? behind.first?.fact.receivedAt : nil
      if let summary = keeper.summary(of: auction, at: instant) {
        comparison.compare(entry, "\(read.block.number).\(place + 1)", summary, line: read.line, &findings)
      }
    }
    takeReceipts(before: nil, upTo: read.block.number, &findings)
    return seal(read, isKnownToDiffer: findings.faultCount > before, &findings)
  }

  /// Prices follow from maxima: where one is not opened, nothing behind it can be worked out.
  private func canReplay(_ entry: BlockEntry, _ read: ReadBlock, _ findings: inout Findings) -> Bool {
    guard let terms, terms.format == .english, case .bid(let evidence, _) = entry.fact,
      let bid = (try? Envelope(evidence)).flatMap({ try? Bid($0) })
    else { return true }
    let lacksReserve = terms.rules.reserveCommitment != nil && secrets.reserve == nil
    guard lacksReserve || bid.maximumCommitment != nil && secrets[bid] == nil else { return true }
    findings.cannotProve(
      Sentence(
        "o que foi decidido do bloco \(read.block.number) em diante: segue de um máximo, ou de uma reserva, que não foi revelado",
        "what was decided from block \(read.block.number) on: it follows from a maximum, or a reserve, that was not revealed"))
    return false
  }

  private mutating func feed(_ entry: BlockEntry, _ read: ReadBlock, _ findings: inout Findings) {
    if let received = entry.fact.receivedAt { takeReceipts(before: received, upTo: .max, &findings) }
    switch entry.fact {
    case .bid(let evidence, let received): feed(evidence, received, read, &findings)
    case .suspended(let evidence, let received), .resumed(let evidence, let received):
      guard let notice = (try? Envelope(evidence)).flatMap({ try? CalendarNotice($0) }) else { return }
      take(keeper.handle(.noticed(notice, evidence), at: reading(received, in: read.block)))
    case .outage(let from, let to):
      takeReceipts(before: to, upTo: .max, &findings)
      if isFedAtTheOpening(entry.fact, read) { return }
      // Of a falling price that may be the rest of an absence: the rules count no time twice.
      let longer = to - BookKeeper.longestPause - .microseconds(1)
      take(keeper.handle(.outage(from: terms?.fallingPrice == nil ? from : min(from, longer), to: to), at: read.block.clock))
    case .key(let record):
      keys[record.owner] = record
      // An active one follows from the bid under it.
      if record.standing == .revoked { take(keeper.handle(.key(record), at: read.block.clock)) }
    case .voided(let evidence, let received): feed(voiding: evidence, received, read, &findings)
    // Those blocks follow from what ended the auction.
    case .revealed, .reserveRevealed: break
    }
  }

  /// Whether the rules were told of it when the auction opened.
  private func isFedAtTheOpening(_ fact: BlockEntry.Fact, _ read: ReadBlock) -> Bool {
    guard terms?.fallingPrice == nil, read.block.number == 1, case .outage(let from, let to) = fact else { return false }
    return isAtTheOpening(from, to, ledger.opening?.opensAt ?? to)
  }

  private mutating func feed(_ evidence: Evidence, _ received: Timestamp, _ read: ReadBlock, _ findings: inout Findings) {
    guard let envelope = try? Envelope(evidence), let bid = try? Bid(envelope) else { return }
    let digest = SHA256.of(envelope.payload)
    let key =
      keys[bid.bidder].flatMap { $0.keyID == envelope.keyID ? $0 : nil }
      ?? KeyRecord(owner: bid.bidder, keyID: envelope.keyID, spki: [], standing: .active)
    let clock = reading(received, in: read.block)
    let secret = secret(of: bid)
    let outputs = take(
      keeper.handle(.bid(SubmittedBid(bid: bid, digest: digest, key: key, evidence: evidence, secret: secret)), at: clock))
    let isAccepted = outputs.contains { if case .accepted = $0 { true } else { false } }
    guard !isAccepted else { return }
    var reason = Sentence("já tinha sido decidido", "it had been decided already")
    for case .refused(let receipt, _) in outputs {
      reason = Sentence(verbatim: receipt.reason.wireName)
    }
    findings.fault(
      .decisions, line: read.line,
      reason.within(
        { "o lance \(bid.id) de \(bid.bidder) devia ter sido recusado (\($0))" },
        { "bid \(bid.id) of \(bid.bidder) should have been refused (\($0))" }))
    let past = PastBid(
      auction: auction, bidder: bid.bidder, bid: bid.id, digest: digest, amount: bid.amount, receivedAt: received, newKey: nil,
      secret: secret)
    take(keeper.handle(.acceptedBefore(past), at: clock))
  }

  private mutating func feed(voiding evidence: Evidence, _ received: Timestamp, _ read: ReadBlock, _ findings: inout Findings) {
    guard let voiding = Voiding(evidence) else { return }
    let before = keeper.acceptedBids(of: auction)
    take(keeper.handle(.voided(voiding, evidence), at: reading(received, in: read.block)))
    guard keeper.acceptedBids(of: auction) == before else { return }
    findings.fault(
      .decisions, line: read.line,
      Sentence(
        "o lance \(voiding.bid) de \(voiding.bidder) não podia ser anulado: não é um lance deste leilão, já o estava, ou os outros comprariam o lote",
        "bid \(voiding.bid) of \(voiding.bidder) could not be voided: it is no bid of this auction, had been voided, or the others would buy the lot"
      ))
  }

  /// Of a sealed auction that tells no amounts (yet), any will do: nothing depends on them before they are told.
  private func secret(of bid: Bid) -> Secret? {
    guard bid.maximumCommitment != nil else { return nil }
    return secrets[bid] ?? (terms?.isSealed == true ? standIn : nil)
  }

  private var standIn: Secret? {
    terms.flatMap { Secret(amount: $0.openingPrice, salt: [UInt8](repeating: 0, count: Secret.saltBytes)) }
  }

  /// The house's reading when it received something: the block's own, less what was added to its uncertainty since.
  private func reading(_ received: Timestamp, in block: Block) -> ClockReading {
    let (clock, since) = (block.clock, max(block.clock.instant - received, .zero))
    // At the most that can be said, nothing more was added.
    let uncertainty = clock.uncertainty < ClockRules.widest ? clock.uncertainty - since : clock.uncertainty
    return ClockReading(received, uncertainty: max(uncertainty, .zero), status: clock.status)
  }

  // MARK: Blocks

  /// - Returns: whether the rules and the ledger can go on together.
  private mutating func seal(_ read: ReadBlock, isKnownToDiffer: Bool, _ findings: inout Findings) -> Bool {
    let number = read.block.number
    var isKnownToDiffer = isKnownToDiffer
    if made[number] == nil { take(keeper.handle(.endTurn, at: read.block.clock)) }
    if keeper.summary(of: auction)?.head?.block == number - 1 {
      if !isKnownToDiffer {
        findings.fault(
          .decisions, line: read.line,
          Sentence("nada do bloco \(number) aconteceu, pelas regras", "by the rules nothing in block \(number) happened"))
      }
      isKnownToDiffer = true
      take(keeper.handle(.sealedBefore(PastBlock(auction: auction, number: number, digest: read.digest)), at: read.block.clock))
    }
    compare(read, isKnownToDiffer: isKnownToDiffer, .decisions, &findings)
    // A purchase makes the closing block too, and those before it.
    guard let head = keeper.summary(of: auction)?.head, head.block == number + consequences else {
      findings.fault(
        .decisions, line: read.line,
        Sentence("o bloco \(number) não acaba onde as regras o acabam", "block \(number) does not end where the rules end it"))
      return false
    }
    return true
  }

  /// What is not an entry's state: clock, number of entries, which keys are named where.
  private func compare(_ read: ReadBlock, isKnownToDiffer: Bool, _ check: Check, _ findings: inout Findings) {
    guard !isKnownToDiffer, let payload = made[read.block.number], payload != read.payload else { return }
    let said = read.block
    guard let ruled = try? Block(payload: payload, kind: said.kind), ruled != said else { return }
    let what: Sentence
    if ruled.clock != said.clock {
      what = Sentence("o seu relógio", "its clock")
    } else if case .entries(let entries) = said.content, case .entries(let others) = ruled.content {
      let place =
        zip(entries, others).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(entries.count, others.count)
      what = Sentence("a entrada \(place + 1)", "entry \(place + 1)")
    } else if ruled.content != said.content {
      what = Sentence("o conteúdo", "its content")
    } else {
      // The one before it, which the chain's check tells of.
      return
    }
    findings.fault(
      check, line: read.line,
      what.within(
        { "o bloco \(said.number) não é o que as regras dão: \($0)" },
        { "block \(said.number) is not what the rules give: \($0)" }))
  }

  @discardableResult
  private mutating func take(_ outputs: [BookKeeper.Output]) -> [BookKeeper.Output] {
    for output in outputs {
      switch output {
      case .block(_, let number, let block): made[number] = block.payload
      case .revelation(_, let number, let block), .result(_, let number, let block):
        made[number] = block.payload
        consequences += 1
        if case .result = output { closingBlock = number }
      case .extended, .refused, .extendedAgain, .resultAgain, .accepted: break
      }
    }
    return outputs
  }

  // MARK: Receipts

  /// Takes note of the refusals that were decided by then: before something received at that stamp, or before that block was sealed.
  private mutating func takeReceipts(before stamp: Timestamp?, upTo block: Int64, _ findings: inout Findings) {
    while let read = receipts.first {
      let isDue = stamp.map { read.receipt.receivedAt < $0 } ?? ((read.receipt.afterBlock ?? -1) < block)
      guard isDue else { return }
      receipts.removeFirst()
      guard let summary = keeper.summary(of: auction, at: read.receipt.receivedAt) else { continue }
      if let problem = RefusalTrial(summary, seller: seller).problem(with: read.receipt) {
        findings.fault(
          .refusals, line: read.line,
          problem.within(
            { "o recibo \(read.receipt.number ?? 0) contradiz o livro: \($0)" },
            { "receipt \(read.receipt.number ?? 0) contradicts the ledger: \($0)" }))
      }
      guard let bidder = read.receipt.bidder, let bid = read.receipt.bid, let digest = read.receipt.bidDigest else { continue }
      take(
        keeper.handle(
          .refusedBefore(
            PastRefusal(
              auction: auction, bidder: bidder, bid: bid, digest: digest, receivedAt: read.receipt.receivedAt,
              receipt: read.digest)),
          at: read.receipt.clock))
    }
  }

  private var seller: PrincipalID? { terms?.seller }

  // MARK: The end

  /// The blocks of what was secret, and the closing block: all of them follow from what ended the auction.
  private mutating func conclude(_ last: ArraySlice<ReadBlock>, _ findings: inout Findings) {
    guard let closing = last.last, case .closing(let result, let evidence) = closing.block.content else {
      let line = last.first?.line ?? 1
      return findings.fault(
        .commitments, line: line, Sentence("revelado antes do encerramento", "revealed before the end"))
    }
    close(result, evidence, closing, &findings)
    for read in last.dropLast() {
      if case .entries(let entries) = read.block.content { findings.count(.decisions, Int64(entries.count)) }
      guard made[read.block.number] != nil else {
        findings.fault(
          .decisions, line: read.line,
          Sentence(
            "o bloco \(read.block.number) não segue do encerramento", "block \(read.block.number) does not follow from the end"))
        continue
      }
      compare(read, isKnownToDiffer: false, .decisions, &findings)
    }
  }

  private mutating func close(_ said: AuctionResult, _ evidence: Evidence?, _ read: ReadBlock, _ findings: inout Findings) {
    takeReceipts(before: nil, upTo: .max, &findings)
    findings.count(.decisions)
    if let evidence, let envelope = try? Envelope(evidence), let notice = try? CalendarNotice(envelope) {
      let input: BookKeeper.Input =
        isOwn(envelope) ? .abandoned(notice, evidence) : .noticed(notice, evidence)
      take(keeper.handle(input, at: read.block.clock))
    }
    guard let payload = made[read.block.number], let ruled = try? Block(payload: payload, kind: .awarded),
      case .closing(let result, let ending) = ruled.content
    else {
      if let closingBlock {
        return findings.fault(
          .ending, line: read.line,
          Sentence(
            "pelas regras o encerramento é o bloco \(closingBlock)", "by the rules block \(closingBlock) is the closing one"))
      }
      let end = keeper.summary(of: auction).map { TimeText.rfc3339($0.closesAt) } ?? "?"
      return findings.fault(
        .ending, line: read.line,
        Sentence("pelas regras nada o encerrou: o fim é \(end)", "by the rules nothing ended it: the end is \(end)"))
    }
    func tell<Value: Equatable>(_ what: Sentence, _ said: Value, _ ruled: Value, _ text: (Value) -> String) {
      guard said != ruled else { return }
      findings.fault(
        .ending, line: read.line,
        what.within(
          { "o resultado diz \($0) \(text(said)); pelas regras \(text(ruled))" },
          { "the result says \($0) \(text(said)); by the rules \(text(ruled))" }))
    }
    tell(Sentence("situação", "outcome"), said.outcome, result.outcome) { $0.wireName }
    tell(Sentence("vencedor", "winner"), said.winner, result.winner) { $0?.text ?? "-" }
    tell(Sentence("valor", "amount"), said.amount, result.amount) { EntryComparison.text($0) }
    tell(Sentence("lances válidos", "accepted bids"), said.acceptedBids, result.acceptedBids) { String($0) }
    tell(Sentence("fim", "end"), said.closesAt, result.closesAt) { TimeText.rfc3339($0) }
    tell(Sentence("relógio", "clock"), read.block.clock.instant, ruled.clock.instant) { TimeText.rfc3339($0) }
    if ledger.header.lostReceipts == 0 {
      tell(Sentence("recusas", "refusals"), said.refusedBids, result.refusedBids) { String($0) }
      tell(Sentence("o compromisso", "the commitment"), said.refusals, result.refusals) { $0.hex }
    }
    if ending != evidence {
      findings.fault(
        .ending, line: read.line, Sentence("pelas regras outra coisa o encerrou", "by the rules something else ended it"))
    }
  }

  /// Said by ms-lance itself, which had forgotten a part of its books.
  func isOwn(_ envelope: Envelope) -> Bool { ledger.isOfTheBooks(envelope.keyID) }
}
