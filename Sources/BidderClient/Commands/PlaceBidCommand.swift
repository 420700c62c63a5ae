package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// `cliente-tui lance`: one signed bid and its decision.
package struct PlaceBidCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "lance", "bid",
      abstract: said("Dá um lance assinado e espera a decisão.", "Places one signed bid and waits for its decision."),
      discussion: said(
        """
        EXEMPLOS:
          cliente-tui lance violao-1978 1.300,00 --cliente cliente_alpha
          cliente-tui lance --consultar 6f1c2a34-… --cliente cliente_alpha

        Sai com 0 se aceito, 1 se recusado (com o motivo e o mínimo), 3 se não veio \
        decisão a tempo, 69 sem broker.
        """,
        """
        EXAMPLES:
          cliente-tui bid guitar-1978 1,300.00 --bidder cliente_alpha
          cliente-tui bid --inquire 6f1c2a34-… --bidder cliente_alpha

        Exits with 0 when accepted, 1 when refused (with the reason and the minimum), 3 \
        when no decision came in time, 69 without a broker.
        """))
  }

  @OptionGroup var house: HouseOptions
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: said("LEILÃO", "AUCTION"))) var auction: String?
  @Argument(
    help: ArgumentHelp(said("O valor: 1300, 1.300,00.", "The amount: 1300, 1,300.00."), valueName: said("VALOR", "AMOUNT")))
  var amount: String?
  @Option(
    name: .spoken("cliente", "bidder"),
    help: ArgumentHelp(said("Quem dá o lance.", "Who bids."), valueName: "ID")) var bidder: String
  @Option(
    name: .spoken("consultar", "inquire"),
    help: ArgumentHelp(
      said("Só pergunta o que foi decidido sobre este lance.", "Only asks what was decided about this bid."),
      valueName: said("ID_LANCE", "BID_ID"))) var inquiry: String?
  @Option(
    name: .spoken("espera", "wait"),
    help: ArgumentHelp(
      said(
        "Quanto esperar pela decisão (padrão 20s; com --consultar 40s: só então é certo que nada mais vem).",
        "How long to wait for the decision (default 20s; with --inquire 40s: only then nothing can come any more)."),
      valueName: said("TEMPO", "TIME"))) var wait: String?
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  package init() {}

  package func run() async throws {
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    let bidder = try BidderAccess.bidder(bidder, option: BidderAccess.bidderOption)
    let wait = wait ?? (inquiry == nil ? "20s" : "40s")
    guard let patience = TimeText.interval(wait), patience > .zero else {
      throw Failure(
        .usage, said("--espera: “\(wait)” não serve; aceito: 5s, 1m", "--wait: “\(wait)” is not accepted; accepted: 5s, 1m"))
    }
    let report = BidReport(json: json, bidder: bidder)
    if let inquiry {
      guard auction == nil, amount == nil, let id = BidID(inquiry) else {
        throw Failure(
          .usage,
          said("--consultar pede só o id de um lance: xxxxxxxx-xxxx-…", "--inquire takes the id of a bid alone: xxxxxxxx-xxxx-…"))
      }
      return try await BidCall(settings: settings, bidder: bidder, patience: patience).inquire(id, report)
    }
    guard let auction, let amount else {
      throw Failure(
        .usage,
        said(
          "faltam o leilão e o valor: cliente-tui lance LEILAO VALOR --cliente ID",
          "auction and amount are missing: cliente-tui bid AUCTION AMOUNT --bidder ID"))
    }
    guard let auction = AuctionID(auction) else {
      throw Failure(
        .usage,
        said(
          "“\(auction)” não é um leilão: letras minúsculas, algarismos e -",
          "“\(auction)” is no auction: lower-case letters, digits and -"))
    }
    let voice = try BidderAccess.voice(of: bidder, settings)
    try await BidCall(settings: settings, bidder: bidder, patience: patience).place(amount, on: auction, by: voice, report)
  }
}

/// Says what became of a bid, and leaves with its status.
struct BidReport: Sendable {
  let json: Bool
  let bidder: PrincipalID
  let money: MoneyText = Language.current.money

  static func unknownAuction(_ auction: AuctionID) -> Failure {
    Failure(
      .refused,
      said(
        "recusado: a casa não conhece o leilão \(auction) (leilao_desconhecido)",
        "refused: the house knows no auction \(auction) (leilao_desconhecido)"))
  }

  func accepted(_ id: BidID, block: Int64, amount: Money?, currency: Currency) {
    guard !json else { return line(id, "aceito") { $0.add("bloco", block) } }
    tell(
      said("aceito", "accepted") + (amount.map { ": " + money.format($0, in: currency) } ?? "")
        + said(" (bloco \(block), lance \(id))", " (block \(block), bid \(id))"))
  }

  func refused(_ id: BidID, _ receipt: Receipt, currency: Currency) -> any Error {
    guard !json else {
      line(id, "recusado") {
        $0.add("motivo", receipt.reason.wireName)
        $0.add("minimo_centavos", receipt.minimum?.minorUnits)
      }
      return ExitStatus.refused
    }
    let minimum = receipt.minimum.map { said("; o mínimo era ", "; the minimum was ") + money.format($0, in: currency) } ?? ""
    let reason = "\(receipt.reason.words(.current)) (\(receipt.reason.wireName))"
    return Failure(.refused, said("recusado: ", "refused: ") + reason + minimum + said(" [lance \(id)]", " [bid \(id)]"))
  }

  func refused(_ id: BidID, because reason: String, _ sentence: String) -> any Error {
    guard !json else {
      line(id, "recusado") { $0.add("motivo", reason) }
      return ExitStatus.refused
    }
    return Failure(.refused, sentence)
  }

  func unknown(_ id: BidID) -> any Error {
    guard !json else {
      line(id, "incerto") { $0.add("consultar", "cliente-tui lance --consultar \(id) --cliente \(bidder)") }
      return ExitStatus.unknown
    }
    return Failure(
      .unknown,
      said(
        "incerto: não veio decisão a tempo. Pergunte depois: cliente-tui lance --consultar \(id) --cliente \(bidder)",
        "unknown: no decision came in time. Ask later: cliente-tui bid --inquire \(id) --bidder \(bidder)"))
  }

  private func line(_ id: BidID, _ standing: String, _ more: (inout JSONLine) -> Void) {
    var line = JSONLine()
    line.add("tipo", "lance")
    line.add("id_lance", id.description)
    line.add("id_usuario", bidder.text)
    line.add("situacao", standing)
    more(&line)
    tell(line.text)
  }
}
