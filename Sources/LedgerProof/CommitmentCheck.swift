import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// What was committed to, a reserve or bidders' maxima, is opened when the auction is over.
struct CommitmentCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  func run(_ findings: inout Findings) {
    guard let last = ledger.blocks.last, case .closing = last.block.content else { return }
    let commitments = reserves + maxima
    findings.count(.commitments, Int64(commitments.count))
    for line in commitments {
      findings.fault(.commitments, line: line, Sentence("um compromisso que ninguém abriu", "a commitment that nobody opened"))
    }
  }

  private var reserves: [Int] {
    guard let first = ledger.blocks.first, ledger.terms?.rules.reserveCommitment != nil else { return [] }
    return [first.line]
  }

  private var maxima: [Int] {
    ledger.blocks.flatMap { read -> [Int] in
      guard case .entries(let entries) = read.block.content else { return [] }
      return entries.compactMap { entry in
        guard case .bid(let evidence, _) = entry.fact, let bid = (try? Envelope(evidence)).flatMap({ try? Bid($0) }),
          bid.maximumCommitment != nil
        else { return nil }
        return read.line
      }
    }
  }
}
