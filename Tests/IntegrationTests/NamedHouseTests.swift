import Foundation
import SharedKernel
import SuiteTesting
import Testing

/// `--casa`: a house of the user's file, for every command that connects.
@Suite(.serialized)
struct NamedHouseTests {
  @Test func `A named house is reached with its own broker, keys and data, whatever the environment says`() async throws {
    let house = try await PrivateHouse.shared
    let config = house.folder + "/casas-\(UInt32.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: config + "/leilao", withIntermediateDirectories: true)
    let url = try #require(house.variables("cliente")["RABBITMQ_URL"])
    let data = config + "/dados"
    let text = #"{"minha": {"broker": "\#(url)", "chaves": "\#(house.keys)", "dados": "\#(data)"}}"#
    #expect(
      FileManager.default.createFile(
        atPath: config + "/leilao/casas.json", contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
    let wrong = [
      "XDG_CONFIG_HOME": config, "RABBITMQ_URL": "amqp://nobody:x@127.0.0.1:1/nada", "LEILAO_KEYS": "/nada",
      "LEILAO_DATA": "/nada",
    ]
    try await house.schedule("por-nome", duration: "1h")
    try await house.opened("por-nome")
    let listed = try await house.client(["leiloes", "--casa", "minha"], environment: wrong)
    #expect(listed.status == 0 && listed.text.contains("por-nome"), "\(listed)")
    let bid = try await house.client(
      ["bid", "por-nome", "100", "--bidder", "cliente_alpha", "--house", "minha"], environment: wrong)
    #expect(bid.status == 0, "\(bid)")
    let kept = try FileManager.default.contentsOfDirectory(atPath: data + "/recibos/cliente_alpha")
    #expect(kept.contains("lances.enviados") && kept.contains("por-nome.recibos"), "\(kept)")

    let unknown = try await house.client(["leiloes", "--casa", "outra"], environment: wrong)
    #expect(unknown.status == 64 && unknown.text.contains("“outra”") && unknown.text.contains("minha"))
    let keyless = try await house.client(
      ["lance", "por-nome", "110", "--cliente", "sem_par", "--casa", "minha"], environment: wrong)
    #expect(keyless.status == 64 && keyless.text.contains("cliente-tui keygen sem_par --casa minha"), "\(keyless)")
    let completed = try await house.client(
      ["---completion", "leiloes", "--", "--casa", "0", "0", "cliente-tui", "leiloes", "--casa", ""], environment: wrong)
    #expect(completed.text.contains("minha"), "\(completed)")
    let names = try await house.client(
      ["---completion", "terminal", "--", "positional@0", "3", "0", "cliente-tui", "--casa", "minha", ""], environment: wrong)
    #expect(names.text.contains("cliente_alpha"), "\(names)")
  }
}
