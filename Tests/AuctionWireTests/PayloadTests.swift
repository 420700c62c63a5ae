import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

/// Payloads of the golden files with one thing changed.
@Suite struct `Payloads` {
  private func payload(_ name: String) throws -> String {
    let body = try Golden.read(name)
    let envelope = name.hasPrefix("retrato") ? try SnapshotReply(parsing: body).envelope : try Envelope(parsing: body)
    return String(decoding: envelope.payload, as: UTF8.self)
  }

  private func read(_ text: String, as kind: Kind) throws(WireError) -> any WireValue {
    let bytes = Array(text.utf8)
    switch kind {
    case .scheduled: return try Scheduling(payload: bytes, kind: kind)
    case .opened: return try Opening(payload: bytes, kind: kind)
    case .closed, .cancelled, .suspended, .resumed: return try CalendarNotice(payload: bytes, kind: kind)
    case .bidPlaced: return try Bid(payload: bytes, kind: kind)
    case .bidsAccepted, .awarded: return try Block(payload: bytes, kind: kind)
    case .bidRefused: return try Receipt(payload: bytes, kind: kind)
    case .extended: return try Extension(payload: bytes, kind: kind)
    case .schedule, .cancel, .voidBid, .passOn: return try Command(payload: bytes, kind: kind)
    case .commandAnswered: return try CommandAnswer(payload: bytes, kind: kind)
    case .passedOn: return try PassedOn(payload: bytes, kind: kind)
    case .snapshot: return try Snapshot(payload: bytes, kind: kind)
    case .clockSynchronized: return try ClockRecord(payload: bytes, kind: kind)
    case .ledgerClosed: return try LedgerSeal(payload: bytes, kind: kind)
    case .reserve, .suspend, .resume, .close:
      throw .value(path: "kind", seen: kind.rawValue, accepted: "a kind with a payload of this version")
    }
  }

  struct Change: CustomTestStringConvertible {
    let file: String
    let part: String
    let replacement: String
    let error: String
    init(_ file: String, _ part: String, _ replacement: String, _ error: String) {
      (self.file, self.part, self.replacement, self.error) = (file, part, replacement, error)
    }
    var testDescription: String { "\(file): \(part) -> \(replacement)" }
    var kind: Kind? {
      if file.hasPrefix("retrato") { return .snapshot }
      if file.hasPrefix("lance-validado") { return .bidsAccepted }
      return Kind(rawValue: file) ?? .commandAnswered
    }
  }

  static let bids: [Change] = [
    .init("lance-realizado", "120000", "0", "valor_centavos is 0"),
    .init("lance-realizado", "120000", "-1", "valor_centavos is -1"),
    .init("lance-realizado", "120000", "9007199254740992", "valor_centavos is a larger number"),
    .init("lance-realizado", "120000", "9223372036854775808", "valor_centavos is a larger number"),
    .init("lance-realizado", "120000", "1e3", "valor_centavos, byte"),
    .init("lance-realizado", "120000", "120000.0", "valor_centavos, byte"),
    .init("lance-realizado", "120000", "\"120000\"", "valor_centavos is \"120000\""),
    .init("lance-realizado", "120000", "NaN", "valor_centavos, byte"),
    .init("lance-realizado", "120000", "null", "valor_centavos is null"),
    .init("lance-realizado", "120000", "[120000]", "valor_centavos is an array"),
    .init("lance-realizado", "120000", "true", "valor_centavos is true"),
    .init("lance-realizado", "\"valor_centavos\":120000,", "", "valor_centavos is missing"),
    .init("lance-realizado", "120000", "120000,\"valor_centavos\":130000", "valor_centavos stands there twice"),
    .init("lance-realizado", "vaso-azul", "../../etc/passwd", "id_leilao is"),
    .init("lance-realizado", "vaso-azul", "Vaso-azul", "id_leilao is"),
    .init("lance-realizado", "vaso-azul", "", "id_leilao is"),
    .init("lance-realizado", "vaso-azul", "v\\u0000", "id_leilao is"),
    .init("lance-realizado", "cliente_alpha", "cliente-alpha", "id_usuario is"),
    .init("lance-realizado", "cliente_alpha", "a23456789_123456789_123456789_123", "id_usuario is"),
    .init("lance-realizado", "0190f5fe", "0190F5FE", "id_lance is"),
    .init("lance-realizado", "0190f5fe-", "0190f5fe", "id_lance is"),
    .init("lance-realizado", "sincronizado", "certo", "relogio.estado is \"certo\"; accepted is one of sincronizado, holdover"),
    .init("lance-realizado", "1850", "-1", "relogio.incerteza_us is -1"),
    .init("lance-realizado", "1850", "10000001", "relogio.incerteza_us is 10000001"),
    .init("lance-realizado", "\"em_us\":", "\"em_us\":-", "relogio.em_us is -"),
    .init("lance-realizado", "\"estado\"", "\"novo\":1,\"estado\"", "relogio.novo is not a member"),
    .init("lance-realizado", "\"bloco\":0", "\"bloco\":-1", "visto.bloco is -1"),
    .init("lance-realizado", "\"bloco\":0,", "", "visto.bloco is missing"),
    .init("lance-realizado", "\"bloco\":0,", "\"bloco\":0,\"x\":0,", "visto.x is not a member"),
    .init("lance-realizado", "\"visto\":{", "\"visto\":[],\"x\":{", "visto is an array"),
    .init("lance-realizado", "{\"id_leilao\"", "{\"segredo\":1,\"id_leilao\"", "segredo is not a member"),
    .init("lance-realizado", "{\"id_leilao\"", "{\"maximo_compromisso\":null,\"id_leilao\"", "maximo_compromisso is null"),
  ]

  static let commands: [Change] = [
    .init("leilao-agendar", "{\"id_leilao\"", "{\"nonce\":1,\"id_leilao\"", "nonce is not a member"),
    .init("leilao-agendar", "\"regras\":{", "\"regras\":{\"novo\":1,", "regras.novo is not a member"),
    .init("leilao-agendar", "\"incremento\":{", "\"incremento\":{\"x\":1,", "incremento.x is not a member"),
    .init("leilao-agendar", "\"fixo\"", "\"dobro\"", "incremento.tipo is \"dobro\""),
    .init("leilao-agendar", "\"fixo\"", "\"percentual\"", "incremento.base_pontos is missing"),
    .init("leilao-agendar", "\"fixo\"", "\"tabela\"", "incremento.faixas is missing"),
    .init("leilao-agendar", "100000", "0", "lance_inicial_centavos is 0"),
    .init("leilao-agendar", "BRL", "XXX", "moeda is \"XXX\"; accepted is one of BRL"),
    .init("leilao-agendar", "BRL", "brl", "moeda is"),
    .init("leilao-agendar", "ingles", "japones", "formato is"),
    .init("leilao-agendar", "\"passo\":null", "\"passo\":{}", "regras.passo.de_centavos is missing"),
    .init("leilao-agendar", ",\"passo\":null", "", "regras.passo is missing"),
    .init("leilao-agendar", "\"prorrogacao_s\":120", "\"prorrogacao_s\":86401", "regras.prorrogacao_s is 86401"),
    .init("leilao-agendar", "\"tolerancia_ms\":250", "\"tolerancia_ms\":-1", "regras.tolerancia_ms is -1"),
    .init("leilao-agendar", "false", "0", "regras.relogio_exigido is 0"),
    .init("leilao-agendar", "Vaso azul", String(repeating: "ç", count: 121), "titulo is a text of 121 characters"),
    .init("leilao-cancelar", "lote retirado", String(repeating: "x", count: 501), "motivo is a text of 501"),
    .init("leilao-cancelar", "\"motivo\"", "\"fim_us\":1,\"motivo\"", "fim_us is not a member"),
  ]

  static let events: [Change] = [
    .init("leilao-agendado", "\"versao_regras\":1", "\"versao_regras\":2", "versao_regras is 2"),
    .init("leilao-agendado", "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddee", "nonce is"),
    .init("leilao-iniciado", "\"ativo\"", "\"suspenso\"", "status is \"suspenso\"; accepted is \"ativo\""),
    .init("leilao-iniciado", "leilao-agendado", "leilao-agendar", "agendamento is an envelope of leilao-agendar"),
    .init("leilao-iniciado", "\"payload\"", "\"x\":1,\"payload\"", "agendamento.x is not a member"),
    .init("leilao-finalizado", "\"sequencia\":3", "\"sequencia\":0", "sequencia is 0"),
    .init("leilao-suspenso", "\"motivo\"", "\"razao\"", "motivo is missing"),
    .init("leilao-repassado", "\"de\":\"cliente_beta\",", "", "de is missing"),
    .init("leilao-repassado", "\"para\":\"cliente_alpha\"", "\"para\":null", "para is null"),
    .init("leilao-repassado", "120000", "0", "valor_centavos is 0"),
    .init("leilao-repassado", "\"sequencia\":4", "\"sequencia\":0", "sequencia is 0"),
    .init("lance-invalidado", "abaixo_do_minimo", "feio", "motivo is \"feio\""),
    .init("lance-invalidado", "\"numero\":1", "\"numero\":0", "numero is 0"),
    .init("lance-invalidado", "\"recebido_us\":1", "\"recebido_us\":null,\"x\":1", "recebido_us is null"),
    .init("leilao-prorrogado", "indisponibilidade", "capricho", "motivo is \"capricho\""),
    .init("comando-respondido", "aceito", "recusado", "motivo is null; accepted is a reason when refused"),
    .init("comando-respondido-recusado", "recusado", "aceito", "motivo is \"leilao_encerrado\"; accepted is null when accepted"),
    .init("lance-validado-0", "\"bloco\":0", "\"bloco\":1", "entradas is an array; accepted is at least one entry"),
    .init(
      "lance-validado-0", "\"anterior\":\"",
      "\"anterior\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"x\":\"", "anterior is"),
    .init("lance-validado", "\"bloco\":1", "\"bloco\":0", "anterior is"),
    .init("lance-validado", "{\"chave\"", "{\"suspensao\":{},\"chave\"", "entradas[0] is an entry of suspensao, chave"),
    .init("lance-validado", "{\"chave\"", "{\"nada\"", "entradas[0] is an entry without a fact"),
    .init("lance-validado", "{\"chave\"", "{\"recebido_us\":1,\"chave\"", "entradas[0].recebido_us is 1"),
    .init("lance-validado", "\"ativa\"", "\"nova\"", "entradas[0].chave.situacao is \"nova\""),
    .init("lance-validado", "\"recebido_us\":", "\"recebido\":", "entradas[1].recebido_us is missing"),
    .init("lance-validado", "lance-realizado", "leilao-suspenso", "entradas[1].lance is an envelope of leilao-suspenso"),
    .init("lance-validado", "\"sig\":\"", "\"sig\":\"*", "entradas[1].lance.signatures[0].sig is"),
    .init(
      "leilao-vencedor", "\"vendido\"", "\"sem_lances\"",
      "resultado.vencedor is \"cliente_beta\"; accepted is null where nobody won"),
    .init(
      "leilao-vencedor", "\"vencedor\":\"cliente_beta\"", "\"vencedor\":null",
      "resultado.vencedor is null; accepted is the winner"),
    .init("leilao-vencedor", "\"valor_centavos\":130000", "\"valor_centavos\":null", "resultado.valor_centavos is null"),
    .init("leilao-vencedor", "\"lances_validos\":2", "\"lances_validos\":-2", "resultado.lances_validos is -2"),
    .init("retrato-leiloes", "\"bloco\":3", "\"bloco\":null", "leiloes[0].hash is"),
    .init("retrato-leiloes", "encerrado", "fechado", "leiloes[0].status is"),
    .init("retrato-leiloes", "\"vendido\"", "null", "leiloes[0].encerrado_us is"),
    .init("retrato-leiloes", "\"vendido\"", "\"talvez\"", "leiloes[0].situacao is"),
    .init("retrato-blocos", "\"tipo\":\"blocos\"", "\"tipo\":\"tudo\"", "tipo is \"tudo\""),
    .init("retrato-lance", "\"recusado\"", "\"talvez\"", "decisao is \"talvez\""),
    .init("retrato-livro", "\"mais\":false", "\"mais\":0", "mais is 0"),
  ]

  @Test(arguments: bids + commands + events)
  func `with one thing wrong are refused, and the error names it`(change: Change) throws {
    let good = try payload(change.file)
    #expect(good.contains(change.part))
    let bad = good.replacing(change.part, with: change.replacement, maxReplacements: 1)
    let kind = try #require(change.kind)
    let error = #expect(throws: WireError.self) { try read(bad, as: kind) }
    #expect(error?.description.hasPrefix(change.error) == true, "\(error?.description ?? "accepted")")
  }

  @Test(arguments: [
    "leilao-agendado", "leilao-iniciado", "leilao-suspenso", "leilao-retomado", "leilao-finalizado", "leilao-cancelado",
    "leilao-repassado",
    "lance-invalidado", "leilao-prorrogado", "lance-validado", "leilao-vencedor", "comando-respondido", "retrato-leiloes",
  ])
  func `of events may grow: members that nobody knows are ignored, inside too`(name: String) throws {
    let kind = try #require(name.hasPrefix("retrato") ? .snapshot : Kind(rawValue: name))
    let good = try payload(name)
    let grown = good.replacing("{\"id", with: "{\"novo\":{\"a\":[1,null]},\"id", maxReplacements: 1)
      .replacing("\"relogio\":{", with: "\"relogio\":{\"fonte\":\"x\",", maxReplacements: 1)
    #expect(grown.utf8.count > good.utf8.count + 30)
    #expect(try read(grown, as: kind).payload == Array(good.utf8))
  }

  @Test(arguments: ["lance-realizado", "leilao-agendar", "leilao-cancelar", "leilao-repassar"])
  func `of requests may not`(name: String) throws {
    let kind = try #require(Kind(rawValue: name))
    let grown = try payload(name).replacing("{\"id", with: "{\"novo\":1,\"id", maxReplacements: 1)
    #expect(throws: WireError.unknown(path: "novo")) { try read(grown, as: kind) }
  }

  @Test func `hold every increment and option`() throws {
    func money(_ n: Int64) throws -> Money { try #require(Money(minorUnits: n)) }
    let increments: [Increment] = [
      .fixed(try money(1)), .percentage(basisPoints: 250),
      .table([.init(upTo: try money(10_000), step: try money(100)), .init(upTo: nil, step: try money(500))]),
    ]
    let rules = AuctionRules(
      extensionWindow: .zero, latestClose: Timestamp(microseconds: 9), inFlightTolerance: .zero, clockRequired: true,
      reserveCommitment: SHA256.hash([]), buyNow: .maximum,
      descent: .init(from: try money(900), step: try money(10), every: .seconds(5), to: try money(100)))
    for increment in increments {
      for format in AuctionFormat.allCases {
        let terms = AuctionTerms(
          auction: AuctionID("a"), title: "", seller: PrincipalID("v"), currency: .brl,
          format: format, openingPrice: .maximum, increment: increment, opensAt: Timestamp(microseconds: 0),
          closesAt: Timestamp(microseconds: WireLimits.integer), rules: rules)
        let command = Command(
          id: try #require(CommandID("00000000-0000-0000-0000-000000000000")), action: .schedule(terms),
          clock: ClockReading(Timestamp(microseconds: 0), uncertainty: .zero, status: .systemClock))
        #expect(try Command(payload: command.payload, kind: .schedule) == command)
      }
    }
  }

  @Test func `hold receipts of which nothing is known`() throws {
    let receipt = Receipt(
      reason: .malformed, receivedAt: Timestamp(microseconds: 1),
      clock: ClockReading(Timestamp(microseconds: 1), uncertainty: .zero, status: .unsynchronized))
    #expect(try Receipt(payload: receipt.payload, kind: .bidRefused) == receipt)
  }

  @Test func `hold sealed bids, which offer nothing openly`() throws {
    let text = try payload("lance-realizado").replacing("120000", with: "0")
      .replacing("\"relogio\"", with: "\"maximo_compromisso\":\"\(SHA256.hash([]).hex)\",\"relogio\"")
    let bid = try Bid(payload: Array(text.utf8), kind: .bidPlaced)
    #expect(bid.amount == .zero)
    #expect(bid.maximumCommitment == SHA256.hash([]))
    #expect(bid.payload == Array(text.utf8))
  }

  @Test func `state at most ten seconds of uncertainty`() throws {
    let notice = try CalendarNotice(try Envelope(parsing: try Golden.read("leilao-finalizado")))
    let vague = CalendarNotice(
      auction: notice.auction, edition: notice.edition, sequence: 1, action: notice.action,
      clock: ClockReading(notice.clock.instant, uncertainty: .seconds(3_600), status: .unsynchronized))
    #expect(try CalendarNotice(payload: vague.payload, kind: .closed).clock.uncertainty == .seconds(10))
  }

  @Test(arguments: [
    ("{}", false, false), ("not json", false, false), (#"{"id_lance":"0190f5fe-7c00-7a00-8abc-000000000020"}"#, true, false),
    (#"{"id_lance":7,"id_leilao":"vaso-azul"}"#, false, true),
  ])
  func `that are no bid still tell what can be read of them`(text: String, bid: Bool, auction: Bool) {
    let legible = Bid.legible(in: Array(text.utf8))
    #expect((legible.bid != nil) == bid)
    #expect((legible.auction != nil) == auction)
    let command = Command.legible(in: Array(text.replacing("id_lance", with: "id_comando").utf8))
    #expect((command.command != nil) == bid)
    #expect((command.auction != nil) == auction)
  }
}
