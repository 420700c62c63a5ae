import AuctionFacts
import Foundation
import SharedKernel
import SuiteTesting
import Testing

/// Auctions from their scheduling to their end, by the command lines.
@Suite(.serialized)
struct AuctionTests {
  @Test func `Two bidders bid in turn, both followers see the same blocks, and the highest bidder wins`() async throws {
    let house = try await PrivateHouse.shared
    // Each bid gives the auction twenty seconds more: no machine is too slow for the next one.
    try await house.schedule("em-turno", duration: "20s", extension: "20s")
    let alpha = try Follower(house, "em-turno", as: "cliente_alpha")
    let beta = try Follower(house, "em-turno", as: "cliente_beta")
    try await alpha.first("aberto")
    try await beta.first("aberto")

    let first = try await house.bid("em-turno", "100,00", as: "cliente_alpha")
    #expect(first.status == 0)
    #expect(first.text.contains("aceito: R$\u{a0}100,00 (bloco 1, lance "))

    let low = try await house.bid("em-turno", "109,99", as: "cliente_beta")
    #expect(low.status == 1)
    #expect(low.text.hasPrefix("recusado: abaixo do mínimo (abaixo_do_minimo); aceitaria R$\u{a0}110,00 [lance "))

    #expect(try await house.bid("em-turno", "110,00", as: "cliente_beta").status == 0)

    let own = try await house.bidLine("em-turno", "130,00", as: "cliente_beta")
    #expect(own.status == 1)
    #expect((own.line.situacao, own.line.motivo, own.line.minimoCentavos) == ("recusado", "ja_lidera", 120_00))

    let second = try await house.bidLine("em-turno", "1.300,50", as: "cliente_alpha")
    #expect(second.status == 0)
    #expect((second.line.situacao, second.line.bloco) == ("aceito", 3))

    let stories = (try await alpha.toTheEnd(), try await beta.toTheEnd())
    #expect(stories.0 == stories.1)
    #expect(stories.0.filter { $0.evento == "lance" }.map(\.valorCentavos) == [100_00, 110_00, 1_300_50])
    #expect(stories.0.filter { $0.evento == "lance" }.map(\.idUsuario) == ["cliente_alpha", "cliente_beta", "cliente_alpha"])
    let end = try #require(stories.0.last)
    #expect((end.evento, end.situacao, end.vencedor, end.valorCentavos) == ("encerrado", "vendido", "cliente_alpha", 1_300_50))

    let late = try await house.bid("em-turno", "2000", as: "cliente_beta")
    #expect(late.status == 1)
    #expect(late.text.contains("leilao_encerrado"))

    let ledger = try await Ledger("em-turno", from: Visitor(house))
    #expect(ledger.accepted.map(\.block) == [1, 2, 3])
    #expect(ledger.receipts.map(\.reason) == [.belowMinimum, .alreadyLeading, .closed])
    #expect(ledger.result?.refusedBids == 2)
    #expect(ledger.head?.hex == end.hash)
    #expect(ledger.result?.winner?.text == "cliente_alpha")
  }

  @Test func `Who has the house's public keys and no key of its own may watch, and not bid`() async throws {
    let house = try await PrivateHouse.shared
    let folder = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: folder.file("public"), withIntermediateDirectories: false)
    for service in ["ms_leilao", "ms_lance"] {
      try FileManager.default.copyItem(
        atPath: "\(house.keys)/public/\(service).pem", toPath: folder.file("public/\(service).pem"))
    }
    let keys = ["LEILAO_KEYS": folder.path, "LEILAO_DATA": folder.file("dados")]
    try await house.schedule("assistido", duration: "20s", extension: "20s")
    let visitor = try Follower(house, "assistido", as: "visitante", environment: keys)
    let alpha = try Follower(house, "assistido", as: "cliente_alpha")
    try await visitor.first("aberto")
    try await alpha.first("aberto")
    #expect(try await house.bid("assistido", "100,00", as: "cliente_alpha").status == 0)
    let own = try await house.client(["lance", "assistido", "110,00", "--cliente", "visitante"], environment: keys)
    #expect(own.status == 64 && own.text.contains("não há chave de visitante"), "\(own)")
    // Ends with 0 only where the whole chain was verified.
    let story = try await visitor.toTheEnd()
    #expect(try await alpha.toTheEnd() == story)
    #expect(story.filter { $0.evento == "lance" }.map(\.valorCentavos) == [100_00])
    #expect(story.last?.vencedor == "cliente_alpha")
    #expect(!FileManager.default.fileExists(atPath: folder.file("private")), "no key was made for it")
  }

  @Test func `An auction that nobody bids in ends without bids, for everyone alike`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("sem-lances", duration: "2s", extension: "120s")
    let live = try Follower(house, "sem-lances", as: "cliente_alpha")
    let story = try await live.toTheEnd()
    #expect(story.map(\.evento) == ["aberto", "encerrado"])
    #expect((story.last?.situacao, story.last?.vencedor, story.last?.valorCentavos) == ("sem_lances", nil, nil))
    #expect(try await house.listed("sem-lances")?.status == "encerrado")
    #expect(try await Ledger("sem-lances", from: Visitor(house)).result?.outcome == .noBids)

    let late = try await Follower(house, "sem-lances", as: "cliente_beta").toTheEnd()
    #expect(late == story)
  }

  @Test func `An auction cancelled before its opening never opens, and its follower hears it`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("cancelado-antes", start: "+1h", duration: "60s")
    #expect(try await house.listed("cancelado-antes")?.status == "agendado")
    let early = try await house.bid("cancelado-antes", "100,00", as: "cliente_alpha")
    #expect(early.status == 1)
    #expect(early.text.contains("leilao_nao_iniciado"))

    let follower = try Follower(house, "cancelado-antes", as: "cliente_alpha")
    try await follower.first("estado") { $0.status == "agendado" }
    let run = try await house.operator(["cancelar", "cancelado-antes", "--motivo", "peça danificada"])
    #expect(run.status == 0)
    #expect(run.output == ["aceito: cancelado-antes"])

    #expect(try await follower.program.ending() == .code(0))
    let end = try await follower.first("encerrado")
    #expect((end.situacao, end.motivo) == ("cancelado", "peça danificada"))
    #expect(try await house.listed("cancelado-antes")?.status == "encerrado")
    #expect(try await house.listed("cancelado-antes")?.bloco == nil)

    let again = try await house.operator(["cancelar", "cancelado-antes", "--motivo", "de novo"])
    #expect(again.status == 1)
    #expect(again.text.hasPrefix("recusado: o leilão já terminou (leilao_encerrado)"))
  }

  @Test func `An auction cancelled while it is open has no winner, whatever was bid`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("cancelado-aberto", duration: "1h")
    let follower = try Follower(house, "cancelado-aberto", as: "cliente_beta")
    try await follower.first("aberto")
    #expect(try await house.bid("cancelado-aberto", "100,00", as: "cliente_alpha").status == 0)

    let run = try await house.operator(["cancelar", "cancelado-aberto", "--motivo", "erro no edital", "--json"])
    #expect(run.status == 0)
    let answer = try Line(try #require(run.output.first))
    #expect((answer.tipo, answer.situacao, answer.idLeilao) == ("comando", "aceito", "cancelado-aberto"))

    let end = try #require(try await follower.toTheEnd().last)
    #expect((end.evento, end.situacao, end.vencedor, end.motivo) == ("encerrado", "cancelado", nil, "erro no edital"))
    let ledger = try await Ledger("cancelado-aberto", from: Visitor(house))
    #expect(ledger.result?.outcome == .cancelled)
    #expect(ledger.result?.winner == nil)
    #expect(ledger.accepted.count == 1)
  }

  @Test func `A maximum stays secret, and the house bids up to it; in a sealed auction the second price is paid`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("maximo", duration: "45s", extension: "0s")
    try await house.schedule("selado", duration: "45s", extension: "0s", format: "vickrey")
    let (open, sealed) = (try Follower(house, "maximo", as: "cliente_beta"), try Follower(house, "selado", as: "cliente_beta"))
    try await open.first("aberto")
    try await sealed.first("aberto")
    #expect(try await house.bid("maximo", "100,00", as: "cliente_alpha", "--maximo", "300,00").status == 0)
    #expect(try await house.bid("maximo", "200,00", as: "cliente_beta").status == 0)
    #expect(try await house.listed("maximo")?.precoCentavos == 210_00)
    #expect(try await house.bid("selado", "300,00", as: "cliente_alpha").status == 0)
    #expect(try await house.bid("selado", "250,00", as: "cliente_beta").status == 0)
    #expect(try await house.listed("selado")?.precoCentavos == nil)
    let low = try await house.bid("selado", "99,99", as: "cliente_beta")
    #expect(low.status == 1 && low.text.contains("abaixo_do_minimo"), "\(low)")
    let wrong = try await house.bid("selado", "200,00", as: "cliente_beta", "--maximo", "300,00")
    #expect(wrong.status == 64 && wrong.text.contains("--maximo"), "\(wrong)")

    let openEnd = try #require(try await open.toTheEnd().last)
    #expect((openEnd.situacao, openEnd.vencedor, openEnd.valorCentavos) == ("vendido", "cliente_alpha", 210_00))
    let story = try await sealed.toTheEnd()
    #expect(story.filter { $0.evento == "revelado" }.count == 2)
    let end = try #require(story.last)
    #expect((end.situacao, end.vencedor, end.valorCentavos) == ("vendido", "cliente_alpha", 250_00))
  }

  @Test func `Below its reserve a lot is not sold, and the reserve is told at the end`() async throws {
    let house = try await PrivateHouse.shared
    let foolish = try await house.operator(
      [
        "agendar", "--id", "guardado", "--titulo", "x", "--duracao", "12s", "--lance-inicial", "100,00", "--incremento", "10,00",
        "--reserva", "100,00",
      ])
    #expect(foolish.status == 64 && foolish.text.contains("--reserva"), "\(foolish)")
    try await house.schedule("guardado", duration: "25s", extension: "0s", "--reserva", "250,00")
    let follower = try Follower(house, "guardado", as: "cliente_beta")
    #expect(try await follower.first("aberto").reservaAtingida == false)
    #expect(try await house.bid("guardado", "240,00", as: "cliente_alpha").status == 0)
    #expect(try await house.listed("guardado")?.reservaAtingida == false)
    let story = try await follower.toTheEnd()
    #expect(story.first { $0.evento == "reserva" }?.reservaCentavos == 250_00)
    let end = try #require(story.last)
    #expect((end.situacao, end.vencedor, end.valorCentavos) == ("condicional", nil, nil))
    func pass(_ more: String...) async throws -> PrivateHouse.Run {
      try await house.operator(["repassar", "guardado", "--motivo", "a casa aceita o lance"] + more)
    }
    let nobodys = try await pass("--de", "cliente_alpha")
    #expect(nobodys.status == 1 && nobodys.text.contains("ninguém tem o lote ainda"), "\(nobodys)")
    let passed = try await pass("--condicional", "--json")
    let said = try Line(try #require(passed.output.first))
    #expect(passed.status == 0 && (said.de, said.para, said.valorCentavos) == (nil, "cliente_alpha", 240_00), "\(passed)")
    try await until("the house lists it as passed on") { try await house.listed("guardado")?.repassadoPara == "cliente_alpha" }
    let again = try await pass("--condicional")
    #expect(again.status == 1 && again.text.contains("já foi repassado a cliente_alpha, por R$\u{a0}240,00"), "\(again)")
  }

  @Test func `A price falls until somebody meets it, who pays what was asked then`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule(
      "holandes", duration: "10m", format: "holandes", "--de", "1.000,00", "--menos", "50,00", "--cada", "1s")
    let follower = try Follower(house, "holandes", as: "cliente_beta")
    #expect(try await follower.first("aberto").minimoCentavos == 1_000_00)
    let low = try await house.bidLine("holandes", "99,99", as: "cliente_alpha")
    #expect(low.status == 1 && low.line.motivo == "abaixo_do_minimo" && (low.line.minimoCentavos ?? 0) >= 100_00)
    let wrong = try await house.bid("holandes", "900,00", as: "cliente_beta", "--maximo", "950,00")
    #expect(wrong.status == 64 && wrong.text.contains("--maximo"), "\(wrong)")
    try await until("the price has fallen") { try await (house.listed("holandes")?.minimoCentavos ?? .max) < 1_000_00 }

    // Whatever is asked by now: nobody pays more than that.
    let met = try await house.bid("holandes", "1.000,00", as: "cliente_alpha")
    #expect(met.status == 0 && met.text.contains("menos do que você ofereceu"), "\(met)")
    let end = try #require(try await follower.toTheEnd().last)
    #expect((end.situacao, end.vencedor) == ("vendido", "cliente_alpha"))
    let price = try #require(end.valorCentavos)
    #expect(price < 1_000_00 && price >= 100_00 && price.isMultiple(of: 50_00))
    let late = try await house.bid("holandes", "1.000,00", as: "cliente_beta")
    #expect(late.status == 1 && late.text.contains("leilao_encerrado"), "\(late)")

    let ledger = try await house.client(["livro", "holandes"])
    let scratch = try ScratchFolder()
    try scratch.write(Array((ledger.output.joined(separator: "\n") + "\n").utf8), "holandes.livro")
    let verified = try await house.client([
      "verificar", scratch.file("holandes.livro"), "--chave-da-casa", house.keys + "/public",
    ])
    #expect(verified.status == 0 && verified.output.last == "TUDO CONFERE", "\(verified)")
  }

  @Test func `An operator suspends an auction, resumes it with a later end, and cannot close it early`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("suspenso", duration: "1h")
    let follower = try Follower(house, "suspenso", as: "cliente_beta")
    let before = try #require(try await follower.first("aberto").fimUs)
    let suspended = try await house.operator(["suspender", "suspenso", "--motivo", "conferência do lote"])
    #expect((suspended.status, suspended.output) == (0, ["aceito: suspenso"]))
    #expect(try await follower.first("suspenso").motivo == "conferência do lote")
    let bid = try await house.bid("suspenso", "100,00", as: "cliente_alpha")
    #expect(bid.status == 1 && bid.text.contains("leilao_suspenso"), "\(bid)")
    let again = try await house.operator(["suspender", "suspenso", "--motivo", "outra vez"])
    #expect(again.status == 1 && again.text.hasPrefix("recusado: o leilão não está aberto (leilao_nao_ativo)"), "\(again)")

    #expect(try await house.operator(["retomar", "suspenso", "--motivo", "lote conferido"]).status == 0)
    #expect(try #require(try await follower.first("retomado").fimUs) > before)
    #expect(try await house.bid("suspenso", "100,00", as: "cliente_alpha").status == 0)
    let early = try await house.operator(["encerrar", "suspenso", "--motivo", "pressa"])
    #expect(early.status == 1 && early.text.contains("(antes_do_fim)"), "\(early)")
    #expect(try await house.operator(["cancelar", "suspenso", "--motivo", "fim do teste"]).status == 0)
    #expect(try await follower.toTheEnd().last?.situacao == "cancelado")
    let ledger = try await Ledger("suspenso", from: Visitor(house))
    #expect(ledger.accepted.count == 1)
  }

  @Test func `An operator voids a bid: the ledger says so, others lead, and only what stands there can be voided`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("anulado", duration: "1h")
    let follower = try Follower(house, "anulado", as: "cliente_beta")
    try await follower.first("aberto")
    #expect(try await house.bid("anulado", "100,00", as: "cliente_alpha").status == 0)
    let dear = try await house.bidLine("anulado", "900,00", as: "cliente_beta")
    let id = try #require(dear.line.idLance)
    func void(_ id: String, of bidder: String = "cliente_beta", _ more: String...) async throws -> PrivateHouse.Run {
      try await house.operator(["anular", "anulado", id, "--usuario", bidder, "--motivo", "valor errado"] + more)
    }
    let none = try await void("00000000-0000-4000-8000-000000000000")
    #expect(none.status == 1 && none.text.contains("(lance_desconhecido)"), "\(none)")
    #expect(try await void(id, of: "cliente_alpha").status == 1)

    let run = try await void(id)
    #expect(run.status == 0 && run.output.first?.hasPrefix("anulado: \(id), bloco ") == true, "\(run)")
    let told = try await follower.first("anulado")
    #expect((told.idLance, told.idUsuario, told.motivo) == (id, "cliente_beta", "valor errado"))
    #expect((told.precoCentavos, told.lider, told.minimoCentavos) == (100_00, "cliente_alpha", 110_00))
    let again = try await void(id, of: "cliente_beta", "--json")
    let said = try Line(try #require(again.output.first))
    #expect(again.status == 1 && (said.situacao, said.motivo) == ("recusado", "lance_anulado"), "\(again)")
    #expect(try await house.bid("anulado", "110,00", as: "cliente_beta").status == 0)

    #expect(try await house.operator(["cancelar", "anulado", "--motivo", "fim do teste"]).status == 0)
    #expect(try await follower.toTheEnd().last?.situacao == "cancelado")
    let scratch = try ScratchFolder()
    let ledger = try await house.client(["livro", "anulado"])
    try Data(ledger.output.flatMap { Array($0.utf8) + [0x0a] }).write(to: URL(filePath: scratch.file("livro")))
    let verified = try await house.client(["verificar", scratch.file("livro")])
    #expect(verified.status == 0, "\(verified)")
  }

  @Test func `A lot is passed on to whom the bids give it: its followers hear so, late comers are told, and the ledger stays`()
    async throws
  {
    let house = try await PrivateHouse.shared
    try await house.schedule("repassado", duration: "30s", extension: "0s")
    let follower = try Follower(house, "repassado", as: "cliente_beta", untilEnd: false)
    try await follower.first("aberto")
    #expect(try await house.bid("repassado", "100,00", as: "cliente_alpha").status == 0)
    #expect(try await house.bid("repassado", "900,00", as: "cliente_beta").status == 0)
    func pass(from holder: String = "cliente_beta", _ more: String...) async throws -> PrivateHouse.Run {
      try await house.operator(["repassar", "repassado", "--de", holder, "--motivo", "não pagou"] + more)
    }
    let early = try await pass()
    #expect(early.status == 1 && early.text.contains("(leilao_em_curso)"), "\(early)")
    #expect(try await follower.first("encerrado").vencedor == "cliente_beta")
    try await until("the house lists its end") { try await house.listed("repassado")?.situacao == "vendido" }
    let before = try await house.client(["livro", "repassado"])

    let dry = try await pass("--simular")
    #expect(dry.status == 0, "\(dry)")
    #expect(dry.output == ["seria repassado: repassado, cliente_beta → cliente_alpha, R$\u{a0}100,00"])
    #expect(try await house.listed("repassado")?.repassadoPara == nil)
    let simulated = try Line(try #require(try await pass("--simular", "--json").output.first))
    #expect(simulated.tipo == "simulacao" && simulated.idComando == nil && simulated.para == "cliente_alpha")
    let other = try await pass(from: "cliente_alpha")
    #expect(other.status == 1 && other.text.contains("quem tem o lote é cliente_beta"), "\(other)")
    let run = try await pass()
    #expect(run.status == 0 && run.output == ["repassado: repassado, cliente_beta → cliente_alpha, R$\u{a0}100,00"], "\(run)")
    let told = try await follower.first("repassado")
    #expect((told.de, told.para, told.valorCentavos, told.motivo) == ("cliente_beta", "cliente_alpha", 100_00, "não pagou"))
    try await until("the house lists it as passed on") { try await house.listed("repassado")?.repassadoPara == "cliente_alpha" }
    #expect(try await house.listed("repassado")?.repassadoCentavos == 100_00)
    let late = try Follower(house, "repassado", as: "cliente_alpha", untilEnd: false)
    #expect(try await late.first("repassado").para == "cliente_alpha")
    // The same line again takes it from nobody.
    let again = try await pass()
    #expect(again.status == 1 && again.text.contains("já foi repassado de cliente_beta a cliente_alpha, por R$\u{a0}100,00"))
    let nobody = try await pass(from: "cliente_alpha", "--json")
    let said = try Line(try #require(nobody.output.first))
    #expect(nobody.status == 1 && (said.situacao, said.motivo) == ("recusado", "sem_sucessor"), "\(nobody)")

    let after = try await house.client(["livro", "repassado"])
    #expect(after.output == before.output && !after.output.isEmpty)
    let scratch = try ScratchFolder()
    try Data(after.output.flatMap { Array($0.utf8) + [0x0a] }).write(to: URL(filePath: scratch.file("livro")))
    let verified = try await house.client(["verificar", scratch.file("livro"), "--json"])
    let heirs = try verified.output.map { try Line($0) }.filter { $0.tipo == "repasse" }
    #expect(
      verified.status == 0 && heirs.map(\.para) == ["cliente_alpha"] && heirs.map(\.valorCentavos) == [100_00], "\(verified)")
  }

  @Test func `A bid in the last moments moves the end, and a follower is told by whom`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("prorrogado", duration: "20s", extension: "20s")
    let follower = try Follower(house, "prorrogado", as: "cliente_beta")
    let opened = try await follower.first("aberto")
    #expect(try await house.bid("prorrogado", "100,00", as: "cliente_alpha").status == 0)
    let extended = try await follower.first("prorrogado")
    #expect((extended.por, extended.motivo) == ("cliente_alpha", "lance"))
    let before = try #require(opened.fimUs)
    let after = try #require(extended.fimUs)
    #expect(after > before)
    let end = try #require(try await follower.toTheEnd().last)
    #expect((end.situacao, end.vencedor, end.fimUs) == ("vendido", "cliente_alpha", after))
  }

  @Test func `An id is used once in a house`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("uma-so-vez", start: "+1h", duration: "60s")
    let again = try await house.operator(
      ["agendar", "--id", "uma-so-vez", "--titulo", "Outro", "--duracao", "60s", "--lance-inicial", "1", "--incremento", "1"])
    #expect(again.status == 1)
    #expect(again.text == "recusado: já há um leilão com este id; um id só é usado uma vez (leilao_ja_existe) [uma-so-vez]")

    let past = try await house.operator(
      ["agendar", "--id", "passado", "--titulo", "Ontem", "--inicio", "2020-01-01T00:00:00Z"]
        + ["--duracao", "60s", "--lance-inicial", "1", "--incremento", "1"])
    #expect(past.status == 1)
    #expect(past.text == "recusado: o início já passou há mais de uma hora (termos_invalidos) [passado]")
  }
}
