import SuiteTesting
import Testing

/// What the programs say to whoever holds them wrong: exit code 64, and one sentence with option, value and what is accepted.
@Suite(.serialized)
struct UsageTests {
  /// A command line with something wrong in it, and what its sentence must name.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let program: String
    let arguments: [String]
    let named: [String]
    init(_ program: String, _ arguments: [String], names named: String...) {
      (self.program, self.arguments, self.named) = (program, arguments, named)
    }
    var testDescription: String { ([program] + arguments).joined(separator: " ") }
  }

  private static func schedule(_ option: String, _ value: String, names accepted: String...) -> Mistake {
    var words = [
      "--id": "x", "--titulo": "X", "--inicio": "now", "--duracao": "60s", "--lance-inicial": "100,00", "--incremento": "10,00",
    ]
    words[option] = value
    let arguments = ["agendar"] + words.sorted { $0.key < $1.key }.flatMap { ["\($0.key)=\($0.value)"] }
    return Mistake("ms-leilao", arguments, names: option, value, accepted[0])
  }

  static let mistakes = [
    schedule("--id", "Violão Um", names: "minúsculas"),
    schedule("--inicio", "amanhã", names: "+10s"),
    schedule("--duracao", "uma hora", names: "60s"),
    schedule("--lance-inicial", "1,000", names: "1.234,56"),
    schedule("--lance-inicial", "-5", names: "1.234,56"),
    schedule("--incremento", "10.5", names: "1.234,56"),
    schedule("--prorrogacao", "120", names: "segundos inteiros"),
    schedule("--tolerancia", "logo", names: "10s"),
    schedule("--fim-maximo", "nunca", names: "+2h"),
    schedule("--vendedor", "Zé", names: "licitante"),
    schedule("--operador", "cliente_alpha", names: "operador"),
    Mistake("ms-leilao", ["agendar", "--id", "x"], names: "--titulo"),
    Mistake("ms-leilao", ["cancelar", "x", "--motivo", ""], names: "--motivo", "500"),
    Mistake("ms-leilao", ["cancelar", "X!", "--motivo", "m"], names: "ID", "X!", "minúsculas"),
    Mistake("ms-leilao", ["listar", "--broker", "http://casa"], names: "--broker", "amqp"),
    Mistake("ms-leilao", ["listar", "--log", "alto"], names: "--log", "alto", "debug"),
    Mistake("ms-leilao", ["listar", "--formato-log", "xml"], names: "--log-format", "xml", "json"),
    Mistake("ms-leilao", ["voar"], names: "voar"),
    Mistake("ms-lance", ["--ntp", "a b"], names: "--ntp", "a b"),
    Mistake("ms-lance", ["--lances-por-segundo", "0"], names: "--lances-por-segundo", "1000000"),
    Mistake("ms-lance", ["--json"], names: "--verificar"),
    Mistake("ms-lance", ["compactar", "--dias", "-1"], names: "--dias", "36500"),
    Mistake("ms-lance", ["--verificar", "--diario", "/nao/ha.sqlite"], names: "/nao/ha.sqlite", "não existe"),
    Mistake("ms-lance", ["copiar"], names: "FILE"),
    Mistake("ms-leilao", ["restaurar", "/nao/ha.sqlite"], names: "/nao/ha.sqlite", "não existe"),
    Mistake("ms-lance", ["--perfil", "todos"], names: "perfil", "todos", "compartilhada"),
    Mistake("ms-notificacao", ["--log", "alto"], names: "--log", "alto", "debug"),
    Mistake("cliente-tui", ["keygen", "Ana"], names: "ID", "Ana", "minúsculas"),
    Mistake("cliente-tui", ["keygen", "ana", "--tipo", "dsa"], names: "tipo", "dsa", "ed25519"),
    Mistake(
      "cliente-tui", ["lance", "x", "100", "--cliente", "nunca_visto"], names: "nunca_visto", "cliente-tui keygen nunca_visto"),
    Mistake("cliente-tui", ["lance", "x", "--cliente", "cliente_alpha"], names: "cliente-tui lance LEILAO VALOR"),
    Mistake("cliente-tui", ["lance", "X Y", "100", "--cliente", "cliente_alpha"], names: "X Y", "minúsculas"),
    Mistake("cliente-tui", ["lance", "x", "100", "--cliente", "operador"], names: "--cliente", "operador", "reservado"),
    Mistake(
      "cliente-tui", ["lance", "x", "100", "--cliente", "cliente_alpha", "--espera", "muito"], names: "--espera", "muito", "5s"),
    Mistake("cliente-tui", ["lance", "--consultar", "42", "--cliente", "cliente_alpha"], names: "--consultar", "id"),
    Mistake("cliente-tui", ["acompanhar", "X Y", "--cliente", "cliente_alpha"], names: "X Y", "minúsculas"),
    Mistake("cliente-tui", ["acompanhar", "x"], names: "--cliente"),
    Mistake("cliente-tui", ["cliente_alpha", "--limite", "1,000"], names: "--limite", "1,000", "5.000,00"),
    Mistake("cliente-tui", ["cliente_alpha", "--cor", "rosa"], names: "cor", "rosa", "nunca"),
    Mistake("cliente-tui", ["cliente_alpha"], names: "cliente-tui acompanhar LEILAO --cliente cliente_alpha"),
  ]

  @Test(arguments: mistakes)
  func `A mistake in the command line is named`(mistake: Mistake) async throws {
    let house = try await PrivateHouse.shared
    let run = try await house.run(
      mistake.program, mistake.arguments, as: mistake.program == "cliente-tui" ? "cliente" : "operador")
    #expect(run.status == 64, "\(run)")
    #expect(run.output == [])
    for word in mistake.named { #expect(run.errors.joined(separator: "\n").contains(word), "\(word) in \(run)") }
  }

  @Test(arguments: [
    (["RABBITMQ_URL": "amqp://:"], "RABBITMQ_URL"), (["LEILAO_LOG": "alto"], "LEILAO_LOG"), (["LEILAO_NTP": "a b"], "LEILAO_NTP"),
    (["LEILAO_LOG_FORMAT": "xml"], "LEILAO_LOG_FORMAT"),
  ])
  func `A mistake in the environment is named as the variable that it stands in`(environment: [String: String], name: String)
    async throws
  {
    let run = try await PrivateHouse.shared.client(["leiloes"], environment: environment)
    #expect(run.status == 64, "\(run)")
    #expect(run.errors.first?.hasPrefix("\(name): ") == true, "\(run)")
  }

  @Test(arguments: ["1.30", "1300.50", "1,300", "abc", "-5", "1e3", "0"])
  func `An amount that could mean two things is no bid`(amount: String) async throws {
    let house = try await PrivateHouse.shared
    if try await house.listed("valores") == nil { try await house.schedule("valores", duration: "1h") }
    try await house.opened("valores")
    let run = try await house.client(["lance", "--cliente", "cliente_alpha", "--", "valores", amount])
    #expect(run.status == 64, "\(run)")
    #expect(run.text.contains("“\(amount)”") && run.text.contains("1.300,50"), "\(run)")
  }

  @Test(arguments: [
    ("ms-leilao", ["listar"]), ("ms-leilao", ["cancelar", "x", "--motivo", "m"]),
    ("ms-leilao", ["agendar", "--id", "x", "--titulo", "X", "--duracao", "60s", "--lance-inicial", "1", "--incremento", "1"]),
    ("cliente-tui", ["leiloes"]), ("cliente-tui", ["acompanhar", "x", "--cliente", "cliente_alpha"]),
    ("cliente-tui", ["lance", "x", "100", "--cliente", "cliente_alpha"]),
    ("cliente-tui", ["lance", "--consultar", "00000000-0000-4000-8000-000000000000", "--cliente", "cliente_alpha"]),
  ])
  func `Without a broker a command says so and exits with 69`(program: String, arguments: [String]) async throws {
    let house = try await PrivateHouse.shared
    let port = try FreePorts.take()
    let run = try await house.run(program, arguments, as: "", ["RABBITMQ_URL": "amqp://cliente:cliente@127.0.0.1:\(port)/leilao"])
    #expect(run.status == 69, "\(run)")
    #expect(run.errors.count == 1)
    #expect(run.errors.first?.hasPrefix("sem contato com o broker: ") == true, "\(run)")
  }

  @Test func `A broker that does not know the user is told apart from none, and the password is not shown`() async throws {
    let house = try await PrivateHouse.shared
    let url = house.broker.url(user: "cliente", password: "segredo-errado", virtualHost: "leilao")
    let run = try await house.client(["leiloes"], environment: ["RABBITMQ_URL": url])
    #expect(run.status == 69, "\(run)")
    #expect(run.errors.first?.hasPrefix("o broker recusou: ") == true, "\(run)")
    #expect(!run.text.contains("segredo"))
  }
}
