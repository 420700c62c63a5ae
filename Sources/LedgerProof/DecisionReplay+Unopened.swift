import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

extension DecisionReplay {
  /// The house gave it up before it knew of the opening: there is nothing to replay.
  func abandonUnopened(_ result: AuctionResult, _ evidence: Evidence?, _ read: ReadBlock, _ findings: inout Findings) {
    findings.count(.decisions)
    findings.cannotProve(
      Sentence(
        "os termos: a casa cancelou o leilão sem saber da abertura, e o livro só tem isso",
        "the terms: the house cancelled the auction without knowing of its opening, and the ledger has only that"))
    guard result.outcome == .cancelled, result.acceptedBids == 0, result.winner == nil else {
      return findings.fault(.ending, line: read.line, Sentence("um resultado sem leilão", "a result without an auction"))
    }
    guard let envelope = evidence.flatMap({ try? Envelope($0) }), isOwn(envelope) else {
      return findings.fault(
        .ending, line: read.line,
        Sentence(
          "sem abertura só ms_lance cancela, e quem cancelou foi outro",
          "without an opening only ms_lance cancels, and it was another who did"))
    }
    for read in receipts
    where read.receipt.afterBlock != nil || ![.notOpenYet, .reusedID].contains(read.receipt.reason) {
      findings.fault(
        .refusals, line: read.line,
        Sentence("uma recusa que antes da abertura não podia ser", "a refusal that could not be before the opening"))
    }
  }
}
