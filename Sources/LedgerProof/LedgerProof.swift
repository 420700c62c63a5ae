package import AuctionCore
package import AuctionFacts
package import AuctionWire
import SharedKernel

/// A ledger's file, checked: what was looked at, every fault, and what it cannot prove.
package struct LedgerProof: Sendable {
  package let findings: Findings
  /// Nil where not even the first line can be read.
  package let header: LedgerHeader?
  /// What the auction was held under; nil where that cannot be read.
  package let terms: AuctionTerms?
  /// How it ended; nil where it does not say.
  package let result: AuctionResult?
  /// Of an auction with a result that somebody could have the lot of; nil where a secret is missing.
  package let succession: Succession?
  private let bids: [PlacedBid]

  package var holds: Bool { findings.faults.isEmpty }

  /// - Parameter pinned: the house's keys as they are known from elsewhere; nil: nobody vouches for them but the file.
  package init(_ bytes: [UInt8], pinned: [PinnedKey]? = nil) {
    var findings = Findings()
    guard let file = LedgerFile(parsing: bytes, &findings) else {
      (self.findings, header, terms, result, succession, bids) = (findings, nil, nil, nil, nil, [])
      return
    }
    let ledger = LedgerReading(file, pinned: pinned, &findings)
    ChainCheck(ledger).run(&findings)
    var check = BidCheck()
    check.run(ledger, &findings)
    var replay = DecisionReplay(ledger)
    replay.run(&findings)
    RefusalCheck(ledger).run(&findings)
    EndingCheck(ledger).run(&findings)
    CommitmentCheck(ledger).run(&findings)
    ClockCheck(ledger).run(&findings)
    SealCheck(ledger).run(&findings)
    Self.tellLimits(of: ledger, &findings)
    (self.findings, header, terms) = (findings, file.header, ledger.terms)
    if case .closing(let said, _)? = ledger.blocks.last?.block.content { result = said } else { result = nil }
    succession = Succession(ledger)
    bids = PlacedBid.all(in: ledger)
  }

  /// What no ledger proves, whoever wrote it.
  private static func tellLimits(of ledger: LedgerReading, _ findings: inout Findings) {
    if !ledger.receipts.isEmpty {
      findings.cannotProve(
        Sentence(
          "que as recusas eram justas: os lances recusados não estão no livro; só se confere que nada nele as contradiz",
          "that the refusals were right: refused bids are not in the ledger; checked is that nothing in it contradicts them"))
    }
    findings.cannotProve(
      Sentence(
        "que nenhum lance sumiu antes de ter resposta da casa (compare com os recibos de cada um: cliente-tui recibos)",
        "that no bid vanished before the house answered it (compare everybody's receipts: cliente-tui receipts)"))
    findings.cannotProve(
      Sentence(
        "que os instantes são a hora verdadeira, quem está por trás de uma chave, e que ninguém combinou nada",
        "that instants are the true time, who stands behind a key, and that nobody colluded"))
  }

  /// To whom the lot may be passed on, one after the other, as long as each defaults; after the winner, where there is one. None of a
  /// ledger that does not hold.
  package var heirs: [Heir] {
    guard holds, let succession, let result else { return [] }
    return succession.heirs(without: Set([result.winner].compactMap { $0 }), atMost: Self.heirsTold)
  }

  private static let heirsTold = 5

  /// The accepted bids of that name: two bidders may have chosen the same id.
  package func bids(named name: BidName) -> [PlacedBid] {
    bids.filter { $0.id == name.id && (name.bidder == nil || name.bidder == $0.bidder) }
  }

  /// Which of two accepted bids was first.
  package func precedence(of a: PlacedBid, _ b: PlacedBid) -> Precedence { Precedence(a, b) }
}
