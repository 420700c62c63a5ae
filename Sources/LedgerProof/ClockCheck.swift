import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// What the house says that its time rested on: records without a gap. How good the clock was at the
/// end is told, not judged.
struct ClockCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  func run(_ findings: inout Findings) {
    findings.count(.clock, Int64(ledger.clockRecords.count))
    guard let last = ledger.clockRecords.last else {
      return findings.cannotProve(
        Sentence(
          "em que se apoiava o relógio da casa: o livro não tem registros dele",
          "what the house's clock rested on: the ledger has no records of it"))
    }
    for (before, read) in zip(ledger.clockRecords, ledger.clockRecords.dropFirst())
    where read.record.number != before.record.number + 1 {
      findings.fault(
        .clock, line: read.line,
        Sentence(
          "o registro \(read.record.number) do relógio vem depois do \(before.record.number)",
          "record \(read.record.number) of the clock comes after \(before.record.number)"))
    }
    if !last.record.clock.isDisciplined || last.record.clock.uncertainty > ClockReading.closingBound {
      let clock = last.record.clock
      let said = clock.isDisciplined ? "±\(clock.uncertainty.microseconds) µs" : clock.status.wireName
      findings.cannotProve(
        Sentence(
          "que o relógio da casa estava certo no fim: o seu último registro diz \(said)",
          "that the house's clock was right at the end: its last record says \(said)"))
    }
  }
}
