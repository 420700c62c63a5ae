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
          cliente-tui lance violao-1978 1.300,00 --maximo 2.000,00 \\
            --cliente cliente_alpha
          cliente-tui lance --consultar 6f1c2a34-… --cliente cliente_alpha

        Sai com 0 se aceito, 1 se recusado (com o motivo e o mínimo), 3 se não veio \
        decisão a tempo, 69 sem broker.
        """,
        """
        EXAMPLES:
          cliente-tui bid guitar-1978 1,300.00 --bidder cliente_alpha
          cliente-tui bid guitar-1978 1,300.00 --maximum 2,000.00 \\
            --bidder cliente_alpha
          cliente-tui bid --inquire 6f1c2a34-… --bidder cliente_alpha

        Exits with 0 when accepted, 1 when refused (with the reason and the minimum), 3 \
        when no decision came in time, 69 without a broker.
        """))
  }

  @OptionGroup var house: ClientHouse
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: said("LEILÃO", "AUCTION"))) var auction: String?
  @Argument(
    help: ArgumentHelp(said("O valor: 1300, 1.300,00.", "The amount: 1300, 1,300.00."), valueName: said("VALOR", "AMOUNT")))
  var amount: String?
  @Option(
    name: .spoken("maximo", "maximum"),
    help: ArgumentHelp(
      said(
        "Até onde a casa pode ir por você; segredo até o fim. Mais tarde, outro maior o aumenta.",
        "How far the house may go for you; secret until the end. Later a higher one raises it."),
      valueName: said("VALOR", "AMOUNT"))) var maximum: String?
  @Option(
    name: .spoken("cliente", "bidder"),
    help: ArgumentHelp(said("Quem dá o lance.", "Who bids."), valueName: "ID"), completion: .biddersOfHouse) var bidder: String
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
    let call = BidCall(settings: settings, bidder: bidder, patience: patience)
    var report = BidReport(json: json, bidder: bidder, at: settings)
    if let inquiry {
      guard auction == nil, amount == nil, let id = BidID(inquiry) else {
        throw Failure(
          .usage,
          said("--consultar pede só o id de um lance: xxxxxxxx-xxxx-…", "--inquire takes the id of a bid alone: xxxxxxxx-xxxx-…"))
      }
      return try await report.telling(id) { try await call.inquire(id, report) }
    }
    guard let auction, let amount else {
      throw Failure(
        .usage,
        said(
          "faltam o leilão e o valor: cliente-tui lance LEILAO VALOR --cliente ID",
          "auction and amount are missing: cliente-tui bid AUCTION AMOUNT --bidder ID"))
    }
    let id = try BidderAccess.auction(auction)
    let voice = try BidderAccess.voice(of: bidder, settings)
    report.auction = id
    try await report.telling { try await call.place(amount, upTo: maximum, on: id, by: voice, report) }
  }
}
