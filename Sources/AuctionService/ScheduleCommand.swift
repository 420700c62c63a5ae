package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// `ms-leilao agendar`: one auction, by the operator's signed command.
package struct ScheduleCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "agendar",
      abstract: said("Agenda um leilão.", "Schedules an auction."),
      discussion: said(
        """
        EXEMPLOS:
          ms-leilao agendar --id violao-1978 --titulo "Violão Giannini 1978" --inicio now --duracao 10m \\
            --lance-inicial 100,00 --incremento 10,00
          ms-leilao agendar --id moto-125 --titulo "Moto CG 125" --inicio 2026-12-01T20:00:00-03:00 --duracao 1h \\
            --lance-inicial 3.500,00 --incremento 5% --prorrogacao 120s

        Sai com 0 se aceito, 1 se recusado (com o motivo), 3 se a casa não respondeu.
        """,
        """
        EXAMPLES:
          ms-leilao schedule --id guitar-1978 --titulo "Giannini guitar 1978" --inicio now --duracao 10m \\
            --lance-inicial 100.00 --incremento 10.00
          ms-leilao schedule --id moto-125 --titulo "CG 125" --inicio 2026-12-01T20:00:00-03:00 --duracao 1h \\
            --lance-inicial 3,500.00 --incremento 5% --prorrogacao 120s

        Exits with 0 when accepted, 1 when refused (with the reason), 3 when the house did not answer.
        """),
      aliases: ["schedule"])
  }

  @OptionGroup var house: HouseOptions

  @Option(
    help: ArgumentHelp(
      said("Identificador, usado uma só vez na casa: [a-z0-9-], até 40.", "Id, used once in a house: [a-z0-9-], up to 40."),
      valueName: "ID"))
  var id: String
  @Option(
    name: [.customLong("titulo"), .customLong("title")],
    help: ArgumentHelp(said("Título, até 120 caracteres.", "Title, up to 120 characters.")))
  var title: String
  @Option(
    name: [.customLong("descricao"), .customLong("description")],
    help: ArgumentHelp(said("Descrição, até 2000 caracteres.", "Description, up to 2000 characters.")))
  var description = ""
  @Option(
    name: [.customLong("vendedor"), .customLong("seller")],
    help: ArgumentHelp(said("Quem vende; não pode dar lances.", "Who sells; may not bid.")))
  var seller = "casa"
  @Option(
    name: [.customLong("inicio"), .customLong("start")],
    help: ArgumentHelp(said("Abertura: now, +10s, ou RFC 3339.", "Opening: now, +10s, or RFC 3339."), valueName: "WHEN"))
  var start = "now"
  @Option(
    name: [.customLong("duracao"), .customLong("duration")],
    help: ArgumentHelp(said("Quanto dura: 60s, 10m, 2h, 1d.", "How long: 60s, 10m, 2h, 1d."), valueName: "TIME"))
  var duration: String
  @Option(
    name: [.customLong("lance-inicial"), .customLong("opening-price")],
    help: ArgumentHelp(said("Menor primeiro lance.", "Lowest first bid."), valueName: "AMOUNT"))
  var openingPrice: String
  @Option(
    name: [.customLong("incremento"), .customLong("increment")],
    help: ArgumentHelp(said("Quanto cada lance soma: 10,00 ou 5%.", "What each bid adds: 10.00 or 5%."), valueName: "AMOUNT"))
  var increment: String
  @Option(
    name: [.customLong("prorrogacao"), .customLong("extension")],
    help: ArgumentHelp(
      said("Lance neste tempo antes do fim adia o fim; 0s: nunca.", "A bid this close to the end moves the end; 0s: never."),
      valueName: "TIME"))
  var extensionWindow = "120s"
  @Option(
    name: [.customLong("fim-maximo"), .customLong("latest-end")],
    help: ArgumentHelp(
      said(
        "O fim não passa disto (RFC 3339, ou +2h da abertura).", "The end never passes this (RFC 3339, or +2h from the opening)."),
      valueName: "WHEN"))
  var latestEnd: String?
  @Option(
    name: [.customLong("tolerancia"), .customLong("tolerance")],
    help: ArgumentHelp(
      said("Tolerância a lances em voo; 0s: nenhuma.", "Tolerance for bids in flight; 0s: none."), valueName: "TIME"))
  var tolerance = "250ms"
  @Flag(
    name: [.customLong("relogio-exigido"), .customLong("clock-required")],
    help: ArgumentHelp(said("Recusa lances sem relógio sincronizado.", "Refuses bids without a synchronised clock.")))
  var clockRequired = false
  @Option(help: ArgumentHelp(said("Id do operador que assina.", "Id of the operator who signs."), valueName: "ID"))
  var operador = "operador"
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line.")))
  var json = false

  package init() {}

  package func run() async throws {
    let proposed = try proposed()
    let operation = try OperatorCall(house: house, operador: operador, json: json)
    try await operation.give { clock in .schedule(proposed.terms(asOf: clock.instant)) }
  }

  func proposed() throws -> ProposedTerms {
    let reading = TermsReading()
    var rules = AuctionRules()
    rules.extensionWindow = try reading.extensionWindow("--prorrogacao", extensionWindow)
    rules.inFlightTolerance = try reading.tolerance("--tolerancia", tolerance)
    rules.clockRequired = clockRequired
    return ProposedTerms(
      auction: try reading.auction("--id", id), title: try reading.title("--titulo", title),
      description: try reading.description("--descricao", description), seller: try reading.seller("--vendedor", seller),
      openingPrice: try reading.money("--lance-inicial", openingPrice),
      increment: try reading.increment("--incremento", increment), opening: try reading.start("--inicio", start),
      end: .after(try reading.duration("--duracao", duration)),
      latestEnd: try latestEnd.map { try reading.latestEnd("--fim-maximo", $0) }, rules: rules)
  }
}
