package import AuctionWire
package import MessagingKit

/// A real node through MessagingKit: each program reaches it over a link of its own, which can be cut.
package final class RealStage: Stage {
  private struct Player {
    let connection: Connection
    let proxy: LinkProxy
    let witness: Onlooker
  }

  private let node: PrivateBroker
  private let topology: Topology
  private let probe: BrokerProbe
  private var players: [String: Player] = [:]
  private var isBlocked = false

  /// - Parameter topology: whose every password is its user's name; its first user may do everything.
  package init(_ node: PrivateBroker, _ topology: Topology) throws {
    (self.node, self.topology) = (node, topology)
    let user = topology.users.first?.name ?? ""
    probe = try BrokerProbe(port: node.port, user: user, password: user, virtualHost: topology.virtualHost)
  }

  package static func node(_ topology: Topology) async throws -> PrivateBroker { try await PrivateBroker(topology) }

  /// Everybody goes, and the queues are as they were at first.
  package func clear() async throws {
    if isBlocked { try await unblock() }
    for name in players.keys.sorted() { await kill(name) }
    for declaration in topology.queues {
      if let queue = Queue(rawValue: declaration.name) {
        try probe.deleteQueue(queue.rawValue)
        try restore(queue)
      }
    }
  }

  package func enter(_ name: String, as user: String, _ subscriptions: [Subscription]) throws {
    let proxy = try LinkProxy(to: node.port)
    let witness = Onlooker()
    let options = ConnectionOptions(
      url: try BrokerURL(node.url(user: user, password: user, virtualHost: topology.virtualHost, port: proxy.port)), name: name,
      backoff: Backoff(base: .milliseconds(50), cap: .milliseconds(200)))
    let connection = Connection(options, subscriptions: subscriptions) { witness.hear($0) }
    players[name] = Player(connection: connection, proxy: proxy, witness: witness)
    connection.start()
  }

  package func publish(_ name: String, _ message: Publishing) {
    guard let player = players[name] else { return }
    let number = player.witness.publishes()
    _ = player.connection.publish(message) { [witness = player.witness] in witness.settled(number, $0) }
  }

  package func reply(_ name: String, to subscription: String, _ number: Int, id: String) {
    publish(name, .reply(to: players[name]?.witness.delivery(subscription, number), id: id))
  }

  package func acknowledge(_ name: String, _ subscription: String, _ number: Int, multiple: Bool) async {
    guard let player = players[name], let tag = player.witness.delivery(subscription, number)?.tag else { return }
    player.connection.acknowledge(tag, multiple: multiple)
    await arrival(of: player)
  }

  package func reject(_ name: String, _ subscription: String, _ number: Int) async {
    guard let player = players[name], let tag = player.witness.delivery(subscription, number)?.tag else { return }
    player.connection.reject(tag)
    await arrival(of: player)
  }

  /// Nothing answers an acknowledgement, but the confirm of a message that nobody gets comes after it on the same link.
  private func arrival(of player: Player) async {
    guard !isBlocked else { return }
    _ = await player.connection.publish(Publishing(exchange: "", routingKey: "nobody", body: [0]))
  }

  package func bind(_ name: String, _ subscription: String, exchange: String, key: String) {
    players[name]?.connection.bind(subscription, exchange: exchange, key: key)
  }

  package func unbind(_ name: String, _ subscription: String, exchange: String, key: String) {
    players[name]?.connection.unbind(subscription, exchange: exchange, key: key)
  }

  package func holdAnswers(to name: String) { players[name]?.proxy.mode = .withholdingAnswers }

  /// New connections are taken and left without an answer, so that it does not come back by itself.
  package func cut(_ name: String) async throws {
    guard let player = players[name] else { return }
    player.proxy.mode = .silent
    player.proxy.cut()
    for queue in player.witness.ownQueues { try await until("\(queue) is gone") { try !exists(queue) } }
  }

  /// Another connection's own queue is locked (405) for as long as it is there.
  private func exists(_ queue: String) throws -> Bool {
    do {
      return try depth(queue) != nil
    } catch let failed as BrokerProbe.Failed where failed.code == 405 {
      return true
    }
  }

  package func reconnect(_ name: String) {
    guard let player = players[name] else { return }
    player.proxy.mode = .passing
    player.proxy.cut()
    player.connection.reconnectNow()
  }

  package func kill(_ name: String) async {
    guard let player = players[name] else { return }
    player.witness.leave()
    player.proxy.close()
    await player.connection.close(within: .zero)
  }

  package func block() async throws {
    isBlocked = true
    try await node.rabbitmqctl(["-q", "set_vm_memory_high_watermark", "0.00001"])
  }

  package func unblock() async throws {
    try await node.rabbitmqctl(["-q", "set_vm_memory_high_watermark", "0.8"])
    isBlocked = false
  }

  package func delete(_ queue: Queue) throws { try probe.deleteQueue(queue.rawValue) }

  package func restore(_ queue: Queue) throws {
    guard let declaration = topology.queues.first(where: { $0.name == queue.rawValue }) else { return }
    let arguments = declaration.arguments.map { name, value -> (String, BrokerProbe.Value) in
      switch value {
      case .text(let text): (name, .text(text))
      case .integer(let number): (name, .number(number))
      case .boolean(let flag): (name, .flag(flag))
      }
    }
    try probe.declareQueue(declaration.name, arguments: arguments)
    for binding in topology.bindings where binding.queue == declaration.name {
      try probe.bind(declaration.name, exchange: binding.exchange.rawValue, key: binding.key)
    }
  }

  package func observe() throws -> Observation {
    Observation(
      programs: players.mapValues(\.witness.seen),
      depths: try Dictionary(uniqueKeysWithValues: topology.queues.map { ($0.name, try depth($0.name)) }))
  }

  private func depth(_ queue: String) throws -> Int? {
    do {
      return try probe.readyCount(queue)
    } catch let failed as BrokerProbe.Failed where failed.code == 404 {
      return nil
    }
  }
}
