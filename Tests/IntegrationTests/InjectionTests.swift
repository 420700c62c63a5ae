import AuctionFacts
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Who has stolen the services' passwords at the broker speaks there in their names, and is not believed.
@Suite("Injected events", .serialized)
struct InjectionTests {
  private static let auction = "injetado"
  private static let dormant = "amanha"

  /// A house with an open auction, one that opens much later, and services whose former keys others have.
  private func house() async throws -> (PrivateHouse, formerKeys: [String: PrivateKey]) {
    let house = try await PrivateHouse(running: [.calendar, .bids])
    var former: [String: PrivateKey] = [:]
    for service in [PrivateHouse.Service.calendar, .bids] {
      let id = service.brokerUser
      #expect(try await house.terminate(service) == .code(0))
      former[id] = try KeyFolder(path: house.keys).privateKey(of: id) { nil }
      let run = try await house.operator(["trocar-chave", id])
      #expect(run.status == 0, "\(run)")
    }
    try await house.start([.calendar, .notices])
    for bidder in ["cliente_alpha", "cliente_beta", "cliente_gama"] { try await house.makeKeys(bidder) }
    try await house.start(.bids, ["--lances-por-segundo", "1000"])
    try await house.schedule(Self.dormant, start: "+86400s", duration: "1h")
    try await house.schedule(Self.auction, duration: "1h")
    try await house.opened(Self.auction)
    return (house, former)
  }

  private func loot(
    _ house: PrivateHouse, _ visitor: Visitor, _ forge: Forge, bid: [UInt8], _ former: [String: PrivateKey]
  ) async throws -> Loot {
    let schedulings = try await visitor.ask(.auctions(after: nil)).envelopes
    let dormant = try schedulings.first { try Scheduling(Envelope($0)).terms.auction.text == Self.dormant }
    return Loot(
      forge: forge, dormant: try await Forge(house, Self.dormant), dormantScheduling: try #require(dormant),
      closesAt: Timestamp(microseconds: try #require(try await house.listed(Self.auction)?.fimUs)),
      blocks: try await visitor.ask(.ledger(forge.auction, after: 0)).envelopes.map { try Envelope($0) }.filter {
        ![.clockSynchronized, .ledgerClosed].contains($0.kind)
      },
      bid: bid,
      stranger: try PrivateKey.generate(.ed25519), former: former)
  }

  @Test func `What a thief of the services' passwords publishes is put aside by who hears it, and moves nothing`() async throws {
    let (house, former) = try await house()
    let follower = try Follower(house, Self.auction, as: "cliente_alpha")
    try await follower.first("aberto")
    let topics = ["leilao.\(Self.auction)", "leilao.\(Self.dormant)", "cliente.cliente_beta"]
    let visitor = try await Visitor(
      house, hearing: topics.map { MessagingKit.Binding(exchange: Exchange.notificacoes.rawValue, key: $0) })
    let forge = try await Forge(house, Self.auction)
    let bidder = try house.probe(as: "cliente")
    let thieves = ["ms_leilao": try house.probe(as: "ms_leilao"), "ms_lance": try house.probe(as: "ms_lance")]
    var honest = HonestBids(forge)
    try honest.place(over: bidder)
    try await follower.first("lance")
    let loot = try await loot(house, visitor, forge, bid: honest.last, former)
    let events = try loot.events()
    #expect(loot.blocks.count == 2 && Set(events.map(\.what)).count == events.count)
    let calendar = try await calendarEntries(house)

    for event in events {
      let fate = try thieves[event.user]?.publishConfirmed(
        exchange: event.exchange.rawValue, key: event.key, body: event.body, headers: event.headers, messageID: event.what)
      #expect(fate == .routed && !event.hearers.isEmpty, "\(event.what)")
      try honest.place(over: bidder)
    }
    // The last bid is behind all of it in the one queue.
    try await until("the last honest bid is decided") {
      try await Ledger(Self.auction, from: visitor).accepted.count == honest.bids.count
    }
    let ledger = try await Ledger(Self.auction, from: visitor)
    #expect(ledger.accepted.map(\.bid) == honest.bids && ledger.receipts.isEmpty && ledger.result == nil)

    try await checkLetters(house, events)
    #expect(try await calendarEntries(house) == calendar, "the calendar took note of something")
    let listed = try await house.listed(Self.auction)
    #expect((listed?.status, listed?.fimUs) == ("ativo", loot.closesAt.microseconds))
    #expect(try await house.listed(Self.dormant)?.status == "agendado")
    #expect(try await house.listed("fantasma") == nil)
    try await checkFollowers(follower, visitor, honest, loot)

    // The same words under the right key are believed: nothing else was wrong with them.
    for (kind, payload) in [(Kind.cancelled, loot.cancellation.payload), (.opened, try loot.opening().payload)] {
      let body = try forge.signed(payload, as: kind, by: "ms_leilao")
      #expect(try thieves["ms_leilao"]?.publishConfirmed(exchange: "leilao", key: kind.routingKey, body: body) == .routed)
    }
    #expect(try await follower.first("encerrado").situacao == "cancelado")
    try await house.opened(Self.dormant)
    try await checkCounts(house, events)
  }

  @Test func `An operator believes no answer but the one that ms-leilao has signed`() async throws {
    let house = try await PrivateHouse()
    try await house.makeKeys("cliente_alpha")
    #expect(try await house.terminate(.calendar) == .code(0))
    // The thief takes what is meant for ms-leilao: so he knows what to answer to.
    let thief = try await Visitor(house, as: "ms_leilao", consuming: Queue.msLeilao.rawValue)
    let voice = try house.probe(as: "ms_leilao")
    let arguments = ["agendar", "--id", "respondido", "--titulo", "Vaso", "--duracao", "1h", "--lance-inicial", "100,00"]
    async let answered = house.operator(arguments + ["--incremento", "10,00", "--json"])
    let command = try await thief.events.first { event -> Command? in
      guard case .delivered(let deliveries) = event else { return nil }
      return deliveries.lazy.compactMap { try? Command(Envelope(parsing: $0.body)) }.first
    }
    func answer(_ refusal: CommandRefusal) -> [UInt8] {
      CommandAnswer(command: command.id, auction: command.auction, refusal: refusal, edition: nil, clock: command.clock).payload
    }
    let keys = KeyFolder(path: house.keys)
    let liars = try ["cliente_alpha", "operador", "ms_lance"].map { try keys.privateKey(of: $0) { nil } }
    let bodies =
      try (liars + [.generate(.ed25519)]).map { try Forge.signed(answer(.auctionExists), as: .commandAnswered, by: $0) }
      + [Forge.signed(answer(.unsupported), as: .commandAnswered, by: keys.privateKey(of: "ms_leilao") { nil })]
    for body in bodies {
      #expect(try voice.publishConfirmed(exchange: "leilao", key: Kind.commandAnswered.routingKey, body: body) == .routed)
    }
    let run = try await answered
    let line = try Line(try #require(run.output.first))
    #expect((run.status, line.situacao, line.motivo) == (1, "recusado", "nao_suportado"), "\(run)")
    await thief.leave()
  }

  /// How much stands in the calendar's journal.
  private func calendarEntries(_ house: PrivateHouse) async throws -> Int64 {
    let run = try await house.operator(["--verificar", "--json"])
    let line = try #require(run.output.first, "\(run)")
    return try #require(try Line(line).entradas)
  }

  private struct Grave: Hashable {
    let what: String
    let key: String
    let reason: String
  }

  private func checkLetters(_ house: PrivateHouse, _ events: [InjectedEvent]) async throws {
    let expected = events.flatMap { event -> [Grave] in
      guard case .buried(let reason) = event.fate else { return [] }
      return event.hearers.map { Grave(what: event.what, key: "morta.\($0.brokerUser)", reason: reason) }
    }
    let letters = try await house.deadLetters(expected.count)
    #expect(letters.count == expected.count)
    let graves = letters.map { Grave(what: $0.messageID ?? "?", key: $0.routingKey, reason: $0.reason ?? "?") }
    #expect(Set(graves) == Set(expected))
    let sent = Dictionary(uniqueKeysWithValues: events.map { ($0.what, $0) })
    for letter in letters {
      let event = try #require(letter.messageID.flatMap { sent[$0] })
      #expect(letter.headers["exchange"] == event.exchange.rawValue, "\(event.what)")
      #expect(letter.headers["routing_key"] == event.key && letter.body == event.body, "\(event.what)")
    }
  }

  /// Who follows sees the honest bids; what ms-notificacao hands on is signed by ms-lance.
  private func checkFollowers(_ follower: Follower, _ visitor: Visitor, _ honest: HonestBids, _ loot: Loot) async throws {
    let last = try #require(honest.bids.last).amount.minorUnits
    try await follower.first("lance") { $0.valorCentavos == last }
    let story = try follower.story
    #expect(story.map(\.evento) == ["aberto"] + honest.bids.map { _ in "lance" })
    #expect(story.compactMap(\.valorCentavos) == honest.bids.map(\.amount.minorUnits))
    #expect(Set(story.map(\.fimUs)) == [loot.closesAt.microseconds])
    // Forged announcements reach it past ms-notificacao: it names what it throws away.
    let said = Set(try follower.program.output.values.map { try Line($0).evento })
    #expect(said.contains("descartado"), "\(said)")
    #expect(said.isSubset(of: ["conectado", "estado", "aberto", "lance", "descartado"]), "\(said)")

    let key = try loot.forge.keys.publicKey(of: "ms_lance")
    #expect(!visitor.heard.isEmpty)
    for delivery in visitor.heard {
      let envelope = try Envelope(parsing: delivery.body)
      #expect(envelope.kind == .bidsAccepted, "\(delivery.routingKey)")
      #expect(key.signed(envelope), "\(delivery.routingKey)")
    }
  }

  /// What each service says when it stops that it put aside.
  private func checkCounts(_ house: PrivateHouse, _ events: [InjectedEvent]) async throws {
    var expected: [PrivateHouse.Service: [String: Int]] = [:]
    for event in events {
      guard case .buried(let reason) = event.fate else { continue }
      for service in event.hearers { expected[service, default: [:]]["dead_letters.\(reason)", default: 0] += 1 }
    }
    for service in PrivateHouse.Service.allCases {
      let program = try house.process(service)
      #expect(program.isRunning, "\(service) did not live through it")
      #expect(try await house.terminate(service) == .code(0))
      #expect(try program.counts() == expected[service], "\(service)")
    }
  }
}
