import AuctionFacts
import AuctionWire
import SharedKernel
import SuiteTesting
import Testing

@Suite struct `Kinds and routing keys` {
  @Test(arguments: Kind.allCases)
  func `a kind is found by its payload type`(kind: Kind) {
    #expect(Kind(payloadType: kind.payloadType) == kind)
    #expect(kind.payloadType == "application/vnd.leilao.\(kind.rawValue).v1+json")
  }

  @Test(arguments: [
    "", "lance-realizado", "application/vnd.leilao.lance-realizado.v2+json", "application/vnd.leilao..v1+json",
    "Application/vnd.leilao.lance-realizado.v1+json", "application/vnd.leilao.lance-realizado.v1+json ",
  ])
  func `another type is no kind`(type: String) { #expect(Kind(payloadType: type) == nil) }

  @Test(arguments: [
    (Kind.bidPlaced, "lance.realizado"), (.scheduled, "leilao.agendado"), (.commandAnswered, "comando.respondido"),
    (.voidBid, "lance.anular"), (.snapshot, "retrato"),
  ])
  func `a key is the kind with a dot for the dash`(kind: Kind, key: String) { #expect(kind.routingKey == key) }

  @Test(arguments: [
    ("ms_leilao", [Speaker.msLeilao]), ("ms_lance", [.msLance]), ("ms_notificacao", []), ("ms_outro", []),
    ("operador", [.operator]), ("operador_dois", [.operator]), ("casa_das_moedas", []), ("cliente_alpha", [.bidder]),
    ("msleilao", [.bidder]),
  ])
  func `roles come from ids`(id: String, roles: [Speaker]) throws {
    let principal = try #require(PrincipalID(id))
    #expect(Speaker.allCases.filter { $0.admits(principal) } == roles)
  }

  @Test func `bids and commands are small, everything else fits the broker`() {
    for kind in Kind.allCases {
      let isRequest = kind.speaker == .bidder || kind.speaker == .operator
      #expect(kind.maximumBody == (isRequest ? 16_384 : 114_688))
      #expect(kind.maximumBody < WireLimits.brokerMessage)
    }
  }

  @Test func `only bidders' kinds come from lances, only the house's from leilao and sigilo, with one command handed on`() {
    #expect(Exchange.lances.kinds.allSatisfy { $0.speaker == .bidder })
    for kind in Exchange.leilao.kinds + Exchange.sigilo.kinds where kind != .voidBid {
      #expect(kind.speaker == .msLeilao || kind.speaker == .msLance)
    }
    #expect(Exchange.comandos.kinds.allSatisfy { $0.speaker == .operator })
  }

  @Test func `keys of auctions, bidders and services are read back`() throws {
    let auction = AuctionID("vaso-azul")
    let bidder = PrincipalID("cliente_alpha")
    #expect(RoutingKey.auction(auction) == "leilao.vaso-azul")
    #expect(RoutingKey.auction(in: "leilao.vaso-azul") == auction)
    #expect(RoutingKey.bidder(bidder) == "cliente.cliente_alpha")
    #expect(RoutingKey.bidder(in: "cliente.cliente_alpha") == bidder)
    for service in Service.allCases { #expect(RoutingKey.service(in: RoutingKey.dead(from: service)) == service) }
  }

  @Test(arguments: [
    "", "leilao", "leilao.", "leilao.a.b", "leilao.#", "leilao.../../etc", "Leilao.a", "cliente.A", "morta.", "morta.x",
  ])
  func `other keys name nobody`(key: String) {
    #expect(RoutingKey.auction(in: key) == nil)
    #expect(RoutingKey.bidder(in: key) == nil)
    #expect(RoutingKey.service(in: key) == nil)
  }
}

@Suite struct `Wire names` {
  private func check<Case: WireNamed>(_ type: Case.Type, _ count: Int) {
    #expect(Case.named.count == count)
    #expect(Set(Case.named.map(\.wireName)).count == count)
    for one in Case.named { #expect(Case(wireName: one.wireName) == one) }
    #expect(Case(wireName: "") == nil)
    #expect(Case(wireName: "Formato") == nil)
  }

  @Test func `are each said once and read back`() {
    check(Refusal.self, 20)
    check(CommandRefusal.self, 18)
    check(AuctionStatus.self, 4)
    check(AuctionFormat.self, 4)
    check(AuctionResult.Outcome.self, 4)
    check(Extension.Cause.self, 3)
    check(KeyRecord.Standing.self, 2)
    check(ClockStatus.self, 4)
    check(Query.Topic.self, 4)
    check(Snapshot.Decision.self, 3)
  }
}
