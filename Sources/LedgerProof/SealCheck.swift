import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// What the house signed of the whole ledger when the auction was over: it holds for this chain, and nothing that it names is missing.
struct SealCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  func run(_ findings: inout Findings) {
    guard let read = ledger.seals.first, let last = ledger.blocks.last else { return }
    let (seal, line) = (read.seal, read.line)
    findings.count(.chain)
    if seal.auction != ledger.header.auction || seal.edition != ledger.header.edition
      || seal.head != Seen(block: last.block.number, digest: last.digest) || seal.clock != last.block.clock
    {
      findings.fault(
        .chain, line: line,
        Sentence("o fecho do livro é de outra corrente", "the seal of the ledger is of another chain"))
    }
    if seal.lostReceipts != ledger.header.lostReceipts {
      findings.fault(
        .refusals, line: line,
        Sentence(
          "a primeira linha diz que a casa já não guardava \(ledger.header.lostReceipts) recibos, e a casa assinou \(seal.lostReceipts)",
          "the first line says that the house no longer kept \(ledger.header.lostReceipts) receipts, and the house signed \(seal.lostReceipts)"
        ))
    }
    let numbers = ledger.clockRecords.map(\.record.number)
    let found = numbers.first.flatMap { first in numbers.last.flatMap { first <= $0 ? first...$0 : nil } }
    if found != seal.clockRecords {
      findings.fault(
        .clock, line: line,
        Sentence(
          "os registros do relógio são \(text(found)), e a casa assinou \(text(seal.clockRecords))",
          "the records of the clock are \(text(found)), and the house signed \(text(seal.clockRecords))"))
    }
  }

  private func text(_ numbers: ClosedRange<Int64>?) -> String { numbers.map { "\($0.lowerBound)–\($0.upperBound)" } ?? "-" }
}
