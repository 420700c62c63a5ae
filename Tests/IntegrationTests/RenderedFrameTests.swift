import SuiteTesting
import Testing

/// `--render` of a house: what it shows once everything is current, or why it cannot.
@Suite(.serialized)
struct RenderedFrameTests {
  @Test func `A frame of a live house is text with what the house has, and reads no terminal`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    try await house.schedule("na-moldura", duration: "1h")
    try await house.opened("na-moldura")
    #expect(try await house.bid("na-moldura", "100", as: "ana").status == 0)
    for (width, height) in [(100, 30), (40, 12)] {
      let run = try await house.client(["ana", "--render", "\(width)x\(height)"])
      #expect(run.status == 0, "\(run)")
      #expect(run.output.count == height && run.output.allSatisfy { $0.count <= width && !$0.contains("\u{1b}") }, "\(run)")
      #expect(run.output[0].contains("● ") && run.output.contains { $0.contains("100,00") }, "\(run)")
    }
  }

  @Test func `Where no broker is, or it lets nobody in, that is said with what to do, and no frame`() async throws {
    let house = try await PrivateHouse.shared
    let nowhere = "amqp://cliente:cliente@127.0.0.1:\(try FreePorts.take())/leilao"
    let noBroker = try await house.client(["cliente_alpha", "--render", "80x24"], environment: ["RABBITMQ_URL": nowhere])
    #expect(noBroker.status == 69 && noBroker.output.isEmpty, "\(noBroker)")
    #expect(noBroker.text.contains("sem a casa: ") && noBroker.text.contains("scripts/up"), "\(noBroker)")
    let wrong = house.broker.url(user: "cliente", password: "errada", virtualHost: "leilao")
    let refused = try await house.client(["cliente_alpha", "--render", "80x24"], environment: ["RABBITMQ_URL": wrong])
    #expect(refused.status == 69 && refused.output.isEmpty, "\(refused)")
    #expect(refused.text.contains("403") && refused.text.contains("RABBITMQ_URL"), "\(refused)")
    #expect(!refused.text.contains("errada"), "\(refused)")
  }

  @Test func `A house that says nothing is waited for so long and no longer`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    for service in PrivateHouse.Service.allCases { try await house.kill9(service) }
    let run = try await house.client(["ana", "--render", "80x24"])
    #expect(run.status == 69 && run.output.isEmpty && run.text.contains("não disse tudo em 30 s"), "\(run)")
  }

  @Test func `Who comes with a wrong password is told on the screen, with what to set, and let in when it is right`() async throws
  {
    let house = try await PrivateHouse()
    try await house.makeKeys("ana")
    let url = house.broker.url(user: "cliente", password: "outra", virtualHost: "leilao")
    let variables = house.variables("cliente").merging(["LC_ALL": "C.UTF-8", "RABBITMQ_URL": url]) { $1 }
    let terminal = try await Terminal(
      in: house.folder, width: 80, height: 24, environment: variables, ["\(PrivateHouse.executables)/cliente-tui", "ana"])
    let rows = try await terminal.wait(for: "the refusal, and when it is tried again") { rows in
      rows[0].contains("✗ acesso negado") && rows.contains { $0.contains("Nova tentativa") }
    }
    #expect(
      rows.contains { $0.contains("não deixa entrar “cliente”") } && rows.contains { $0.contains("RABBITMQ_URL") }, "\(rows)")
    #expect(rows.contains { $0.contains("CONEXÃO") } && !rows.joined().contains("outra"), "\(rows)")
    try await house.broker.rabbitmqctl(["-q", "change_password", "cliente", "outra"])
    try await terminal.press("R")
    try await terminal.wait(for: "let in") { $0[0].contains("● conectado") }
  }
}
