import AuctionWire
import MessagingKit
import SuiteTesting

/// Hears at the broker whatever the house says, as an operator's user who may read everything; and says what nobody should.
final class Tap: Sendable {
  static let user = "testemunha"

  struct Heard: Sendable {
    let exchange: Exchange
    let id: String
    let body: [UInt8]
  }

  let heard = Recorder<Heard>()
  private let events = Recorder<ConnectionEvent>()
  private let connection: Connection

  /// Makes the user whom the house's definitions do not know.
  static func introduce(to broker: PrivateBroker) async throws {
    try await broker.rabbitmqctl(["add_user", user, user])
    try await broker.rabbitmqctl(["set_permissions", "-p", "leilao", user, ".*", ".*", ".*"])
  }

  init(_ broker: PrivateBroker) async throws {
    let url = try BrokerURL(broker.url(user: Self.user, password: Self.user, virtualHost: "leilao"))
    let bindings = [Exchange.leilao, .notificacoes].map { Binding(exchange: $0.rawValue, key: "#") }
    connection = Connection(
      ConnectionOptions(url: url, name: Self.user),
      subscriptions: [Subscription(name: "tudo", source: .exclusive(bindings: bindings), automaticAcknowledgement: true)]
    ) { [heard, events] event in
      guard case .delivered(let deliveries) = event else { return events.record(event) }
      for delivery in deliveries {
        guard let exchange = Exchange(rawValue: delivery.exchange) else { continue }
        heard.record(Heard(exchange: exchange, id: delivery.properties.messageID ?? "-", body: delivery.body))
      }
    }
    connection.start()
    try await events.first { if case .subscribed = $0 { () } else { nil } }
  }

  /// Whether it has heard all that there was.
  var isWhole: Bool { !events.values.contains { if case .disconnected = $0 { true } else { false } } }

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
