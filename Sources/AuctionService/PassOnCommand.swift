package import ArgumentParser
import AuctionClient
import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel

/// `ms-leilao repassar`: passes the lot of an auction that is over on to the next bidder, at the price that the bids give.
package struct PassOnCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "repassar", "reassign",
      abstract: said(
        "Repassa um lote ao próximo, ou ao melhor lance sob a reserva.",
        "Passes a lot on to the next bidder, or the best under the reserve."),
      discussion: said(
        """
        Para quando o vencedor não paga, ou a reserva não foi atingida. A quem e por quanto \
        saem do livro, conferido: o que os lances dariam sem os de quem já teve o lote. O \
        livro não muda. De quem sai, diz --de; o mesmo comando outra vez não o tira de mais \
        ninguém.

        EXEMPLOS:
          ms-leilao repassar violao-1978 --de ana --motivo "não pagou" --simular
          ms-leilao repassar violao-1978 --de ana --motivo "não pagou"
          ms-leilao repassar vaso-azul --condicional --motivo "a casa aceita"

        Sai com 0 quando foi aceito, 1 se não pode ser, 3 se foi mandado e não se sabe, 69 \
        sem broker.
        """,
        """
        For when the winner does not pay, or the reserve was not met. To whom and for how \
        much follow from the ledger, which is verified: what the bids would come to without \
        those of whoever had the lot. The ledger does not change. Whose it ceases to be, \
        --from says; the same command once more takes it from nobody else.

        EXAMPLES:
          ms-leilao reassign guitar-1978 --from ana --reason "did not pay" --dry-run
          ms-leilao reassign guitar-1978 --from ana --reason "did not pay"
          ms-leilao reassign blue-vase --conditional --reason "the house accepts"

        Exits with 0 when it was accepted, 1 if it cannot be, 3 if it was sent and is not \
        known, 69 without a broker.
        """))
  }

  @OptionGroup var change: AuctionChange
  @Option(
    name: .spoken("de", "from"),
    help: ArgumentHelp(said("Quem tem o lote, e não fica com ele.", "Who has the lot, and does not keep it."), valueName: "ID"))
  var holder: String?
  @Flag(
    name: .spoken("condicional", "conditional"),
    help: ArgumentHelp(
      said("A reserva não foi atingida, e ninguém o tem ainda.", "The reserve was not met, and nobody has it yet.")))
  var isConditional = false
  @Flag(
    name: .spoken("simular", "dry-run"),
    help: ArgumentHelp(said("Só diz a quem e por quanto.", "Only says to whom and for how much."))) var isDry = false

  package init() {}

  package func run() async throws {
    let (auction, reason, operation) = try change.read()
    guard isConditional == (holder == nil) else {
      throw Failure(
        .usage,
        said(
          "diga de quem o lote sai, com --de ID; ou --condicional, onde a reserva não foi atingida e ninguém o tem ainda",
          "say whose the lot ceases to be, with --from ID; or --conditional, where the reserve was not met and nobody has it yet")
      )
    }
    let holder = try holder.map { id throws(Failure) in try TermsReading().principal(said("--de", "--from"), id) }
    let target = LotToPass(auction: auction, holder: holder, reason: reason)
    guard isDry else {
      return try await operation.give(about: auction) { house, report in
        let plan = try target.look(house, report)
        return (.passOn(plan.passing), plan)
      } following: { _, plan, _, report in
        report.tell(said("repassado: ", "passed on: ") + plan.words) { plan.write(to: &$0) }
      }
    }
    let json = change.json
    // It gives no command, and so none has an id.
    let report = CommandReport(json: json, id: nil, auction: auction)
    try await report.telling {
      try await operation.call { house in
        let plan = try target.look(house, report)
        guard json else { return tell(said("seria repassado: ", "would be passed on: ") + plan.words) }
        var line = JSONLine()
        line.add("tipo", "simulacao")
        line.add("id_leilao", auction.text)
        plan.write(to: &line)
        tell(line.text)
      }
    }
  }
}

/// The lot that is to be passed on, as its ledger and what was said since tell of it. ms-leilao knows of no bids.
private struct LotToPass: Sendable {
  struct Plan: Sendable {
    let passing: PassingOn
    let currency: Currency

    var words: String {
      "\(passing.auction), " + (passing.from.map { "\($0) → " } ?? "→ ")
        + "\(passing.to), \(Language.current.money.format(passing.amount, in: currency))"
    }

    func write(to line: inout JSONLine) {
      line.add("edicao", passing.edition.hex)
      line.add("de", passing.from?.text)
      line.add("para", passing.to.text)
      line.add("valor_centavos", passing.amount.minorUnits)
    }
  }

  let auction: AuctionID
  /// Whose it is to be no longer; nil: nobody's yet.
  let holder: PrincipalID?
  let reason: String

  func look(_ house: HouseCall, _ report: CommandReport) throws -> Plan {
    let statements = try house.ledger(of: auction)
    guard !statements.isEmpty else { throw try refusalWithoutLedger(house, report) }
    guard let copy = LedgerCopy(statements, keys: house.ring) else {
      throw Failure(
        .configuration,
        said(
          "falta na pasta de chaves uma que assinou o livro de \(auction)",
          "the key folder lacks a key that signed the ledger of \(auction)"))
    }
    let proof = LedgerProof(copy.encoded())
    guard proof.holds else {
      throw report.refused(
        "livro_nao_confere",
        Sentence(
          "o livro não confere; veja: cliente-tui livro \(auction), e cliente-tui verificar",
          "the ledger does not hold; see: cliente-tui ledger \(auction), and cliente-tui verify"))
    }
    guard let header = proof.header, let terms = proof.terms, let result = proof.result else {
      throw report.refused(.notOver)
    }
    guard let succession = proof.succession,
      var lot = FinishedLot(result, digest: header.head.digest, seller: terms.seller, price: succession.next()?.amount)
    else { throw report.refused(.nothingToPassOn) }
    try followPassings(of: &lot, succession, house, from: header.head.block, report)
    guard lot.holder == holder else {
      throw report.refused(CommandRefusal.wrongHolder.wireName, otherHolder(lot, terms.currency)) {
        $0.add("detentor", lot.holder?.text)
      }
    }
    guard let heir = succession.next(without: lot.passedOver) else {
      throw report.refused(
        "sem_sucessor",
        Sentence("não há mais a quem repassar: ninguém mais deu lance que valha", "nobody is left: no other bid counts"))
    }
    let passing = PassingOn(
      auction: auction, edition: header.edition, result: header.head.digest, from: holder, to: heir.bidder,
      amount: heir.amount, reason: reason)
    return Plan(passing: passing, currency: terms.currency)
  }

  /// Everybody checks it against the bids, so does this.
  private func followPassings(
    of lot: inout FinishedLot, _ succession: Succession, _ house: HouseCall, from head: Int64, _ report: CommandReport
  ) throws {
    for case .passedOn(let known) in try house.ask(.blocks(auction, from: head + 1), about: auction).statements.map(\.fact) {
      let refusal = lot.refusal(of: known.passing)
      // What travels beside an answer may come in part.
      guard refusal != .wrongHolder else {
        throw Failure(
          .unavailable,
          said(
            "a resposta sobre \(auction) não veio inteira; tente de novo",
            "the answer about \(auction) did not come whole; try again"))
      }
      guard refusal == nil,
        succession.next(without: lot.passedOver) == Heir(bidder: known.passing.to, amount: known.passing.amount)
      else {
        throw report.refused(
          "repasse_nao_confere",
          Sentence(
            "o que a casa já repassou não é o que os lances dão", "what the house has passed on is not what the bids come to"))
      }
      lot.pass(known)
    }
  }

  /// Of an auction that was never opened there is none.
  private func refusalWithoutLedger(_ house: HouseCall, _ report: CommandReport) throws -> any Error {
    switch try house.auctions().first(where: { $0.summary.auction == auction })?.summary.status {
    case nil: report.refused(.unknownAuction)
    case .closed: report.refused(.nothingToPassOn)
    case .scheduled, .open, .suspended: report.refused(.notOver)
    }
  }

  /// Why it cannot be taken from the one who was named.
  private func otherHolder(_ lot: FinishedLot, _ currency: Currency) -> Sentence {
    if let said = lot.passings.first(where: { $0.passing.from == holder }) {
      let (to, price) = (said.passing.to, Language.current.money.format(said.passing.amount, in: currency))
      let from = holder.map { Sentence(" de \($0)", " from \($0)") } ?? Sentence("", "")
      let now = lot.holder.flatMap { $0 == to ? nil : Sentence("; quem o tem agora é \($0)", "; who has it now is \($0)") }
      return Sentence(
        "já foi repassado\(from.portuguese) a \(to), por \(price)\(now?.portuguese ?? "")",
        "it was passed on\(from.english) to \(to) already, for \(price)\(now?.english ?? "")")
    }
    guard let now = lot.holder else {
      return Sentence(
        "ninguém tem o lote ainda: a reserva não foi atingida; diga --condicional",
        "nobody has the lot yet: the reserve was not met; say --conditional")
    }
    return Sentence("quem tem o lote é \(now)", "it is \(now) who has the lot")
  }
}
