import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// Numbers, hashes, edition; what may stand where; stamps and clocks that do not go back.
struct ChainCheck {
  private let ledger: LedgerReading

  init(_ ledger: LedgerReading) { self.ledger = ledger }

  func run(_ findings: inout Findings) {
    checkLinks(&findings)
    checkEnds(&findings)
    checkStamps(&findings)
  }

  private func checkLinks(_ findings: inout Findings) {
    let header = ledger.header
    var (before, isRevealing): (Digest?, Bool) = (nil, false)
    for (place, read) in ledger.blocks.enumerated() {
      let (block, line) = (read.block, read.line)
      findings.count(.chain)
      if block.number != Int64(place) {
        findings.fault(
          .chain, line: line,
          Sentence("o bloco \(block.number), no lugar do \(place)", "block \(block.number) in the place of \(place)"))
      }
      if block.auction != header.auction || block.edition != header.edition {
        findings.fault(
          .chain, line: line,
          Sentence("o bloco é de outro leilão ou edição", "the block is of another auction or edition"))
      }
      if block.previous != before ?? header.edition {
        findings.fault(
          .chain, line: line,
          Sentence("o bloco \(block.number) não continua o anterior", "block \(block.number) does not continue the one before"))
      }
      before = read.digest
      if case .opening = block.content, place > 0 {
        findings.fault(.chain, line: line, Sentence("uma segunda abertura", "a second opening"))
      }
      if case .closing = block.content, place < ledger.blocks.count - 1 {
        findings.fault(.chain, line: line, Sentence("algo depois do encerramento", "something after the closing block"))
      }
      if case .entries(let entries) = block.content {
        if isRevealing || entries.contains(where: \.fact.isRevelation), !entries.allSatisfy(\.fact.isRevelation) {
          findings.fault(.chain, line: line, Sentence("algo depois do que se revelou", "something after secrets were revealed"))
        }
        isRevealing = isRevealing || entries.contains(where: \.fact.isRevelation)
      }
      if case .entries = block.content, place == 0 {
        findings.fault(
          .chain, line: line, Sentence("o livro não começa pela abertura", "the ledger does not begin with the opening"))
      }
    }
  }

  private func checkEnds(_ findings: inout Findings) {
    let header = ledger.header
    guard let last = ledger.blocks.last else { return }
    if header.head != Seen(block: last.block.number, digest: last.digest) {
      findings.fault(
        .chain, line: last.line,
        Sentence("a primeira linha promete outro último bloco", "the first line promises another last block"))
    }
    var isOver = false
    if case .closing = last.block.content { isOver = true }
    if header.isOver != isOver {
      findings.fault(
        .chain, line: last.line,
        isOver
          ? Sentence("encerrado, e a primeira linha diz que não", "closed, and the first line says that it is not")
          : Sentence("a primeira linha diz encerrado, e não há resultado", "the first line says closed, and there is no result"))
    }
    checkOpening(&findings)
  }

  /// The edition is the digest of the scheduling; the opening is the one announced, or later by as much as the end.
  private func checkOpening(_ findings: inout Findings) {
    guard let first = ledger.blocks.first, case .opening(let evidence) = first.block.content else { return }
    guard let opening = (try? Envelope(evidence)).flatMap({ try? Opening($0) }),
      let scheduled = try? Envelope(opening.scheduling), let scheduling = try? Scheduling(scheduled)
    else {
      return findings.fault(.chain, line: first.line, Sentence("uma abertura ilegível", "an opening that cannot be read"))
    }
    let header = ledger.header
    if SHA256.of(scheduled.payload) != header.edition || opening.edition != header.edition
      || opening.auction != header.auction || scheduling.terms.auction != header.auction
    {
      findings.fault(
        .chain, line: first.line,
        Sentence("a abertura é de outro leilão ou edição", "the opening is of another auction or edition"))
    }
    let late = opening.opensAt - scheduling.terms.opensAt
    if late < .zero || opening.closesAt != scheduling.terms.closesAt + late {
      findings.fault(
        .chain, line: first.line,
        Sentence(
          "a abertura não é a dos termos, nem mais tarde por igual", "the opening is not that of the terms, nor evenly later"))
    }
    if opening.clock.instant < opening.opensAt {
      findings.fault(.chain, line: first.line, Sentence("aberto antes da hora", "opened before its time"))
    }
  }

  // MARK: Stamps

  private struct Stamp {
    let at: Timestamp
    let line: Int
  }

  private func checkStamps(_ findings: inout Findings) {
    var received: [Stamp] = []
    var clock: Timestamp?
    for read in ledger.blocks {
      let block = read.block
      if let clock, block.clock.instant < clock {
        findings.fault(
          .stamps, line: read.line,
          Sentence("o relógio do bloco \(block.number) anda para trás", "the clock of block \(block.number) goes back"))
      }
      clock = block.clock.instant
      guard case .entries(let entries) = block.content else { continue }
      for case .outage(let from, let to) in entries.map(\.fact) where from >= to || to > block.clock.instant {
        findings.fault(
          .stamps, line: read.line,
          Sentence(
            "o bloco \(block.number) conta uma ausência que não tinha passado",
            "block \(block.number) tells of an absence that was not over"))
      }
      let stamps = entries.compactMap(\.fact.receivedAt)
      received += stamps.map { Stamp(at: $0, line: read.line) }
      if let last = stamps.last, last > block.clock.instant {
        findings.fault(
          .stamps, line: read.line,
          Sentence(
            "o bloco \(block.number) é mais velho do que o que contém", "block \(block.number) is older than what it holds"))
      }
    }
    let refused = ledger.receipts.map { Stamp(at: $0.receipt.receivedAt, line: $0.line) }
    checkAbsences(among: received + refused, &findings)
    for stamps in [received, refused] { checkRise(of: stamps, &findings) }
    let taken = Set(received.map(\.at))
    for stamp in refused where taken.contains(stamp.at) {
      findings.fault(.stamps, line: stamp.line, Sentence("um carimbo que já é de outro", "a stamp that is another's already"))
    }
  }

  /// Whoever received something was there.
  private func checkAbsences(among stamps: [Stamp], _ findings: inout Findings) {
    var instants = stamps.map(\.at).sorted()[...]
    let absences = ledger.blocks.flatMap { read -> [(from: Timestamp, to: Timestamp, block: Int64, line: Int)] in
      guard case .entries(let entries) = read.block.content else { return [] }
      return entries.compactMap { entry in
        if case .outage(let from, let to) = entry.fact { (from, to, read.block.number, read.line) } else { nil }
      }
    }
    for absence in absences.sorted(by: { $0.from < $1.from }) {
      instants = instants.drop { $0 <= absence.from }
      guard let instant = instants.first, instant < absence.to else { continue }
      findings.fault(
        .stamps, line: absence.line,
        Sentence(
          "o bloco \(absence.block) conta uma ausência em que a casa recebeu algo, em \(TimeText.rfc3339(instant))",
          "block \(absence.block) tells of an absence in which the house received something, at \(TimeText.rfc3339(instant))"))
    }
  }

  private func checkRise(of stamps: [Stamp], _ findings: inout Findings) {
    findings.count(.stamps, Int64(stamps.count))
    for (before, stamp) in zip(stamps, stamps.dropFirst()) where stamp.at <= before.at {
      findings.fault(
        .stamps, line: stamp.line,
        Sentence(
          "recebido em \(TimeText.rfc3339(stamp.at)), não depois do anterior",
          "received at \(TimeText.rfc3339(stamp.at)), not after the one before"))
    }
  }
}
