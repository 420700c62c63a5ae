import AuctionWire
import Foundation
import SharedKernel
import Testing

@Suite struct `The topology` {
  private let house = Topology.house

  @Test func `is what scripts/broker/definitions.json says`() throws {
    let file = Golden.repository.appending(path: "scripts/broker/definitions.json")
    let generated = house.definitions(
      password: { $0 }, salt: Topology.developmentSalt(SHA256.hash), hash: SHA256.hash)
    if Golden.isRewriting { try Golden.write(generated, to: file) }
    #expect(Array(try Data(contentsOf: file)) == generated, "ATUALIZAR=1 writes it anew")
  }

  @Test func `is valid JSON for any reader`() throws {
    let bytes = house.definitions(password: { $0 }, salt: { _ in [1, 2, 3, 4] }, hash: SHA256.hash)
    let document = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(
      Set(document.keys) == [
        "users", "vhosts", "permissions", "topic_permissions", "parameters", "policies", "exchanges", "queues", "bindings",
      ])
  }

  @Test func `hashes a password as RabbitMQ does: salt, then SHA-256 of salt and password`() throws {
    let bytes = house.definitions(password: { $0 }, salt: { _ in [0x90, 0x8d, 0xc6, 0x0a] }, hash: SHA256.hash)
    let expected = Base64.encode([0x90, 0x8d, 0xc6, 0x0a] + SHA256.hash([0x90, 0x8d, 0xc6, 0x0a] + Array("cliente".utf8)).bytes)
    #expect(String(decoding: bytes, as: UTF8.self).contains("\"\(expected)\""))
  }

  @Test func `binds exact keys only, each once`() {
    #expect(house.bindings.allSatisfy { !$0.key.contains("#") && !$0.key.contains("*") })
    #expect(Set(house.bindings).count == house.bindings.count)
  }

  @Test func `brings every key of every exchange to a queue, except what only clients follow`() {
    for exchange in house.exchanges where exchange != .notificacoes {
      let bound = Set(house.bindings.filter { $0.exchange == exchange }.map(\.key))
      let spoken = Set(exchange.kinds.map(\.routingKey))
      // The operator hears his answer on a queue of his own.
      #expect(spoken.subtracting(bound).isSubset(of: [RoutingKey.commandAnswered]), "\(exchange)")
    }
  }

  @Test func `gives every service queue a delivery limit and every other queue bounds`() {
    for declaration in house.queues {
      switch declaration.type {
      case .quorum:
        #expect(declaration.arguments.contains { $0.name == "x-delivery-limit" && $0.value == .integer(1_000_000_000) })
      case .classic: #expect(declaration.maximumLength != nil && declaration.maximumBytes != nil)
      }
    }
  }

  @Test func `demands a queue where one waits, and nowhere else`() {
    #expect(house.isMandatory(.lances, key: RoutingKey.bidPlaced))
    #expect(house.isMandatory(.leilao, key: RoutingKey.closed))
    #expect(house.isMandatory(.comandos, key: RoutingKey.cancel))
    #expect(!house.isMandatory(.leilao, key: RoutingKey.commandAnswered))
    #expect(!house.isMandatory(.notificacoes, key: "leilao.vaso-azul"))
  }

  /// Every user, every exchange, every key: who gets it through, by permission and by topic permission.
  @Test func `lets each say only what is his`() throws {
    let rights: [String: [Exchange: Set<Kind>]] = [
      "cliente": [.lances: [.bidPlaced]],
      "operador": [.comandos: Set(Exchange.comandos.kinds)],
      "ms_leilao": [
        .leilao: [.scheduled, .opened, .suspended, .resumed, .closed, .cancelled, .passedOn, .voidBid, .commandAnswered],
        .sigilo: [.reserve],
      ],
      "ms_lance": [.leilao: [.bidsAccepted, .bidRefused, .extended, .awarded]],
      "ms_notificacao": [:],
    ]
    #expect(Set(house.users.map(\.name)) == Set(rights.keys))
    for user in house.users {
      for exchange in Exchange.allCases {
        for kind in Kind.allCases {
          let may = try user.mayPublish(to: exchange, kind.routingKey)
          let should = rights[user.name]?[exchange]?.contains(kind) ?? false
          // On notificacoes a key names an auction, and some kinds' keys look like one.
          guard exchange != .notificacoes else { continue }
          #expect(may == should, "\(user.name) \(exchange) \(kind)")
        }
      }
    }
  }

  @Test func `lets nobody but ms-lance write the default exchange, and no service configure anything`() throws {
    for user in house.users {
      #expect(try user.write.matchesWhole("amq.default") == (user.name == "ms_lance"))
      let isService = Service(rawValue: user.name) != nil
      #expect(try user.configure.matchesWhole("amq.gen-abc") == !isService)
      #expect(try !user.configure.matchesWhole("lance_realizado"))
    }
  }

  @Test func `lets clients bind the announcements and one auction or bidder at a time`() throws {
    let client = try #require(house.users.first { $0.name == "cliente" })
    func mayBind(_ exchange: Exchange, _ key: String) throws -> Bool {
      let topic = try #require(client.topics.first { $0.exchange == exchange })
      return try client.read.matchesWhole(exchange.rawValue) && topic.read.matchesWhole(key)
    }
    #expect(try mayBind(.leilao, "leilao.agendado"))
    #expect(try mayBind(.leilao, "leilao.iniciado"))
    #expect(try mayBind(.notificacoes, "leilao.vaso-azul"))
    #expect(try mayBind(.notificacoes, "cliente.cliente_alpha"))
    for key in ["#", "leilao.*", "leilao.#", "lance.invalidado", "leilao.vencedor"] { #expect(try !mayBind(.leilao, key)) }
    for key in ["#", "leilao.*", "cliente.#", "cliente.*"] { #expect(try !mayBind(.notificacoes, key)) }
    for queue in Queue.allCases { #expect(try !client.read.matchesWhole(queue.rawValue)) }
  }

  @Test func `gives every user a topic right on every exchange it touches`() throws {
    for user in house.users {
      for exchange in Exchange.allCases {
        let touches = try user.write.matchesWhole(exchange.rawValue) || user.read.matchesWhole(exchange.rawValue)
        // A service's queue may have an exchange's name; then there is nothing to publish or bind.
        if touches, exchange.rawValue != user.read {
          #expect(user.topics.contains { $0.exchange == exchange }, "\(user.name) \(exchange)")
        }
      }
    }
  }
}

extension BrokerUser {
  fileprivate func mayPublish(to exchange: Exchange, _ key: String) throws -> Bool {
    guard try write.matchesWhole(exchange.rawValue) else { return false }
    guard let topic = topics.first(where: { $0.exchange == exchange }) else { return true }
    return try topic.write.matchesWhole(key)
  }
}

extension String {
  /// RabbitMQ searches: a pattern without anchors would match a part.
  fileprivate func matchesWhole(_ text: String) throws -> Bool { text.contains(try Regex(self)) }
}
