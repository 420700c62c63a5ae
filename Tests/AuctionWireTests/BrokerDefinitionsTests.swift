import AuctionWire
import Foundation
import SharedKernel
import Testing

@Suite struct `A broker's definitions` {
  private typealias Difference = BrokerDefinitions.Difference

  private let house = Topology.house.definitions(password: { $0 }, salt: { _ in [1, 2, 3, 4] }, hash: SHA256.hash)

  /// What is told of a broker that has what the house has, but for a change.
  private func differences(_ change: (inout [String: [[String: Any]]]) throws -> Void) throws -> [Difference] {
    var document = try #require(try JSONSerialization.jsonObject(with: Data(house)) as? [String: [[String: Any]]])
    try change(&document)
    let changed = try JSONSerialization.data(withJSONObject: document)
    return try BrokerDefinitions(reading: house).differences(at: BrokerDefinitions(reading: Array(changed)))
  }

  @Test func `do not differ from themselves, in whatever order, with other passwords and with what brokers add`() throws {
    let same = try differences { document in
      for part in document.keys { document[part]?.reverse() }
      document["users"] = document["users"]?.map { $0.merging(["password_hash": "AAAA"]) { $1 } }
      document["users"]?.append(["name": "guest", "tags": ["management"]])
      document["vhosts"]?.append(["name": "/"])
      document["permissions"]?.append(["user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"])
      document["queues"] = document["queues"]?.map { $0.merging(["type": "quorum"]) { $1 } }
      document["exchanges"] = document["exchanges"]?.map { exchange in exchange.filter { $0.key != "internal" } }
      document["global_parameters"] = [["name": "internal_cluster_id", "value": "x"]]
    }
    #expect(same == [])
  }

  @Test func `tell a binding that is gone, though another queue is bound to its key`() throws {
    let told = try differences { document in
      document["bindings"]?.removeAll {
        $0["destination"] as? String == "lance_realizado" && $0["routing_key"] as? String == "leilao.iniciado"
      }
    }
    #expect(told.count == 1 && told[0].part == .bindings && told[0].what == .missing, "\(told)")
    #expect(told.first?.name == "leilao lance_realizado leilao.iniciado")
  }

  @Test(arguments: BrokerDefinitions.Part.allCases)
  func `tell whatever is missing`(part: BrokerDefinitions.Part) throws {
    let told = try differences { document in
      let all = try #require(document[part.rawValue])
      document[part.rawValue] = Array(all.dropLast())
    }
    #expect(told.count == 1 && told[0].part == part && told[0].what == .missing, "\(told)")
  }

  @Test(
    arguments: [
      ("users", "tags", ["administrator"] as any Sendable), ("users", "limits", ["max-connections": 1]),
      ("permissions", "configure", ".*"), ("permissions", "write", ".*"), ("permissions", "read", ".*"),
      ("topic_permissions", "write", ".*"), ("topic_permissions", "read", ".*"), ("parameters", "value", ["max-queues": 1]),
      ("policies", "pattern", ".*"), ("policies", "apply-to", "all"), ("policies", "priority", 7),
      ("policies", "definition", ["expires": 1]), ("exchanges", "type", "fanout"), ("exchanges", "durable", false),
      ("exchanges", "auto_delete", true), ("exchanges", "internal", true),
      ("exchanges", "arguments", ["alternate-exchange": "x"]), ("queues", "durable", false), ("queues", "auto_delete", true),
      ("queues", "arguments", ["x-queue-type": "classic"]),
    ])
  func `tell what is otherwise`(part: String, member: String, value: any Sendable) throws {
    let told = try differences { $0[part]?[0][member] = value }
    let isTold =
      if case .different(member, let expected, let found)? = told.first?.what { expected != found } else { false }
    #expect(told.count == 1 && told[0].part.rawValue == part && isTold, "\(told)")
  }

  @Test(
    arguments: [
      ("bindings", ["source": "leilao", "destination": "lance_realizado", "destination_type": "queue", "routing_key": "#"]),
      ("queues", ["name": "espia"]), ("exchanges", ["name": "espia"]), ("policies", ["name": "espia"]),
      ("permissions", ["user": "guest", "configure": ".*", "write": ".*", "read": ".*"]),
      ("topic_permissions", ["user": "cliente", "exchange": "mortas", "write": ".*", "read": ".*"]),
      ("parameters", ["component": "shovel", "name": "espia", "value": "x"]),
    ])
  func `tell what nobody defined`(part: String, added: [String: String]) throws {
    let told = try differences { $0[part]?.append(added.merging(["vhost": "leilao"]) { $1 }) }
    #expect(told.count == 1 && told[0].part.rawValue == part && told[0].what == .superfluous, "\(told)")
    let elsewhere = try differences { $0[part]?.append(added.merging(["vhost": "/"]) { $1 }) }
    #expect(elsewhere == [], "another virtual host is not this house's")
  }

  @Test func `tell an administrator whom nobody defined, wherever he has rights`() throws {
    let told = try differences { document in
      document["users"]?.append(["name": "guest", "tags": ["administrator"]])
      document["permissions"]?.append(["user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"])
    }
    #expect(told.count == 1 && told[0].part == .users && told[0].name == "guest" && told[0].what == .superfluous, "\(told)")
  }

  @Test func `leave clients' own queues alone, and the auctions that they follow`() throws {
    let told = try differences { document in
      document["queues"]?.append(["name": "amq.gen-1", "vhost": "leilao"])
      for (queue, key) in [("amq.gen-1", "x"), ("cliente_ana", "leilao.violao-1978")] {
        document["bindings"]?.append([
          "source": "notificacoes", "vhost": "leilao", "destination": queue, "destination_type": "queue", "routing_key": key,
        ])
      }
    }
    #expect(told == [])
  }

  @Test(arguments: ["leilao.#", "cliente.bia", "#", "leilao.*"])
  func `tell a bidder's queue that is bound to more than an auction`(key: String) throws {
    let told = try differences { document in
      document["bindings"]?.append([
        "source": "notificacoes", "vhost": "leilao", "destination": "cliente_ana", "destination_type": "queue",
        "routing_key": key,
      ])
    }
    #expect(told.map(\.what) == [.superfluous])
  }

  @Test(arguments: [#"{}"#, #"[]"#, #""x""#, #"{"error":"not_found"}"#, #"{"vhosts":{}}"#, #"{"vhosts":[]}"#])
  func `are not to be had from what names no virtual host`(text: String) throws {
    #expect(try !BrokerDefinitions(reading: Array(text.utf8)).namesVirtualHosts)
    #expect(try BrokerDefinitions(reading: house).namesVirtualHosts)
  }

  @Test func `are all missing where there is nothing, and unreadable where there is no JSON`() throws {
    let all = try BrokerDefinitions(reading: house).differences(at: BrokerDefinitions(reading: Array("{}".utf8)))
    #expect(Set(all.map(\.part)) == Set(BrokerDefinitions.Part.allCases) && all.allSatisfy { $0.what == .missing })
    #expect(throws: JSONDocument.Problem.self) { try BrokerDefinitions(reading: Array("Error: unable".utf8)) }
  }
}

@Suite struct `What a service publishes to` {
  @Test(
    arguments: [
      ("ms_leilao", ["leilao", "sigilo", "mortas"]), ("ms_lance", ["leilao", "mortas"]),
      ("ms_notificacao", ["notificacoes", "mortas"]), ("cliente", ["lances", "consultas"]), ("ninguem", []),
    ])
  func `is what its rights name`(user: String, exchanges: [String]) throws {
    #expect(Topology.house.exchanges(writtenBy: try #require(PrincipalID(user))) == exchanges)
  }
}
