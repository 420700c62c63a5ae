package import AuctionWire
package import MessagingKit

/// The model: after each action everything that can move has moved.
package final class SimulatedStage: Stage {
  private let world: SimulatedWorld
  private let topology: Topology
  private let broker: SimulatedBroker
  private var programs: [String: (connection: SimulatedConnection, witness: Onlooker)] = [:]
  private var order: [String] = []
  private var held: Set<String> = []

  package init(_ topology: Topology) {
    world = SimulatedWorld()
    self.topology = topology
    broker = SimulatedBroker(topology, time: world.time, trace: world.trace)
  }

  package func enter(_ name: String, as user: String, _ subscriptions: [Subscription]) {
    let witness = Onlooker()
    let connection = SimulatedConnection(broker, name: name, user: user, subscriptions: subscriptions) { witness.hear($0) }
    programs[name] = (connection, witness)
    order.append(name)
    connection.connect()
    settle()
  }

  package func publish(_ name: String, _ message: Publishing) {
    guard let (connection, witness) = programs[name] else { return }
    let number = witness.publishes()
    _ = connection.publish(message) { witness.settled(number, $0) }
    settle()
  }

  package func reply(_ name: String, to subscription: String, _ number: Int, id: String) {
    publish(name, .reply(to: programs[name]?.witness.delivery(subscription, number), id: id))
  }

  package func acknowledge(_ name: String, _ subscription: String, _ number: Int, multiple: Bool) {
    guard let (connection, witness) = programs[name], let tag = witness.delivery(subscription, number)?.tag else { return }
    connection.acknowledge(tag, multiple: multiple)
    settle()
  }

  package func reject(_ name: String, _ subscription: String, _ number: Int) {
    guard let (connection, witness) = programs[name], let tag = witness.delivery(subscription, number)?.tag else { return }
    connection.reject(tag)
    settle()
  }

  package func bind(_ name: String, _ subscription: String, exchange: String, key: String) {
    programs[name]?.connection.bind(subscription, exchange: exchange, key: key)
    settle()
  }

  package func unbind(_ name: String, _ subscription: String, exchange: String, key: String) {
    programs[name]?.connection.unbind(subscription, exchange: exchange, key: key)
    settle()
  }

  package func holdAnswers(to name: String) { held.insert(name) }

  package func cut(_ name: String) {
    held.remove(name)
    programs[name]?.connection.lose("cut")
    settle()
  }

  package func reconnect(_ name: String) {
    programs[name]?.connection.connect()
    settle()
  }

  package func kill(_ name: String) {
    programs[name]?.witness.leave()
    programs[name]?.connection.abandon(flushed: .max)
    settle()
  }

  package func block() { broker.block() }

  package func unblock() {
    broker.unblock()
    settle()
  }

  package func delete(_ queue: Queue) {
    broker.delete(queue)
    settle()
  }

  package func restore(_ queue: Queue) {
    broker.restore(queue)
    settle()
  }

  package func observe() -> Observation {
    Observation(
      programs: programs.mapValues(\.witness.seen),
      depths: Dictionary(
        uniqueKeysWithValues: topology.queues.map { declaration in
          (declaration.name, Queue(rawValue: declaration.name).flatMap { broker.holds($0) ? broker.messages(in: $0).count : nil })
        }))
  }

  private func settle() {
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for name in order {
        guard let connection = programs[name]?.connection else { continue }
        while connection.requestCount > 0 {
          connection.passRequest()
          hasMoved = true
        }
        while connection.noticeCount > 0, !held.contains(name) {
          connection.passNotices()
          hasMoved = true
        }
      }
    }
  }
}

extension Publishing {
  /// An answer to the address that a delivery bears.
  static func reply(to delivery: Delivery?, id: String) -> Publishing {
    Publishing(
      exchange: "", routingKey: delivery?.properties.replyTo ?? "", isMandatory: true, properties: .init(messageID: id),
      body: Array(id.utf8))
  }
}
