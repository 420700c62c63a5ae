import AuctionFacts
import Foundation
import SharedKernel
import SuiteTesting
import Testing

/// The journals of a house that runs: checked, copied, lost, restored, compacted, with the programs as they were built.
@Suite(.serialized)
struct JournalTests {
  private func lance(_ house: PrivateHouse, _ arguments: String..., environment: [String: String] = [:]) async throws
    -> PrivateHouse.Run
  {
    try await house.run("ms-lance", arguments, as: "ms_lance", environment)
  }

  /// As an operator does who has lost a disk: the files are out of the way.
  private func lose(_ name: String, of house: PrivateHouse) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: house.folder + "/perdido-\(name)", withIntermediateDirectories: true)
    for part in try files.contentsOfDirectory(atPath: house.data) where part.hasPrefix("\(name).sqlite") {
      try files.moveItem(atPath: house.data + "/" + part, toPath: house.folder + "/perdido-\(name)/" + part)
    }
  }

  @Test func `A journal is checked and copied while its service runs, and a copy that was changed is found out`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("vivo", duration: "1h")
    try await house.opened("vivo")
    #expect(try await house.bid("vivo", "100", as: "ana").status == 0)
    #expect(try await house.bid("vivo", "90", as: "ana").status == 1)

    let check = try await lance(house, "--verificar")
    #expect(check.status == 0 && check.text.hasPrefix("confere: "), "\(check)")
    let line = try await lance(house, "--verificar", "--json")
    #expect(line.status == 0 && line.output.count == 1, "\(line)")
    for member in [#""confere":true"#, #""blocos":2"#, #""lances_aceitos":1"#, #""recusas":1"#] {
      #expect(line.text.contains(member), "\(member) in \(line)")
    }
    let english = try await lance(house, "--verify", environment: ["LC_ALL": "en_US.UTF-8"])
    #expect(english.status == 0 && english.text.hasPrefix("agrees: "), "\(english)")
    let calendar = try await house.run("ms-leilao", ["--verificar"], as: "ms_leilao")
    #expect(calendar.status == 0 && calendar.text.contains("operador"), "\(calendar)")

    let copy = house.folder + "/copia.sqlite"
    let copied = try await lance(house, "copiar", copy)
    #expect(copied.status == 0 && copied.text.hasPrefix("copiado e conferido: \(copy)"), "\(copied)")
    let other = try await house.run("ms-leilao", ["--verificar", "--diario", copy], as: "ms_leilao")
    #expect(other.status == 74 && other.text.hasPrefix("\(copy): não é um diário de ms-leilao: "), "\(other)")
    let nowhere = try await lance(house, "copiar", "/nao/ha/copia.sqlite")
    #expect(nowhere.status == 74 && nowhere.text.hasPrefix("/nao/ha/copia.sqlite: "), "\(nowhere)")
    #expect(ForeignWords.found(in: nowhere.text, for: .portuguese) == [], "\(nowhere)")
    let damaged = house.folder + "/estragado.sqlite"
    try Data("no journal, but long enough to be looked at".utf8).write(to: URL(fileURLWithPath: damaged))
    let told = try await lance(house, "--verificar", "--json", "--diario", damaged)
    #expect(told.status == 74 && told.output.first?.contains("está danificado ou não é um diário") == true, "\(told)")
    let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let again = try await lance(house, "copiar", copy)
    #expect(again.status == 78 && again.text.contains("nada é sobrescrito"), "\(again)")
    #expect(try await house.client(["lance", "vivo", "120", "--cliente", "ana"]).text.contains("ja_lidera"), "it goes on")

    // Another letter in the envelope of something that was said: SQLite finds nothing wrong with that.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
    let envelope = try #require(bytes.range(of: Data(#"{"payload":""#.utf8), options: .backwards))
    let place = envelope.upperBound + 40
    bytes[place] = bytes[place] == UInt8(ascii: "Q") ? UInt8(ascii: "R") : UInt8(ascii: "Q")
    try bytes.write(to: URL(fileURLWithPath: copy))
    let spoiled = try await lance(house, "--verificar", "--diario", copy)
    #expect(spoiled.status == 74 && spoiled.text.contains("não confere"), "\(spoiled)")
    let machine = try await lance(house, "--verificar", "--json", "--diario", copy)
    #expect(machine.status == 74 && machine.output.first?.contains(#""confere":false"#) == true, "\(machine)")
    let refused = try await lance(house, "restaurar", copy, environment: ["LEILAO_DATA": house.folder + "/outra"])
    #expect(refused.status == 74, "\(refused)")
  }

  @Test func `A restored ms-lance cancels what was open, and whoever saw more is told that the chain is broken`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("perdido", duration: "1h")
    try await house.schedule("futuro", start: "+2h", duration: "1h")
    try await house.opened("perdido")
    let witness = try Follower(house, "perdido", as: "bia")
    #expect(try await house.bid("perdido", "100", as: "ana").status == 0)
    let copy = house.folder + "/copia.sqlite"
    #expect(try await lance(house, "copiar", copy).status == 0)
    #expect(try await house.bid("perdido", "110", as: "bia").status == 0)
    #expect(try await house.bid("perdido", "120", as: "ana").status == 0)
    try await witness.first("lance") { $0.valorCentavos == 120_00 }

    let holder = try house.process(.bids).id
    let running = try await lance(house, "restaurar", copy)
    #expect(running.status == 78 && running.text.contains("em uso pelo processo \(holder)"), "\(running)")
    try await house.kill9(.bids)
    let present = try await lance(house, "restaurar", copy)
    #expect(present.status == 78 && present.text.contains("mv "), "\(present)")
    try lose("ms_lance", of: house)
    let restored = try await lance(house, "restaurar", copy)
    #expect(restored.status == 0 && restored.text.hasPrefix("restaurado: "), "\(restored)")
    try await house.start(.bids)

    try await witness.first("corrente_quebrada") { $0.motivo?.contains("restaurado") == true }
    try await witness.first("encerrado") { $0.situacao == "cancelado" }
    #expect(try await witness.program.ending() == .code(1), "its chain was broken")
    let late = try await Follower(house, "perdido", as: "ana").toTheEnd()
    #expect(late.last?.situacao == "cancelado" && !late.contains { $0.evento == "corrente_quebrada" })
    let ledger = try await Ledger("perdido", from: Visitor(house))
    #expect(ledger.result?.outcome == .cancelled && ledger.accepted.count == 1)
    #expect(try await house.bidLine("perdido", "500", as: "bia").line.motivo == "leilao_encerrado")
    #expect(try await house.listed("futuro")?.status == "agendado")
    try await until("ms-leilao has heard that it is over") {
      try await house.operator(["cancelar", "perdido", "--motivo", "m"]).text.contains("leilao_encerrado")
    }
    try await house.schedule("novo", duration: "1h")
    try await house.opened("novo")
    #expect(try await house.bid("novo", "100", as: "ana").status == 0)
    let check = try await lance(house, "--verificar")
    #expect(check.status == 0, "\(check)")
  }

  @Test func `A copy, or an older journal, put in its place by hand is not continued, until it is restored`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("trocado", duration: "1h")
    try await house.opened("trocado")
    #expect(try await house.bid("trocado", "100", as: "ana").status == 0)
    let (place, copy, older) = (house.data + "/ms_lance.sqlite", house.folder + "/copia.sqlite", house.folder + "/antigo.sqlite")
    #expect(try await lance(house, "copiar", copy).status == 0)
    #expect(try await house.terminate(.bids) == .code(0))
    try FileManager.default.copyItem(atPath: place, toPath: older)
    try await house.start(.bids)
    try await house.makeKeys("bia")
    try await until("bia's key counts") { try await house.bid("trocado", "110", as: "bia").status == 0 }
    #expect(try await house.terminate(.bids) == .code(0))

    for (file, sentence) in [(copy, "cópia de segurança"), (older, "é mais antigo do que")] {
      try lose("ms_lance", of: house)
      try FileManager.default.removeItem(atPath: house.folder + "/perdido-ms_lance")
      try FileManager.default.copyItem(atPath: file, toPath: place)
      for _ in 0..<2 {
        let start = try await lance(house)
        #expect(start.status == 78 && start.text.contains(sentence) && start.text.contains("'restaurar'"), "\(start)")
      }
      // Nor does compacting make it the journal of today.
      let compacted = try await lance(house, "compactar")
      #expect(compacted.status == 78 && compacted.text.contains(sentence), "\(compacted)")
      let check = try await lance(house, "--verificar")
      #expect(check.status == 0 && check.text.contains("cópia de segurança") == (file == copy), "\(check)")
      let line = try await lance(house, "--verificar", "--json")
      #expect(line.status == 0 && line.text.contains(#""copia":\#(file == copy)"#), "\(line)")
    }
    // As the sentence says.
    try lose("ms_lance", of: house)
    let restored = try await lance(house, "restaurar", house.folder + "/perdido-ms_lance/ms_lance.sqlite")
    #expect(restored.status == 0, "\(restored)")
    try await house.start(.bids)
    #expect(try await house.bidLine("trocado", "500", as: "bia").line.motivo == "leilao_encerrado")
    #expect(try await lance(house, "--verificar").status == 0)
  }

  @Test func `A restored ms-leilao cancels what was open by its signed word, and the ledgers stay whole`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("aberto", duration: "1h")
    try await house.opened("aberto")
    #expect(try await house.bid("aberto", "100", as: "ana").status == 0)
    let copy = house.folder + "/copia.sqlite"
    #expect(try await house.run("ms-leilao", ["copiar", copy], as: "ms_leilao").status == 0)
    try await house.kill9(.calendar)
    try lose("ms_leilao", of: house)
    let restored = try await house.run("ms-leilao", ["restaurar", copy], as: "ms_leilao")
    #expect(restored.status == 0, "\(restored)")
    try await house.start(.calendar)
    let story = try await Follower(house, "aberto", as: "ana").toTheEnd()
    #expect(story.last?.situacao == "cancelado" && !story.contains { $0.evento == "corrente_quebrada" })
    #expect(try await house.run("ms-leilao", ["--verificar"], as: "ms_leilao").status == 0)
    #expect(try await lance(house, "--verificar").status == 0)
  }

  @Test func `A service whose journal is gone refuses to start, each time alike, and leaves its place free`() async throws {
    let house = try await PrivateHouse()
    try await house.kill9(.calendar)
    try lose("ms_leilao", of: house)
    for _ in 0..<2 {
      let start = try await house.run("ms-leilao", [], as: "ms_leilao")
      #expect(start.status == 78 && start.text.contains("/ms_leilao.sqlite não há nenhum"), "\(start)")
    }
    #expect(!FileManager.default.fileExists(atPath: house.data + "/ms_leilao.sqlite"))
  }

  /// As `livro` writes it, redirected by a shell.
  private func ledgerFile(_ auction: String, in house: PrivateHouse, _ name: String) async throws -> Data {
    let path = "\(house.folder)/\(name)"
    let run = try await house.shell("$CLIENT livro \(auction) > \(path)")
    #expect(run.status == 0 && run.errors == [], "\(run)")
    return try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test func `A compacted journal answers and verifies as before, and is not compacted under its service`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("antigo", duration: "20s")
    try await house.schedule("atual", duration: "1h")
    try await house.opened("antigo")
    let bid = try await house.bidLine("antigo", "100", as: "ana")
    #expect(bid.status == 0)
    _ = try await Follower(house, "antigo", as: "ana").toTheEnd()
    let before = try await Ledger("antigo", from: Visitor(house))
    let file = try await ledgerFile("antigo", in: house, "antes.livro")
    #expect(file.count > 1_000)

    let running = try await lance(house, "compactar", "--dias", "0")
    #expect(running.status == 78, "\(running)")
    #expect(try await house.terminate(.bids) == .code(0))
    let early = try await lance(house, "compactar")
    #expect(early.status == 0 && early.text.contains("nada a compactar"), "\(early)")
    let told = try await lance(house, "compactar", "--json")
    #expect(told.text.contains("\"leiloes\":0,\"lances_compactados\":0,"), "\(told)")
    #expect(!told.text.contains("\"entradas_antes\":0,"), "\(told)")
    let compacted = try await lance(house, "compactar", "--dias", "0")
    #expect(compacted.status == 0 && compacted.text.hasPrefix("compactado e conferido: 1 leilões, 1 lances"), "\(compacted)")
    #expect(try await lance(house, "--verificar").status == 0)
    try await house.start(.bids)
    #expect(try await house.terminate(.calendar) == .code(0))
    let calendar = try await house.run("ms-leilao", ["compactar", "--dias", "0"], as: "ms_leilao")
    #expect(calendar.status == 0 && calendar.text.hasPrefix("compactado e conferido: 1 leilões, 1 pedidos"), "\(calendar)")
    #expect(try await house.run("ms-leilao", ["--verificar"], as: "ms_leilao").status == 0)
    try await house.start(.calendar)
    #expect(try await Ledger("antigo", from: Visitor(house)).blocks == before.blocks)
    #expect(try await ledgerFile("antigo", in: house, "depois.livro") == file, "to the byte")
    let asked = try await house.client(["lance", "--consultar", try #require(bid.line.idLance), "--cliente", "ana"])
    #expect(asked.status == 0 && asked.text.hasPrefix("aceito"), "\(asked)")
    try await house.opened("atual")
    #expect(try await house.bid("atual", "100", as: "ana").status == 0)
  }
}
