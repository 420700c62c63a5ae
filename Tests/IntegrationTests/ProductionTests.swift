import AuctionFacts
import AuctionWire
import Foundation
import MessagingKit
import SharedKernel
import SuiteTesting
import Testing

/// The production profile as an operator gets it: secrets by `scripts/broker/production`, AMQP over TLS, a broker user for each bidder.
@Suite("A house of the production profile", .serialized)
struct ProductionTests {
  private static let bidders = ["ana", "bia"]

  /// The house with all of its services up, the bidders' keys made by themselves and known.
  private func house(
    of bidders: [String] = Self.bidders, certificates: Bool = false
  ) async throws -> (PrivateHouse, ProductionFolder) {
    let folder = try await ProductionFolder(bidders: bidders, certificates: certificates)
    let house = try await PrivateHouse(production: folder)
    for bidder in bidders {
      let run = try await house.run("cliente-tui", ["keygen", bidder], as: bidder)
      guard run.status == 0 else { throw Program.Failure(description: "keygen: \(run)") }
      try folder.register(bidder)
    }
    try await house.start(PrivateHouse.Service.allCases)
    return (house, folder)
  }

  private func open(_ auction: String, in house: PrivateHouse, duration: String = "1h") async throws {
    try await house.schedule(auction, duration: duration)
    try await until("\(auction) is open") {
      let run = try await house.run("cliente-tui", ["leiloes", "--json"], as: "ana")
      guard run.status == 0 else { throw Program.Failure(description: "leiloes: \(run)") }
      return try run.output.map { try Line($0) }.contains { $0.idLeilao == auction && $0.status == "ativo" }
    }
  }

  private func bid(_ house: PrivateHouse, _ auction: String, _ amount: String, as bidder: String) async throws -> Line {
    let run = try await house.run(
      "cliente-tui", ["lance", auction, amount, "--cliente", bidder, "--json", "--espera", "60s"], as: bidder)
    guard let text = run.output.first, run.output.count == 1 else { throw Program.Failure(description: "lance: \(run)") }
    return try Line(text)
  }

  /// A connection of a test's own, as the user of the house whose environment it gets.
  private func connection(
    _ variables: [String: String], _ events: Recorder<ConnectionEvent>, _ subscriptions: [Subscription] = []
  ) async throws -> Connection {
    let url = try BrokerURL(try #require(variables["RABBITMQ_URL"]))
    let tls = TLSOptions(
      caFile: try #require(variables["LEILAO_CA"]), certificateFile: variables["LEILAO_CERT"],
      keyFile: variables["LEILAO_CERT_KEY"])
    let connection = Connection(ConnectionOptions(url: url, tls: tls, name: "visita"), subscriptions: subscriptions) {
      events.record($0)
    }
    connection.start()
    if subscriptions.isEmpty {
      try await events.first { if case .connected = $0 { () } else { nil } }
    } else {
      try await events.first { if case .subscribed = $0 { () } else { nil } }
    }
    return connection
  }

  @Test func `Bids are taken over TLS, each bidder under his own name, and rotation loses nothing`() async throws {
    let (house, folder) = try await house()
    try await open("moto", in: house)
    let follower = try Follower(house, "moto", as: "bia", environment: folder.environment(of: "bia"))
    try await follower.first("aberto")
    #expect(try await bid(house, "moto", "100", as: "ana").situacao == "aceito")
    #expect(try await bid(house, "moto", "110", as: "bia").situacao == "aceito", "while another of bia's programs listens")
    try await follower.first("lance") { $0.valorCentavos == 110_00 }

    // bia sends a bid that ana signed: the broker vouches for bia, the signature for ana.
    let forge = try Forge(keys: folder.folder(of: "ana") + "/keys", try await listed("moto", in: house))
    let captured = try forge.signed(try forge.bid(of: "ana", 120_00).payload, by: "ana")
    let (heard, said) = (Recorder<ConnectionEvent>(), Recorder<ConnectionEvent>())
    let ana = try await connection(
      folder.environment(of: "ana"), heard,
      [Subscription(name: "ouvir", source: .bound(queue: "cliente_ana", bindings: []), automaticAcknowledgement: true)])
    let bia = try await connection(folder.environment(of: "bia"), said)
    func publish(as user: String?) async -> PublishOutcome {
      await bia.publish(
        Publishing(
          exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
          properties: MessageProperties(contentType: Envelope.contentType, userID: user, isPersistent: true), body: captured))
    }
    #expect(await publish(as: "bia") == .confirmed)
    let receipt = try await heard.first { event -> Receipt? in
      guard case .delivered(let deliveries) = event else { return nil }
      return deliveries.lazy.compactMap { try? Receipt(Envelope(parsing: $0.body)) }.first
    }
    #expect(receipt.reason == .identityMismatch && receipt.bidder?.text == "ana")
    guard case .unknown(let reason) = await publish(as: "ana") else { return #expect(Bool(false), "bia spoke as ana") }
    #expect(reason.contains("406"))
    for connection in [ana, bia] { await connection.close(within: .zero) }

    let (export, definitions) = (folder.path + "/export.json", folder.path + "/broker/definitions.json")
    try await house.broker.rabbitmqctl(["-q", "export_definitions", export])
    let check = try await house.operator(["topologia", "--conferir", export, "--definicoes", definitions])
    #expect(check.status == 0, "what followers bind is no difference: \(check)")

    // Another's certificate of identity does not open one's own queue either.
    let theft = try await house.run(
      "cliente-tui", ["lance", "moto", "130", "--cliente", "ana"], as: "ana",
      ["RABBITMQ_URL": try #require(folder.environment(of: "bia")["RABBITMQ_URL"])])
    #expect(theft.status == 69 && theft.text.contains("403"), "\(theft)")

    let before = folder.environment(of: "ana")
    try await rotate(house, folder)
    #expect(folder.environment(of: "ana")["RABBITMQ_URL"] != before["RABBITMQ_URL"])
    let old = try await house.run("cliente-tui", ["leiloes"], as: "ana", before)
    #expect(old.status == 69 && old.text.contains("o broker recusou: "), "\(old)")
    for service in PrivateHouse.Service.allCases {
      #expect(try await house.terminate(service) == .code(0))
      try await house.start(service)
    }
    try await cutOff(house)
    #expect(try await bid(house, "moto", "120", as: "ana").situacao == "aceito", "the books are whole")
    let book = try await listed("moto", in: house)
    #expect((book.bloco, book.lider, book.precoCentavos) == (3, "ana", 120_00))
    try await follower.program.kill9()
  }

  /// The command lines of all processes of this machine, as anybody may read them.
  private func commandLines() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap {
      (try? Data(contentsOf: URL(filePath: "/proc/\($0)/cmdline"))).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test func `No secret stands in a command line of a process, be it a service, a program of a person's or the broker`()
    async throws
  {
    let (house, folder) = try await house()
    try await open("moto", in: house)
    let follower = try Follower(house, "moto", as: "ana", environment: folder.environment(of: "ana"))
    try await follower.first("aberto")
    let lines = try commandLines()
    for program in PrivateHouse.Service.allCases.map(\.rawValue) + ["cliente-tui", "beam.smp"] {
      #expect(lines.contains { $0.contains(program) }, "\(program) runs")
    }
    let users = ["ms_leilao", "ms_lance", "ms_notificacao", "operador"] + Self.bidders
    let passwords = try users.map { try BrokerURL(try #require(folder.environment(of: $0)["RABBITMQ_URL"])).password }
    let keys = try folder.modes().map(\.path).filter { $0.contains("/keys/private/") && $0.hasSuffix(".pem") }
      .map { try folder.text($0).split(separator: "\n").first { !$0.hasPrefix("-") }.map(String.init) ?? "" }
    #expect(passwords.count == 6 && keys.count == 5 && (passwords + keys).allSatisfy { $0.count > 40 })
    for secret in passwords + keys {
      #expect(!lines.contains { $0.contains(secret) })
    }
    try await follower.program.kill9()
  }

  @Test func `Whoever was cut off, and whose queue lost all that waited there, has the same ledger in the end as who was not`()
    async throws
  {
    let (house, folder) = try await house(of: ["ana", "bia", "caio", "duda"])
    try await open("moto", in: house, duration: "40s")
    let link = try LinkProxy(to: folder.port)
    defer { link.close() }
    var through = folder.environment(of: "ana")
    through["RABBITMQ_URL"] = through["RABBITMQ_URL"]?.replacing(":\(folder.port)/", with: ":\(link.port)/")
    let ana = try Follower(house, "moto", as: "ana", environment: through)
    let bia = try Follower(house, "moto", as: "bia", environment: folder.environment(of: "bia"))
    for follower in [ana, bia] { try await follower.first("aberto") }
    func raise(_ amounts: [Int]) async throws {
      for amount in amounts {
        let bidder = amount / 10 % 2 == 0 ? "caio" : "duda"
        #expect(try await bid(house, "moto", "\(amount)", as: bidder).situacao == "aceito")
      }
    }
    try await raise([100, 110])
    try await ana.first("lance") { $0.valorCentavos == 110_00 }

    let before = link.accepted
    link.mode = .silent
    link.cut()
    let password = try BrokerURL(try #require(through["RABBITMQ_URL"])).password
    let probe = try BrokerProbe(port: house.broker.port, user: "ana", password: password, virtualHost: "leilao")
    try await raise([120, 130, 140])
    try await until("all of it waits in ana's queue") { try probe.readyCount("cliente_ana") >= 3 }
    try probe.purgeQueue("cliente_ana")
    #expect(try probe.readyCount("cliente_ana") == 0)

    link.mode = .passing
    try await ana.first("lance") { $0.valorCentavos == 140_00 }
    #expect(link.accepted > before)
    try await raise([150])
    let (interrupted, whole) = (try await ana.toTheEnd(), try await bia.toTheEnd())
    #expect(interrupted == whole)
    #expect(
      whole.compactMap { $0.evento == "lance" ? $0.valorCentavos : nil } == [100_00, 110_00, 120_00, 130_00, 140_00, 150_00])
    #expect((whole.last?.situacao, whole.last?.vencedor, whole.last?.valorCentavos) == ("vendido", "duda", 150_00))
  }

  private func listed(_ auction: String, in house: PrivateHouse) async throws -> Line {
    let run = try await house.run("cliente-tui", ["leiloes", "--json"], as: "ana")
    return try #require(try run.output.map { try Line($0) }.first { $0.idLeilao == auction })
  }

  /// As docs/operations.md says: new secrets, and the running broker told of them.
  private func rotate(_ house: PrivateHouse, _ folder: ProductionFolder) async throws {
    let key = try folder.text("casa/keys/private/ms_lance.pem")
    try await folder.make()
    #expect(try folder.text("casa/keys/private/ms_lance.pem") == key, "signing keys stay")
    try await house.broker.rabbitmqctl(["-q", "import_definitions", folder.path + "/broker/definitions.json"])
    try await house.broker.rabbitmqctl(["-q", "eval", "ssl:clear_pem_cache()."])
  }

  /// Its last step: whoever came in by a former secret goes.
  private func cutOff(_ house: PrivateHouse) async throws {
    try await house.broker.rabbitmqctl(["-q", "close_all_connections", "--vhost", "leilao", "rotation"])
  }

  @Test func `What is secret is its owner's alone, and each user has secrets of his own`() async throws {
    let folder = try await ProductionFolder(bidders: Self.bidders)
    let certified = try await ProductionFolder(bidders: Self.bidders, certificates: true)
    try await certified.make()
    for (path, mode, isFolder) in try folder.modes() + certified.modes() {
      let isPublicKey = path.contains("/keys/public/") && !isFolder
      #expect(mode == (isFolder ? 0o700 : isPublicKey ? 0o644 : 0o600), "\(path) \(String(mode, radix: 8))")
    }
    let signing = try folder.modes().map(\.path).filter { $0.hasPrefix("casa/keys/private/") }
    #expect(
      Set(signing) == ["casa/keys/private/ms_leilao.pem", "casa/keys/private/ms_lance.pem", "casa/keys/private/operador.pem"])
    let users = ["ms_leilao", "ms_lance", "ms_notificacao", "operador", "ana", "bia"]
    let keys = try certified.modes().map(\.path).filter { $0.hasSuffix(".key") }
    let own = users.map { "\(certified.folder(of: $0).dropFirst(certified.path.count + 1))/\($0).key" }
    #expect(
      Set(keys) == Set(own + ["autoridade/ca.key", "broker/server.key"]), "of who vouched for the users' certificates, none")
    let urls = Set(users.compactMap { folder.environment(of: $0)["RABBITMQ_URL"] })
    #expect(urls.count == users.count && urls.allSatisfy { $0.hasPrefix("amqps://") })
    let definitions = try folder.text("broker/definitions.json")
    for url in urls {
      let password = try BrokerURL(url).password
      #expect(password.count == 64 && !definitions.contains(password))
    }
    #expect(try folder.text("broker/rabbitmq.conf").contains("listeners.tcp = none"))
    try await folder.make(["--bidder", "caio"])
    #expect(folder.environment(of: "caio")["LEILAO_PERFIL"] == "propria" && folder.environment(of: "ana") != [:])
  }

  @Test(arguments: [
    ([], "pasta"), (["nada"], "--host"), (["nada", "--host", "10.0.0.1"], "10.0.0.1"),
    (["nada", "--host", "casa", "--licitante", "ms_lance"], "ms_lance"),
    (["nada", "--host", "casa", "--licitante", "Zé"], "Zé"), (["nada", "--porta"], "--porta"),
    (["nada", "--host", "casa", "--porta", "70000"], "70000"), (["nada", "--voar"], "--voar"),
  ])
  func `A mistake in its command line is named and changes nothing`(arguments: [String], named: String) async throws {
    let scratch = try ScratchFolder()
    let folder = scratch.file("nada")
    let run = try await ProductionFolder.mistake(arguments.map { $0 == "nada" ? folder : $0 })
    #expect(run.status == 64 && run.output.contains(named), "\(run)")
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `A broker that demands certificates takes from them who everyone is`() async throws {
    let (house, folder) = try await house(certificates: true)
    try await open("moto", in: house)
    #expect(try await bid(house, "moto", "100", as: "ana").situacao == "aceito")
    let variables = folder.environment(of: "ana")
    #expect(try BrokerURL(try #require(variables["RABBITMQ_URL"])).password.isEmpty)

    let without = try await house.run("cliente-tui", ["leiloes"], as: "ana", ["LEILAO_CERT": "", "LEILAO_CERT_KEY": ""])
    #expect(without.status == 69 && without.text.contains("um certificado do cliente, e nenhum foi dado"), "\(without)")

    // Whatever name the address gives: the certificate decides.
    let disguised = variables.merging(["RABBITMQ_URL": "amqps://ms_lance@localhost:\(folder.port)/leilao"]) { $1 }
    let theft = try await house.run("cliente-tui", ["lance", "moto", "130", "--cliente", "ana"], as: "ana", disguised)
    #expect(theft.status != 0 && !theft.output.joined().contains("aceito"), "\(theft)")

    // A bidder's certificate is the work of another authority, and makes no broker.
    let (server, port) = try await serve(folder.folder(of: "bia") + "/bia")
    let impostor = try await house.run(
      "cliente-tui", ["leiloes"], as: "ana", ["RABBITMQ_URL": "amqps://ana@localhost:\(port)/leilao"])
    #expect(impostor.status == 69 && impostor.text.contains("unable to get local issuer"), "\(impostor)")
    try await server.kill9()

    _ = try await Subprocess.output("chmod", ["644", try #require(variables["LEILAO_CERT_KEY"])])
    let exposed = try await house.run("cliente-tui", ["leiloes"], as: "ana")
    #expect(exposed.status == 78 && exposed.text.contains("chmod 600"), "\(exposed)")
  }

  @Test func `After a rotation of certificates former ones are refused, and nothing needs a restart`() async throws {
    let (house, folder) = try await house(certificates: true)
    try await open("moto", in: house)
    #expect(try await bid(house, "moto", "100", as: "ana").situacao == "aceito")
    let stolen = try folder.copyOfCertificates(of: "ana")
    let said = Recorder<ConnectionEvent>()
    let thief = try await connection(stolen, said)

    try await rotate(house, folder)
    let late = try await house.run("cliente-tui", ["lance", "moto", "110", "--cliente", "ana"], as: "ana", stolen)
    #expect(late.status == 69 && late.text.contains("o certificado do cliente"), "\(late)")
    #expect(try await bid(house, "moto", "110", as: "bia").situacao == "aceito", "by services that were up before")
    #expect(!said.values.contains { if case .disconnected = $0 { true } else { false } }, "who is in stays in")

    let count = said.count
    try await cutOff(house)
    _ = try await said.next(from: count) { event in
      if case .disconnected(let reason, _) = event { reason.contains("the client certificate") ? () : nil } else { nil }
    }
    await thief.close(within: .zero)
    #expect(try await bid(house, "moto", "120", as: "ana").situacao == "aceito", "by services that came back by themselves")

    // The broker's own authority, replaced.
    let former = try folder.copyOfCertificates(of: "ana")
    try FileManager.default.removeItem(atPath: folder.path + "/autoridade")
    try await rotate(house, folder)
    let faithful = try await house.run("cliente-tui", ["leiloes"], as: "ana", former)
    #expect(
      faithful.status == 69 && faithful.text.contains("não foi aceito: unable to get local issuer certificate"), "\(faithful)")
    try await cutOff(house)
    #expect(try await bid(house, "moto", "130", as: "bia").situacao == "aceito")
    #expect(try await listed("moto", in: house).bloco == 4)
  }

  /// Whether the broker takes that certificate of a user's.
  private func isTaken(_ certificate: String, by folder: ProductionFolder) async throws -> Bool {
    try await Subprocess.run("openssl", ["verify", "-CAfile", folder.path + "/broker/ca.pem", certificate]).status == 0
  }

  @Test func `A rotation that fails while it makes something changes nothing`() async throws {
    let folder = try await ProductionFolder(bidders: Self.bidders, certificates: true)
    let scratch = try ScratchFolder()
    try scratch.write(
      Array("#!/bin/sh\ncase \"$*\" in *CN=bia*) exit 1 ;; esac\nexec /usr/bin/openssl \"$@\"\n".utf8), "openssl")
    _ = try await Subprocess.output("chmod", ["755", scratch.file("openssl")])
    let before = try folder.contents()
    let run = try await folder.tryToMake(openssl: scratch.path)
    #expect(run.status != 0)
    #expect(try folder.contents() == before)
    #expect(try await folder.tryToMake().status == 0)
    #expect(try folder.contents() != before)
  }

  @Test func `Two rotations at once are one, and what a killed one left behind goes`() async throws {
    let folder = try await ProductionFolder(bidders: Self.bidders)
    let left = folder.path + "/.novo-abc"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
    async let first = folder.tryToMake()
    async let second = folder.tryToMake()
    let runs = try await [first, second]
    #expect(runs.contains { $0.status == 0 })
    #expect(!FileManager.default.fileExists(atPath: left))
    let holder = try await Subprocess.run("flock", [folder.path + "/.trava", ProductionFolder.script, folder.path])
    #expect(holder.status == 1, "\(holder)")
  }

  @Test func `Bidders get the house's former and its operators' keys, lose those that it removed, and any folder's name will do`()
    async throws
  {
    let folder = try await ProductionFolder(bidders: Self.bidders, named: "leilao com espaço")
    let keys = [
      "retired/ms_lance-2026-11-01T00:00:00Z.pem", "public/operador_ana.pem", "retired/operador_bia-2026-11-01T00:00:00Z.pem",
    ]
    .map { "keys/" + $0 }
    let (house, bidder) = (folder.path + "/casa/", folder.folder(of: "ana") + "/")
    try FileManager.default.createDirectory(atPath: house + "keys/retired", withIntermediateDirectories: true)
    for key in keys { try FileManager.default.copyItem(atPath: house + "keys/public/ms_lance.pem", toPath: house + key) }
    try await folder.make()
    for key in keys { #expect(FileManager.default.contentsEqual(atPath: house + key, andPath: bidder + key), "\(key)") }
    for key in keys { try FileManager.default.removeItem(atPath: house + key) }
    try await folder.make()
    for key in keys { #expect(!FileManager.default.fileExists(atPath: bidder + key), "\(key)") }
    let sourced = try await Subprocess.output(
      "bash", ["-ec", "set -a; . \"$1\"; printenv LEILAO_CA", "-", bidder + "ana.env"])
    #expect(sourced == bidder + "ca.pem\n")
  }

  @Test func `A rotation that is interrupted at its end locks nobody out, and the next one ends it`() async throws {
    let folder = try await ProductionFolder(bidders: Self.bidders, certificates: true)
    let former = try #require(try folder.copyOfCertificates(of: "ana")["LEILAO_CERT"])
    let current = try #require(folder.environment(of: "ana")["LEILAO_CERT"])
    // Nothing can be put in the place of a folder that is not empty; this file comes behind the users'.
    let obstacle = folder.path + "/broker/rabbitmq.conf"
    try FileManager.default.removeItem(atPath: obstacle)
    try FileManager.default.createDirectory(atPath: obstacle + "/cheia", withIntermediateDirectories: true)
    let run = try await folder.tryToMake()
    #expect(run.status != 0, "\(run)")
    #expect(try Data(contentsOf: URL(filePath: current)) != Data(contentsOf: URL(filePath: former)), "it got that far")
    #expect(try await isTaken(former, by: folder))
    #expect(try await isTaken(current, by: folder))

    try FileManager.default.removeItem(atPath: obstacle)
    let between = try #require(try folder.copyOfCertificates(of: "ana")["LEILAO_CERT"])
    try await folder.make()
    #expect(try await isTaken(current, by: folder))
    for old in [former, between] { #expect(try await !isTaken(old, by: folder)) }
  }

  /// A TLS server with a certificate that somebody must not believe.
  private func impostor(_ folder: String, _ name: String, days: Int) async throws -> (server: Program, port: Int) {
    _ = try await Subprocess.output(
      "bash",
      [
        "-euc",
        """
        mkdir -p "$1" && cd "$1"
        [ -e ca.key ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem 2>&1
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$2.key" -out "$2.csr" -subj "/CN=$2" 2>&1
        openssl x509 -req -in "$2.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$2.pem" -days "$3" -extfile <(echo "subjectAltName=DNS:$2") 2>&1
        """, "impostor", folder, name, "\(days)",
      ])
    return try await serve("\(folder)/\(name)")
  }

  /// A TLS server with `certificate`.pem and .key, and nothing behind it.
  private func serve(_ certificate: String, _ more: [String] = []) async throws -> (server: Program, port: Int) {
    let port = try FreePorts.take()
    let server = try Program(
      [
        "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate + ".pem", "-key",
        certificate + ".key",
        "-quiet",
      ] + more, environment: ["PATH": "/usr/bin:/bin"])
    try await until("the impostor listens") { isListening(port) }
    return (server, port)
  }

  @Test func `A broker that cannot be believed is not spoken to, and the sentence says why`() async throws {
    let house = try await PrivateHouse.shared
    let folder = house.folder + "/impostor"
    let good = try await impostor(folder, "localhost", days: 2)
    let cases = [
      ("localhost", good, house.folder + "/stranger/ca.pem", "não foi aceito: unable to get local issuer certificate"),
      ("127.0.0.1", good, folder + "/ca.pem", "não é para '127.0.0.1' (comparam-se nomes, não endereços IP)"),
      (
        "localhost", try await impostor(folder, "outro.exemplo", days: 2), folder + "/ca.pem", "não é para 'localhost'"
      ),
    ]
    let stranger = try await impostor(house.folder + "/stranger", "localhost", days: 2)
    for (host, server, authority, sentence) in cases {
      let run = try await house.run(
        "cliente-tui", ["leiloes"], as: "cliente",
        ["RABBITMQ_URL": "amqps://ana:segredo@\(host):\(server.port)/leilao", "LEILAO_CA": authority])
      #expect(run.status == 69, "\(run)")
      #expect(run.errors.first?.hasPrefix("sem contato com o broker: o certificado de ") == true, "\(run)")
      #expect(run.text.contains(sentence) && !run.text.contains("segredo"), "\(run)")
    }
    let expired = try await impostor(folder + "/expired", "localhost", days: -1)
    let run = try await house.run(
      "cliente-tui", ["leiloes"], as: "cliente",
      ["RABBITMQ_URL": "amqps://ana:segredo@localhost:\(expired.port)/leilao", "LEILAO_CA": folder + "/expired/ca.pem"])
    #expect(run.status == 69 && run.text.contains("não foi aceito: certificate has expired"), "\(run)")
    for server in [good.server, cases[2].1.server, stranger.server, expired.server] { try await server.kill9() }
  }

  @Test func `A service that must not believe its broker says so once and tries on; under the right authority it works`()
    async throws
  {
    let (house, folder) = try await house()
    #expect(try await house.terminate(.bids) == .code(0))
    let stranger = house.folder + "/stranger"
    try await impostor(stranger, "localhost", days: 2).server.kill9()

    let (program, ready) = try house.launch(
      .bids, environment: ["LEILAO_CA": stranger + "/ca.pem", "LEILAO_LOG": "debug"])
    for connection in ["consuming", "publishing"] {
      func troubles() -> [String] {
        program.errors.values.filter { $0.contains(": sem broker; sigo tentando connection=\(connection) ") }
      }
      try await until("\(connection) has tried on") { troubles().count >= 3 || !program.isRunning }
      let told = troubles().map { $0.contains(" WARNING ") }
      #expect(told.first == true && told.count { $0 } == 1, "\(program.errors.values)")
      let words = "o certificado de localhost:\(folder.port) não foi aceito: unable to get local issuer certificate"
      #expect(troubles().allSatisfy { $0.contains(words) }, "\(troubles())")
    }
    #expect(!FileManager.default.fileExists(atPath: ready), "it does not consume")
    let password = try BrokerURL(try #require(folder.environment(of: "ms_lance")["RABBITMQ_URL"])).password
    #expect(!program.errors.values.contains { $0.contains(password) })
    #expect(try await house.terminate(.bids) == .code(0))

    try await house.start(.bids)
    try await open("moto", in: house)
    #expect(try await bid(house, "moto", "100", as: "ana").situacao == "aceito")
  }

  @Test func `A broker that speaks nothing later than TLS 1.1 is not spoken to, though OpenSSL would`() async throws {
    let house = try await PrivateHouse.shared
    let folder = house.folder + "/outdated"
    try await impostor(folder, "localhost", days: 2).server.kill9()
    let old = try await serve(folder + "/localhost", ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
    let configuration = folder + "/openssl.cnf"
    try """
    openssl_conf = all
    [all]
    ssl_conf = programs
    [programs]
    system_default = lax
    [lax]
    MinProtocol = TLSv1
    CipherString = DEFAULT@SECLEVEL=0
    """.write(toFile: configuration, atomically: true, encoding: .utf8)
    let lax = ["OPENSSL_CONF": configuration]
    let willing = try await Subprocess.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(old.port)", "-CAfile", folder + "/ca.pem"], environment: lax)
    #expect(willing.output.contains("Protocol  : TLSv1.1") && willing.output.contains("Verification: OK"), "\(willing)")
    let run = try await house.run(
      "cliente-tui", ["leiloes"], as: "cliente",
      lax.merging(["RABBITMQ_URL": "amqps://ana:segredo@localhost:\(old.port)/leilao", "LEILAO_CA": folder + "/ca.pem"]) { $1 })
    #expect(run.status == 69 && run.text.contains("alert protocol version"), "\(run)")
    try await old.server.kill9()
  }

  @Test(arguments: [
    ("amqps://ana:x@localhost/leilao", [:], 64, "LEILAO_CA"),
    ("amqps://ana:x@localhost/leilao", ["LEILAO_CA": "/nowhere.pem"], 64, "/nowhere.pem"),
    ("amqp://ana:x@localhost/leilao", ["LEILAO_CA": "/etc/hostname"], 64, "amqps://"),
    ("amqps://ana:x@localhost/leilao", ["LEILAO_CA": "/etc/hostname", "LEILAO_CERT": "/etc/hostname"], 64, "LEILAO_CERT_KEY"),
    ("amqp://ana:x@localhost/leilao", ["LEILAO_PERFIL": "todos"], 64, "LEILAO_PERFIL"),
    ("amqps://localhost/leilao", ["LEILAO_CA": "/etc/hostname", "LEILAO_PERFIL": "propria"], 64, "amqps://usuario@"),
  ])
  func `Certificates that are missing or too much are named before anything is sent`(
    url: String, variables: [String: String], status: Int32, named: String
  ) async throws {
    for program in ["cliente-tui", "ms-leilao"] {
      let arguments = program == "cliente-tui" ? ["leiloes"] : ["listar"]
      let run = try await PrivateHouse.shared.run(
        program, arguments, as: "cliente", variables.merging(["RABBITMQ_URL": url]) { $1 })
      #expect(run.status == status && run.text.contains(named), "\(run)")
    }
  }
}
