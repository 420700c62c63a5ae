import Glibc
import SuiteTesting
import Testing

/// How a newcomer begins.
@Suite(.serialized)
struct FirstRunTests {
  @Test func `Who has no key is offered one, told what to do with its public half, and can bid with it`() async throws {
    let house = try await PrivateHouse()
    try await house.schedule("primeiro", duration: "1h")
    try await house.opened("primeiro")
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let terminal = try await Terminal(
      in: house.folder, width: 100, height: 30, environment: variables, ["\(PrivateHouse.executables)/cliente-tui", "nova"])
    try await terminal.wait(forText: "Não há chave de nova")
    try await terminal.type("s")
    try await terminal.press("Enter")
    let rows = try await terminal.wait(forText: "Enter abre o terminal.")
    #expect(rows.joined().contains("\(house.keys)/public/nova.pem") && rows.joined().contains("Entregue a pública à casa"))
    #expect(try await terminal.value("#{alternate_on}") == "0")
    try await terminal.press("Enter")
    try await terminal.wait(for: "connected") { $0[0].contains("● conectado") }
    #expect(try await house.bid("primeiro", "100", as: "nova").status == 0)
    try await terminal.wait(forText: "LIDERA")
  }

  @Test func `Where nothing answers it is said what to start, on the screen and without one`() async throws {
    let house = try await PrivateHouse.shared
    let nowhere = ["RABBITMQ_URL": "amqp://cliente:cliente@127.0.0.1:1/leilao"]
    let run = try await house.client(["leiloes"], environment: nowhere)
    #expect(run.status == 69 && run.text.contains("127.0.0.1:1") && run.text.contains("docker compose up -d"), "\(run)")
    let bid = try await house.client(["lance", "x", "1", "--cliente", "cliente_alpha"], environment: nowhere)
    #expect(bid.status == 69 && bid.text.contains("scripts/up"), "\(bid)")
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }.merging(nowhere) { $1 }
    let terminal = try await Terminal(
      in: house.folder, width: 100, height: 30, environment: variables,
      ["\(PrivateHouse.executables)/cliente-tui", "cliente_alpha"])
    try await terminal.wait(forText: "docker compose up -d")
  }

  @Test func `Where nothing is open yet it is said what opens next`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    let run = try await house.operator([
      "agendar", "--id", "depois", "--titulo", "Mais tarde", "--inicio", "+2h", "--duracao", "10m", "--lance-inicial", "10,00",
      "--incremento", "1,00",
    ])
    #expect(run.status == 0, "\(run)")
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let terminal = try await Terminal(
      in: house.folder, width: 100, height: 30, environment: variables, ["\(PrivateHouse.executables)/cliente-tui", "ana"])
    try await terminal.wait(forText: "Próximo: depois Mais tarde, começa às ")
  }
}
