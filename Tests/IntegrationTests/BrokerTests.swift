import AuctionFacts
import MessagingKit
import SharedKernel
import SuiteTesting
import Testing

/// The broker dies, and links are cut: everyone comes back by themselves, with the same picture.
@Suite(.serialized)
struct BrokerTests {
  @Test func `A broker that is killed and restarted costs nothing: all come back and the auction ends rightly`() async throws {
    let house = try await PrivateHouse()
    for bidder in ["ana", "bia"] { try await house.makeKeys(bidder) }
    try await house.schedule("sem-broker", duration: "20s", extension: "20s")
    let followers = [try Follower(house, "sem-broker", as: "ana"), try Follower(house, "sem-broker", as: "bia")]
    for follower in followers { try await follower.first("aberto") }
    let before = try await house.bidLine("sem-broker", "100", as: "ana")
    #expect(before.status == 0)

    try await house.broker.kill9()
    for follower in followers { try await follower.first("desconectado") }
    try await house.broker.restart()
    let after = try await house.bidLine("sem-broker", "110", as: "bia")
    #expect(after.status == 0, "\(after)")

    let stories = [try await followers[0].toTheEnd(), try await followers[1].toTheEnd()]
    #expect(stories[0] == stories[1])
    let ledger = try await Ledger("sem-broker", from: Visitor(house))
    #expect(ledger.result?.winner?.text == "bia")
    #expect(ledger.accepted.map(\.bid.id.description) == [before.line.idLance, after.line.idLance])
    #expect(stories[0].last?.hash == ledger.head?.hex)
    for service in PrivateHouse.Service.allCases { #expect(try house.process(service).isRunning) }
  }

  @Test func `A client whose link is cut comes back and has missed nothing`() async throws {
    let house = try await PrivateHouse.shared
    let proxy = try LinkProxy(to: house.broker.port)
    defer { proxy.close() }
    try await house.schedule("cortado", duration: "1h")
    let url = house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao", port: proxy.port)
    let far = try Follower(house, "cortado", as: "cliente_alpha", environment: ["RABBITMQ_URL": url])
    let near = try Follower(house, "cortado", as: "cliente_beta")
    try await far.first("aberto")
    #expect(try await house.bid("cortado", "100", as: "cliente_alpha").status == 0)
    try await far.first("lance")

    proxy.mode = .silent
    proxy.cut()
    try await far.first("desconectado")
    for (amount, bidder) in [("110", "cliente_beta"), ("120", "cliente_alpha"), ("130", "cliente_beta")] {
      #expect(try await house.bid("cortado", amount, as: bidder).status == 0)
    }
    proxy.mode = .passing
    proxy.cut()
    try await far.first("lance") { $0.valorCentavos == 130_00 }
    let run = try await house.operator(["cancelar", "cortado", "--motivo", "fim do teste"])
    #expect(run.status == 0)
    let stories = (try await far.toTheEnd(), try await near.toTheEnd())
    #expect(stories.0 == stories.1)
    #expect(stories.0.compactMap(\.valorCentavos) == [100_00, 110_00, 120_00, 130_00])
  }

  @Test func `Whoever watches is told once that the connection is lost, however often it is tried`() async throws {
    let house = try await PrivateHouse.shared
    let proxy = try LinkProxy(to: house.broker.port)
    defer { proxy.close() }
    try await house.schedule("sem-ligacao", duration: "1h")
    let url = house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao", port: proxy.port)
    let follower = try Follower(house, "sem-ligacao", as: "cliente_alpha", environment: ["RABBITMQ_URL": url])
    try await follower.first("aberto")
    func count(_ event: String) throws -> Int { try follower.program.output.values.count { try Line($0).evento == event } }

    proxy.mode = .silent
    proxy.cut()
    for attempt in proxy.accepted + 1...proxy.accepted + 3 {
      try await until("attempt \(attempt)") { proxy.accepted >= attempt }
      proxy.cut()
    }
    proxy.mode = .passing
    proxy.cut()
    try await until("the client is back") { try count("conectado") == 2 }
    #expect(try count("desconectado") == 1)
    #expect(try await follower.first("conectado").motivo == nil, "a member's value is no sentence in the reader's language")
    #expect(try await follower.first("desconectado").motivo != nil)
    try await follower.program.kill9()
  }

  @Test func `A command whose link is cut behind it is carried out, and never called unsent`() async throws {
    let house = try await PrivateHouse()
    let proxy = try LinkProxy(to: house.broker.port)
    defer { proxy.close() }
    try await house.schedule("comando-cortado", duration: "1h")
    try await house.opened("comando-cortado")
    try await house.kill9(.calendar)
    let thief = try await Visitor(house, as: "ms_leilao", consuming: "ms_leilao")
    let url = house.broker.url(user: "operador", password: "operador", virtualHost: "leilao", port: proxy.port)
    async let given = house.operator(
      ["cancelar", "comando-cortado", "--motivo", "fim do teste"], environment: ["RABBITMQ_URL": url])
    try await thief.events.first { if case .delivered = $0 { () } else { nil } }
    proxy.cut()
    await thief.leave()
    try await house.start(.calendar)
    let run = try await given
    // The house may take longer than the operator waits.
    if run.status != 0 { #expect(run.status == 3 && run.text.contains("ms-leilao listar"), "\(run)") }
    try await until("the auction is cancelled") { try await house.listed("comando-cortado")?.status == "encerrado" }
    let ledger = try await Ledger("comando-cortado", from: Visitor(house))
    #expect(ledger.result?.outcome == .cancelled)
  }

  @Test func `A client that starts late gets the state and the whole story by query`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("atrasado", duration: "1h")
    let early = try Follower(house, "atrasado", as: "cliente_alpha")
    try await early.first("aberto")
    for (amount, bidder) in [("100", "cliente_alpha"), ("110", "cliente_beta")] {
      #expect(try await house.bid("atrasado", amount, as: bidder).status == 0)
    }
    let late = try Follower(house, "atrasado", as: "cliente_beta")
    try await late.first("lance") { $0.valorCentavos == 110_00 }
    try await early.first("lance") { $0.valorCentavos == 110_00 }
    #expect(try late.story == early.story)
    let listed = try await house.listed("atrasado")
    #expect((listed?.precoCentavos, listed?.lider, listed?.minimoCentavos, listed?.bloco) == (110_00, "cliente_beta", 120_00, 2))
    #expect(try late.story.last?.hash == listed?.hash)
    for follower in [early, late] { try await follower.program.kill9() }
  }
}
