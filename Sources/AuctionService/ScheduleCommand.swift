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
    .spoken(
      "agendar", "schedule",
      abstract: said("Agenda um leilão.", "Schedules an auction."),
      discussion: said(
        """
        EXEMPLOS:
          ms-leilao agendar --id violao-1978 --titulo "Violão Giannini 1978" \\
            --inicio now --duracao 10m --lance-inicial 100,00 --incremento 10,00
          ms-leilao agendar --id moto-125 --titulo "Moto CG 125" \\
            --inicio 2026-12-01T20:00:00-03:00 --duracao 1h \\
            --lance-inicial 3.500,00 --incremento 5% --prorrogacao 120s
          ms-leilao agendar --id disco-1968 --titulo "Disco de 1968" --duracao 2h \\
            --lance-inicial 20,00 --incremento ebay --compra-imediata 150,00
          ms-leilao agendar --id carta-1932 --titulo "Carta de 1932" --duracao 1d \\
            --formato vickrey --lance-inicial 500,00
          ms-leilao agendar --id flores-7 --titulo "Lote de flores" --duracao 20m \\
            --formato holandes --de 1.000,00 --menos 50,00 --cada 30s \\
            --lance-inicial 300,00

        Sai com 0 se aceito, 1 se recusado (com o motivo), 3 se a casa não respondeu.
        """,
        """
        EXAMPLES:
          ms-leilao schedule --id guitar-1978 --title "Giannini guitar 1978" \\
            --start now --duration 10m --opening-price 100.00 --increment 10.00
          ms-leilao schedule --id moto-125 --title "CG 125" \\
            --start 2026-12-01T20:00:00-03:00 --duration 1h \\
            --opening-price 3,500.00 --increment 5% --extension 120s
          ms-leilao schedule --id record-1968 --title "Record of 1968" --duration 2h \\
            --opening-price 20.00 --increment ebay --buy-now 150.00
          ms-leilao schedule --id letter-1932 --title "Letter of 1932" --duration 1d \\
            --format vickrey --opening-price 500.00
          ms-leilao schedule --id flowers-7 --title "A lot of flowers" --duration 20m \\
            --format holandes --from 1,000.00 --less 50.00 --every 30s \\
            --opening-price 300.00

        Exits with 0 when accepted, 1 when refused (with the reason), 3 when the \
        house did not answer.
        """))
  }

  @OptionGroup var house: HouseOptions

  @Option(
    help: ArgumentHelp(
      said("Identificador, usado uma só vez na casa: [a-z0-9-], até 40.", "Id, used once in a house: [a-z0-9-], up to 40."),
      valueName: "ID"))
  var id: String
  @Option(
    name: .spoken("titulo", "title"),
    help: ArgumentHelp(said("Título, até 120 caracteres.", "Title, up to 120 characters."), valueName: said("TÍTULO", "TITLE")))
  var title: String
  @Option(
    name: .spoken("descricao", "description"),
    help: ArgumentHelp(
      said("Descrição, até 2000 caracteres.", "Description, up to 2000 characters."), valueName: said("TEXTO", "TEXT")))
  var description = ""
  @Option(
    name: .spoken("vendedor", "seller"),
    help: ArgumentHelp(said("Quem vende; não pode dar lances.", "Who sells; may not bid."), valueName: "ID"))
  var seller = "casa"
  @Option(
    name: .spoken("inicio", "start"),
    help: ArgumentHelp(
      said("Abertura: now, +10s, ou RFC 3339.", "Opening: now, +10s, or RFC 3339."), valueName: said("QUANDO", "WHEN")))
  var start = "now"
  @Option(
    name: .spoken("duracao", "duration"),
    help: ArgumentHelp(said("Quanto dura: 60s, 10m, 2h, 1d.", "How long: 60s, 10m, 2h, 1d."), valueName: said("TEMPO", "TIME")))
  var duration: String
  @Option(
    name: .spoken("lance-inicial", "opening-price"),
    help: ArgumentHelp(said("Menor primeiro lance.", "Lowest first bid."), valueName: said("VALOR", "AMOUNT")))
  var openingPrice: String
  @Option(
    name: .spoken("formato", "format"),
    help: ArgumentHelp(
      said(
        "ingles (aberto, sobe), fechado (lances selados), vickrey (selados, paga o segundo), holandes (desce).",
        "ingles (open, rising), fechado (sealed bids), vickrey (sealed, pays the second), holandes (falling)."),
      valueName: said("FORMATO", "FORMAT")), completion: .list(AuctionFormat.allCases.map(\.wireName)))
  var format = AuctionFormat.english.wireName
  @Option(
    name: .spoken("incremento", "increment"),
    help: ArgumentHelp(
      said(
        "Quanto cada lance soma: 10,00, 5%, ebay, ou faixas (até 100,00 5,00; acima 10,00): “100,00:5,00 10,00”; só em leilão ingles.",
        "What each bid adds: 10.00, 5%, ebay, or bands (up to 100.00 5.00; above 10.00): “100.00:5.00 10.00”; in auctions ingles only."
      ),
      valueName: said("VALOR", "AMOUNT")), completion: .list(["ebay"]))
  var increment: String?
  @Option(
    name: .spoken("de", "from"),
    help: ArgumentHelp(
      said(
        "De onde o preço cai, até o lance inicial; só em leilão holandes.",
        "What the price falls from, to the opening price; in auctions holandes only."),
      valueName: said("VALOR", "AMOUNT")))
  var from: String?
  @Option(
    name: .spoken("menos", "less"),
    help: ArgumentHelp(said("Quanto o preço cai de cada vez.", "By how much it falls."), valueName: said("VALOR", "AMOUNT")))
  var less: String?
  @Option(
    name: .spoken("cada", "every"),
    help: ArgumentHelp(said("A cada quanto tempo: 30s, 5m.", "How often: 30s, 5m."), valueName: said("TEMPO", "TIME")))
  var every: String?
  @Option(
    name: .spoken("compra-imediata", "buy-now"),
    help: ArgumentHelp(
      said("Quem oferecer isto leva na hora, por este preço.", "Who bids this has it at once, at this price."),
      valueName: said("VALOR", "AMOUNT")))
  var buyNow: String?
  @Option(
    name: .spoken("reserva", "reserve"),
    help: ArgumentHelp(
      said(
        "Por menos não se vende; secreto até o fim.", "The lot is not sold for less; secret until the end."),
      valueName: said("VALOR", "AMOUNT")))
  var reserve: String?
  @Option(
    name: .spoken("prorrogacao", "extension"),
    help: ArgumentHelp(
      said(
        "Lance neste tempo antes do fim adia o fim; 0s: nunca. Padrão 120s; em leilão holandes 0s.",
        "A bid this close to the end moves the end; 0s: never. Default 120s; in auctions holandes 0s."),
      valueName: said("TEMPO", "TIME")))
  var extensionWindow: String?
  @Option(
    name: .spoken("fim-maximo", "latest-end"),
    help: ArgumentHelp(
      said(
        "O fim não passa disto (RFC 3339, ou +2h da abertura).", "The end never passes this (RFC 3339, or +2h from the opening)."),
      valueName: said("QUANDO", "WHEN")))
  var latestEnd: String?
  @Option(
    name: .spoken("tolerancia", "tolerance"),
    help: ArgumentHelp(
      said("Tolerância a lances em voo; 0s: nenhuma.", "Tolerance for bids in flight; 0s: none."),
      valueName: said("TEMPO", "TIME")))
  var tolerance = "250ms"
  @Flag(
    name: .spoken("relogio-exigido", "clock-required"),
    help: ArgumentHelp(said("Recusa lances sem relógio sincronizado.", "Refuses bids without a synchronised clock.")))
  var clockRequired = false
  @Option(
    name: .spoken("operador", "operator"),
    help: ArgumentHelp(said("Id do operador que assina.", "Id of the operator who signs."), valueName: "ID"),
    completion: .operators)
  var operador = "operador"
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line.")))
  var json = false

  package init() {}

  package func run() async throws {
    let proposed = try proposed()
    let operation = try OperatorCall(house: house, operador: operador, json: json)
    let salt = SecureRandom.bytes(Secret.saltBytes)
    try await operation.give { clock in proposed.scheduling(at: clock, salt: salt) }
  }

  func proposed() throws -> ProposedTerms {
    let reading = TermsReading()
    var rules = AuctionRules()
    rules.inFlightTolerance = try reading.tolerance(said("--tolerancia", "--tolerance"), tolerance)
    rules.clockRequired = clockRequired
    let openingPrice = try reading.money(said("--lance-inicial", "--opening-price"), openingPrice)
    let format = try reading.format(said("--formato", "--format"), format)
    rules.extensionWindow = try extensionWindow(reading, format)
    rules.buyNow = try buyNow.map { try buyNow($0, above: openingPrice, reading, format) }
    rules.descent = try descent(to: openingPrice, reading, format)
    return ProposedTerms(
      auction: try reading.auction("--id", id), title: try reading.title(said("--titulo", "--title"), title),
      description: try reading.description(said("--descricao", "--description"), description),
      seller: try reading.seller(said("--vendedor", "--seller"), seller),
      format: format, openingPrice: openingPrice, increment: try increment(reading, format),
      opening: try reading.start(said("--inicio", "--start"), start),
      end: .after(try reading.duration(said("--duracao", "--duration"), duration)),
      latestEnd: try latestEnd.map { try reading.latestEnd(said("--fim-maximo", "--latest-end"), $0) }, rules: rules,
      reserve: try reserve.map { try reserve($0, above: openingPrice, rules, reading, format) })
  }

  private func increment(_ reading: TermsReading, _ format: AuctionFormat) throws -> Increment {
    let name = said("--incremento", "--increment")
    switch (format, increment) {
    case (.english, let text?): return try reading.increment(name, text)
    case (.english, nil):
      let accepted = reading.increment.accepted
      throw Failure(.usage, said("falta \(name); aceito: \(accepted)", "\(name) is missing; accepted: \(accepted)"))
    case (_, .some): throw Failure(.usage, "\(name): \(reading.onlyOpenly(format))")
    case (_, nil): return TermsReading.noIncrement
    }
  }

  private func extensionWindow(_ reading: TermsReading, _ format: AuctionFormat) throws -> Interval {
    let name = said("--prorrogacao", "--extension")
    guard let extensionWindow else { return format == .dutch ? .zero : AuctionRules().extensionWindow }
    let window = try reading.extensionWindow(name, extensionWindow)
    if let sentence = reading.problem(ofExtension: window, format) { throw Failure(.usage, "\(name): \(sentence)") }
    return window
  }

  private func descent(to least: Money, _ reading: TermsReading, _ format: AuctionFormat) throws -> AuctionRules.Descent? {
    let (start, step, pace) = (said("--de", "--from"), said("--menos", "--less"), said("--cada", "--every"))
    guard format == .dutch else {
      guard let name = zip([start, step, pace], [from, less, every]).first(where: { $1 != nil })?.0 else { return nil }
      throw Failure(.usage, "\(name): \(reading.onlyFalling(format))")
    }
    func required(_ name: String, _ text: String?, _ accepted: String) throws -> String {
      guard let text else {
        throw Failure(.usage, said("falta \(name); aceito: \(accepted)", "\(name) is missing; accepted: \(accepted)"))
      }
      return text
    }
    let descent = AuctionRules.Descent(
      from: try reading.money(start, required(start, from, reading.money.accepted)),
      step: try reading.money(step, required(step, less, reading.money.accepted)),
      every: try reading.step(pace, required(pace, every, reading.step.accepted)), to: least)
    if let sentence = reading.problem(ofFall: descent.from, to: least) { throw Failure(.usage, "\(start): \(sentence)") }
    return descent
  }

  private func buyNow(
    _ text: String, above openingPrice: Money, _ reading: TermsReading, _ format: AuctionFormat
  ) throws -> Money {
    let name = said("--compra-imediata", "--buy-now")
    guard format == .english else { throw Failure(.usage, "\(name): \(reading.onlyOpenly(format))") }
    let amount = try reading.money(name, text)
    if let sentence = reading.problem(ofBuyNow: amount, openingPrice: openingPrice) {
      throw Failure(.usage, "\(name): \(sentence)")
    }
    return amount
  }

  private func reserve(
    _ text: String, above openingPrice: Money, _ rules: AuctionRules, _ reading: TermsReading, _ format: AuctionFormat
  ) throws -> Money {
    let name = said("--reserva", "--reserve")
    let amount = try reading.money(name, text)
    if let sentence = reading.problem(ofReserve: amount, openingPrice: openingPrice, buyNow: rules.buyNow, format) {
      throw Failure(.usage, "\(name): \(sentence)")
    }
    return amount
  }
}
