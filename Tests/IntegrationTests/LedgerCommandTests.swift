import Foundation
import SharedKernel
import SuiteTesting
import Testing

/// `livro`, `verificar` and `recibos`, with the programs as they were built.
@Suite(.serialized)
struct LedgerCommandTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// An auction with two accepted bids and a refused one, played to its end.
  private func played(_ auction: String, in house: PrivateHouse) async throws {
    // Each bid gives the auction twenty seconds more: no machine is too slow for the next one.
    try await house.schedule(auction, duration: "20s", extension: "20s")
    let follower = try Follower(house, auction, as: "cliente_alpha")
    try await follower.first("aberto")
    #expect(try await house.bid(auction, "100,00", as: "cliente_alpha").status == 0)
    #expect(try await house.bid(auction, "105,00", as: "cliente_beta").status == 1)
    #expect(try await house.bid(auction, "110,00", as: "cliente_beta").status == 0)
    _ = try await follower.toTheEnd()
  }

  private func written(_ auction: String, in house: PrivateHouse, to name: String) async throws -> String {
    let run = try await house.client(["livro", auction])
    #expect(run.status == 0 && run.errors == [], "\(run)")
    let path = scratch.file(name)
    try scratch.write(Array((run.output.joined(separator: "\n") + "\n").utf8), name)
    return path
  }

  @Test func `A ledger is written, verified offline, explained, and held against the bidders' receipts`() async throws {
    let house = try await PrivateHouse.shared
    try await played("livro-um", in: house)
    let file = try await written("livro-um", in: house, to: "um.livro")
    let again = try await written("livro-um", in: house, to: "outra-vez.livro")
    #expect(try scratch.read("um.livro") == scratch.read("outra-vez.livro") && file != again)

    // Offline: no broker is there to be asked.
    let offline = ["RABBITMQ_URL": "amqp://ninguem:nada@127.0.0.1:1/leilao"]
    let keys = house.keys + "/public"
    let good = try await house.client(["verificar", file, "--chave-da-casa", keys], environment: offline)
    #expect(good.status == 0 && good.output.last == "TUDO CONFERE", "\(good)")
    #expect(
      good.text.contains("Livro de livro-um: vendido, cliente_beta, R$\u{a0}110,00") && good.text.contains("Não se pode provar:"))
    #expect(!good.text.contains("só este arquivo responde"))
    let unpinned = try await house.client(["verify", file], environment: offline.merging(["LC_ALL": "en_US.UTF-8"]) { $1 })
    #expect(
      unpinned.status == 0 && unpinned.text.contains("only this file vouches for them") && unpinned.output.last == "ALL HOLDS")
    let alone = try await house.client(
      ["verificar", file, "--chave-da-casa", keys + "/ms_lance.pem", "--chave-da-casa", keys + "/ms_leilao.pem"],
      environment: offline)
    #expect(alone.status == 0, "\(alone)")
    let stranger = try await house.client(["verificar", file, "--chave-da-casa", keys + "/ms_lance.pem"], environment: offline)
    #expect(
      stranger.status == 1 && stranger.text.contains("a chave de ms_leilao não é nenhuma das que foram dadas"), "\(stranger)")

    // Both bids, by the ids that the receipts name.
    let kept = try await house.client(["recibos", "livro-um", "--livro", file, "--json"], environment: offline)
    #expect(kept.status == 0, "\(kept)")
    #expect(kept.output.count == 4 && kept.output.allSatisfy { $0.contains("\"situacao\":\"confere\"") }, "\(kept.text)")
    let beta = try await house.client(["recibos", "livro-um", "--cliente", "cliente_beta"], environment: offline)
    #expect(beta.status == 0 && beta.text.contains("recusa 1: abaixo_do_minimo") && beta.output.count == 3, "\(beta.text)")
    let ids = try await house.client(["recibos", "livro-um"], environment: offline).output.compactMap { line in
      line.firstRange(of: ": aceito ").map { String(line[$0.upperBound...].prefix(36)) }
    }
    #expect(ids.count == 2)
    let explained = try await house.client(["verificar", file, "--explicar"] + ids, environment: offline)
    #expect(explained.status == 0, "\(explained)")
    #expect(
      explained.output.last?.hasPrefix("\(ids[0]) veio certamente antes de \(ids[1]), pelo bloco que cliente_beta tinha visto")
        == true,
      "without NTP, by the chain: \(explained.text)")
    #expect(try await house.client(["verificar", file, "--explicar", ids[0]], environment: offline).status == 64)

    // Spoilt: one accepted bid is another's.
    var lines = String(decoding: try scratch.read("um.livro"), as: UTF8.self).split(separator: "\n").map(String.init)
    lines.remove(at: 4)
    try scratch.write(Array((lines.joined(separator: "\n") + "\n").utf8), "mau.livro")
    let bad = try await house.client(["verificar", scratch.file("mau.livro"), "--chave-da-casa", keys], environment: offline)
    #expect(bad.status == 1 && bad.text.contains("NÃO CONFERE. A primeira falha: linha 5: "), "\(bad)")
    #expect(bad.text.contains("Todas as "))
    let badLines = try await house.client(["verificar", scratch.file("mau.livro"), "--json"], environment: offline)
    #expect(badLines.status == 1 && badLines.output.last?.contains("\"confere\":false") == true)
    #expect(badLines.output.contains { $0.hasPrefix("{\"tipo\":\"falha\",\"linha\":5,") })
    // A damaged file accuses nobody.
    let silent = try await house.client(["recibos", "livro-um", "--livro", scratch.file("mau.livro")], environment: offline)
    #expect(silent.status == 0 && silent.text.contains("o arquivo não está inteiro"), "\(silent)")
  }

  @Test func `What cannot be read, or is not there, is said in one sentence`() async throws {
    let house = try await PrivateHouse.shared
    let unknown = try await house.client(["livro", "nao-existe"])
    #expect(unknown.status == 1 && unknown.output == [] && unknown.errors.count == 1, "\(unknown)")
    try await house.schedule("livro-agendado", start: "+1h", duration: "60s")
    #expect(try await house.client(["livro", "livro-agendado"]).status == 1)
    let missing = try await house.client(["verificar", "/nao/ha.livro"])
    #expect(missing.status == 64 && missing.errors.first?.contains("/nao/ha.livro") == true, "\(missing)")
    let folder = try await house.client(["verificar", "/tmp"])
    #expect(folder.status == 64, "\(folder)")
    try scratch.write(Array("nada\n".utf8), "nada.livro")
    #expect(try await house.client(["verificar", scratch.file("nada.livro")]).status == 1)
    #expect(try await house.client(["recibos", "--livro", scratch.file("nada.livro")]).status == 64)
    let key = try await house.client(["verificar", scratch.file("nada.livro"), "--chave-da-casa", scratch.file("nada.livro")])
    #expect(key.status == 64 && key.errors.first?.contains("nada.livro") == true, "\(key)")
    #expect(try await house.client(["recibos", "nunca-visto"]).status == 0)
  }

  @Test func `An auction that goes on is told so far, and its reader is told that`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("livro-aberto", duration: "600s")
    try await house.opened("livro-aberto")
    #expect(try await house.bid("livro-aberto", "100,00", as: "cliente_alpha").status == 0)
    let run = try await house.client(["livro", "livro-aberto"])
    #expect(run.status == 0 && run.errors.first?.contains("ainda não acabou") == true, "\(run)")
    try scratch.write(Array((run.output.joined(separator: "\n") + "\n").utf8), "aberto.livro")
    let verified = try await house.client(["verificar", scratch.file("aberto.livro")])
    #expect(verified.status == 0 && verified.text.contains("ainda sem resultado"), "\(verified)")
  }
}
