import AuctionFacts
import Foundation
import ServiceKit
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

private let beginning = #"{"inicio":"2026-11-22T14:32:07-03:00","idioma":"pt"}"#

/// A house that is written down.
@Suite("A script")
struct ScriptTests {
  private func script(_ lines: String...) throws -> Script {
    try ScriptReading.read(Array(([beginning] + lines).joined(separator: "\n").utf8), from: "r.jsonl")
  }

  private static let guitarLine =
    #"{"t":0,"evento":{"tipo":"leilao","id_leilao":"l-03","titulo":"Violão","lance_inicial_centavos":90000,"incremento":{"centavos":5000},"prorrogacao_s":30,"fim_ms":60000,"historico":[{"id_usuario":"bruno","valor_centavos":125000,"recebido_ms":-3000}]}}"#
  private static let live = #"{"t":0,"evento":{"tipo":"ao_vivo"}}"#

  private func play(_ script: Script, until end: Interval? = nil) -> (model: Model, orders: [ScriptedHouse.Order]) {
    let screen = Settings(
      bidder: alice, language: script.language ?? .english, broker: script.broker, zone: script.zone)
    var model = Model(screen, size: Size(width: 100, height: 30), clock: script.reading(at: script.start))
    var orders: [ScriptedHouse.Order] = []
    model.play(script, until: end ?? script.length) { order, _ in orders.append(order) }
    return (model, orders)
  }

  @Test("fixes instant, zone and language")
  func header() throws {
    let script = try script()
    #expect(script.start == drawnNow && script.zone == saoPaulo && script.language == .portuguese)
    let plain = try ScriptReading.read(Array(#"{"inicio":"2026-11-22T17:32:07Z"}"#.utf8), from: "r")
    #expect(plain.start == drawnNow && plain.zone == Zone(secondsEast: 0) && plain.language == nil)
  }

  @Test(
    "says of a bad line which it is, what was seen and what is accepted",
    arguments: [
      (#"{"t":0,"evento":{"tipo":"leilaum"}}"#, "leilaum", "leilao"),
      (#"{"t":0,"evento":{"tipo":"ao_vivo","x":1}}"#, "“x”", "tipo"),
      (#"{"t":0,"evento":{}}"#, "tipo", "ao_vivo"),
      (#"{"t":-1,"teclas":"b"}"#, "-1", "0"),
      (#"{"teclas":"b"}"#, "“t”", "milis"),
      (#"{"t":0}"#, "evento", "teclas"),
      (#"{"t":0,"teclas":"<Ent>"}"#, "<Ent>", "<Enter>"),
      (#"{"t":0,"tamanho":"grande"}"#, "grande", "100x30"),
      (#"{"t":0,"casa":{"resposta":"talvez"}}"#, "talvez", "decide"),
      (#"{"t":0,"evento":{"tipo":"lance","id_leilao":"L 3","id_usuario":"bruno","valor_centavos":1}}"#, "L 3", "minúsculas"),
      (#"{"t":0,"evento":{"tipo":"lance","id_leilao":"l-3","id_usuario":"bruno","valor_centavos":12.5}}"#, ".5", "fração"),
      (#"{"t":0,"evento":{"tipo":"lance","id_leilao":"l-3","id_usuario":"bruno"}}"#, "valor_centavos", "inteiro"),
      (#"{"t":0,"evento":{"tipo":"leilao","id_leilao":"l-3","lance_inicial_centavos":1}}"#, "fim_ms", "milis"),
      ("sem JSON", "sem JSON", "valor"),
    ])
  func mistakes(_ line: String, _ seen: String, _ accepted: String) throws {
    let failure = #expect(throws: Failure.self) { try script("", line) }
    #expect(failure?.status == .usage)
    let sentence = try #require(failure?.sentence)
    #expect(sentence.hasPrefix("r.jsonl:3: "), "\(sentence)")
    #expect(sentence.contains(seen) && sentence.contains(accepted) && !sentence.contains("\n"), "\(sentence)")
  }

  @Test("goes forward only, and begins with its beginning")
  func order() throws {
    let backwards = #expect(throws: Failure.self) { try script(#"{"t":9,"teclas":"b"}"#, #"{"t":8,"teclas":"b"}"#) }
    #expect(backwards?.sentence.hasPrefix("r.jsonl:3: t: 8") == true)
    let empty = #expect(throws: Failure.self) { try ScriptReading.read([], from: "r.jsonl") }
    #expect(empty?.sentence.contains("inicio") == true)
    let headless = #expect(throws: Failure.self) { try ScriptReading.read(Array(#"{"t":1}"#.utf8), from: "r.jsonl") }
    #expect(headless?.sentence.contains("“inicio”") == true)
  }

  /// Each word of the vocabulary, and the event that it becomes.
  @Test("says everything that a house can say")
  func vocabulary() throws {
    let lines = ScriptReading.EventType.allCases.map { type in
      #"{"t":0,"evento":{"tipo":"\#(type.wireName)"\#(Self.members(of: type))}}"#
    }
    let script = try ScriptReading.read(Array(([beginning] + lines).joined(separator: "\n").utf8), from: "r.jsonl")
    #expect(script.lines.count == ScriptReading.EventType.allCases.count)
    var house = ScriptedHouse(script, for: alice)
    var told: [String] = []
    while house.nextAt != nil {
      for case .gateway(let event, _) in house.tell() { told.append("\(event)".prefix { $0 != "(" }.description) }
    }
    for name in [
      "connecting", "connected", "live", "disconnected", "blocked", "unblocked", "accessRefused", "silent", "resyncing",
      "roundTrip",
      "houseClock", "unverified", "auction", "bidAccepted", "extended", "voided", "suspended", "resumed", "closed", "passedOn",
      "chainBroken", "bid", "recalled", "receiptNotKept",
    ] { #expect(told.contains { $0.hasSuffix(name) }, "\(name) in \(told)") }
  }

  private static func members(of type: ScriptReading.EventType) -> String {
    let lot = #","id_leilao":"l-03""#
    switch type {
    case .connecting, .connected, .live, .unblocked, .resyncing, .houseClock: return ""
    case .roundTrip: return #","ms":12"#
    case .silent: return #","desde_ms":-6000"#
    case .disconnected, .blocked, .accessRefused, .unverified, .receipt: return #","motivo":"x""#
    case .auction: return lot + #","lance_inicial_centavos":100,"fim_ms":60000"#
    case .bid: return lot + #","id_usuario":"bruno","valor_centavos":500"#
    case .extended, .resumed: return lot + #","fim_ms":90000"#
    case .voided: return lot + #","id_usuario":"bruno","motivo":"x""#
    case .suspended, .chainBroken: return lot + #","motivo":"x""#
    case .closed: return lot
    case .passedOn: return lot + #","para":"carla","valor_centavos":500,"motivo":"x""#
    case .recalled: return lot + #","valor_centavos":500"#
    case .own: return #","numero":1,"estado":"incerto""#
    }
  }

  @Test("decides bids by the rules: accepted from the minimum on, and below it refused with the minimum")
  func decides() throws {
    let bid = #"{"t":2000,"teclas":"+<Enter>"}"#
    let (won, orders) = play(try script(Self.guitarLine, Self.live, bid), until: .milliseconds(2_038))
    #expect(orders == [.bid(number: 1, ownBid(1), auctionID("l-03"), reais(130_000), upTo: nil)])
    #expect(won.live.lots[auctionID("l-03")]?.view.leader == alice && won.screen(100, 30).contains("aceito em 38 ms"))
    let overtaken = #"{"t":2010,"evento":{"tipo":"lance","id_leilao":"l-03","id_usuario":"carla","valor_centavos":130000}}"#
    let (lost, _) = play(try script(Self.guitarLine, Self.live, bid, overtaken), until: .milliseconds(2_100))
    #expect(lost.live.lots[auctionID("l-03")]?.view.leader == carla)
    #expect(lost.screen(100, 30).contains("RECUSADO") && lost.screen(100, 30).contains("R$ 1.350,00"))
  }

  @Test(
    "answers as it is told to",
    arguments: [
      (#""resposta":"recusado","motivo":"chave_revogada""#, "RECUSADO"), (#""resposta":"incerto""#, "INCERTO"),
      (#""resposta":"ocupado""#, "casa ocupada"), (#""resposta":"sem_decisao""#, "não contou"),
      (#""resposta":"nao_enviado","motivo":"sem chave""#, "sem chave"), (#""resposta":"nenhuma""#, "sem resposta há"),
    ])
  func answers(_ answer: String, _ words: String) throws {
    let (model, orders) = play(
      try script(Self.guitarLine, Self.live, #"{"t":0,"casa":{\#(answer)}}"#, #"{"t":2000,"teclas":"+<Enter>"}"#),
      until: .milliseconds(6_000))
    #expect(orders.count == 1)
    #expect(model.screen(100, 30).contains(words), "\(model.screen(100, 30))")
    #expect(model.live.lots[auctionID("l-03")]?.view.leader == bruno)
  }

  @Test("answers after the link is back what was decided while it was down, once")
  func outage() throws {
    let (model, orders) = play(
      try script(
        Self.guitarLine, Self.live, #"{"t":0,"casa":{"resposta":"decide","apos_ms":500}}"#, #"{"t":2000,"teclas":"+<Enter>"}"#,
        #"{"t":2100,"evento":{"tipo":"desconectado","motivo":"x"}}"#, #"{"t":3000,"evento":{"tipo":"conectado"}}"#,
        #"{"t":3100,"evento":{"tipo":"ao_vivo"}}"#))
    #expect(orders.count == 1)
    #expect(model.live.notices.all.contains { $0.fact.kind == .uncertain })
    #expect(model.live.lots[auctionID("l-03")]?.standing(of: alice) == .leading)
    #expect(model.live.lots[auctionID("l-03")]?.view.bidCount == 2)
  }

  @Test("moves the end as the terms say, sells to who leads, and gives back what a voided bid took")
  func rules() throws {
    let bid = #"{"t":50000,"evento":{"tipo":"lance","id_leilao":"l-03","id_usuario":"carla","valor_centavos":130000}}"#
    let void = #"{"t":51000,"evento":{"tipo":"anulado","id_leilao":"l-03","id_usuario":"carla","motivo":"engano"}}"#
    let end = #"{"t":80000,"evento":{"tipo":"encerrado","id_leilao":"l-03"}}"#
    let (model, _) = play(try script(Self.guitarLine, Self.live, bid, end))
    let view = try #require(model.live.lots[auctionID("l-03")]).view
    #expect(view.result?.winner == carla && view.result?.amount == reais(130_000))
    #expect(model.live.notices.all.contains { $0.fact.kind == .extended })
    let (voided, _) = play(try script(Self.guitarLine, Self.live, bid, void))
    let old = try #require(voided.live.lots[auctionID("l-03")]).view
    #expect(old.leader == bruno && old.price == reais(125_000) && old.minimum == reais(130_000))
    #expect(old.closesAt == drawnNow + .seconds(80))
  }

  @Test("types keys, pastes and resizes; `q` ends it")
  func typing() throws {
    let (model, orders) = play(
      try script(
        Self.guitarLine, Self.live, #"{"t":1000,"teclas":"b"}"#, #"{"t":1500,"colar":"1300\n"}"#, #"{"t":2000,"tamanho":"80x24"}"#
      ))
    #expect(model.screen(80, 24).contains("[1300____") && orders.isEmpty)
    #expect(model.size == Size(width: 80, height: 24))
    let (left, _) = play(try script(Self.guitarLine, Self.live, #"{"t":1000,"teclas":"q"}"#, #"{"t":2000,"teclas":"n"}"#))
    #expect(left.context == .list)
  }

  @Test("of a day drifts by nothing, and keeps no more in the evening than at noon")
  func day() throws {
    let day: Int64 = 86_400_000
    let bids = (1..<8_640).map {
      #"{"t":\#($0 * 10_000 - 1),"evento":{"tipo":"lance","id_leilao":"l-03","id_usuario":"\#($0 % 2 == 0 ? "alice" : "bruno")","valor_centavos":\#(125_000 + $0 * 5_000)}}"#
    }
    let guitar = Self.guitarLine.replacing("\"fim_ms\":60000", with: "\"fim_ms\":\(day + 5_000)")
    let script = try ScriptReading.read(
      Array(([beginning, guitar, Self.live] + bids + [#"{"t":\#(day),"teclas":"n"}"#]).joined(separator: "\n").utf8), from: "r")
    func kept(_ model: Model) throws -> [Int] {
      let view = try #require(model.live.lots[auctionID("l-03")]).view
      return [
        model.live.notices.all.count, view.bids.count, model.live.lots.count, model.order.count, model.followed.count,
        model.recalled.count,
      ]
    }
    let (noon, _) = play(script, until: .milliseconds(day / 2))
    let (evening, _) = play(script)
    #expect(evening.now == drawnNow + .milliseconds(day))
    #expect(try kept(evening) == [Notices.limit, AuctionView.historyLimit, 1, 1, 0, 0])
    #expect(try kept(noon) == kept(evening))
    #expect(evening.live.lots[auctionID("l-03")]?.view.bidCount == 8_640)
  }

  /// The same through the loop, with threads and a clock that runs.
  @Test("plays to a terminal as its time comes")
  func running() async throws {
    let script = try script(Self.guitarLine, Self.live, #"{"t":100,"teclas":"+<Enter>"}"#, #"{"t":60000,"teclas":"qs"}"#)
    let inbox = try #require(Inbox())
    let file = FileManager.default.temporaryDirectory.appending(path: "roteiro-\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let clock = ScriptClock(script, speed: 200)
    let gateway = ScriptGateway(script, for: alice, clock: clock, inbox: inbox, log: try ScriptLog(file))
    try await onThread(named: "test") {
      let terminal = HeadlessTerminal(Size(width: 100, height: 30)) { _, milliseconds in
        var source = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&source, 1, milliseconds)
      }
      var model = Model(settings(), size: terminal.size, clock: clock.now())
      gateway.start()
      var mayLeave = false
      _ = runTerminal(&model, on: terminal, inbox: inbox, clock: { clock.now() }, speed: 200) { effect in
        gateway.perform(effect)
        mayLeave = true
      }
      #expect(mayLeave && model.live.lots[auctionID("l-03")]?.view.leader == alice)
    }
    await gateway.stop()
    let log = try String(contentsOfFile: file, encoding: .utf8)
    #expect(log.contains(#""id_leilao":"l-03","valor_centavos":130000"#) && log.split(separator: "\n").count == 1)
  }

  private func ownBid(_ n: UInt8) -> BidID {
    let bytes: [UInt8] = [0xaa] + [UInt8](repeating: 0, count: 14) + [n]
    return BidID(UniqueID(random: bytes).unsafelyUnwrapped)
  }
}

@Suite("A size")
struct SpelledSizeTests {
  @Test("is columns and rows", arguments: ["80x24", "1x1", "1000x1000"])
  func accepted(_ text: String) { #expect(Size(spelled: text).map { "\($0.width)x\($0.height)" } == text) }

  @Test("is nothing else", arguments: ["", "80", "80x", "x24", "80x24x1", "-1x24", "80 x 24", "0x24", "80x1001", "８０x24"])
  func refused(_ text: String) { #expect(Size(spelled: text) == nil) }
}
