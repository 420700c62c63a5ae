package import AuctionFacts
package import AuctionSigning
package import AuctionWire
package import MessagingKit
package import ServiceKit
package import SharedKernel
import SigningKit
import Synchronization

/// The wire to the house, as a bidder or an operator has it: one connection that listens, one that publishes and asks.
///
/// Everything that arrives is checked here; what cannot be checked is dropped and counted. Callbacks run on the connections'
/// threads and must not block.
package final class HouseLink: Sendable {
  package enum Event: Sendable {
    /// Both connections are there and the listening one is subscribed.
    case up
    case down(reason: String, retryIn: Duration)
    /// The broker will not have us; the reason in its words.
    case refused(String)
    case blocked(String)
    case unblocked
    /// On one of the connections nothing has come for so long, not even a heartbeat that was due.
    case silent(for: Duration)
    /// On both something comes again.
    case heard
    case statement(HouseStatement)
    case snapshot(HouseAnswer)
    /// A refusal that came over the direct reply address.
    case receipt(HouseStatement)
    /// Something that is not what the house says.
    case dropped(String)
  }

  private struct State {
    var isListening = false
    var isPublishing = false
    var wasUp = false
    /// Since when nothing comes on the one and on the other; nil: something does.
    var hearsNothing: ContinuousClock.Instant?
    var getsNoAnswer: ContinuousClock.Instant?
    var silentSince: ContinuousClock.Instant? { [hearsNothing, getsNoAnswer].compactMap { $0 }.min() }
  }

  private final class Shared: Sendable {
    let value: Mutex<State>
    init(_ state: State) { value = Mutex(state) }
  }

  /// What a client hears without asking, and on which queue.
  package enum Hearing: Sendable {
    /// Only answers.
    case nothing
    /// On a queue that the broker makes and names: what is bound at first; more by `follow`.
    case ownQueue([(exchange: Exchange, key: String)])
    /// On a queue that was made for this client and bound to what concerns it; more by `follow`.
    case madeQueue(String)

    fileprivate var source: Subscription.Source? {
      switch self {
      case .nothing: nil
      case .ownQueue(let bindings):
        .exclusive(bindings: bindings.map { MessagingKit.Binding(exchange: $0.exchange.rawValue, key: $0.key) })
      case .madeQueue(let name): .bound(queue: name, bindings: [])
      }
    }
  }

  private final class Connections: Sendable {
    let listening: Connection?
    let publishing: Connection
    init(_ listening: Connection?, _ publishing: Connection) { (self.listening, self.publishing) = (listening, publishing) }
  }

  private let state: Shared
  private let connections: Connections
  /// In whose name this client logs in; the broker vouches for it.
  private let user: String

  /// People wait: never as long for the next attempt as a service may. Full jitter keeps the clients of a broker that came back apart.
  private static func options(_ broker: BrokerAccess, _ name: String) -> ConnectionOptions {
    var options = broker.options(name)
    options.backoff = Backoff(cap: .seconds(15))
    return options
  }
  private static let listeningName = "ouvir"
  private static let replyName = "respostas"

  /// - Parameters:
  ///   - keys: the house's public keys, which reach a client out of band.
  package init(
    broker: BrokerAccess, name: String, keys: LiveKeyRing, hearing: Hearing, onEvent: @escaping @Sendable (Event) -> Void
  ) {
    let source = hearing.source
    let state = Shared(State(isListening: source == nil))
    @Sendable func changed(_ change: (inout State) -> Void) {
      let events: [Event] = state.value.withLock { s in
        change(&s)
        let isUp = s.isListening && s.isPublishing
        defer { s.wasUp = isUp }
        guard isUp, !s.wasUp else { return [] }
        // One of the two has come back; the other may be as silent as before.
        return [.up] + (s.silentSince.map { [.silent(for: .now - $0)] } ?? [])
      }
      events.forEach(onEvent)
    }
    @Sendable func hear(_ delivery: Delivery) {
      do throws(Rejection) {
        if delivery.subscription == Self.replyName {
          if let reply = try? SnapshotReply(parsing: delivery.body) {
            return onEvent(.snapshot(try keys.open { ring throws(Rejection) in try HouseAnswer(reply, ring: ring) }))
          }
          let statement = try keys.open { ring throws(Rejection) in try HouseStatement(whole: delivery.body, ring: ring) }
          guard case .refused = statement.fact else { return }
          return onEvent(.receipt(statement))
        }
        guard let exchange = Exchange(rawValue: delivery.exchange) else { return }
        onEvent(
          .statement(
            try keys.open { ring throws(Rejection) in try HouseStatement(whole: delivery.body, from: exchange, ring: ring) }))
      } catch {
        onEvent(.dropped(said(error)))
      }
    }
    /// Of the connection that there is at any rate; what troubles both is told once.
    @Sendable func tellTrouble(_ event: ConnectionEvent) {
      switch event {
      case .disconnected(let reason, let retryIn): onEvent(.down(reason: reason, retryIn: retryIn))
      case .refused(let reason): onEvent(.refused(reason))
      default: break
      }
    }
    @Sendable func tellSilence(_ event: ConnectionEvent, whileListening isListening: Bool) {
      let told: Event? = state.value.withLock { s in
        let before = s.silentSince
        let since: ContinuousClock.Instant? = if case .silent(let time) = event { .now - time } else { nil }
        if isListening { s.hearsNothing = since } else { s.getsNoAnswer = since }
        switch (before, s.silentSince) {
        case (nil, let since?): return .silent(for: .now - since)
        case (_?, nil): return .heard
        default: return nil
        }
      }
      if let told { onEvent(told) }
    }
    let listening = source.map { source in
      Connection(
        Self.options(broker, "\(name) (ouve)"),
        subscriptions: [Subscription(name: Self.listeningName, source: source, prefetch: 0, automaticAcknowledgement: true)],
        onEvent: { event in
          switch event {
          case .subscribed: changed { $0.isListening = true }
          case .subscriptionCancelled: changed { $0.isListening = false }
          case .disconnected:
            changed { ($0.isListening, $0.hearsNothing) = (false, nil) }
          case .delivered(let deliveries): deliveries.forEach(hear)
          case .silent, .heard: tellSilence(event, whileListening: true)
          case .connected, .bound, .blocked, .unblocked, .refused: break
          }
          tellTrouble(event)
        })
    }
    let publishing = Connection(
      Self.options(broker, "\(name) (fala)"),
      subscriptions: [Subscription(name: Self.replyName, source: .directReplies, prefetch: 0, automaticAcknowledgement: true)],
      onEvent: { event in
        switch event {
        case .subscribed: changed { $0.isPublishing = true }
        case .subscriptionCancelled: changed { $0.isPublishing = false }
        case .disconnected: changed { ($0.isPublishing, $0.getsNoAnswer) = (false, nil) }
        case .blocked(let reason): onEvent(.blocked(reason))
        case .unblocked: onEvent(.unblocked)
        case .silent, .heard: tellSilence(event, whileListening: false)
        case .delivered(let deliveries): deliveries.forEach(hear)
        case .connected, .bound, .refused: break
        }
        if source == nil { tellTrouble(event) }
      })
    self.state = state
    connections = Connections(listening, publishing)
    user = broker.user
  }

  package func start() {
    connections.listening?.start()
    connections.publishing.start()
  }

  package func reconnectNow() {
    connections.listening?.reconnectNow()
    connections.publishing.reconnectNow()
  }

  package func close() async {
    await connections.publishing.close(within: .seconds(1))
    await connections.listening?.close(within: .zero)
  }

  package func follow(_ auction: AuctionID) {
    connections.listening?.bind(Self.listeningName, exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction(auction))
  }

  package func unfollow(_ auction: AuctionID) {
    connections.listening?.unbind(Self.listeningName, exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction(auction))
  }

  /// Asks; the answer comes as `.snapshot` with the query's id, or never: one from each partition that was asked.
  package func ask(_ query: Query) {
    let message = Publishing(
      exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query, isMandatory: false,
      properties: MessageProperties(
        contentType: Query.contentType, correlationID: query.auction?.text, replyTo: Publishing.directReplyTo, userID: user,
        isPersistent: false,
        headers: query.auction.map { MessageProperties.headers(to: $0) }
          ?? [MessageProperties.copyHeader: RoutingKey.queryAll]),
      body: query.encoded())
    _ = connections.publishing.publish(message) { _ in }
  }

  /// Publishes a signed statement; the outcome comes on the connection's thread.
  package func publish(
    _ statement: some WireValue, _ sealed: Sealed, to exchange: Exchange,
    outcome: @escaping @Sendable (PublishOutcome) -> Void
  ) {
    let message = Publishing(
      exchange: exchange.rawValue, routingKey: statement.kind.routingKey,
      isMandatory: Topology.house.isMandatory(exchange, key: statement.kind.routingKey),
      properties: MessageProperties(
        contentType: Envelope.contentType, messageID: statement.messageID, correlationID: statement.correlationID,
        replyTo: Publishing.directReplyTo, userID: user, isPersistent: true,
        headers: exchange == .lances
          ? statement.correlationID.flatMap(AuctionID.init).map { MessageProperties.headers(to: $0) } ?? [:] : [:]),
      body: sealed.evidence.bytes)
    if !connections.publishing.publish(message, outcome: outcome) { outcome(.busy) }
  }
}
