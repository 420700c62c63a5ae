import AuctionWire
import MessagingKit
import SuiteTesting

/// Has the broker keep whatever the house says, in a durable queue that no fault cuts off, as a user who may read everything; and
/// says what nobody should.
final class Tap: Sendable {
  static let user = "testemunha"

  struct Heard: Sendable {
    let exchange: Exchange
    let id: String
    let body: [UInt8]
  }

  private static let queue = "testemunha"
  /// Whose messages it keeps.
  let exchanges: [Exchange]
  private let told = Recorder<Heard>()
  private let broker: PrivateBroker
  private let url: BrokerURL
  private let connection: Connection

  /// Makes the user whom the house's definitions do not know.
  static func introduce(to broker: PrivateBroker) async throws {
    try await broker.rabbitmqctl(["add_user", user, user])
    try await broker.rabbitmqctl(["set_permissions", "-p", "leilao", user, ".*", ".*", ".*"])
  }

  init(_ broker: PrivateBroker, hearing exchanges: [Exchange]) async throws {
    (self.broker, self.exchanges) = (broker, exchanges)
    url = try BrokerURL(broker.url(user: Self.user, password: Self.user, virtualHost: "leilao"))
    let probe = try Self.probe(broker)
    try probe.deleteQueue(Self.queue)
    try probe.declareQueue(Self.queue)
    for exchange in exchanges { try probe.bind(Self.queue, exchange: exchange.rawValue, key: "#") }
    connection = Connection(ConnectionOptions(url: url, name: Self.user), onEvent: { _ in })
    connection.start()
  }

  private static func probe(_ broker: PrivateBroker) throws -> BrokerProbe {
    try BrokerProbe(port: broker.port, user: user, password: user, virtualHost: "leilao")
  }

  /// Everything that was said, in its order; once nobody says anything any more.
  func heard() async throws -> [Heard] {
    let count = try told.count + Self.probe(broker).readyCount(Self.queue)
    let reading = Connection(
      ConnectionOptions(url: url, name: Self.user),
      subscriptions: [
        Subscription(name: "tudo", source: .bound(queue: Self.queue, bindings: []), automaticAcknowledgement: true)
      ]
    ) { [told] event in
      guard case .delivered(let deliveries) = event else { return }
      for delivery in deliveries {
        guard let exchange = Exchange(rawValue: delivery.exchange) else { continue }
        told.record(Heard(exchange: exchange, id: delivery.properties.messageID ?? "-", body: delivery.body))
      }
    }
    reading.start()
    try await until("the witness has told everything") { told.count >= count }
    await reading.close(within: .zero)
    return told.values
  }

  /// What could be had of it, and whether that is all.
  func heardSoFar() async -> (heard: [Heard], isWhole: Bool) {
    do { return (try await heard(), true) } catch { return (told.values, false) }
  }

  /// Sends something to where bids belong, again until the broker has it.
  func send(_ body: [UInt8], id: String) async throws {
    let message = Publishing(
      exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
      properties: MessageProperties(messageID: id, userID: Self.user, isPersistent: true), body: body)
    try await until("the broker takes \(id)") {
      let outcomes = Recorder<PublishOutcome>()
      guard self.connection.publish(message, outcome: { outcomes.record($0) }) else { return false }
      return try await outcomes.first { $0 } == .confirmed
    }
  }

  func leave() async { await connection.close(within: .zero) }
}
