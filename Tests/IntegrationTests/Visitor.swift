import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// A client of the test's own making: says to the broker whatever it likes, and asks the house.
final class Visitor: Sendable {
  let house: PrivateHouse
  let user: String
  let events = Recorder<ConnectionEvent>()
  private let connection: Connection

  /// Returns when it is connected and hears what it bound.
  ///
  /// - Parameter queue: a queue whose messages it takes and never acknowledges; they go back when it leaves.
  init(
    _ house: PrivateHouse, as user: String = "cliente", hearing bindings: [MessagingKit.Binding] = [],
    consuming queue: String? = nil
  ) async throws {
    (self.house, self.user) = (house, user)
    let url = try BrokerURL(house.broker.url(user: user, password: user, virtualHost: "leilao"))
    var subscriptions = [Subscription(name: "respostas", source: .directReplies)]
    if let queue { subscriptions = [Subscription(name: "fila", source: .queue(queue))] }
    if !bindings.isEmpty {
      subscriptions.append(Subscription(name: "ouvir", source: .exclusive(bindings: bindings), automaticAcknowledgement: true))
    }
    connection = Connection(ConnectionOptions(url: url, name: "visita"), subscriptions: subscriptions) { [events] in
      events.record($0)
    }
    connection.start()
    for name in subscriptions.map(\.name) {
      try await events.first { if case .subscribed(name, _) = $0 { () } else { nil } }
    }
  }

  func leave() async { await connection.close(within: .zero) }

  /// Publishes, and answers with what became of it.
  @discardableResult
  func publish(
    _ exchange: Exchange, _ key: String, _ body: [UInt8], id: String? = nil, about auction: String? = nil,
    namingUser: Bool = true,
    to slice: AuctionSlice? = nil
  ) async throws -> PublishOutcome {
    let outcomes = Recorder<PublishOutcome>()
    let message = Publishing(
      exchange: exchange.rawValue, routingKey: key, isMandatory: exchange == .lances,
      properties: MessageProperties(
        contentType: Envelope.contentType, messageID: id, correlationID: auction, replyTo: Publishing.directReplyTo,
        userID: namingUser ? user : nil, isPersistent: true,
        headers: slice.map { [MessageProperties.copyHeader: RoutingKey.slice($0)] } ?? [:]), body: body)
    guard connection.publish(message, outcome: { outcomes.record($0) }) else { return .unknown("not taken") }
    return try await outcomes.first { $0 }
  }

  /// Asks, again where no answer comes, and checks the signature of the answer.
  func ask(_ subject: Query.Subject) async throws -> (snapshot: Snapshot, envelopes: [Evidence]) {
    let key = try KeyFolder(path: house.keys).publicKey(of: "ms_lance")
    for _ in 0..<24 {
      let query = Query(id: .random(), subject: subject)
      let message = Publishing(
        exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query,
        properties: MessageProperties(
          contentType: Query.contentType, correlationID: query.auction?.text, replyTo: Publishing.directReplyTo,
          headers: query.auction.map { MessageProperties.headers(to: $0) } ?? [:]), body: query.encoded())
      _ = connection.publish(message) { _ in }
      let reply = try? await events.first(within: .seconds(5)) { event in self.reply(to: query.id, in: event) }
      guard let reply else { continue }
      guard key.isValid(reply.envelope.signature, for: reply.envelope.preAuthenticationEncoding) else {
        throw Program.Failure(description: "an answer that ms-lance has not signed")
      }
      return (try Snapshot(reply.envelope), reply.envelopes)
    }
    throw Program.Failure(description: "no answer to \(subject) within two minutes")
  }

  private func reply(to id: UniqueID, in event: ConnectionEvent) -> SnapshotReply? {
    guard case .delivered(let deliveries) = event else { return nil }
    return deliveries.lazy.compactMap { try? SnapshotReply(parsing: $0.body) }
      .first { (try? Snapshot($0.envelope))?.id == id }
  }

  /// What it has heard on its bindings so far.
  var heard: [Delivery] {
    events.values.flatMap { event -> [Delivery] in
      guard case .delivered(let deliveries) = event else { return [] }
      return deliveries.filter { $0.subscription == "ouvir" }
    }
  }

  /// The first statement of that kind that it hears on its bindings.
  func hears(_ kind: Kind) async throws -> Delivery {
    try await events.first { event in
      guard case .delivered(let deliveries) = event else { return nil }
      return deliveries.first { $0.subscription == "ouvir" && (try? Envelope(parsing: $0.body))?.kind == kind }
    }
  }
}
