import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// What was committed to, a reserve or bidders' maxima and sealed amounts, is opened when the auction is over: each, once, in their
/// order, and as what it had been. Of a cancelled auction nothing is.
struct CommitmentCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  private struct Committed {
    let bid: Bid
    let commitment: Digest
    let line: Int
  }

  private struct Revealed {
    let bid: BidID
    let bidder: PrincipalID
    let secret: Secret
    let line: Int
  }

  func run(_ findings: inout Findings) {
    checkReserve(&findings)
    var expected = committed[...]
    for opened in revealed {
      findings.count(.commitments)
      if let place = expected.firstIndex(where: { $0.bid.id == opened.bid && $0.bid.bidder == opened.bidder }) {
        // Those before it had their turn; each is told of once.
        for missed in expected[..<place] { tell(missed, &findings) }
        check(opened, against: expected[place], &findings)
        expected = expected[(place + 1)...]
      } else {
        findings.fault(
          .commitments, line: opened.line,
          Sentence(
            "o lance \(opened.bid) de \(opened.bidder) não tinha o que revelar aí",
            "bid \(opened.bid) of \(opened.bidder) had nothing to reveal there"))
      }
    }
    guard let last = ledger.blocks.last, case .closing(let result, _) = last.block.content, result.outcome != .cancelled else {
      return checkNothingIsOpen(&findings)
    }
    for missed in expected { tell(missed, &findings) }
    if reserves.isEmpty, let first = ledger.blocks.first, ledger.terms?.rules.reserveCommitment != nil {
      findings.fault(.commitments, line: first.line, Sentence("uma reserva que ninguém abriu", "a reserve that nobody opened"))
    }
  }

  /// Told once, before what bids had committed to, and as what the terms commit to.
  private func checkReserve(_ findings: inout Findings) {
    for (place, opened) in reserves.enumerated() {
      findings.count(.commitments)
      let isRight =
        ledger.scheduling.map {
          opened.secret.reserveDigest(to: ledger.header.auction, nonce: $0.nonce) == $0.terms.rules.reserveCommitment
        } ?? false
      guard place > 0 || !isRight || opened.isLate else { continue }
      findings.fault(
        .commitments, line: opened.line,
        Sentence(
          "a reserva revelada não é a dos termos, ou não vem só uma vez e antes dos lances",
          "the reserve revealed is not that of the terms, or does not come once and before the bids"))
    }
  }

  private func check(_ opened: Revealed, against committed: Committed, _ findings: inout Findings) {
    let (bid, bidder) = (opened.bid, opened.bidder)
    guard SHA256.of(opened.secret.commitment(to: bid, of: bidder, in: ledger.header.edition)) != committed.commitment else {
      return
    }
    findings.fault(
      .commitments, line: opened.line,
      Sentence(
        "o revelado do lance \(bid) de \(bidder) não é aquilo a que se comprometera",
        "what is revealed of bid \(bid) of \(bidder) is not what it had committed to"))
  }

  private func tell(_ missed: Committed, _ findings: inout Findings) {
    findings.fault(
      .commitments, line: missed.line,
      Sentence(
        "o compromisso do lance \(missed.bid.id) de \(missed.bid.bidder), que ninguém abriu em sua vez",
        "the commitment of bid \(missed.bid.id) of \(missed.bid.bidder), which nobody opened in its turn"))
  }

  private func checkNothingIsOpen(_ findings: inout Findings) {
    guard let line = (revealed.map(\.line) + reserves.map(\.line)).min() else { return }
    findings.fault(
      .commitments, line: line,
      Sentence(
        "revelado sem que o leilão tenha acabado com um resultado", "revealed though the auction did not end with a result"))
  }

  private var reserves: [(secret: Secret, line: Int, isLate: Bool)] {
    var isLate = false
    return facts.compactMap { fact, line in
      if case .revealed = fact { isLate = true }
      if case .reserveRevealed(let secret) = fact { return (secret, line, isLate) }
      return nil
    }
  }

  private var committed: [Committed] {
    facts.compactMap { fact, line in
      guard case .bid(let evidence, _) = fact, let bid = (try? Envelope(evidence)).flatMap({ try? Bid($0) }),
        let commitment = bid.maximumCommitment
      else { return nil }
      return Committed(bid: bid, commitment: commitment, line: line)
    }
  }

  private var revealed: [Revealed] {
    facts.compactMap { fact, line in
      guard case .revealed(let bid, let bidder, let secret) = fact else { return nil }
      return Revealed(bid: bid, bidder: bidder, secret: secret, line: line)
    }
  }

  private var facts: [(BlockEntry.Fact, line: Int)] {
    ledger.blocks.flatMap { read -> [(BlockEntry.Fact, line: Int)] in
      guard case .entries(let entries) = read.block.content else { return [] }
      return entries.map { ($0.fact, read.line) }
    }
  }
}
