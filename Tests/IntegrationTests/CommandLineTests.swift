import Foundation
import SuiteTesting
import Testing

/// The command lines as a person or a script uses them.
@Suite(.serialized)
struct CommandLineTests {
  static let commands: [(String, [String])] = [
    ("ms-leilao", []), ("ms-leilao", ["servir"]), ("ms-leilao", ["agendar"]), ("ms-leilao", ["cancelar"]),
    ("ms-leilao", ["listar"]),
    ("ms-leilao", ["topologia"]), ("ms-lance", []), ("ms-lance", ["servir"]), ("ms-lance", ["copiar"]),
    ("ms-lance", ["restaurar"]),
    ("ms-lance", ["compactar"]),
    ("ms-leilao", ["copiar"]), ("ms-leilao", ["restaurar"]), ("ms-notificacao", []), ("ms-notificacao", ["servir"]),
    ("ms-leilao", ["relogio"]), ("ms-lance", ["relogio"]), ("ms-notificacao", ["relogio"]), ("cliente-tui", ["relogio"]),
    ("cliente-tui", []),
    ("cliente-tui", ["terminal"]),
    ("cliente-tui", ["keygen"]), ("cliente-tui", ["lance"]), ("cliente-tui", ["acompanhar"]), ("cliente-tui", ["leiloes"]),
    ("cliente-tui", ["livro"]), ("cliente-tui", ["verificar"]), ("cliente-tui", ["recibos"]),
  ]

  @Test(arguments: commands)
  func `The help of every command shows an example, in the reader's language`(program: String, command: [String]) async throws {
    let house = try await PrivateHouse.shared
    let portuguese = try await house.run(program, command + ["--help"], as: "cliente")
    #expect(portuguese.status == 0)
    #expect(portuguese.errors == [])
    #expect(portuguese.text.contains("USO: \(program)") && portuguese.text.contains("EXEMPLO"), "\(portuguese.text)")
    let english = try await house.run(program, command + ["--help"], as: "cliente", ["LC_ALL": "en_US.UTF-8"])
    #expect(english.status == 0)
    #expect(english.text.contains("USAGE: \(program)") && english.text.contains("EXAMPLE"), "\(english.text)")
  }

  @Test func `Under an English locale the commands have English names and say English things`() async throws {
    let house = try await PrivateHouse.shared
    let english = ["LC_ALL": "en_US.UTF-8"]
    let scheduled = try await house.operator(
      [
        "schedule", "--id", "in-english", "--title", "Guitar", "--duration", "15s", "--opening-price", "1,000.00", "--increment",
        "10.00",
      ]
        + ["--extension", "15s"], environment: english)
    #expect(scheduled.status == 0, "\(scheduled)")
    #expect(scheduled.text == "accepted: in-english")
    let watch = try house.startClient(["watch", "in-english", "--bidder", "cliente_beta", "--to-the-end"], environment: english)
    try await watch.output.first { $0.contains(" in-english open; minimum R$1,000.00") ? () : nil }

    let refused = try await house.client(["bid", "in-english", "999.99", "--bidder", "cliente_alpha"], environment: english)
    #expect(refused.status == 1)
    #expect(refused.text.hasPrefix("refused: under the minimum (abaixo_do_minimo); R$1,000.00 would do [bid "))
    let accepted = try await house.client(["bid", "in-english", "1,300.50", "--bidder", "cliente_alpha"], environment: english)
    #expect(accepted.status == 0)
    #expect(accepted.text.hasPrefix("accepted: R$1,300.50 (block 1, bid "))
    #expect(
      try await house.client(["bid", "in-english", "1.400,00", "--bidder", "cliente_alpha"], environment: english).status == 64)

    for run in [
      try await house.client(["auctions"], environment: english), try await house.operator(["list"], environment: english),
    ] {
      #expect(run.status == 0)
      #expect(run.output.contains { $0.hasPrefix("in-english\topen\tR$1,300.50\tcliente_alpha\tminimum R$1,310.50\t") }, "\(run)")
    }
    #expect(try await watch.ending() == .code(0))
    #expect(watch.output.values.contains { $0.contains("bid of cliente_alpha: R$1,300.50") })
    #expect(watch.output.values.last?.contains("closed: sold, cliente_alpha, R$1,300.50") == true)
  }

  @Test func `Every line under json is an object of its own`() async throws {
    let house = try await PrivateHouse.shared
    let scheduled = try await house.operator(
      [
        "agendar", "--id", "em-json", "--titulo", "Aspas \" e \\ barra", "--duracao", "1h", "--lance-inicial", "1",
        "--incremento", "5%", "--json",
      ])
    let answer = try Line(try #require(scheduled.output.first))
    #expect((answer.tipo, answer.situacao, answer.idLeilao, scheduled.output.count) == ("comando", "aceito", "em-json", 1))
    try await house.opened("em-json")

    let refused = try await house.bidLine("em-json", "0,50", as: "cliente_alpha")
    #expect((refused.status, refused.line.motivo, refused.line.minimoCentavos) == (1, "abaixo_do_minimo", 100))
    #expect((refused.line.idLeilao, refused.line.valorCentavos) == ("em-json", 50))
    let accepted = try await house.bidLine("em-json", "1", as: "cliente_alpha")
    #expect(
      (accepted.status, accepted.line.tipo, accepted.line.situacao, accepted.line.idUsuario) == (
        0, "lance", "aceito", "cliente_alpha"
      ))

    #expect((accepted.line.idLeilao, accepted.line.valorCentavos) == ("em-json", 100))
    let asked = try await house.client(
      ["lance", "--consultar", try #require(accepted.line.idLance), "--cliente", "cliente_alpha", "--json"])
    #expect(asked.status == 0)
    #expect(try Line(try #require(asked.output.first)) == accepted.line)
    let askedRefused = try await house.client(
      ["lance", "--consultar", try #require(refused.line.idLance), "--cliente", "cliente_alpha", "--json"])
    #expect(askedRefused.status == 1)
    #expect(try Line(try #require(askedRefused.output.first)).motivo == "abaixo_do_minimo")

    for run in [try await house.client(["leiloes", "--json"]), try await house.operator(["listar", "--json"])] {
      #expect(run.status == 0)
      let line = try #require(try run.output.map { try Line($0) }.first { $0.idLeilao == "em-json" })
      #expect(
        (line.titulo, line.lider, line.precoCentavos, line.minimoCentavos) == ("Aspas \" e \\ barra", "cliente_alpha", 100, 105))
      #expect(line.edicao == answer.edicao)
    }
  }

  @Test func `What is refused, unheard or cannot be asked is a line of its own under json, too`() async throws {
    let house = try await PrivateHouse.shared
    let port = try FreePorts.take()
    let away = ["RABBITMQ_URL": "amqp://cliente:cliente@127.0.0.1:\(port)/leilao"]
    func line(_ run: PrivateHouse.Run) throws -> Line {
      #expect(run.output.count == 1, "\(run)")
      return try Line(try #require(run.output.first))
    }
    let bid = ["lance", "nao-ha", "5", "--cliente", "cliente_alpha", "--json"]
    let cancelling = ["cancelar", "nao-ha", "--motivo", "m", "--json"]
    func known(_ line: Line) -> [String?] { [line.tipo, line.idLeilao, line.situacao, line.motivo] }

    let unknown = try await house.client(bid)
    #expect(unknown.status == 1 && unknown.errors.isEmpty, "\(unknown)")
    #expect(try known(line(unknown)) == ["lance", "nao-ha", "recusado", "leilao_desconhecido"])
    let unsent = try await house.client(bid, environment: away)
    #expect(unsent.status == 69 && unsent.errors.count == 1, "\(unsent)")
    #expect(try known(line(unsent)) == ["lance", "nao-ha", "indisponivel", nil])

    let refused = try await house.operator(cancelling)
    #expect(refused.status == 1 && refused.errors.isEmpty, "\(refused)")
    #expect(try known(line(refused)) == ["comando", "nao-ha", "recusado", "leilao_desconhecido"])
    #expect(try line(refused).idComando != nil)
    let ungiven = try await house.operator(cancelling, environment: away)
    #expect(ungiven.status == 69 && ungiven.errors.count == 1, "\(ungiven)")
    #expect(try known(line(ungiven)) == ["comando", "nao-ha", "indisponivel", nil])

    let late = try await house.operator(
      ["agendar", "--id", "tarde-demais", "--titulo", "X", "--inicio", "2020-01-01T00:00:00Z", "--json"]
        + ["--duracao", "60s", "--lance-inicial", "1", "--incremento", "1"])
    #expect(try (late.status, line(late).motivo, line(late).termo) == (1, "termos_invalidos", "inicio"))
  }

  @Test(arguments: [
    (["LANG": "pt_BR.UTF-8"], "recusado: a casa não conhece o leilão (leilao_desconhecido) [nao-ha]"),
    (["LANG": "en_US.UTF-8"], "refused: the house knows no such auction (leilao_desconhecido) [nao-ha]"),
  ])
  func `Cancelling an auction that the house does not know is refused in a sentence`(locale: [String: String], sentence: String)
    async throws
  {
    let run = try await PrivateHouse.shared.operator(["cancelar", "nao-ha", "--motivo", "m"], environment: locale)
    #expect(run.status == 1)
    #expect(run.text == sentence)
  }

  @Test func `Asking about a bid that the house never saw is answered with no`() async throws {
    let house = try await PrivateHouse.shared
    let run = try await house.client([
      "lance", "--consultar", "00000000-0000-4000-8000-000000000000", "--cliente", "cliente_alpha",
    ])
    #expect(run.status == 1)
    #expect(run.text.contains("nenhum lance 00000000-0000-4000-8000-000000000000 de cliente_alpha"))
  }

  @Test func `A bid on an auction that the house does not know is not sent`() async throws {
    let run = try await PrivateHouse.shared.bid("nunca-houve", "100,00", as: "cliente_alpha")
    #expect(run.status == 1)
    #expect(run.text.contains("nunca-houve") && run.text.contains("leilao_desconhecido"))
  }

  @Test(arguments: ["ms_lance", "ms_outro", "operador", "operador2", "casa", "casa_grande"])
  func `A bidder's key is never made under a name of the house`(id: String) async throws {
    let house = try await PrivateHouse.shared
    let run = try await house.client(["keygen", id, "--substituir"], environment: ["LEILAO_KEYS": house.folder + "/reservadas"])
    #expect(run.status == 64)
    #expect(run.text.contains(id) && run.text.contains("reservado"))
    #expect(!FileManager.default.fileExists(atPath: house.folder + "/reservadas/private/\(id).pem"))
  }

  @Test(arguments: ["ed25519", "p256", "rsa"])
  func `A key is replaced only on request, and each kind can bid`(type: String) async throws {
    let house = try await PrivateHouse.shared
    let id = "troca_\(type)"
    let file = "\(house.keys)/public/\(id).pem"
    let made = try await house.client(["keygen", id, "--tipo", type, "--json"])
    #expect(made.status == 0)
    let line = try Line(try #require(made.output.first))
    #expect((line.idUsuario, line.tipo, line.publica) == (id, type, file))
    let secret = try FileManager.default.attributesOfItem(atPath: try #require(line.privada))
    #expect((secret[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let before = try String(contentsOfFile: file, encoding: .utf8)

    let again = try await house.client(["keygen", id, "--tipo", type])
    #expect(again.status == 64)
    #expect(again.text.contains(id))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == before)

    let replaced = try await house.client(["keygen", id, "--substituir", "--json"])
    #expect(replaced.status == 0)
    #expect(try Line(try #require(replaced.output.first)).tipo == type, "as before, unless another is asked for")
    #expect(try String(contentsOfFile: file, encoding: .utf8) != before)

    let auction = "chave-\(type)"
    try await house.schedule(auction, duration: "1h")
    try await house.opened(auction)
    // The house learns of a key within moments; until then it knows no such bidder.
    try await until("the new key of \(id) counts") { try await house.bid(auction, "100,00", as: id).status == 0 }
  }

  @Test func `A key with a passphrase asks for it on the terminal, silently, and nowhere else`() async throws {
    let house = try await PrivateHouse.shared
    let environment = house.variables("cliente").merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let client = PrivateHouse.executables + "/cliente-tui"
    let making = try await Terminal(
      in: house.folder, width: 100, height: 24, environment: environment, [client, "keygen", "com_senha", "--com-senha"])
    try await making.wait(forText: "Senha nova para a chave de com_senha")
    try await making.type("um segredo")
    try await making.press("Enter")
    try await making.wait(forText: "De novo:")
    try await making.type("um segredo")
    try await making.press("Enter")
    let rows = try await making.wait(forText: "RC=0")
    #expect(!rows.joined().contains("segredo"))
    let file = try String(contentsOfFile: house.keys + "/private/com_senha.pem", encoding: .utf8)
    #expect(file.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))

    // Ctrl-C at the question leaves the shell a terminal that echoes.
    let leaving = try await Terminal(
      in: house.folder, width: 100, height: 24, environment: environment,
      ["sh", "-c", "trap : INT; \(client) keygen desiste --com-senha; echo; stty -a | tr ' ' '\\n' | grep -x -e echo -e -echo"])
    try await leaving.wait(forText: "Senha nova para a chave de desiste")
    try await leaving.press("C-c")
    #expect(try await leaving.wait(forText: "RC=").contains { $0.hasPrefix("echo") })

    try await house.schedule("com-senha", duration: "1h")
    try await house.opened("com-senha")
    let unasked = try await house.bid("com-senha", "100,00", as: "com_senha")
    #expect(unasked.status == 64, "\(unasked)")
    for (passphrase, end) in [("errada", "RC=64"), ("um segredo", "RC=0")] {
      let bidding = try await Terminal(
        in: house.folder, width: 100, height: 24, environment: environment,
        [client, "lance", "com-senha", "100,00", "--cliente", "com_senha"])
      try await bidding.wait(forText: "Senha da chave de com_senha:")
      try await bidding.type(passphrase)
      try await bidding.press("Enter")
      let rows = try await bidding.wait(forText: "RC=")
      #expect(rows.contains { $0.hasPrefix(end) }, "\(rows)")
      #expect(!rows.joined().contains(passphrase))
    }
  }

  @Test func `Who cannot be written to is told of: a full device by a code, a reader who left by silence`() async throws {
    let house = try await PrivateHouse.shared
    for command in ["leiloes", "--help", "keygen cheio --substituir"] {
      let full = try await house.shell("$CLIENT \(command) > /dev/full")
      #expect(full.status == 74 && full.errors.first?.hasPrefix("não consigo escrever a resposta") == true, "\(command): \(full)")
    }
    try await house.schedule("sem-leitor", duration: "1h")
    try await house.opened("sem-leitor")
    // The reader leaves after the last line that there is.
    let left = try await house.shell("$CLIENT acompanhar sem-leitor --cliente cliente_alpha --json | sed '/\"aberto\"/q'")
    #expect(left.output.last?.contains("\"aberto\"") == true && left.errors.isEmpty, "\(left)")
  }
}
