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
        livro não muda. Repetido, vai ao seguinte.

        EXEMPLOS:
          ms-leilao repassar violao-1978 --motivo "o vencedor não pagou" --simular
          ms-leilao repassar violao-1978 --motivo "o vencedor não pagou"

        Sai com 0 quando foi aceito, 1 se não pode ser, 3 se foi mandado e não se sabe, 69 \
        sem broker.
        """,
        """
        For when the winner does not pay, or the reserve was not met. To whom and for how \
        much follow from the ledger, which is verified: what the bids would come to without \
        those of whoever had the lot. The ledger does not change. Again, and it goes to the \
        one after.

        EXAMPLES:
          ms-leilao reassign guitar-1978 --reason "the winner did not pay" --dry-run
          ms-leilao reassign guitar-1978 --reason "the winner did not pay"

        Exits with 0 when it was accepted, 1 if it cannot be, 3 if it was sent and is not \
        known, 69 without a broker.
        """))
  }

  @OptionGroup var change: AuctionChange
  @Flag(
    name: .spoken("simular", "dry-run"),
    help: ArgumentHelp(said("Só diz a quem e por quanto.", "Only says to whom and for how much."))) var isDry = false

  package init() {}

  package func run() async throws {
    let (auction, reason, operation) = try change.read()
    let target = LotToPass(auction: auction, reason: reason)
    guard isDry else {
      return try await operation.give(about: auction) { house, report in
        let plan = try target.look(house, report)
        return (.passOn(plan.passing), plan)
      } following: { _, plan, _, report in
        report.tell(said("repassado: ", "passed on: ") + plan.words) { plan.write(to: &$0) }
      }
    }
    let json = change.json
    let report = CommandReport(json: json, id: CommandID(.random()), auction: auction)
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
  let reason: String

  func look(_ house: HouseCall, _ report: CommandReport) throws -> Plan {
    let statements = try house.ledger(of: auction)
    guard !statements.isEmpty else { throw report.refused(.unknownAuction) }
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
    try followPassings(of: &lot, house, from: header.head.block, report)
    guard let heir = succession.next(without: lot.passedOver) else {
      throw report.refused(
        "sem_sucessor",
        Sentence("não há mais a quem repassar: ninguém mais deu lance que valha", "nobody is left: no other bid counts"))
    }
    let passing = PassingOn(
      auction: auction, edition: header.edition, result: header.head.digest, from: lot.holder, to: heir.bidder,
      amount: heir.amount, reason: reason)
    return Plan(passing: passing, currency: terms.currency)
  }

  private func followPassings(of lot: inout FinishedLot, _ house: HouseCall, from head: Int64, _ report: CommandReport) throws {
    for case .passedOn(let said) in try house.ask(.blocks(auction, from: head + 1), about: auction).statements.map(\.fact) {
      guard lot.refusal(of: said.passing) == nil else {
        throw report.refused(
          "repasse_nao_confere",
          Sentence("o que a casa já repassou não segue do livro", "what the house has passed on does not follow from the ledger"))
      }
      lot.pass(said)
    }
  }
}
