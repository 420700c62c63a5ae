package import SharedKernel

extension Topology {
  /// The development house's: all bidders share the user `cliente`, and make their queues themselves.
  package static let house = house(partitions: [])

  /// The same, partitioned: each partition has a queue of work and one of queries, and gets what concerns its slices.
  package static func house(partitions: [Partition]) -> Topology {
    let queues = queues(partitions)
    return Topology(
      virtualHost: "leilao", exchanges: Exchange.allCases, queues: queues, bindings: bindings(partitions),
      users: services(partitions) + [sharedBidder, `operator`],
      policies: [
        Policy(
          name: "filas-de-clientes", pattern: "^amq\\.gen", expiresMilliseconds: 60_000, maximumLength: 10_000,
          maximumBytes: 64 * 1_048_576)
      ],
      // As many for clients as a house that is not partitioned has.
      maximumQueues: Int64(251 + queues.count))
  }

  /// A house in which each bidder has a broker user, named as he is, and a queue that is there before he comes: bidders
  /// configure nothing, and hear on `leilao` only what their queues were bound to for them.
  package static func house(of bidders: [PrincipalID], partitions: [Partition] = []) -> Topology {
    let house = house(partitions: partitions)
    return Topology(
      virtualHost: house.virtualHost, exchanges: house.exchanges, queues: house.queues + bidders.map(queue(for:)),
      bindings: house.bindings + bidders.flatMap(bindings(for:)),
      users: services(partitions) + bidders.map(user(for:)) + [`operator`],
      policies: house.policies,
      // Room for the operators' own.
      maximumQueues: Int64(house.queues.count + bidders.count + 32))
  }

  /// What every client binds on `leilao`.
  package static let announcements = [RoutingKey.scheduled, RoutingKey.opened]

  private static func queues(_ partitions: [Partition]) -> [QueueDeclaration] {
    let names = partitions.isEmpty ? [nil] : partitions.map(Optional.init)
    return names.map { work(name(.lanceRealizado, $0)) }
      + [
        QueueDeclaration(name: Queue.notificacao.rawValue, type: .quorum, singleActiveConsumer: true),
        QueueDeclaration(name: Queue.msLeilao.rawValue, type: .quorum, singleActiveConsumer: true),
      ]
      + names.map { queries(name(.leilaoConsulta, $0)) }
      + [
        QueueDeclaration(
          name: Queue.mortas.rawValue, type: .quorum, maximumLength: 100_000, maximumBytes: 256 * 1_048_576, overflow: .dropHead)
      ]
  }

  private static func name(_ queue: Queue, _ partition: Partition?) -> String { partition?.queue(queue) ?? queue.rawValue }

  /// Its senders are told when it is full: bidders by the broker, ms-leilao tries again.
  private static func work(_ name: String) -> QueueDeclaration {
    QueueDeclaration(
      name: name, type: .quorum, singleActiveConsumer: true, maximumLength: 100_000, maximumBytes: 256 * 1_048_576,
      overflow: .rejectPublish)
  }

  private static func queries(_ name: String) -> QueueDeclaration {
    QueueDeclaration(
      name: name, type: .classic, maximumLength: 1_000, maximumBytes: 1_048_576, overflow: .dropHead,
      messageLifetimeMilliseconds: 10_000)
  }

  /// What ms-leilao says to ms-lance.
  package static let calendarForBooks: [Kind] = [
    .scheduled, .opened, .suspended, .resumed, .closed, .cancelled, .passedOn, .voidBid,
  ]

  private static func bindings(_ partitions: [Partition]) -> [Binding] {
    toBooks(partitions)
      + bind(
        .leilao, .notificacao,
        [Kind.bidsAccepted, .bidRefused, .extended, .suspended, .resumed, .awarded, .passedOn, .cancelled].map(\.routingKey))
      + bind(.leilao, .msLeilao, [RoutingKey.extended, RoutingKey.awarded])
      + bind(.comandos, .msLeilao, Exchange.comandos.kinds.map(\.routingKey))
      + queries(partitions)
      + bind(.mortas, .mortas, Service.allCases.map(RoutingKey.dead(from:)))
  }

  /// By the kind's key where there is one queue, otherwise by the slice's.
  private static func toBooks(_ partitions: [Partition]) -> [Binding] {
    guard partitions.isEmpty else { return [.lances, .leilao, .sigilo].flatMap { bySlice($0, .lanceRealizado, partitions) } }
    return bind(.lances, .lanceRealizado, [RoutingKey.bidPlaced])
      + bind(.leilao, .lanceRealizado, calendarForBooks.map(\.routingKey))
      + bind(.sigilo, .lanceRealizado, [RoutingKey.reserve])
  }

  private static func queries(_ partitions: [Partition]) -> [Binding] {
    guard !partitions.isEmpty else { return bind(.consultas, .leilaoConsulta, [RoutingKey.query]) }
    return bySlice(.consultas, .leilaoConsulta, partitions)
      + partitions.map { Binding(exchange: .consultas, queue: $0.queue(.leilaoConsulta), key: RoutingKey.queryAll) }
  }

  private static func bySlice(_ exchange: Exchange, _ queue: Queue, _ partitions: [Partition]) -> [Binding] {
    AuctionSlice.all.flatMap { slice in
      partitions.filter { $0.holds(slice) }.map {
        Binding(exchange: exchange, queue: $0.queue(queue), key: RoutingKey.slice(slice))
      }
    }
  }

  private static func bind(_ exchange: Exchange, _ queue: Queue, _ keys: [String]) -> [Binding] {
    keys.map { Binding(exchange: exchange, queue: queue.rawValue, key: $0) }
  }

  // MARK: Rights

  private static let nothing = BrokerUser.nothing
  private static let ownQueues = "^amq\\.gen-.*$"
  private static let notices = "^(leilao\\.[a-z0-9-]{1,40}|cliente\\.[a-z0-9_]{1,32})$"

  private static func services(_ partitions: [Partition]) -> [BrokerUser] {
    let partition = partitions.isEmpty ? "" : "\\.[0-9]{1,2}"
    return services(readByBooks: "^(lance_realizado|leilao_consulta)\(partition)$")
  }

  private static func services(readByBooks: String) -> [BrokerUser] {
    [
      BrokerUser(
        name: Service.msLeilao.rawValue, configure: nothing, write: "^(leilao|sigilo|mortas)$", read: "^ms_leilao$",
        topics: [
          writes(.leilao, calendarForBooks + [.commandAnswered], withSlices: true),
          writes(.sigilo, [.reserve], withSlices: true), buries(.msLeilao),
        ], maximumConnections: 16, maximumChannels: 64),
      BrokerUser(
        // The default exchange is for replies.
        name: Service.msLance.rawValue, configure: nothing, write: "^(leilao|mortas|amq\\.default)$",
        read: readByBooks,
        topics: [writes(.leilao, [.bidsAccepted, .bidRefused, .extended, .awarded]), buries(.msLance)],
        maximumConnections: 16, maximumChannels: 64),
      BrokerUser(
        name: Service.msNotificacao.rawValue, configure: nothing, write: "^(notificacoes|mortas)$", read: "^notificacao$",
        topics: [.init(exchange: .notificacoes, write: notices, read: nothing), buries(.msNotificacao)],
        maximumConnections: 16, maximumChannels: 64),
    ]
  }

  private static let sharedBidder = BrokerUser(
    name: "cliente", configure: ownQueues, write: "^(lances|consultas|amq\\.gen-.*)$",
    read: "^(leilao|notificacoes|amq\\.gen-.*)$",
    topics: [
      writes(.lances, [.bidPlaced], withSlices: true),
      asks,
      .init(exchange: .leilao, write: nothing, read: exactly(announcements)),
      .init(exchange: .notificacoes, write: nothing, read: notices),
    ], maximumConnections: 200, maximumChannels: 400)

  private static let `operator` = BrokerUser(
    name: "operador", configure: ownQueues, write: "^(comandos|consultas|amq\\.gen-.*)$",
    read: "^(mortas|leilao|amq\\.gen-.*)$",
    topics: [
      writes(.comandos, Exchange.comandos.kinds),
      asks,
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
        writes(.lances, [.bidPlaced], withSlices: true),
        asks,
        .init(exchange: .notificacoes, write: nothing, read: "^leilao\\.[a-z0-9-]{1,40}$"),
      ], maximumConnections: 8, maximumChannels: 32)
  }

  /// - Parameter withSlices: an auction's slice goes with the key, and RabbitMQ 4 looks for a right to every key of a message. Where
  ///   the house is not partitioned nothing is bound to it.
  private static func writes(_ exchange: Exchange, _ kinds: [Kind], withSlices: Bool = false) -> BrokerUser.TopicRight {
    .init(exchange: exchange, write: exactly(kinds.map(\.routingKey), orSlices: withSlices), read: nothing)
  }
  private static let asks = BrokerUser.TopicRight(
    exchange: .consultas, write: exactly([RoutingKey.query, RoutingKey.queryAll], orSlices: true), read: nothing)
  private static func buries(_ service: Service) -> BrokerUser.TopicRight {
    .init(exchange: .mortas, write: exactly([RoutingKey.dead(from: service)]), read: nothing)
  }

  /// An anchored pattern of exactly these keys.
  private static func exactly(_ keys: [String], orSlices: Bool = false) -> String {
    let escaped =
      keys.map { key in key.split(separator: ".").joined(separator: "\\.") }
      + (orSlices ? ["\(RoutingKey.slicePrefix.dropLast())\\.[0-9]{1,2}"] : [])
    return escaped.count == 1 ? "^\(escaped[0])$" : "^(\(escaped.joined(separator: "|")))$"
  }
}
