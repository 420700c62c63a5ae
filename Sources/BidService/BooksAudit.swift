import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// Checks ms-lance's journal against itself: replays all entries without a key, and compares what follows from them with
/// what was said, which every bidder may hold. Changes nothing.
struct BooksAudit {
  private let journal: JournalReader
  /// The house's public keys.
  private let keys: KeyRing
  /// With every bid that is still kept decided again.
  private var books = RecordedBooks(BookKeeper(scribe: .house))
  /// As the service takes its entries up.
  private var taken = RecordedBooks(BookKeeper(scribe: .house))
  private var bids: Int64 = 0
  private var refusals: Int64 = 0
  private var keptReceipts: Int64 = 0
  private var blocks: Int64 = 0
  /// Receipts' digests of auctions that were compacted, in the order of their numbers.
  private var compacted: [AuctionID: [Digest]] = [:]

  init(_ journal: JournalReader, keys: KeyRing) { (self.journal, self.keys) = (journal, keys) }

  mutating func run(progress: (Int64) -> Void) throws -> JournalTally {
    let (entries, turns) = try journal.forEachTurn(progress: progress) { try replay($0) }
    guard taken.keeper == books.keeper, taken.passed == books.passed else {
      throw journalProblem(
        "as entradas, relidas como estão, dão outro estado do que os seus lances, decididos de novo",
        "the entries, taken as they stand, give another state than their bids, decided again")
    }
    let auctions = books.keeper.summaries()
    for auction in auctions { try check(auction) }
    let pending = try OutboxAudit(journal, keys: keys, speaker: HousePrincipal.msLance).run { message in
      guard let statement = try? HouseStatement(trusted: Evidence(message.body)), case .block(let block) = statement.fact else {
        return
      }
      // The same block, perhaps not the same signature: a result that is said again is signed by the key of today.
      guard try isStored(block.number, of: block.auction, statement.digest) else {
        throw journalProblem(
          "a mensagem \(message.id) por enviar não é o bloco \(block.number) de \(block.auction)",
          "message \(message.id), still to be sent, is not block \(block.number) of \(block.auction)")
      }
    }
    var tally = JournalTally()
    tally.add("entradas", said("entradas relidas", "entries replayed"), entries)
    tally.add("turnos", said("turnos", "turns"), turns)
    tally.add("leiloes", said("leilões", "auctions"), Int64(auctions.count))
    tally.add("blocos", said("blocos, cada um com a assinatura da casa", "blocks, each signed by the house"), blocks)
    tally.add(
      "lances_aceitos", said("lances aceitos, cada um com a assinatura do licitante", "accepted bids, each signed by its bidder"),
      bids)
    tally.add("recusas", said("recusas", "refusals"), refusals)
    tally.add("recibos", said("recibos de recusa guardados", "receipts of refusals that are kept"), keptReceipts)
    tally.add("por_enviar", said("mensagens por enviar", "messages to be sent"), pending)
    return tally
  }

  // MARK: - What follows from the entries is what was said

  private mutating func replay(_ turn: RecordedTurn) throws {
    var heard: [(Entry, [BookKeeper.Output])] = []
    let reopened = try ReopenedTurn(turn.entries, after: books.keeper, journal)
    let last = try books.replay(reopened.entries, at: turn.clock) { heard.append(($0, $1)) }
    _ = try taken.replay(turn.entries, at: turn.clock)
    try expect(reopened.blocks, among: heard.flatMap(\.1) + last, isWhole: !reopened.accepted.isEmpty)
    for (entry, outputs) in heard {
      if let expected = reopened.receipts[entry.number] { try expect(expected, among: outputs, of: entry) }
      if let expected = reopened.accepted[entry.number] { try expect(expected, among: outputs, of: entry) }
      switch try BidEntry(entry) {
      case .bid(let evidence): try check(evidence, in: entry)
      case .refusal(let refusal): try check(refusal)
      case .decided(_, _, let decision, let receipt):
        guard let receipt, case .refused(let number) = decision.outcome else { break }
        compacted[decision.auction, default: []].append(receipt)
        refusals += 1
        try checkReceipt(number, of: decision.auction, receipt)
      case .statement: try check(Evidence(entry.body), saidBy: HousePrincipal.msLeilao, in: entry)
      case .abandoned(let evidence): try check(evidence, saidBy: HousePrincipal.msLance, in: entry)
      case .opened, .accepted, .sealed, .turnedAway, .key, .outage, .restored, .resumed, .pruned, .trimmed, .closed: break
      }
      try compare(outputs)
    }
    try compare(last)
  }

  private func check(_ bid: Evidence, in entry: Entry) throws {
    guard let envelope = try? Envelope(bid), let known = books.keys.known(envelope.keyID),
      known.key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding)
    else {
      throw journalProblem(
        "o lance da entrada \(entry.number) não tem a assinatura da chave registrada então",
        "the bid in entry \(entry.number) is not signed by the key recorded then")
    }
  }

  private func check(_ statement: Evidence, saidBy speaker: PrincipalID, in entry: Entry) throws {
    guard HouseStatement(recorded: statement.bytes, by: speaker, keys: keys) != nil else {
      throw journalProblem(
        "a entrada \(entry.number) não tem a assinatura de \(speaker) por uma chave que valia quando isso foi dito",
        "entry \(entry.number) is not signed by \(speaker) under a key that stood when this was said")
    }
  }

  private mutating func compare(_ outputs: [BookKeeper.Output]) throws {
    for output in outputs {
      switch output {
      case .block(let auction, let number, let sealed), .revelation(let auction, let number, let sealed),
        .result(let auction, let number, let sealed):
        guard try isStored(number, of: auction, sealed.digest) else {
          throw journalProblem(
            "o bloco \(number) de \(auction) não é o que as entradas dizem",
            "block \(number) of \(auction) is not what the entries say")
        }
      case .refused(let receipt, let sealed):
        guard let auction = receipt.auction, let number = receipt.number else { continue }
        refusals += 1
        try checkReceipt(number, of: auction, sealed.digest)
      case .extended, .resultAgain, .extendedAgain, .accepted: break
      }
    }
  }

  private func isStored(_ block: Int64, of auction: AuctionID, _ digest: Digest) throws -> Bool {
    guard let stored = try journal.document(Collection.blocks, auction.text, block),
      let envelope = try? Envelope(parsing: stored)
    else { return false }
    return SHA256.of(envelope.payload) == digest
  }

  private func expect(_ receipt: Digest, among outputs: [BookKeeper.Output], of entry: Entry) throws {
    let isThere = outputs.contains { if case .refused(_, let sealed) = $0 { sealed.digest == receipt } else { false } }
    guard isThere else {
      throw journalProblem(
        "a recusa da entrada \(entry.number) não é o que as regras decidem",
        "the refusal in entry \(entry.number) is not what the rules decide")
    }
  }

  private func expect(_ bid: PastBid, among outputs: [BookKeeper.Output], of entry: Entry) throws {
    let isThere = outputs.contains { if case .accepted(let decided, _) = $0 { decided == bid } else { false } }
    guard isThere else {
      throw journalProblem(
        "o lance aceito da entrada \(entry.number) não é o que as regras decidem",
        "the accepted bid in entry \(entry.number) is not what the rules decide")
    }
  }

  /// - Parameter isWhole: every block has its entry; those of version 2 had none.
  private func expect(_ entered: [PastBlock], among outputs: [BookKeeper.Output], isWhole: Bool) throws {
    let sealed = Set(
      outputs.compactMap {
        if case .block(let auction, let number, let sealed) = $0, number > 0 {
          PastBlock(auction: auction, number: number, digest: sealed.digest)
        } else {
          nil
        }
      })
    for block in sealed.symmetricDifference(entered) where isWhole || !sealed.contains(block) {
      throw journalProblem(
        "o bloco \(block.number) de \(block.auction) não é o que as entradas dizem",
        "block \(block.number) of \(block.auction) is not what the entries say")
    }
  }

  private mutating func check(_ refusal: PastRefusal) throws {
    refusals += 1
    guard case .refused(let number)? = books.keeper.decision(of: refusal.bidder, bid: refusal.bid)?.outcome else { return }
    try checkReceipt(number, of: refusal.auction, refusal.receipt)
  }

  private mutating func checkReceipt(_ number: Int64, of auction: AuctionID, _ digest: Digest) throws {
    guard let stored = try journal.document(Collection.receipts, auction.text, number) else { return }
    guard let statement = try? HouseStatement(stored, ring: keys), statement.digest == digest else {
      throw journalProblem(
        "o recibo \(number) de \(auction) não é o que as entradas dizem, ou não tem a assinatura da casa",
        "receipt \(number) of \(auction) is not what the entries say, or not signed by the house")
    }
    keptReceipts += 1
  }

  // MARK: - Each auction's documents

  private mutating func check(_ auction: AuctionSummary) throws {
    let id = auction.auction
    guard let scheduling = try journal.document(Collection.schedulings, id.text, 0),
      let statement = try? HouseStatement(scheduling, ring: keys), statement.digest == auction.edition
    else {
      throw journalProblem(
        "o agendamento de \(id) não é o da sua edição, ou não tem a assinatura da casa",
        "the scheduling of \(id) is not its edition's, or not signed by the house")
    }
    var ledger = LedgerAudit(auction, keys: keys)
    var next: Int64 = 0
    while true {
      let page = try journal.documents(Collection.blocks, id.text, from: next, limit: 100)
      for document in page where document.number <= auction.head?.block ?? -1 { try ledger.read(document) }
      guard let last = page.last else { break }
      next = last.number + 1
    }
    try ledger.finish(compacted[id])
    (blocks, bids) = (blocks + ledger.blocks, bids + ledger.bids)
    // What follows the head was written while this was read, or has no entry.
    let isLonger = next > (auction.head?.block ?? -1) + 1
    if try isLonger && journal.currentCount() == journal.entryCount {
      throw journalProblem("\(id) tem blocos que nenhuma entrada explica", "\(id) has blocks that no entry explains")
    }
    try checkKept(id)
    try checkSeal(auction)
    try checkPassings(of: id)
  }

  private func checkPassings(of id: AuctionID) throws {
    for (place, digest) in books.passed.statements(of: id).enumerated() {
      let stored = try journal.document(Collection.passings, id.text, Int64(place + 1))
      guard let envelope = stored.flatMap({ try? Envelope(parsing: $0) }), SHA256.of(envelope.payload) == digest else {
        throw journalProblem(
          "o repasse \(place + 1) de \(id) não é o que as entradas dizem",
          "passing on \(place + 1) of \(id) is not what the entries say")
      }
    }
  }

  /// Those that ended before there was one have none.
  private func checkSeal(_ auction: AuctionSummary) throws {
    guard let stored = try journal.document(Collection.ledgerSeals, auction.auction.text, 0) else { return }
    guard let statement = try? HouseStatement(stored, ring: keys), case .ledgerClosed(let seal) = statement.fact,
      seal.auction == auction.auction, seal.edition == auction.edition, seal.head == auction.head || auction.status != .closed
    else {
      throw journalProblem(
        "o fecho do livro de \(auction.auction) não é o da sua corrente, ou não tem a assinatura da casa",
        "the seal of the ledger of \(auction.auction) is not its chain's, or not signed by the house")
    }
  }

  /// Those that the result commits to stay, the others go from the first on, and only when their time has come.
  private func checkKept(_ id: AuctionID) throws {
    let (removed, lost) = (books.retention.removed(of: id), books.retention.lostReceipts(of: id))
    let count = books.keeper.refusedBids(of: id)
    let committed = books.keeper.closed(id).map(\.committedRefusals) ?? count
    let isLost = try [(lost, committed), (max(removed, committed, lost), count)].contains { after, last in
      guard last > after else { return false }
      return try journal.documentCount(Collection.receipts, id.text, in: after + 1...last) < last - after
    }
    // A running service may have taken them out since.
    guard isLost, try journal.currentCount() == journal.entryCount else { return }
    throw journalProblem("\(id) perdeu recibos de recusa antes do tempo", "\(id) has lost receipts of refusals too early")
  }
}
