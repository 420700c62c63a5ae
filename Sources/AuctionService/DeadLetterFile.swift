import AuctionWire
import MessagingKit
import ServiceKit

/// Looks into the queue `mortas`: everything that is taken out goes back in its order when this is closed, unless it was
/// removed.
final class DeadLetterFile: Sendable {
  private enum Event: Sendable {
    case ready
    case delivered([Delivery])
    case lost(Failure)
  }

  private let connection: Connection
  private let user: String
  private let events: Channel<Event>
  /// Nothing more for this long: that was all.
  private static let silence = Duration.seconds(1)
  private static let patience = Duration.seconds(10)
  private static let cancelled = Failure(
    .unavailable,
    said(
      "o broker interrompeu a leitura da fila \(Queue.mortas.rawValue): ela foi apagada, ou o nó dela caiu",
      "the broker broke off the reading of the queue \(Queue.mortas.rawValue): it was deleted, or its node went down"))

  init(_ settings: HouseSettings, limit: Int) {
    let events = Channel<Event>()
    self.events = events
    user = settings.broker.user
    var options = settings.broker.options("operador (mortas)")
    options.readsHeaders = true
    connection = Connection(
      options,
      subscriptions: [
        Subscription(name: Queue.mortas.rawValue, source: .queue(Queue.mortas.rawValue), prefetch: UInt16(clamping: limit))
      ]
    ) { event in
      switch event {
      case .subscribed: events.send(.ready)
      case .delivered(let deliveries): events.send(.delivered(deliveries))
      case .disconnected(let reason, _): events.send(.lost(.noBroker(reason)))
      case .refused(let reason): events.send(.lost(.refusedByBroker(reason)))
      case .subscriptionCancelled: events.send(.lost(Self.cancelled))
      case .connected, .bound, .blocked, .unblocked, .silent, .heard: break
      }
    }
  }

  /// The oldest letters, at most as many as the limit says.
  func letters(limit: Int) throws -> [DeadLetterView] {
    connection.start()
    var letters: [DeadLetterView] = []
    var deadline = ContinuousClock.now + Self.patience
    var isReady = false
    while letters.count < limit, let news = events.takeAll(until: deadline) {
      if news.isEmpty {
        guard isReady else { throw Failure.noBroker(said("sem resposta", "no answer")) }
        break
      }
      for event in news {
        switch event {
        case .ready: isReady = true
        case .delivered(let deliveries): letters += deliveries.map(DeadLetterView.init)
        case .lost(let failure): throw failure
        }
      }
      if isReady { deadline = .now + Self.silence }
    }
    return Array(letters.prefix(limit))
  }

  func remove(_ letter: DeadLetterView) { connection.acknowledge(letter.delivery.tag, multiple: false) }

  /// Sends a command once more as it was signed; answers when the broker has it.
  func send(_ command: Envelope, of letter: DeadLetterView) throws {
    let outcomes = Channel<PublishOutcome>()
    let message = Publishing(
      exchange: Exchange.comandos.rawValue, routingKey: command.kind.routingKey, isMandatory: true,
      properties: MessageProperties(
        contentType: Envelope.contentType, messageID: letter.delivery.properties.messageID,
        correlationID: letter.delivery.properties.correlationID, userID: user, isPersistent: true),
      body: letter.delivery.body)
    if !connection.publish(message, outcome: { outcomes.send($0) }) { outcomes.send(.busy) }
    let outcome = outcomes.takeAll(until: .now + Self.patience)?.first ?? .unknown(said("sem resposta", "no answer"))
    guard outcome == .confirmed else {
      throw Failure(
        .unknown,
        said(
          "não se sabe se foi reenviado (\(outcome)); ainda está em mortas", "not known to be sent (\(outcome)); still in mortas")
      )
    }
  }

  func close() async { await connection.close(within: .seconds(2)) }
}
