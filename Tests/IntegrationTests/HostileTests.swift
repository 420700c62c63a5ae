import AuctionFacts
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// The whole corpus through a real broker into the real programs.
@Suite("Hostile input", .serialized)
struct HostileTests {
  private static let auction = "hostil"

  /// A house with an open auction that takes bids as fast as this test gives them.
  private func house() async throws -> PrivateHouse {
    let house = try await PrivateHouse(running: [.calendar, .notices])
    for bidder in ["cliente_alpha", "cliente_beta", "cliente_gama"] { try await house.makeKeys(bidder) }
    try await house.start(.bids, ["--lances-por-segundo", "1000"])
    try await house.schedule(Self.auction, duration: "1h")
    try await house.schedule("outro", duration: "1h")
    for auction in [Self.auction, "outro"] { try await house.opened(auction) }
    return house
  }

  @Test func `Every item comes to its end for its reason, is counted, and the bid behind it is decided`() async throws {
    let house = try await house()
    let forge = try await Forge(house, Self.auction)
    let stranger = try PrivateKey.generate(.ed25519)
    let visitor = try await Visitor(
      house, hearing: [MessagingKit.Binding(exchange: Exchange.notificacoes.rawValue, key: "cliente.cliente_alpha")])
    let bidder = try house.probe(as: "cliente")
    let command = try house.probe(as: "operador")
    var honest = HonestBids(forge)

    try honest.place(over: bidder)
    let captured = try await visitor.ask(.ledger(forge.auction, after: 0)).envelopes.map(\.bytes).filter {
      ![.clockSynchronized, .ledgerClosed].contains(try Envelope(parsing: $0).kind)
    }
    let announced = try await visitor.ask(.auctions(after: nil)).envelopes.map(\.bytes)
    let items =
      // First, while their clocks are right.
      try HostileItem.bids(forge, other: try await Forge(house, "outro"), accepted: honest.last)
      + HostileItem.envelopes(forge, captured: captured + announced, stranger: stranger) + HostileItem.payloads(forge)
      + HostileItem.queries(Self.auction) + HostileItem.commands(forge, stranger: stranger)
    #expect(captured.count >= 2 && Set(items.map(\.what)).count == items.count)
    for item in items {
      let isCommand = item.exchange == .comandos
      let user = isCommand ? "operador" : "cliente"
      let fate = try (isCommand ? command : bidder).publishConfirmed(
        exchange: item.exchange.rawValue, key: item.key, body: item.body, headers: item.headers, replyTo: item.replyTo,
        userID: item.namesUser ? user : nil, messageID: item.what)
      #expect(fate == .routed, "\(item.what)")
      try honest.place(over: bidder)
    }
    // Good bids under hostile headers are good bids.
    for (_, headers) in HostileItem.headers { try honest.place(over: bidder, headers: headers) }

    try await until("the last honest bid is decided") {
      try await Ledger(Self.auction, from: visitor).accepted.count == honest.bids.count
    }
    let ledger = try await Ledger(Self.auction, from: visitor)
    #expect(ledger.accepted.map(\.bid) == honest.bids)
    try await checkLetters(house, items)
    try await checkReceipts(visitor, items)
    let journalled = items.filter {
      if case .refused(let reason) = $0.fate { !Self.unjournalled.contains(reason) } else { false }
    }
    #expect(ledger.receipts.count == journalled.count, "\(ledger.receipts.map(\.reason))")
    try await checkCounts(house, items)
  }

  private static let unjournalled: Set<Refusal> = [.unknownAuction, .wrongEdition]

  private func checkLetters(_ house: PrivateHouse, _ items: [HostileItem]) async throws {
    let poison = items.filter { if case .buried = $0.fate { true } else { false } }
    let letters = Dictionary(
      try await house.deadLetters(poison.count).map { ($0.messageID ?? "?", $0) }, uniquingKeysWith: { $1 })
    #expect(Set(letters.keys) == Set(poison.map(\.what)))
    for item in poison {
      let letter = letters[item.what]
      #expect(letter?.reason.map { .buried($0) } == item.fate, "\(item.what)")
      #expect(letter?.routingKey == RoutingKey.dead(from: item.exchange == .comandos ? .msLeilao : .msLance), "\(item.what)")
      #expect(letter?.headers["exchange"] == item.exchange.rawValue && letter?.headers["routing_key"] == item.key, "\(item.what)")
      #expect(letter?.body == item.body, "\(item.what)")
    }
  }

  private func checkReceipts(_ visitor: Visitor, _ items: [HostileItem]) async throws {
    for item in items {
      guard case .refused(let reason) = item.fate else { continue }
      let digest = SHA256.of(try Envelope(parsing: item.body).payload)
      let receipt = try await visitor.events.first { event -> Receipt? in
        guard case .delivered(let deliveries) = event else { return nil }
        return deliveries.lazy.compactMap { try? Receipt(Envelope(parsing: $0.body)) }.first { $0.bidDigest == digest }
      }
      #expect(receipt.reason == reason, "\(item.what)")
    }
  }

  /// What each service says when it stops that it did not do.
  private func checkCounts(_ house: PrivateHouse, _ items: [HostileItem]) async throws {
    var expected: [PrivateHouse.Service: [String: Int]] = [.bids: [:], .calendar: [:], .notices: [:]]
    for item in items {
      let service = item.exchange == .comandos ? PrivateHouse.Service.calendar : .bids
      switch item.fate {
      case .buried(let reason): expected[service]?["dead_letters.\(reason)", default: 0] += 1
      case .refused(let reason): expected[service]?["refusals.\(reason.wireName)", default: 0] += 1
      case .dropped(let reason): expected[service]?["dropped_queries.\(reason)", default: 0] += 1
      case .withoutEffect: break
      }
    }
    for service in PrivateHouse.Service.allCases {
      let program = try house.process(service)
      #expect(program.isRunning, "\(service) did not live through it")
      #expect(try await house.terminate(service) == .code(0))
      #expect(try program.counts() == expected[service], "\(service)")
      let warnings = program.errors.values.filter { $0.contains(" WARNING ") && $0.contains("mortas motivo=") }
      let buried = expected[service]?.filter { $0.key.hasPrefix("dead_letters.") }.values.reduce(0, +) ?? 0
      #expect(warnings.count == buried, "the operator reads of each")
    }
  }

  @Test func `A client that hears forged and broken notices goes on as if it had not`() async throws {
    let house = try await house()
    let follower = try Follower(house, Self.auction, as: "cliente_alpha")
    try await follower.first("aberto")
    let forge = try await Forge(house, Self.auction)
    let visitor = try await Visitor(house)
    #expect(try await house.bid(Self.auction, "100,00", as: "cliente_beta").status == 0)
    try await follower.first("lance") { $0.valorCentavos == 100_00 }
    let ledger = try await visitor.ask(.ledger(forge.auction, after: 0)).envelopes.map(\.bytes)
    let others = try await visitor.ask(.ledger("outro", after: 0)).envelopes.map(\.bytes)
    let stranger = try PrivateKey.generate(.ed25519)
    let forged = try ledger.map { try Envelope(parsing: $0) }
    // Who relays for the house has turned against it: its broker user says what it likes, but signs nothing of theirs.
    let relay = try house.probe(as: "ms_notificacao")
    let bodies: [([UInt8], [(String, BrokerProbe.Value)])] =
      [([], []), (Array("lixo".utf8), []), (HostileItem.deep, []), (HostileItem.oversize, [])]
      + (try forged.map { (try Forge.signed($0.payload, as: $0.kind, by: stranger), []) })
      + (try forged.map { (try forge.signed($0.payload, as: $0.kind, by: "ms_leilao"), []) })
      + (ledger + others).map { ($0, []) } + HostileItem.headers.map { (Array("lixo".utf8), $0.1) }
    for (body, headers) in bodies {
      for key in ["leilao.\(Self.auction)", "cliente.cliente_alpha"] {
        _ = try relay.publishConfirmed(exchange: "notificacoes", key: key, body: body, headers: headers)
      }
    }
    #expect(try await house.bid(Self.auction, "110,00", as: "cliente_gama").status == 0)
    try await follower.first("lance") { $0.valorCentavos == 110_00 && $0.lider == "cliente_gama" }
    let prices = try follower.story.filter { $0.evento == "lance" }.map(\.valorCentavos)
    #expect(prices == [100_00, 110_00], "nothing else was believed")
    try await follower.program.kill9()
  }
}
