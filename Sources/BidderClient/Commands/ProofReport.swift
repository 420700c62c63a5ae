import AuctionClient
import AuctionCore
import AuctionFacts
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel

/// Tells what came of a verification: a table of what was looked at, what cannot be proved, the first fault and all of them.
struct ProofReport {
  let json: Bool

  func show(_ proof: LedgerProof) {
    if json { return showLines(proof) }
    let faults = proof.findings.faults
    if let header = proof.header { tell(title(header, proof.terms, proof.result)) }
    tell("")
    let names = Check.allCases.map { said($0.name) }
    let width = names.map(\.count).max() ?? 0
    for (check, name) in zip(Check.allCases, names) {
      let (count, bad) = (proof.findings.count(of: check), faults.count { $0.check == check })
      let verdict =
        bad > 0
        ? said("\(bad) falha(s)", "\(bad) fault(s)")
        : count > 0 ? said("confere", "holds") : said("nada a conferir", "nothing to check")
      tell("  \(name)\(String(repeating: " ", count: width - name.count))  \(padded(count))  \(verdict)")
    }
    tell("")
    if !proof.findings.unprovable.isEmpty {
      tell(said("Não se pode provar:", "What cannot be proved:"))
      for sentence in proof.findings.unprovable { tell("  - \(said(sentence))") }
      tell("")
    }
    if !proof.heirs.isEmpty {
      tell(said("A quem o lote pode ser repassado, e por quanto:", "To whom the lot may be passed on, and for how much:"))
      for (place, heir) in proof.heirs.enumerated() { tell("  \(place + 1). \(heir.bidder), \(price(heir.amount, proof.terms))") }
      tell("")
    }
    guard let first = faults.first else { return tell(said("TUDO CONFERE", "ALL HOLDS")) }
    tell(said("NÃO CONFERE. A primeira falha: ", "IT DOES NOT HOLD. The first fault: ") + line(first))
    guard faults.count > 1 else { return }
    tell(said("Todas as \(faults.count) falhas:", "All \(faults.count) faults:"))
    for fault in faults { tell("  \(line(fault))") }
    let untold = proof.findings.untold
    if untold > 0 { tell(said("  e mais \(untold)", "  and \(untold) more")) }
  }

  private func padded(_ count: Int64) -> String {
    let text = String(count)
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }

  private func line(_ fault: Fault) -> String {
    // What was read may be anybody's text.
    said("linha \(fault.line): ", "line \(fault.line): ") + VisibleText.of(said(fault.sentence))
  }

  private func title(_ header: LedgerHeader, _ terms: AuctionTerms?, _ result: AuctionResult?) -> String {
    var ending = said("ainda sem resultado", "no result yet")
    if let result {
      ending = result.outcome.words
      if let winner = result.winner, let amount = result.amount { ending += ", \(winner), " + price(amount, terms) }
    }
    return said("Livro de ", "Ledger of ") + "\(header.auction): \(ending)\n"
      + said("edição ", "edition ") + header.edition.hex
  }

  private func price(_ amount: Money, _ terms: AuctionTerms?) -> String {
    terms.map { Language.current.money.format(amount, in: $0.currency) } ?? String(amount.minorUnits)
  }

  private func showLines(_ proof: LedgerProof) {
    let faults = proof.findings.faults
    for check in Check.allCases {
      var line = JSONLine()
      line.add("tipo", "conferencia")
      line.add("o_que", check.label)
      line.add("quantos", proof.findings.count(of: check))
      line.add("falhas", Int64(faults.count { $0.check == check }))
      tell(line.text)
    }
    for sentence in proof.findings.unprovable {
      var line = JSONLine()
      line.add("tipo", "improvavel")
      line.add("texto", said(sentence))
      tell(line.text)
    }
    for fault in faults {
      var line = JSONLine()
      line.add("tipo", "falha")
      line.add("linha", Int64(fault.line))
      line.add("o_que", fault.check.label)
      line.add("problema", said(fault.sentence))
      tell(line.text)
    }
    for (place, heir) in proof.heirs.enumerated() {
      var line = JSONLine()
      line.add("tipo", "repasse")
      line.add("ordem", Int64(place + 1))
      line.add("para", heir.bidder.text)
      line.add("valor_centavos", heir.amount.minorUnits)
      tell(line.text)
    }
    var line = JSONLine()
    line.add("tipo", "verificacao")
    line.add("id_leilao", proof.header?.auction.text)
    line.add("edicao", proof.header?.edition.hex)
    line.add("confere", faults.isEmpty)
    line.add("encerrado", proof.result != nil)
    line.add("situacao", proof.result?.outcome.wireName)
    line.add("vencedor", proof.result?.winner?.text)
    line.add("valor_centavos", proof.result?.amount?.minorUnits)
    tell(line.text)
  }

  // MARK: Which was first

  /// - Parameter isProven: whether the ledger holds: else the instants are only what somebody wrote.
  func show(_ precedence: Precedence, isProven: Bool) {
    if json { return showLine(precedence, isProven) }
    for bid in [precedence.first, precedence.second] {
      tell(said("lance ", "bid ") + "\(bid.id), \(bid.bidder), " + said("bloco \(bid.block):", "block \(bid.block):"))
      tell(said("  pelo relógio dele  ", "  by his own clock    ") + reading(bid.claimed))
      if let seen = bid.seen { tell(said("  tinha visto o de    ", "  had seen that of    ") + reading(seen)) }
      tell(said("  recebido em         ", "  received at         ") + reading(bid.received))
      tell(
        said("  assinado entre      ", "  signed between      ") + TimeText.rfc3339(bid.earliest) + said(" e ", " and ")
          + TimeText.rfc3339(bid.latest))
    }
    tell(verdict(precedence))
    if !isProven {
      tell(said("O livro não confere: nada disto está provado.", "The ledger does not hold: nothing of this is proved."))
    }
  }

  private func verdict(_ precedence: Precedence) -> String {
    let (a, b) = (precedence.first, precedence.second)
    return switch precedence.order {
    case .definitelyBefore: certainly(a, b)
    case .definitelyAfter: certainly(b, a)
    case .claimedBefore: supposedly(a, b)
    case .claimedAfter: supposedly(b, a)
    case .concurrent:
      said("concorrentes: vale a ordem do registro, ", "concurrent, decided by recorded order: ")
        + (precedence.isRecordedInOrder ? "\(a.id), \(b.id)" : "\(b.id), \(a.id)")
    }
  }

  private func certainly(_ a: PlacedBid, _ b: PlacedBid) -> String {
    said(
      "\(a.id) veio certamente antes de \(b.id), pelo bloco que \(b.bidder) tinha visto e pelos carimbos da casa",
      "\(a.id) came definitely before \(b.id), by the block that \(b.bidder) had seen and the house's stamps")
  }

  private func supposedly(_ a: PlacedBid, _ b: PlacedBid) -> String {
    said(
      "\(a.id) veio antes de \(b.id), se os relógios de \(a.bidder) e \(b.bidder) dizem a verdade: é só a palavra deles",
      "\(a.id) came before \(b.id), if the clocks of \(a.bidder) and \(b.bidder) tell the truth: that is their word alone")
  }

  private func reading(_ clock: ClockReading) -> String {
    "\(TimeText.rfc3339(clock.instant)) ± \(clock.uncertainty.microseconds) µs (\(clock.status.wireName))"
  }

  private func showLine(_ precedence: Precedence, _ isProven: Bool) {
    var line = JSONLine()
    line.add("tipo", "precedencia")
    for (name, bid) in [("a", precedence.first), ("b", precedence.second)] {
      line.add(name, bid.id.description)
      line.add("\(name)_bloco", bid.block)
      line.add("\(name)_recebido_us", bid.received.instant.microseconds)
      line.add("\(name)_de_us", bid.earliest.microseconds)
      line.add("\(name)_ate_us", bid.latest.microseconds)
    }
    let order =
      switch precedence.order {
      case .definitelyBefore: "a_antes"
      case .definitelyAfter: "b_antes"
      case .claimedBefore: "a_antes_segundo_os_licitantes"
      case .claimedAfter: "b_antes_segundo_os_licitantes"
      case .concurrent: "concorrentes"
      }
    line.add("ordem", order)
    line.add("registrado", precedence.isRecordedInOrder ? "a_antes" : "b_antes")
    line.add("confere", isProven)
    tell(line.text)
  }
}
