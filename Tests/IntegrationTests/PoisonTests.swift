import AuctionFacts
import AuctionWire
import Foundation
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Messages that no honest program sends, published straight to the exchanges as any bidder can.
@Suite(.serialized)
struct PoisonTests {
  /// An auction's edition, and keys to sign with.
  struct Forge {
    let keys: KeyFolder
    let auction: AuctionID
    let edition: Digest

    init(_ house: PrivateHouse, _ auction: String) async throws {
      try self.init(keys: house.keys, try #require(try await house.listed(auction)))
    }

    /// - Parameter auction: as it was listed.
    init(keys: String, _ auction: Line) throws {
      self.keys = KeyFolder(path: keys)
      self.auction = try #require(auction.idLeilao.flatMap { AuctionID($0) })
      edition = try #require(auction.edicao.flatMap { Digest(hex: $0) })
    }

    func key(of id: String) throws -> PrivateKey { try keys.privateKey(of: id) { nil } }

    func bid(of bidder: String, _ amount: Int64 = 100_00) throws -> Bid {
      let clock = ClockReading(
        Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000)), uncertainty: .seconds(5), status: .systemClock
      )
      return Bid(
        id: BidID(.random()), auction: auction, edition: edition, bidder: try #require(PrincipalID(bidder)),
        amount: try #require(Money(minorUnits: amount)), seen: nil, clock: clock)
    }

    /// Any payload under any kind, with a signature that is valid.
    func signed(_ payload: [UInt8], as kind: Kind = .bidPlaced, by id: String) throws -> [UInt8] {
      let key = try key(of: id)
      let keyID = try #require(Digest(key.publicKey.id))
      return try Envelope.seal(kind, payload: payload, keyID: keyID) { try key.sign($0) }.encoded()
    }
  }

  /// A message on `lances`, and the reason that it must be put aside for.
  struct Poison {
    let what: String
    let body: [UInt8]
    let reason: String
    var namesUser = true
  }

  private func poisons(_ forge: Forge, captured: [UInt8], stranger: PrivateKey) throws -> [Poison] {
    let bid = try forge.bid(of: "cliente_alpha")
    let good = try forge.signed(bid.payload, by: "cliente_alpha")
    let text = String(decoding: good, as: UTF8.self)
    let strangerID = try #require(Digest(stranger.publicKey.id))
    let unknown = try Envelope.seal(.bidPlaced, payload: bid.payload, keyID: strangerID) { try stranger.sign($0) }.encoded()
    let payload = String(decoding: bid.payload, as: UTF8.self)
    func edited(_ old: String, _ new: String) throws -> [UInt8] {
      let edited = payload.replacing(old, with: new)
      try #require(edited != payload)
      return try forge.signed(Array(edited.utf8), by: "cliente_alpha")
    }
    return [
      Poison(what: "nothing", body: [], reason: "formato"),
      Poison(what: "no JSON", body: Array("isto não é JSON".utf8), reason: "formato"),
      Poison(what: "no UTF-8", body: [0x7b, 0xff, 0xfe, 0x7d], reason: "formato"),
      Poison(what: "deep JSON", body: Array(String(repeating: "[", count: 10_000).utf8), reason: "formato"),
      Poison(
        what: "cut base64", body: Array(text.replacing("\"payload\":\"ey", with: "\"payload\":\"e").utf8), reason: "formato"),
      Poison(what: "a member twice", body: Array("{\"payload\":\"\",".utf8) + good.dropFirst(), reason: "formato"),
      Poison(
        what: "another kind", body: try forge.signed(bid.payload, as: .bidsAccepted, by: "cliente_alpha"), reason: "formato"),
      Poison(
        what: "oversize", body: try forge.signed([UInt8](repeating: 0x20, count: 40_000), by: "cliente_alpha"), reason: "formato"),
      Poison(what: "a house's event", body: captured, reason: "formato"),
      Poison(what: "a stranger's bid", body: unknown, reason: "usuario_desconhecido"),
      Poison(what: "an operator's bid", body: try forge.signed(bid.payload, by: "operador"), reason: "usuario_desconhecido"),
      Poison(what: "a service's bid", body: try forge.signed(bid.payload, by: "ms_leilao"), reason: "usuario_desconhecido"),
      Poison(
        what: "a changed payload",
        body: Array(
          text.replacing(Base64.encode(bid.payload), with: Base64.encode(try forge.bid(of: "cliente_alpha", 1).payload)).utf8),
        reason: "assinatura_invalida"),
      Poison(what: "signed junk", body: try forge.signed(Array("lixo".utf8), by: "cliente_alpha"), reason: "formato"),
      Poison(what: "no amount", body: try edited("\"valor_centavos\":10000", "\"valor_centavos\":0"), reason: "formato"),
      Poison(
        what: "an amount beyond integers", body: try edited("\"valor_centavos\":10000", "\"valor_centavos\":9223372036854775808"),
        reason: "formato"),
      Poison(
        what: "an amount in words", body: try edited("\"valor_centavos\":10000", "\"valor_centavos\":\"100\""), reason: "formato"),
      Poison(
        what: "an unknown member", body: try edited("\"valor_centavos\":", "\"desconto\":1,\"valor_centavos\":"),
        reason: "formato"),
      Poison(what: "a path for an auction", body: try edited("\"id_leilao\":\"", "\"id_leilao\":\"../"), reason: "formato"),
      Poison(
        what: "another's name", body: try forge.signed(try forge.bid(of: "cliente_beta").payload, by: "cliente_alpha"),
        reason: "identidade_divergente"),
      Poison(what: "nobody's connection", body: good, reason: "identidade_divergente", namesUser: false),
    ]
  }

  @Test func `Whatever is thrown at the exchange of bids is put aside with its reason, and the house goes on`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("envenenado", duration: "1h")
    try await house.opened("envenenado")
    let forge = try await Forge(house, "envenenado")
    let announcements = MessagingKit.Binding(exchange: Exchange.leilao.rawValue, key: RoutingKey.scheduled)
    let visitor = try await Visitor(house, hearing: [announcements])
    try await house.schedule("capturado", start: "+1h", duration: "60s")
    let captured = try await visitor.hears(.scheduled).body

    let poisons = try poisons(forge, captured: captured, stranger: try PrivateKey.generate(.ed25519))
    for poison in poisons {
      let outcome = try await visitor.publish(
        .lances, RoutingKey.bidPlaced, poison.body, id: poison.what, namingUser: poison.namesUser)
      #expect(outcome == .confirmed, "\(poison.what)")
    }

    let box = try DeadLetterBox(port: house.broker.port)
    for poison in poisons {
      let letter = try await box.letter(poison.what)
      #expect(letter?.reason == poison.reason, "\(poison.what)")
      #expect(letter?.routingKey == RoutingKey.dead(from: .msLance))
      #expect(letter?.headers["exchange"] == "lances" && letter?.headers["routing_key"] == RoutingKey.bidPlaced)
      #expect(letter?.body == poison.body, "\(poison.what)")
    }

    let warnings = try house.process(.bids).errors.values.filter { $0.contains(" WARNING ") && $0.contains("mortas motivo=") }
    #expect(warnings.count >= poisons.count, "the operator reads of each")

    let good = try await house.bidLine("envenenado", "100,00", as: "cliente_alpha")
    #expect(good.status == 0)
    let ledger = try await Ledger("envenenado", from: visitor)
    #expect(ledger.accepted.map(\.bid.id.description) == [good.line.idLance])
    #expect(ledger.receipts.isEmpty, "what is not a bid of this auction leaves no trace in its ledger")
  }

  @Test func `The same bid twice is one bid, and another bid under its id is refused`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("repetido", duration: "1h")
    try await house.opened("repetido")
    let forge = try await Forge(house, "repetido")
    let visitor = try await Visitor(house)
    let bid = try forge.bid(of: "cliente_alpha")
    let other = Bid(
      id: bid.id, auction: bid.auction, edition: bid.edition, bidder: bid.bidder, amount: try #require(Money(minorUnits: 999_00)),
      seen: nil, clock: bid.clock)
    for bid in [bid, bid, other, bid] {
      try await visitor.publish(
        .lances, RoutingKey.bidPlaced, try forge.signed(bid.payload, by: "cliente_alpha"), id: "\(bid.id)")
    }
    // A later bid's decision stands behind all of theirs in the one queue.
    #expect(try await house.bid("repetido", "200,00", as: "cliente_beta").status == 0)
    let (snapshot, _) = try await visitor.ask(.ledger(bid.auction, after: 0))
    guard case .ledger(_, _, let head) = snapshot.content else { return #expect(Bool(false), "\(snapshot)") }
    #expect(head?.block == 2)
    let asked = try await house.client(["lance", "--consultar", "\(bid.id)", "--cliente", "cliente_alpha", "--json"])
    #expect(asked.status == 0)
    #expect(try Line(try #require(asked.output.first)).bloco == 1)
  }

  @Test func `Commands and queries that make no sense stop nothing`() async throws {
    let house = try await PrivateHouse.shared
    let operatorVisit = try await Visitor(house, as: "operador")
    let visitor = try await Visitor(house)
    let bodies = [[], Array("lixo".utf8), [UInt8](repeating: 0x5b, count: 900), [UInt8](repeating: 0x7b, count: 60_000)]
    for (number, body) in bodies.enumerated() {
      try await visitor.publish(.consultas, RoutingKey.query, body)
      try await operatorVisit.publish(.comandos, Kind.schedule.routingKey, body, id: "ordem \(number)")
    }
    try await house.schedule("depois-do-lixo", start: "+1h", duration: "60s")
    #expect(try await house.listed("depois-do-lixo")?.status == "agendado")
    let box = try DeadLetterBox(port: house.broker.port)
    for number in bodies.indices {
      let letter = try await box.letter("ordem \(number)")
      #expect(letter?.reason == "formato")
      #expect(letter?.routingKey == RoutingKey.dead(from: .msLeilao))
    }
  }

  @Test func `A bidder's command reaches no service, and a bid under the operator's topic none either`() async throws {
    let house = try await PrivateHouse.shared
    let visitor = try await Visitor(house)
    // The broker closes the channel: the message is never confirmed.
    guard case .unknown = try await visitor.publish(.comandos, Kind.cancel.routingKey, Array("{}".utf8)) else {
      return #expect(Bool(false), "a bidder gave a command")
    }
    guard case .unknown = try await Visitor(house).publish(.leilao, Kind.opened.routingKey, Array("{}".utf8)) else {
      return #expect(Bool(false), "a bidder spoke for the house")
    }
  }
}

extension DeadLetterBox {
  /// Waits for the letter whose message had that id, over those of other tests.
  fileprivate func letter(_ id: String) async throws -> Letter? {
    var letter: Letter?
    try await until("\(id) is put aside") {
      letter = try take()
      return letter?.messageID == id
    }
    return letter
  }
}
