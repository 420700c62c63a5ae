package import SharedKernel

extension Topology {
  /// The development house's: all bidders share the user `cliente`, and make their queues themselves.
  package static let house = Topology(
    virtualHost: "leilao", exchanges: Exchange.allCases, queues: queues, bindings: bindings,
    users: services + [sharedBidder, `operator`],
    policies: [
      Policy(
        name: "filas-de-clientes", pattern: "^amq\\.gen", expiresMilliseconds: 60_000, maximumLength: 10_000,
        maximumBytes: 64 * 1_048_576)
    ],
    maximumQueues: 256)

  /// A house in which each bidder has a broker user, named as he is, and a queue that is there before he comes: bidders
  /// configure nothing, and hear on `leilao` only what their queues were bound to for them.
  package static func house(of bidders: [PrincipalID]) -> Topology {
    Topology(
      virtualHost: house.virtualHost, exchanges: house.exchanges, queues: house.queues + bidders.map(queue(for:)),
      bindings: house.bindings + bidders.flatMap(bindings(for:)), users: services + bidders.map(user(for:)) + [`operator`],
      policies: house.policies,
      // Room for the operators' own.
      maximumQueues: Int64(house.queues.count + bidders.count + 32))
  }

  /// What every client binds on `leilao`.
  package static let announcements = [RoutingKey.scheduled, RoutingKey.opened]

  private static let queues = [
    // Its senders are told when it is full: bidders by the broker, ms-leilao tries again.
    QueueDeclaration(
      name: Queue.lanceRealizado.rawValue, type: .quorum, singleActiveConsumer: true, maximumLength: 100_000,
      maximumBytes: 256 * 1_048_576, overflow: .rejectPublish),
    QueueDeclaration(name: Queue.notificacao.rawValue, type: .quorum, singleActiveConsumer: true),
    QueueDeclaration(name: Queue.msLeilao.rawValue, type: .quorum, singleActiveConsumer: true),
    QueueDeclaration(
      name: Queue.leilaoConsulta.rawValue, type: .classic, maximumLength: 1_000, maximumBytes: 1_048_576, overflow: .dropHead,
      messageLifetimeMilliseconds: 10_000),
    QueueDeclaration(
      name: Queue.mortas.rawValue, type: .quorum, maximumLength: 100_000, maximumBytes: 256 * 1_048_576, overflow: .dropHead),
  ]

  private static let bindings: [Binding] =
    bind(.lances, .lanceRealizado, [RoutingKey.bidPlaced])
    + bind(
      .leilao, .lanceRealizado,
      [Kind.scheduled, .opened, .suspended, .resumed, .closed, .cancelled, .passedOn, .voidBid].map(\.routingKey))
    + bind(.sigilo, .lanceRealizado, [RoutingKey.reserve])
    + bind(
      .leilao, .notificacao,
      [Kind.bidsAccepted, .bidRefused, .extended, .suspended, .resumed, .awarded, .passedOn, .cancelled].map(\.routingKey))
    + bind(.leilao, .msLeilao, [RoutingKey.extended, RoutingKey.awarded])
    + bind(.comandos, .msLeilao, Exchange.comandos.kinds.map(\.routingKey))
    + bind(.consultas, .leilaoConsulta, [RoutingKey.query])
    + bind(.mortas, .mortas, Service.allCases.map(RoutingKey.dead(from:)))

  private static func bind(_ exchange: Exchange, _ queue: Queue, _ keys: [String]) -> [Binding] {
    keys.map { Binding(exchange: exchange, queue: queue.rawValue, key: $0) }
  }

  // MARK: Rights

  private static let nothing = BrokerUser.nothing
  private static let ownQueues = "^amq\\.gen-.*$"
  private static let notices = "^(leilao\\.[a-z0-9-]{1,40}|cliente\\.[a-z0-9_]{1,32})$"

  private static let services = [
    BrokerUser(
      name: Service.msLeilao.rawValue, configure: nothing, write: "^(leilao|sigilo|mortas)$", read: "^ms_leilao$",
      topics: [
        writes(.leilao, [.scheduled, .opened, .suspended, .resumed, .closed, .cancelled, .passedOn, .voidBid, .commandAnswered]),
        writes(.sigilo, [.reserve]), buries(.msLeilao),
      ], maximumConnections: 16, maximumChannels: 64),
    BrokerUser(
      // The default exchange is for replies.
      name: Service.msLance.rawValue, configure: nothing, write: "^(leilao|mortas|amq\\.default)$",
      read: "^(lance_realizado|leilao_consulta)$",
      topics: [writes(.leilao, [.bidsAccepted, .bidRefused, .extended, .awarded]), buries(.msLance)],
      maximumConnections: 16, maximumChannels: 64),
    BrokerUser(
      name: Service.msNotificacao.rawValue, configure: nothing, write: "^(notificacoes|mortas)$", read: "^notificacao$",
      topics: [.init(exchange: .notificacoes, write: notices, read: nothing), buries(.msNotificacao)],
      maximumConnections: 16, maximumChannels: 64),
  ]

  private static let sharedBidder = BrokerUser(
    name: "cliente", configure: ownQueues, write: "^(lances|consultas|amq\\.gen-.*)$",
    read: "^(leilao|notificacoes|amq\\.gen-.*)$",
    topics: [
      writes(.lances, [.bidPlaced]),
      .init(exchange: .consultas, write: exactly([RoutingKey.query]), read: nothing),
      .init(exchange: .leilao, write: nothing, read: exactly(announcements)),
      .init(exchange: .notificacoes, write: nothing, read: notices),
    ], maximumConnections: 200, maximumChannels: 400)

  private static let `operator` = BrokerUser(
    name: "operador", configure: ownQueues, write: "^(comandos|consultas|amq\\.gen-.*)$",
    read: "^(mortas|leilao|amq\\.gen-.*)$",
    topics: [
      writes(.comandos, Exchange.comandos.kinds),
      .init(exchange: .consultas, write: exactly([RoutingKey.query]), read: nothing),
      .init(exchange: .leilao, write: nothing, read: exactly([RoutingKey.commandAnswered])),
      .init(exchange: .mortas, write: nothing, read: exactly(Service.allCases.map(RoutingKey.dead(from:)))),
    ], maximumConnections: 32, maximumChannels: 64, tags: ["monitoring"])

  // MARK: One bidder's

  /// What waits for a client that is away is soon worth nothing: it asks for the state when it comes back.
  private static func queue(for bidder: PrincipalID) -> QueueDeclaration {
    QueueDeclaration(
      name: queue(of: bidder), type: .classic, singleActiveConsumer: true, maximumLength: 10_000,
      maximumBytes: 64 * 1_048_576, overflow: .dropHead, messageLifetimeMilliseconds: 60_000)
  }

  private static func bindings(for bidder: PrincipalID) -> [Binding] {
    announcements.map { Binding(exchange: .leilao, queue: queue(of: bidder), key: $0) }
      + [Binding(exchange: .notificacoes, queue: queue(of: bidder), key: RoutingKey.bidder(bidder))]
  }

  /// Binding a queue takes the right to write it and to read the exchange: he follows auctions, and nothing else.
  private static func user(for bidder: PrincipalID) -> BrokerUser {
    BrokerUser(
      name: bidder.text, configure: nothing, write: "^(lances|consultas|\(queue(of: bidder)))$",
      read: "^(notificacoes|\(queue(of: bidder)))$",
      topics: [
        writes(.lances, [.bidPlaced]),
        .init(exchange: .consultas, write: exactly([RoutingKey.query]), read: nothing),
        .init(exchange: .notificacoes, write: nothing, read: "^leilao\\.[a-z0-9-]{1,40}$"),
      ], maximumConnections: 8, maximumChannels: 32)
  }

  private static func writes(_ exchange: Exchange, _ kinds: [Kind]) -> BrokerUser.TopicRight {
    .init(exchange: exchange, write: exactly(kinds.map(\.routingKey)), read: nothing)
  }
  private static func buries(_ service: Service) -> BrokerUser.TopicRight {
    .init(exchange: .mortas, write: exactly([RoutingKey.dead(from: service)]), read: nothing)
  }

  /// An anchored pattern of exactly these keys.
  private static func exactly(_ keys: [String]) -> String {
    let escaped = keys.map { key in key.split(separator: ".").joined(separator: "\\.") }
    return escaped.count == 1 ? "^\(escaped[0])$" : "^(\(escaped.joined(separator: "|")))$"
  }
}
