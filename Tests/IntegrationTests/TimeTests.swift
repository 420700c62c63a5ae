import AuctionFacts
import AuctionWire
import Foundation
import Glibc
import MessagingKit
import NTPKit
import SharedKernel
import SuiteTesting
import Testing

/// Where the house's instants come from, as everyone can see it.
@Suite(.serialized)
struct TimeTests {
  @Test func `A house with a time server says that it is synchronised, in every event and every bid`() async throws {
    let chrony = try PrivateChrony()
    // Each with a cache of its own: with a common one the second starts on what the first has learned, and asks later.
    let house = try await PrivateHouse(ntp: chrony.address, running: [.notices])
    for service in [PrivateHouse.Service.bids, .calendar] {
      try await house.start(service, environment: ["XDG_CACHE_HOME": "\(house.cache)/\(service)"])
    }
    try await house.makeKeys("ana")
    let announcements = [RoutingKey.scheduled, RoutingKey.opened].map {
      MessagingKit.Binding(exchange: Exchange.leilao.rawValue, key: $0)
    }
    let visitor = try await Visitor(house, hearing: announcements)
    try await house.schedule("no-relogio", duration: "20s", extension: "20s", "--relogio-exigido")
    try await house.opened("no-relogio")
    let bid = try await house.bid("no-relogio", "100", as: "ana")
    #expect(bid.status == 0, "\(bid)")
    #expect(try await Follower(house, "no-relogio", as: "ana").toTheEnd().last?.situacao == "vendido")

    let ledger = try await Ledger("no-relogio", from: visitor)
    #expect(ledger.blocks.count == 3)
    for clock in ledger.clocks {
      #expect(clock.status == .synchronized)
      #expect(clock.uncertainty > .zero && clock.uncertainty <= .milliseconds(50), "closing needs a clock this good")
    }
    #expect(ledger.accepted.first?.bid.clock.isDisciplined == true)
    let scheduling = try Scheduling(Envelope(parsing: try await visitor.hears(.scheduled).body))
    let opening = try Opening(Envelope(parsing: try await visitor.hears(.opened).body))
    #expect((scheduling.clock.status, opening.clock.status) == (.synchronized, .synchronized))
  }

  @Test func `A house without time servers says so in every block, and takes no bid where a clock is demanded`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("sem-relogio", duration: "1h")
    try await house.schedule("relogio-exigido", duration: "1h", extension: "0s", "--relogio-exigido")
    try await house.opened("relogio-exigido")
    #expect(try await house.bid("sem-relogio", "100", as: "cliente_alpha").status == 0)
    let refused = try await house.bid("relogio-exigido", "100", as: "cliente_alpha")
    #expect(refused.status == 1)
    #expect(
      refused.text.contains("não sincronizado (relogio_implausivel); acerte o relógio (NTP) e tente de novo ["),
      "no other amount would do")

    let visitor = try await Visitor(house)
    for auction in ["sem-relogio", "relogio-exigido"] {
      let ledger = try await Ledger(auction, from: visitor)
      #expect(ledger.clocks.allSatisfy { $0.status == .systemClock })
      #expect(ledger.accepted.allSatisfy { $0.bid.clock.status == .systemClock })
      #expect(ledger.receipts.count == (auction == "relogio-exigido" ? 1 : 0), "what would be refused again is not tried again")
    }
    #expect(try house.process(.bids).errors.values.contains { $0.contains("sem_ntp") })
  }

  @Test func `A service on the system's clock says when that leaps ahead, and when it is set back`() async throws {
    let house = try await PrivateHouse(running: [])
    let file = house.folder + "/hora"
    func set(_ offset: String) throws { try Data(offset.utf8).write(to: URL(filePath: file), options: .atomic) }
    try set("+0s")
    let (service, ready) = try house.launch(.bids, environment: FakeTime.environment(["FAKETIME_TIMESTAMP_FILE": file]))
    try await until("it is ready") { access(ready, F_OK) == 0 }
    for (offset, told) in [("+3600s", "saltou à frente"), ("+0s", "volta a valer"), ("-3600s", "voltou atrás")] {
      try set(offset)
      try await service.errors.first { $0.contains(told) ? () : nil }
    }
    #expect(try await house.terminate(.bids) == .code(0))
  }

  @Test func `Under a clock too uncertain nothing is closed until an operator says so, and the ledger tells which clock it was`()
    async throws
  {
    // A server that is itself only within half a second of the time.
    let server = try FakeNTPServer { [.honest(to: $0) { $0.rootDispersion = 1 << 15 }] }
    let house = try await PrivateHouse(ntp: server.address)
    try await house.makeKeys("ana")
    let clock = try await house.operator(["relogio"])
    #expect(clock.text.contains("não fecha leilões"), "\(clock)")
    try await house.schedule("em-duvida", duration: "30s", extension: "0s")
    let follower = try Follower(house, "em-duvida", as: "ana")
    let end = Timestamp(microseconds: try #require(try await follower.first("aberto").fimUs))
    #expect(try await house.bid("em-duvida", "100,00", as: "ana").status == 0)
    func close() async throws -> PrivateHouse.Run {
      try await house.operator(["encerrar", "em-duvida", "--motivo", "servidor de tempo incerto"])
    }
    let early = try await close()
    #expect(early.status == 1 && early.text.contains("antes_do_fim"), "\(early)")

    try await house.pass(end + .seconds(3))
    #expect(try await house.listed("em-duvida")?.status == "ativo")
    let closed = try await close()
    #expect(closed.status == 0 && closed.output == ["aceito: em-duvida"], "\(closed)")
    let ending = try #require(try await follower.toTheEnd().last)
    #expect((ending.situacao, ending.vencedor, ending.valorCentavos) == ("vendido", "ana", 100_00))

    let file = try await house.client(["livro", "em-duvida"])
    let folder = try ScratchFolder()
    try folder.write(Array((file.output.joined(separator: "\n") + "\n").utf8), "livro")
    let verified = try await house.client(["verificar", folder.file("livro"), "--chave-da-casa", "\(house.keys)/public"])
    #expect(verified.status == 0, "\(verified)")
    let unproved = verified.output.drop { !$0.hasPrefix("Não se pode provar") }
    #expect(unproved.contains { $0.contains("que o fim era certo") && $0.contains("leilao-encerrar") }, "\(verified)")
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `A service that is asked to end while it waits for the time ends in order`(signal: Int32) async throws {
    let house = try await PrivateHouse(running: [])
    let nobody = "127.0.0.1:\(try FreePorts.take())"
    let service = try house.launch(.bids, environment: ["LEILAO_NTP": nobody]).program
    try await service.errors.first { $0.contains("à espera do relógio") ? () : nil }
    service.send(signal)
    #expect(try await service.ending() == .code(0))
    #expect(service.errors.values.last?.hasSuffix("parado") == true, "\(service.errors.values)")
    // What it had begun to hold is free for the next.
    try await house.start(.bids)
    #expect(try await house.terminate(.bids) == .code(0))
  }

  @Test func `A short command with an anchor in the cache sends no packet, and says that it holds over`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("com-ancora", duration: "1h")
    try await house.opened("com-ancora")
    let server = try FakeNTPServer.honest()
    let environment = ["LEILAO_NTP": server.address, "XDG_CACHE_HOME": house.folder + "/ancora"]
    let first = try await house.client(["lance", "com-ancora", "100", "--cliente", "cliente_alpha"], environment: environment)
    #expect(first.status == 0, "\(first)")
    let asked = server.questions.count
    #expect(asked > 0)
    let second = try await house.client(["lance", "com-ancora", "110", "--cliente", "cliente_beta"], environment: environment)
    #expect(second.status == 0, "\(second)")
    let ordered = try await house.operator(["cancelar", "com-ancora", "--motivo", "fim do teste"], environment: environment)
    #expect(ordered.status == 0, "\(ordered)")
    #expect(server.questions.count == asked)

    let clocks = try await Ledger("com-ancora", from: Visitor(house)).accepted.map(\.bid.clock.status)
    #expect(clocks == [.synchronized, .holdover])
  }

  @Test func `Without a home that may be written, what was learnt is kept among the house's data`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("sem-casa", duration: "1h")
    try await house.opened("sem-casa")
    let server = try FakeNTPServer.honest()
    let environment = ["LEILAO_NTP": server.address, "XDG_CACHE_HOME": "/proc/leilao"]
    let first = try await house.client(["lance", "sem-casa", "100", "--cliente", "cliente_alpha"], environment: environment)
    #expect(first.status == 0, "\(first)")
    let asked = server.questions.count
    #expect(asked > 0)
    let second = try await house.client(["lance", "sem-casa", "110", "--cliente", "cliente_beta"], environment: environment)
    #expect(second.status == 0, "\(second)")
    let told = try await house.client(["relogio"], environment: environment)
    #expect(told.status == 0 && told.text.contains(" atrás; um comando breve não pergunta a ninguém"), "\(told)")
    #expect(server.questions.count == asked)
  }

  @Test func `Two services of one user ask a time server in one burst between them, and so does one that is started again`()
    async throws
  {
    let server = try FakeNTPServer.honest()
    let house = try await PrivateHouse(ntp: server.address, running: [.bids, .calendar])
    /// How many were asked in each 64 s, less a second for how long a question travels on a busy machine.
    func bursts() -> [Int] {
      var (bursts, began): ([Int], Int64) = ([], .min / 2)
      for question in server.questions {
        if question.receivedAt - began >= 63_000_000_000 { (began, bursts) = (question.receivedAt, bursts + [0]) }
        bursts[bursts.count - 1] += 1
      }
      return bursts
    }
    for service in [PrivateHouse.Service.bids, .calendar] {
      try await house.kill9(service)
      try await house.start(service)
    }
    let clock = try await house.operator(["relogio"])
    #expect(clock.status == 0, "\(clock)")
    #expect(!bursts().isEmpty && bursts().allSatisfy { $0 <= 4 }, "\(bursts())")
  }

  @Test func `How good the clock was around a close can be read from the journal, and who lied`() async throws {
    let honest = [try PrivateChrony(), try PrivateChrony()]
    let (liar, counted) = (try PrivateChrony(lyingBy: 3_600), try FakeNTPServer.honest())
    let names = [liar.address] + honest.map(\.address) + [counted.address]
    let house = try await PrivateHouse(ntp: names.joined(separator: ","), running: [.notices])
    func asked(_ service: PrivateHouse.Service) -> [String: String] { ["XDG_CACHE_HOME": "\(house.cache)/\(service)"] }
    let before = try await house.run("ms-lance", ["relogio"], as: "operador", asked(.bids))
    #expect(before.status == 3 && before.text.contains("nunca serviu aqui"), "\(before)")
    for service in [PrivateHouse.Service.bids, .calendar] { try await house.start(service, environment: asked(service)) }
    try await house.schedule("com-relogio", duration: "15s", extension: "0s")
    try await house.opened("com-relogio")
    let closing = try #require(try await Follower(house, "com-relogio", as: "cliente_alpha").toTheEnd().last)
    #expect(closing.situacao == "sem_lances")
    let closedAt = try await Ledger("com-relogio", from: Visitor(house)).clocks.last?.instant

    // While they run, as their files and presence tell; and of both alike.
    for (program, service) in [("ms-lance", PrivateHouse.Service.bids), ("ms-leilao", .calendar)] {
      let run = try await house.run(program, ["relogio"], as: "operador", asked(service))
      #expect(
        run.status == 0 && run.output[0].contains("sincronizado, ± ") && run.output[0].contains("; fecha leilões"), "\(run)")
      #expect(run.output.count { $0.hasPrefix("  * ") && $0.hasSuffix("  usado") } == 3, "\(run)")
      let outvoted = run.output.filter { $0.hasPrefix("  x ") }
      #expect(outvoted.count == 1 && outvoted[0].contains(liar.address), "\(run)")
      #expect(outvoted[0].contains("+3600,") || outvoted[0].contains("+3599,"), "\(run)")
      #expect(outvoted[0].hasSuffix("não usado: a maioria diz outra hora"))
      #expect(run.output.contains { $0.hasPrefix("serviço presente há ") }, "\(run)")
    }
    for service in [PrivateHouse.Service.bids, .calendar] { #expect(try await house.terminate(service) == .code(0)) }

    // When they have ended; and nobody is asked.
    let questions = counted.questions.count
    let instant = TimeText.rfc3339(try #require(closedAt))
    let around = try await house.run("ms-lance", ["relogio", "--em", instant, "--json"], as: "operador", asked(.bids))
    #expect(around.status == 0, "\(around)")
    let records = around.output.filter { $0.hasPrefix(#"{"tipo":"registro","status":"sincronizado","em_us":"#) }
    #expect(records.count >= 1 && around.output.count == records.count * 5, "a clock and four servers: \(around)")
    #expect(around.output[1].contains(#""servidor":"\#(liar.address)""#) && around.output[1].contains(#""situacao":"vencido""#))
    let bound = try #require(around.output.first?.split(separator: #""incerteza_us":"#).last?.prefix { $0 != "," }).description
    #expect(try #require(Int64(bound)) <= 50_000, "\(around)")
    let english = try await house.run(
      "ms-leilao", ["clock", "--history", "5"], as: "operador", asked(.calendar).merging(["LC_ALL": "en_US.UTF-8"]) { $1 })
    #expect(
      english.status == 0 && english.text.contains("synchronised") && english.text.contains("not used: the majority"),
      "\(english)")
    let stopped = try await house.run("ms-lance", ["relogio"], as: "operador", asked(.bids))
    #expect(stopped.status == 3 && stopped.text.contains("  x "), "\(stopped)")
    #expect(stopped.output[0].contains("era: ") && !stopped.text.contains("fecha leilões"), "\(stopped)")
    #expect(counted.questions.count == questions)
  }

  @Test func `The programs without a journal tell what their user's programs know of the time`() async throws {
    let house = try await PrivateHouse.shared
    let server = try FakeNTPServer.honest()
    let environment = ["LEILAO_NTP": server.address, "XDG_CACHE_HOME": house.folder + "/sem-diario"]
    for program in ["ms-notificacao", "cliente-tui"] {
      let run = try await house.run(program, ["relogio"], as: "cliente", environment)
      #expect(run.status == 3 && run.text.contains("guardado para este usuário: nada"), "\(run)")
    }
    #expect(server.questions.isEmpty)
    try await house.schedule("sem-diario", duration: "1h")
    try await house.opened("sem-diario")
    #expect(
      try await house.client(["lance", "sem-diario", "100", "--cliente", "cliente_alpha"], environment: environment).status == 0)
    let asked = server.questions.count
    let client = try await house.client(["relogio", "--json"], environment: environment)
    #expect(client.status == 0 && client.output.count == 3, "the cache serves it: \(client)")
    #expect(client.output[0].contains(#""fecha":false"#) && client.output[0].contains(#""fonte":"terminado""#), "\(client)")
    #expect(client.output[0].contains(#""programa":"cliente-tui","status":"sincronizado""#), "\(client)")
    #expect(client.output[1].contains(#""servidor":"\#(server.address)""#) && client.output[1].contains(#""usado":true"#))
    let relay = try await house.run("ms-notificacao", ["relogio"], as: "cliente", environment)
    #expect(
      relay.status == 0 && relay.text.contains("não usa relógio") && relay.text.contains("não pergunta a ninguém"), "\(relay)")
    #expect(server.questions.count == asked)
    // On the system's clock on purpose there is nothing to cache.
    #expect(try await house.run("ms-notificacao", ["relogio"], as: "cliente").status == 0)
  }
}
