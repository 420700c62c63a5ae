import SuiteTesting
import Testing

/// What becomes of the picture, and of a bid, when the link does not hold.
@Suite(.serialized)
struct LinkTests {
  @Test func `Without a link the header says since when, values are marked, and bids are refused`() async throws {
    let scene = try await Scene(
      Lines.three + [
        Lines.event(at: 1_000, "desconectado", #""motivo":"caiu","tentativa":3,"volta_ms":600000"#)
      ])
    try await scene.terminal.wait(for: "the header, and a mark at each price and time") { rows in
      rows[0].contains(#/^!.* SEM CONEXÃO há .* tentativa 3 /#)
        && ["l-03", "l-01", "l-07"].allSatisfy { Scene.row($0, in: rows)?.contains(#/ ~ R\$.* ~ +[0-9]{2}:[0-9]{2} /#) ?? false }
        && rows.contains { $0.contains("LANCE ATUAL") && $0.contains("~ R$") }
    }
    try await scene.terminal.press("b")
    try await scene.terminal.wait(forText: "sem conexão: lances bloqueados")
    #expect(try scene.bids() == [])
    try await scene.terminal.press("R")
    try await until("the house is asked for") { try scene.asked().contains { $0["pedido"] as? String == "reconectar" } }
  }

  @Test func `What was missed is told when the link is back`() async throws {
    let scene = try await Scene(
      Lines.three + [
        Lines.event(at: 500, "desconectado", #""motivo":"caiu","volta_ms":500"#), Lines.event(at: 1_000, "conectando"),
        Lines.event(at: 1_100, "conectado"), Lines.event(at: 1_150, "atualizando", #""feitos":3,"total":3"#),
        Lines.bid(at: 1_200, "l-01", "bruno", 60_000), Lines.event(at: 1_300, "ao_vivo"),
      ])
    try await scene.terminal.wait(for: "back, nothing marked, and outbid") { rows in
      rows[0].contains("● conectado") && !rows.contains { $0.contains("~") }
        && rows.contains { $0.contains("reconectado após") }
        && rows.contains { $0.contains("▼ COBERTO") && $0.contains("l-01") && $0.contains("bruno deu") }
        && Scene.row("l-01", in: rows).map { $0.contains("600,00") && $0.contains("COBERTO") } ?? false
    }
  }

  @Test(arguments: [("aceito", "aceito em", "LIDERA"), ("recusado", "RECUSADO", "COBERTO")])
  func `A bid under way when the link dies is uncertain until the house has said, and is sent once`(
    state: String, words: String, standing: String
  ) async throws {
    let lot = Lines.auction("l-03", "Violão Giannini 1978", ends: 600, price: 125_000, own: 120_000)
    let scene = try await Scene([
      lot, Lines.live, #"{"t":0,"casa":{"resposta":"nenhuma"}}"#, #"{"t":1000,"teclas":"+<Enter>"}"#,
      Lines.event(at: 2_000, "desconectado", #""motivo":"caiu","volta_ms":1000"#), Lines.event(at: 5_000, "conectado"),
      Lines.event(at: 5_100, "ao_vivo"), Lines.event(at: 8_000, "meu_lance", #""numero":1,"estado":"\#(state)""#),
    ])
    try await scene.terminal.wait(for: "uncertain in its row and in the notices") { rows in
      Scene.row("l-03", in: rows).map { $0.contains("?") && $0.contains("INCERTO") } ?? false
        && rows.contains { $0.contains("ENVIADO SEM RESPOSTA") }
    }
    try await scene.terminal.wait(for: state) { rows in
      rows.contains { $0.contains(words) } && Scene.row("l-03", in: rows).map { $0.contains(standing) } ?? false
    }
    #expect(try scene.bids() == [130_000])
  }

  @Test func `A full broker is said, blocks bids, and is over when it is over`() async throws {
    let scene = try await Scene(
      Lines.three + [Lines.event(at: 500, "bloqueado", #""motivo":"memory""#), Lines.event(at: 8_000, "desbloqueado")])
    try await scene.terminal.wait(for: "full") { $0[0].contains("broker cheio") }
    try await scene.terminal.press("b")
    try await scene.terminal.wait(for: "why not") { $0.suffix(3).contains { $0.contains("broker cheio: lances em espera") } }
    try await scene.terminal.wait(for: "over") { $0[0].contains("● conectado") }
    try await scene.openBox()
    #expect(try scene.bids() == [])
  }

  @Test func `Who is turned away is told how to mend it`() async throws {
    let scene = try await Scene([
      Lines.event(at: 0, "conectando"), Lines.event(at: 300, "acesso_negado", #""motivo":"ACCESS_REFUSED""#),
    ])
    try await scene.terminal.wait(for: "the reason, and the way out") { rows in
      rows[0].contains("acesso negado: ACCESS_REFUSED") && rows.contains { $0.contains("RABBITMQ_URL") }
    }
  }
}
