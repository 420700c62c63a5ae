internal import AuctionWire
internal import Foundation
internal import ServiceKit
internal import SharedKernel
internal import SigningKit

/// A private node with a house's definitions and bounds and none of its programs: for trying what the broker itself allows.
package struct RightsBroker: Sendable {
  package let node: PrivateBroker
  /// Whose rights are tried as a bidder's, and the other one.
  package let bidder: String
  package let other: String
  private let queues: [String]

  /// All bidders share a user; every password is its user's name.
  package static func development() async throws -> RightsBroker {
    try await RightsBroker(.house, bidder: "cliente", other: "cliente")
  }

  /// Each bidder has a user; every password is its user's name here too.
  package static func production() async throws -> RightsBroker {
    let bidders = ["ana", "bia"].compactMap { PrincipalID($0) }
    return try await RightsBroker(.house(of: bidders), bidder: "ana", other: "bia")
  }

  private init(_ topology: Topology, bidder: String, other: String) async throws {
    (self.bidder, self.other) = (bidder, other)
    queues = topology.queues.map(\.name)
    node = try await PrivateBroker(topology)
  }

  package func probe(as user: String) throws -> BrokerProbe {
    try BrokerProbe(port: node.port, user: user, password: user, virtualHost: Topology.house.virtualHost)
  }

  /// How many messages are ready in each of the house's queues. Counts need no right on 3.10.
  package func depths() throws -> [String: Int] {
    let probe = try probe(as: "operador")
    return try Dictionary(uniqueKeysWithValues: queues.map { ($0, try probe.readyCount($0)) })
  }

  /// Everything that the house's definitions made and that still stands as they made it.
  package func bindings() async throws -> Set<String> {
    let output = try await node.rabbitmqctl([
      "-q", "list_bindings", "-p", Topology.house.virtualHost, "source_name", "source_kind", "destination_name",
      "destination_kind", "routing_key",
    ])
    return Set(output.split(separator: "\n").map(String.init).filter { !$0.contains("amq.gen-") })
  }
}

extension PrivateBroker {
  /// A node with what a topology says and the house's settings; every password is its user's name.
  convenience init(_ topology: Topology) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "leilao-topology-\(UInt64.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "definitions.json")
    let definitions = topology.definitions(password: { $0 }, salt: { _ in [1, 2, 3, 4] }, hash: { SHA256.of($0) })
    try Data(definitions).write(to: file)
    try await self.init(definitions: file.path, settings: Self.houseSettings())
  }
}
