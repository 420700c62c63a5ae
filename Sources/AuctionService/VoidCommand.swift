package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// `ms-leilao anular`: takes an accepted bid out of the reckoning, and waits until the ledger says so.
package struct VoidCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "anular", "void",
      abstract: said("Anula um lance aceito.", "Voids an accepted bid."),
      discussion: said(
        """
        O lance fica no livro e deixa de contar; o preço e o líder são os dos outros \
        lances, o fim não muda. O id está em cliente-tui acompanhar --json, e o de um \
        lance aceito não pode ser usado outra vez.

        EXEMPLO:
          ms-leilao anular violao-1978 6f1c2a34-… --usuario cliente_beta \\
            --motivo "valor digitado errado"

        Sai com 0 quando o livro o diz, 1 se não pode ser, 3 se foi mandado e o livro não \
        o disse a tempo (nunca o dirá se os outros lances comprassem o lote), 69 sem broker.
        """,
        """
        The bid stays in the ledger and counts no longer; price and leader are those of \
        the other bids, the end does not move. Its id is in cliente-tui watch --json, and \
        that of an accepted bid cannot be used again.

        EXAMPLE:
          ms-leilao void guitar-1978 6f1c2a34-… --user cliente_beta \\
            --reason "a slip of the finger"

        Exits with 0 when the ledger says so, 1 if it cannot be, 3 if it was sent and the \
        ledger did not say so in time (never where the others would buy the lot), 69 without \
        a broker.
        """))
  }

  @OptionGroup var change: AuctionChange
  @Argument(help: ArgumentHelp(said("O lance.", "The bid."), valueName: said("ID_LANCE", "BID_ID"))) var bid: String
  @Option(
    name: .spoken("usuario", "user"), help: ArgumentHelp(said("De quem é o lance.", "Whose bid it is."), valueName: "ID"))
  var bidder: String

  package init() {}

  package func run() async throws {
    let (auction, reason, operation) = try change.read()
    let bidder = try TermsReading().principal(said("--usuario", "--user"), bidder)
    guard let bid = BidID(bid) else {
      throw TermsReading.refused(
        said("ID_LANCE", "BID_ID"), bid, said("o id de um lance, um UUID em minúsculas", "a bid's id, a UUID in lower case"))
    }
    let target = VoidTarget(auction: auction, bid: bid, bidder: bidder)
    try await operation.give(to: auction) { house, summary, report in
      let next = try target.look(house, report)
      let voiding = Voiding(auction: auction, edition: summary.edition, bid: bid, bidder: bidder, reason: reason)
      return (.void(voiding), next)
    } following: { house, next, _, report in
      try target.wait(house, from: next, report)
    }
  }
}

/// The bid that is to be voided, as the ledger tells of it.
private struct VoidTarget: Sendable {
  let auction: AuctionID
  let bid: BidID
  let bidder: PrincipalID

  private enum Outcome {
    case voided(block: Int64)
    case over
  }

  private func outcome(in block: Block) -> Outcome? {
    switch block.content {
    case .opening: return nil
    case .closing: return .over
    case .entries(let entries):
      let isIn = entries.contains { entry in
        guard case .voided(let evidence, _) = entry.fact, let voiding = Voiding(evidence) else { return false }
        return voiding.bid == bid && voiding.bidder == bidder
      }
      return isIn ? .voided(block: block.number) : nil
    }
  }

  /// ms-leilao knows of no bids: whether it stands there to be voided, the ledger says.
  /// - Returns: the block to go on reading from.
  func look(_ house: HouseCall, _ report: CommandReport) throws -> Int64 {
    let answer = try house.ask(.bid(bidder, bid), about: auction)
    guard case .bid(_, _, .accepted) = answer.snapshot.content, case .block(let block)? = answer.statements.first?.fact,
      block.auction == auction
    else {
      throw report.refused(
        "lance_desconhecido",
        Sentence("não há lance aceito \(bid) de \(bidder)", "there is no accepted bid \(bid) of \(bidder)"))
    }
    var next = block.number
    let before = try house.find(in: auction, from: &next) { outcome(in: $0) }
    if case .voided(let block)? = before {
      throw report.refused(
        "lance_anulado", Sentence("já foi anulado, no bloco \(block)", "it has been voided already, in block \(block)"))
    }
    return next
  }

  func wait(_ house: HouseCall, from first: Int64, _ report: CommandReport) throws {
    var next = first
    let found = try house.find(in: auction, from: &next, waiting: true) { outcome(in: $0) }
    switch found {
    case .voided(let block):
      report.tell(said("anulado: \(bid), bloco \(block)", "voided: \(bid), block \(block)")) { $0.add("bloco", block) }
    case .over:
      throw report.refused(
        "leilao_encerrado", Sentence("o leilão acabou antes: o lance conta", "the auction ended first: the bid counts"))
    case nil:
      throw Failure(
        .unknown,
        said(
          "ms-leilao aceitou o comando, e o livro ainda não diz que o lance foi anulado; veja com: cliente-tui acompanhar \(auction)",
          "ms-leilao accepted the command, and the ledger does not say yet that the bid was voided; look with: cliente-tui watch \(auction)"
        ))
    }
  }
}
