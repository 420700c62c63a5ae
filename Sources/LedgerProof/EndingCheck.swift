import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// When the house said that the end had come, and what it was allowed to conclude from that. That the result is what the rules give is
/// `DecisionReplay`'s.
struct EndingCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  func run(_ findings: inout Findings) {
    guard let last = ledger.blocks.last else { return }
    guard case .closing(let result, let evidence) = last.block.content else {
      return findings.cannotProve(
        Sentence(
          "como acaba: quando isto foi escrito o leilão não tinha resultado",
          "how it ends: when this was written there was no result"))
    }
    findings.count(.ending)
    guard let evidence else { return }
    guard let notice = (try? Envelope(evidence)).flatMap({ try? CalendarNotice($0) }),
      notice.auction == ledger.header.auction, notice.edition == ledger.header.edition
    else {
      return findings.fault(
        .ending, line: last.line, Sentence("quem o encerrou fala de outro leilão", "what ended it speaks of another auction"))
    }
    switch notice.action {
    case .close(let end):
      if result.outcome == .cancelled {
        findings.fault(.ending, line: last.line, Sentence("cancelado por um fim normal", "cancelled by an ordinary end"))
      }
      checkCertainty(notice.clock, end, last.line, &findings)
      if last.block.clock.instant <= end {
        findings.fault(
          .ending, line: last.line, Sentence("o resultado é de antes do fim", "the result is from before the end"))
      }
    case .cancel:
      findings.count(.operatorActs)
      if result.outcome != .cancelled {
        findings.fault(
          .ending, line: last.line, Sentence("cancelado, e mesmo assim com resultado", "cancelled, and yet with a result"))
      }
    case .suspend, .resume:
      findings.fault(.ending, line: last.line, Sentence("isso não encerra um leilão", "this ends no auction"))
    }
  }

  /// The calendar closes when its clock is certain that the end has passed; before that only at the operator's word.
  private func checkCertainty(_ clock: ClockReading, _ end: Timestamp, _ line: Int, _ findings: inout Findings) {
    guard clock.instant > end else {
      return findings.fault(
        .ending, line: line,
        Sentence(
          "o fim, \(TimeText.rfc3339(end)), foi anunciado em \(TimeText.rfc3339(clock.instant)), antes dele",
          "the end, \(TimeText.rfc3339(end)), was announced at \(TimeText.rfc3339(clock.instant)), before it"))
    }
    guard !clock.isPast(end) else { return }
    findings.cannotProve(
      Sentence(
        "que o fim era certo: foi anunciado com o relógio a ±\(clock.uncertainty.microseconds) µs, o que só o operador pode mandar (leilao-encerrar)",
        "that the end was certain: it was announced with the clock at ±\(clock.uncertainty.microseconds) µs, which only the operator may order (leilao-encerrar)"
      ))
  }
}
