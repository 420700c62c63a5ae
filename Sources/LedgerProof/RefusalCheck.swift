import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// The receipts of a ledger: numbered without a gap, complete, and those that the result commits to. Whether each agrees with what stood
/// when it was made is `DecisionReplay`'s.
struct RefusalCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  func run(_ findings: inout Findings) {
    checkNumbers(&findings)
    checkBids(&findings)
    checkCommitment(&findings)
  }

  private func checkNumbers(_ findings: inout Findings) {
    for (offset, read) in ledger.receipts.enumerated() {
      findings.count(.refusals)
      let (receipt, due) = (read.receipt, ledger.header.lostReceipts + Int64(offset) + 1)
      if receipt.number != due {
        findings.fault(
          .refusals, line: read.line,
          Sentence(
            "o recibo \(receipt.number.map(String.init) ?? "sem número"), no lugar do \(due)",
            "receipt \(receipt.number.map(String.init) ?? "without a number") in the place of \(due)"))
      }
      if receipt.auction != ledger.header.auction || receipt.bidder == nil || receipt.bid == nil || receipt.bidDigest == nil {
        findings.fault(
          .refusals, line: read.line,
          Sentence("um recibo de outro leilão, ou incompleto", "a receipt of another auction, or an incomplete one"))
      }
      if receipt.clock.instant != receipt.receivedAt {
        findings.fault(
          .refusals, line: read.line,
          Sentence("o recibo tem dois instantes", "the receipt has two instants"))
      }
    }
  }

  /// A bid is decided once.
  private func checkBids(_ findings: inout Findings) {
    var decided: Set<Digest> = []
    for case .entries(let entries) in ledger.blocks.map(\.block.content) {
      for case .bid(let evidence, _) in entries.map(\.fact) {
        if let envelope = try? Envelope(evidence) { decided.insert(SHA256.of(envelope.payload)) }
      }
    }
    for read in ledger.receipts {
      guard let digest = read.receipt.bidDigest, !decided.insert(digest).inserted else { continue }
      findings.fault(
        .refusals, line: read.line,
        Sentence("o recibo recusa um lance que já tinha sido decidido", "the receipt refuses a bid that had been decided already")
      )
    }
  }

  private func checkCommitment(_ findings: inout Findings) {
    guard let last = ledger.blocks.last, case .closing(let result, _) = last.block.content else { return }
    let lost = ledger.header.lostReceipts
    if lost + Int64(ledger.receipts.count) != result.refusedBids {
      findings.fault(
        .refusals, line: last.line,
        Sentence(
          "o resultado conta \(result.refusedBids) recusas, e há \(ledger.receipts.count) recibos",
          "the result counts \(result.refusedBids) refusals, and there are \(ledger.receipts.count) receipts"))
    }
    guard lost == 0 else {
      return findings.cannotProve(
        Sentence(
          "os recibos 1 a \(lost), que a casa já não guarda: o compromisso do resultado com eles fica por conferir",
          "receipts 1 to \(lost), which the house no longer keeps: the result's commitment to them stays unchecked"))
    }
    if SHA256.of(ledger.receipts.flatMap(\.digest.bytes)) != result.refusals {
      findings.fault(
        .refusals, line: last.line,
        Sentence("os recibos não são os do resultado", "the receipts are not those of the result"))
    }
  }
}
