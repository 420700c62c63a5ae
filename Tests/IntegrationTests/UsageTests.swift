import Glibc
import ServiceKit
import SharedKernel
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
    Mistake("ms-leilao", ["suspender", "x"], names: "--motivo"),
    Mistake("ms-leilao", ["anular", "x", "--usuario", "ana", "--motivo", "m"], names: "ID_LANCE"),
    Mistake("ms-leilao", ["anular", "x", "3", "--usuario", "ana", "--motivo", "m"], names: "ID_LANCE", "“3”", "UUID"),
    Mistake(
      "ms-leilao", ["anular", "x", "00000000-0000-4000-8000-000000000000", "--usuario", "Ana", "--motivo", "m"],
      names: "--usuario", "Ana"),
    Mistake("ms-leilao", ["repassar", "x"], names: "--motivo"),
    Mistake("ms-leilao", ["repassar", "x", "--motivo", "m"], names: "--de", "--condicional"),
    Mistake("ms-leilao", ["repassar", "x", "--motivo", "m", "--de", "ana", "--condicional"], names: "--de", "--condicional"),
    Mistake("ms-leilao", ["repassar", "x", "--motivo", "m", "--de", "Ana"], names: "--de", "Ana"),
    Mistake("ms-leilao", ["repassar", "x", "--motivo", "m", "--operador", "cliente_alpha"], names: "operador"),
    Mistake("ms-leilao", ["cancelar", "X!", "--motivo", "m"], names: "ID", "X!", "minúsculas"),
    Mistake("ms-leilao", ["listar", "--broker", "http://casa"], names: "--broker", "amqp"),
    Mistake("ms-leilao", ["listar", "--log", "alto"], names: "--log", "alto", "debug"),
    Mistake("ms-leilao", ["listar", "--formato-log", "xml"], names: "--formato-log", "xml", "json"),
    Mistake("ms-leilao", ["voar"], names: "voar"),
    Mistake("ms-leilao", ["help", "nada"], names: "nada"),
    Mistake("ms-leilao", ["help", "mortas", "nada"], names: "nada"),
    Mistake("ms-lance", ["--ntp", "a b"], names: "--ntp", "a b"),
    Mistake("ms-lance", ["--ntp", "none,a.st1.ntp.br"], names: "--ntp", "none sozinho"),
    Mistake("ms-lance", ["--lances-por-segundo", "0"], names: "--lances-por-segundo", "1000000"),
    Mistake("ms-lance", ["--json"], names: "--verificar"),
    Mistake("ms-lance", ["compactar", "--dias", "-1"], names: "--dias", "36500"),
    Mistake("ms-lance", ["--verificar", "--diario", "/nao/ha.sqlite"], names: "/nao/ha.sqlite", "não existe"),
    Mistake("ms-lance", ["copiar"], names: "ARQUIVO"),
    Mistake("ms-leilao", ["restaurar", "/nao/ha.sqlite"], names: "/nao/ha.sqlite", "não existe"),
    Mistake("ms-lance", ["--perfil", "todos"], names: "perfil", "todos", "compartilhada"),
    Mistake("ms-leilao", ["relogio", "--historico", "0"], names: "--historico", "8192"),
    Mistake("ms-lance", ["relogio", "--em", "ontem"], names: "--em", "ontem", "2026-12-01"),
    Mistake("ms-lance", ["relogio", "--diario", "x.sqlite"], names: "--diario", "--historico"),
    Mistake("ms-lance", ["relogio", "--historico", "1", "--diario", "/nao/ha.sqlite"], names: "/nao/ha.sqlite", "não existe"),
    Mistake("ms-notificacao", ["relogio", "--ntp", "a b"], names: "--ntp", "a b"),
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
    Mistake("cliente-tui", ["--xyz"], names: "Erro: Opção desconhecida: '--xyz'", "Uso: cliente-tui"),
    Mistake(
      "ms-leilao", ["agendar", "--titolo=x"], names: "Erro: Opção desconhecida: '--titolo'", "Uso: ms-leilao agendar",
      "ms-leilao agendar --help"),
    Mistake("ms-notificacao", ["help", "nada"], names: "nada"),
    Mistake("cliente-tui", ["lance", "x", "100", "--client", "cliente_alpha"], names: "'--client'", "'--cliente'"),
    Mistake("cliente-tui", ["cliente_alpha", "--cor", "rosa"], names: "cor", "rosa", "nunca"),
    Mistake("cliente-tui", ["cliente_alpha", "--guarda-percentual", "50"], names: "--guarda-percentual", "“50”", "101", "1000"),
    Mistake("cliente-tui", ["cliente_alpha", "--guarda-incrementos", "0"], names: "--guarda-incrementos", "“0”", "1 a 1000"),
    Mistake("cliente-tui", ["cliente_alpha", "--guarda-vezes", "1e3"], names: "--guarda-vezes", "“1e3”", "2 a 1000"),
    Mistake("cliente-tui", ["cliente_alpha", "--json"], names: "--json", "--listar-teclas"),
    Mistake("cliente-tui", ["cliente_alpha", "--tema", "rosa"], names: "tema", "rosa", "daltonico", "paleta", "mono"),
    Mistake("cliente-tui", ["leiloes", "--idioma", "fr"], names: "--idioma", "fr", "pt", "en"),
    Mistake("cliente-tui", ["verificar", "--idioma", "fr", "x"], names: "--idioma", "fr", "pt", "en"),
    Mistake("cliente-tui", ["sem_chave"], names: "não há chave de sem_chave", "cliente-tui keygen sem_chave"),
  ]

  @Test(arguments: mistakes)
  func `A mistake in the command line is named`(mistake: Mistake) async throws {
    let house = try await PrivateHouse.shared
    let run = try await house.run(
      mistake.program, mistake.arguments, as: mistake.program == "cliente-tui" ? "cliente" : "operador")
    #expect(run.status == 64, "\(run)")
    #expect(run.output == [])
    for word in mistake.named { #expect(run.errors.joined(separator: "\n").contains(word), "\(word) in \(run)") }
    #expect(ForeignWords.found(in: run.text, for: .portuguese) == [], "\(run)")
  }

  static let englishMistakes = [
    Mistake("ms-leilao", ["cancel", "x", "--reason", ""], names: "--reason", "500"),
    Mistake("ms-leilao", ["list", "--broker", "http://house"], names: "--broker", "amqp://user:password@host"),
    Mistake("ms-leilao", ["list", "--log-format", "xml"], names: "--log-format", "json"),
    Mistake("ms-leilao", ["list", "--operator"], names: "--operator"),
    Mistake("ms-leilao", ["schedule", "--id", "x"], names: "--title"),
    Mistake(
      "ms-leilao",
      ["schedule", "--id", "x", "--title", "X", "--duration", "60s", "--opening-price", "1,00", "--increment", "1"],
      names: "--opening-price", "1,234.56"),
    Mistake("ms-lance", ["--ntp", "a b"], names: "--ntp", "time server"),
    Mistake("ms-lance", ["clock", "--at", "yesterday"], names: "--at", "yesterday"),
    Mistake("ms-lance", ["--bids-per-second", "0"], names: "--bids-per-second"),
    Mistake("ms-lance", ["--nothing"], names: "Error: Unknown option '--nothing'", "Usage: ms-lance"),
    Mistake("cliente-tui", ["keygen", "ana", "--type", "dsa"], names: "--type", "ed25519"),
    Mistake("cliente-tui", ["bid", "x", "--bidder", "cliente_alpha"], names: "cliente-tui bid AUCTION AMOUNT --bidder ID"),
    Mistake("cliente-tui", ["bid", "x", "1", "--bidder", "operador"], names: "--bidder", "reserved"),
    Mistake("cliente-tui", ["watch", "x"], names: "--bidder"),
    Mistake("cliente-tui", ["cliente_alpha", "--limit", "1.000"], names: "--limit", "5,000.00"),
    Mistake("cliente-tui", ["cliente_alpha", "--color", "pink"], names: "--color", "never"),
  ]

  @Test(arguments: englishMistakes)
  func `An English reader is told of a mistake in English, with the English option`(mistake: Mistake) async throws {
    let run = try await PrivateHouse.shared.run(mistake.program, mistake.arguments, as: "cliente", Self.english)
    #expect(run.status == 64, "\(run)")
    for word in mistake.named { #expect(run.text.contains(word), "\(word) in \(run)") }
    #expect(ForeignWords.found(in: run.text, for: .english) == [], "\(run)")
  }

  @Test(arguments: [(Language.english, "en", portuguese), (.portuguese, "pt", english)])
  func `The language that the command line names goes before the locale's, in mistakes and in help`(
    language: Language, name: String, locale: [String: String]
  ) async throws {
    let house = try await PrivateHouse.shared
    for arguments in [["lance", "x", "100", "--cliente", "operador"], ["--limite"], ["--help"], ["verificar", "/nao/ha"]] {
      let run = try await house.client(arguments + ["--idioma", name], environment: locale)
      #expect(ForeignWords.found(in: Self.withoutCommands(run.text), for: language) == [], "\(run)")
      #expect(ForeignWords.found(in: Self.withoutCommands(run.text), for: language.other) != [], "\(run)")
    }
  }

  private static let english = ["LANG": "en_US.UTF-8"]
  private static let portuguese = ["LANG": "pt_BR.UTF-8"]

  /// Everything that has a help of its own, by its Portuguese names.
  static let commands = [
    ["ms-leilao"], ["ms-leilao", "servir"], ["ms-leilao", "agendar"], ["ms-leilao", "cancelar"], ["ms-leilao", "suspender"],
    ["ms-leilao", "retomar"], ["ms-leilao", "encerrar"], ["ms-leilao", "anular"], ["ms-leilao", "repassar"],
    ["ms-leilao", "listar"],
    ["ms-leilao", "mortas"], ["ms-leilao", "mortas", "listar"], ["ms-leilao", "mortas", "ver"],
    ["ms-leilao", "mortas", "reenviar"], ["ms-leilao", "mortas", "descartar"], ["ms-leilao", "trocar-chave"],
    ["ms-leilao", "topologia"], ["ms-leilao", "copiar"], ["ms-leilao", "restaurar"], ["ms-lance"], ["ms-lance", "servir"],
    ["ms-lance", "copiar"],
    ["ms-lance", "restaurar"], ["ms-lance", "compactar"], ["ms-notificacao"], ["cliente-tui"], ["cliente-tui", "terminal"],
    ["cliente-tui", "keygen"], ["cliente-tui", "lance"], ["cliente-tui", "acompanhar"], ["cliente-tui", "leiloes"],
    ["cliente-tui", "livro"], ["cliente-tui", "verificar"], ["cliente-tui", "recibos"],
  ]

  @Test(arguments: commands)
  func `Help speaks the reader's language and leaves its examples whole`(command: [String]) async throws {
    let house = try await PrivateHouse.shared
    let arguments = Array(command.dropFirst()) + ["--help"]
    for (language, locale) in [(Language.portuguese, Self.portuguese), (.english, Self.english)] {
      let narrow = try await house.run(command[0], arguments, as: "cliente", locale)
      #expect(narrow.status == 0 && narrow.errors == [], "\(narrow)")
      #expect(ForeignWords.found(in: Self.withoutCommands(narrow.text), for: language) == [], "\(narrow)")

      let wide = try await house.run(command[0], arguments, as: "cliente", locale.merging(["COLUMNS": "500"]) { $1 })
      let examples = Self.examples(in: wide.output)
      #expect(!examples.isEmpty, "\(wide)")
      #expect(examples == Self.examples(in: narrow.output))
      for example in examples where language == .english {
        #expect(!example.contains("--cliente") && !example.contains("--titulo"))
      }
    }
  }

  /// The indented lines after the heading.
  private static func examples(in help: [String]) -> [String] {
    Array(help.drop { !$0.hasPrefix("EXEMPLO") && !$0.hasPrefix("EXAMPLE") }.dropFirst().prefix { $0.hasPrefix("  ") })
  }

  /// The parser's own subcommand has one name.
  private static func withoutCommands(_ help: String) -> String {
    help.replacing(" help ", with: " ")
  }

  @Test(arguments: ["ms-leilao", "ms-lance", "ms-notificacao", "cliente-tui"])
  func `A program's help has a command of its own, too`(program: String) async throws {
    let house = try await PrivateHouse.shared
    let asked = try await house.run(program, ["help"], as: "cliente")
    #expect(asked.status == 0 && asked.errors == [], "\(asked)")
    #expect(try await house.run(program, ["--help"], as: "cliente").output == asked.output)
  }

  @Test(arguments: [["ms-leilao"], ["ms-leilao", "mortas"], ["ms-lance"], ["cliente-tui"]])
  func `Help says of a subcommand once that it is the default`(command: [String]) async throws {
    let run = try await PrivateHouse.shared.run(command[0], Array(command.dropFirst()) + ["--help"], as: "cliente")
    #expect(run.text.split(separator: "(padrão)", omittingEmptySubsequences: false).count == 2, "\(run.text)")
  }

  @Test func `The keys are listed without a bidder, a key or a broker`() async throws {
    let house = try await PrivateHouse.shared
    let nowhere = ["RABBITMQ_URL": "amqp://127.0.0.1:1", "LEILAO_KEYS": "/nao/ha"]
    let words = try await house.client(["--listar-teclas"], environment: nowhere)
    #expect(words.status == 0 && words.errors == [], "\(words)")
    #expect(words.output.contains { $0.hasPrefix("lista ") && $0.contains("b Enter") && $0.hasSuffix("dar lance") }, "\(words)")
    let json = try await house.client(["--list-keys", "--json"], environment: nowhere.merging(Self.english) { $1 })
    #expect(json.status == 0 && json.output.count == words.output.count)
    #expect(
      json.output.contains { $0.contains(#""contexto":"list","teclas":"b Enter","comando":"bid","texto":"bid""#) }, "\(json)")
  }

  @Test(arguments: ["ms-leilao", "ms-lance", "ms-notificacao", "cliente-tui"])
  func `A program says its version`(program: String) async throws {
    let run = try await PrivateHouse.shared.run(program, ["--version"], as: "cliente")
    #expect(run.status == 0)
    #expect(run.output == [Release.version])
  }

  @Test func `A key that is there already is named together with the option that replaces it`() async throws {
    let house = try await PrivateHouse.shared
    try await house.makeKeys("duas_vezes")
    let portuguese = try await house.client(["keygen", "duas_vezes"], environment: Self.portuguese)
    #expect(portuguese.status == 64)
    #expect(portuguese.text.contains("--substituir") && portuguese.text.contains("duas_vezes.pem"), "\(portuguese)")
    #expect(ForeignWords.found(in: portuguese.text, for: .portuguese) == [], "\(portuguese)")
    let english = try await house.client(["keygen", "duas_vezes"], environment: Self.english)
    #expect(english.text.contains("--replace"), "\(english)")
    #expect(ForeignWords.found(in: english.text, for: .english) == [], "\(english)")
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

  @Test(arguments: [("LEILAO_CONFIRMAR", "às vezes", "normal"), ("LEILAO_GUARDA_VEZES", "muitas", "de 2 a 1000")])
  func `So is one in what the terminal takes from it`(name: String, value: String, accepted: String) async throws {
    let run = try await PrivateHouse.shared.client(["cliente_alpha"], environment: [name: value])
    #expect(run.status == 64 && run.errors.count == 1, "\(run)")
    for word in [name, value, accepted] { #expect(run.text.contains(word), "\(run)") }
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
    #expect(ForeignWords.found(in: run.text, for: .portuguese) == [], "\(run)")
  }

  @Test(arguments: [
    (Language.portuguese, portuguese, "em uso pelo processo"), (.english, english, "in use by process"),
  ])
  func `A journal in use, a broker that is away and a key that others may read are told in the reader's language`(
    language: Language, locale: [String: String], held: String
  ) async throws {
    let house = try await PrivateHouse.shared
    let port = try FreePorts.take()
    let journal = try await house.run("ms-leilao", ["trocar-chave", "ms_lance"], as: "operador", locale)
    #expect(journal.status == 78 && journal.text.contains(held), "\(journal)")
    let away = locale.merging(["RABBITMQ_URL": "amqp://cliente:cliente@127.0.0.1:\(port)/leilao"]) { $1 }
    let broker = try await house.client(["leiloes"], environment: away)
    #expect(broker.status == 69 && broker.text.contains("127.0.0.1:\(port)"), "\(broker)")
    let bidder = "exposta_\(language)"
    try await house.makeKeys(bidder)
    let file = "\(house.keys)/private/\(bidder).pem"
    #expect(chmod(file, 0o644) == 0)
    let key = try await house.client(["lance", "x", "100", "--cliente", bidder], environment: locale)
    #expect(key.status == 78 && key.text.contains("chmod 600 \(file)"), "\(key)")
    for run in [journal, broker, key] { #expect(ForeignWords.found(in: run.text, for: language) == [], "\(run)") }
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
