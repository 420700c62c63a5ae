import Glibc
import SuiteTesting
import Testing

/// The terminal in lines, before a real house.
@Suite(.serialized)
struct PlainModeTests {
  private func expectPlain(_ run: PrivateHouse.Run) {
    #expect(!run.text.unicodeScalars.contains("\u{1b}"), "\(run)")
  }

  @Test func `Through pipes lines are answered, bids decided, and the code says how`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("linhas", duration: "1h")
    try await house.opened("linhas")
    func lines(_ text: String, as bidder: String = "ana") async throws -> PrivateHouse.Run {
      let run = try await house.shell("printf '\(text)' | $CLIENT \(bidder)")
      expectPlain(run)
      return run
    }
    let listed = try await lines("listar\\nsair\\n")
    #expect(listed.status == 0 && listed.output.contains { $0.hasPrefix("linhas  sem lance seu  R$\u{a0}100,00") }, "\(listed)")
    let bid = try await lines("lance linhas 100\\nseguir linhas\\n")
    #expect(bid.status == 0 && bid.text.contains("seu lance de R$\u{a0}100,00 foi aceito"), "\(bid)")
    #expect(try await house.listed("linhas")?.lider == "ana")
    // What was marked in one run is marked in the next.
    let mine = try await lines("listar meus")
    #expect(mine.output.contains { $0.hasPrefix("linhas  LIDERA") }, "\(mine)")

    let low = try await lines("lance linhas 1,00\\n", as: "bia")
    #expect(low.status == 1 && low.text.contains("abaixo do mínimo"), "\(low)")
    // Who leads is asked, and who does not confirm has not bid.
    let asked = try await lines("lance linhas 150\\n")
    #expect(asked.status == 1 && asked.text.contains("você já lidera"), "\(asked)")
    #expect(try await house.listed("linhas")?.precoCentavos == 100_00)
    let slip = try await lines("lance linhas 11000\\nconfirmar 11000\\n", as: "bia")
    #expect(slip.status == 0 && slip.text.contains("faltou a vírgula? R$\u{a0}110,00"), "\(slip)")
    #expect(try await house.listed("linhas")?.precoCentavos == 11_000_00)
    #expect(try await lines("voar\\n").status == 64)
    let english = try await house.shell("printf 'list\\nquit\\n' | LC_ALL=en_US.UTF-8 $CLIENT bia")
    #expect(english.status == 0 && english.text.contains("linhas  LEADING"), "\(english)")

    let gone = try await house.shell("printf 'listar\\n' | RABBITMQ_URL=amqp://cliente:cliente@127.0.0.1:1/leilao $CLIENT ana")
    #expect(gone.status == 69 && gone.text.contains("sem conexão"), "\(gone)")
  }

  @Test func `A terminal that cannot place its cursor gets lines, also while somebody types`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("burro", duration: "1h")
    try await house.opened("burro")
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let terminal = try await Terminal(
      in: house.folder, width: 100, height: 30, environment: variables,
      ["env", "TERM=dumb", "\(PrivateHouse.executables)/cliente-tui", "cliente_alpha"])
    try await terminal.wait(forText: "conectado: ")
    #expect(try await terminal.value("#{alternate_on}") == "0")
    try await terminal.type("ver burro")
    try await terminal.press("Enter")
    try await terminal.wait(forText: "Mínimo agora")
    try await terminal.type("lance burro 100")
    try await terminal.press("Enter")
    try await terminal.wait(forText: "foi aceito")
    try await terminal.type("sair")
    try await terminal.press("Enter")
    try await terminal.wait(forText: "RC=0")
    // A name that nobody knows is a mistake.
    for term in ["nada", ""] {
      let other = try await Terminal(
        in: house.folder, width: 100, height: 30, environment: variables,
        ["env", "TERM=\(term)", "\(PrivateHouse.executables)/cliente-tui", "cliente_alpha"])
      try await other.wait(forText: "RC=64")
    }
  }
}
