import AuctionWire
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// Who may do what at the broker itself, tried on a real one: what the house's programs check on top is not needed here.
@Suite("The broker's rights", .serialized)
struct RightsTests {
  /// Something that somebody tries, and the AMQP reply code that he gets for it.
  struct Trial: Sendable {
    let what: String
    var code = Trial.accessRefused
    let act: @Sendable (BrokerProbe, RightsBroker) throws -> Void

    static let accessRefused = 403
    static let preconditionFailed = 406
    static let notAllowed = 530
  }

  private static let eventKeys = Exchange.leilao.kinds.map(\.routingKey)
  private static let houseQueues = Queue.allCases.map(\.rawValue)

  /// What no bidder can do in any house.
  private static let trials: [Trial] =
    publishing.map { exchange, key in
      Trial(what: "publish \(key) to \(exchange)") { probe, _ in _ = try probe.publishConfirmed(exchange: exchange, key: key) }
    }
    + houseQueues.flatMap { queue in
      [
        Trial(what: "read \(queue)") { probe, _ in _ = try probe.takeOne(queue) },
        Trial(what: "consume \(queue)") { probe, _ in try probe.consume(queue) },
        Trial(what: "purge \(queue)") { probe, _ in try probe.purgeQueue(queue) },
        Trial(what: "delete \(queue)") { probe, _ in try probe.deleteQueue(queue) },
        Trial(what: "bind \(queue)") { probe, _ in try probe.bind(queue, exchange: "notificacoes", key: "leilao.moto") },
        Trial(what: "publish past every exchange to \(queue)") { probe, _ in _ = try probe.publishConfirmed(key: queue) },
      ]
    }
    + Exchange.allCases.map { exchange in
      Trial(what: "delete the exchange \(exchange)") { probe, _ in try probe.deleteExchange(exchange.rawValue) }
    } + [
      Trial(what: "declare an exchange") { probe, _ in try probe.declareExchange("minha") },
      Trial(what: "declare a queue by a name of one's own") { probe, _ in try probe.declareQueue("minha") },
      Trial(what: "declare a bidder's queue") { probe, _ in try probe.declareQueue("cliente_mallory") },
      Trial(what: "dead-letter into the house's events") { probe, _ in
        _ = try probe.declareUnnamedQueue(isExclusive: true, arguments: [("x-dead-letter-exchange", .text("leilao"))])
      },
      Trial(what: "dead-letter past every exchange") { probe, _ in
        _ = try probe.declareUnnamedQueue(
          isExclusive: true,
          arguments: [("x-dead-letter-exchange", .text("")), ("x-dead-letter-routing-key", .text("lance_realizado"))])
      },
      Trial(what: "lead bids into the house's events") { probe, _ in
        try probe.bindExchange("leilao", to: "lances", key: "lance.realizado")
      },
      Trial(what: "lead commands into bids") { probe, _ in
        try probe.bindExchange("lances", to: "comandos", key: "leilao.cancelar")
      },
      Trial(what: "lead secrets into bids") { probe, _ in
        try probe.bindExchange("lances", to: "sigilo", key: "leilao.reserva")
      },
      Trial(what: "lead every event into bids") { probe, _ in try probe.bindExchange("lances", to: "leilao", key: "#") },
      Trial(what: "lead decisions into bids") { probe, _ in
        try probe.bindExchange("lances", to: "leilao", key: "lance.validado")
      },
      Trial(what: "publish under another user's name", code: Trial.preconditionFailed) { probe, _ in
        _ = try probe.publishConfirmed(exchange: "lances", key: "lance.realizado", userID: "ms_leilao")
      },
      Trial(what: "publish 10 MiB", code: Trial.preconditionFailed) { probe, _ in
        _ = try probe.publishConfirmed(
          exchange: "lances", key: "lance.realizado", body: [UInt8](repeating: 0x20, count: 10 * 1_048_576))
      },
    ]

  private static let publishing =
    eventKeys.map { ("leilao", $0) } + Exchange.comandos.kinds.map { ("comandos", $0.routingKey) }
    + [
      ("notificacoes", "leilao.moto"), ("notificacoes", "cliente.bia"), ("sigilo", "leilao.reserva"),
      ("mortas", "morta.ms_lance"),
      ("lances", "leilao.finalizado"), ("lances", "lance.validado"), ("consultas", "lance.realizado"),
      ("amq.topic", "leilao.moto"),
      ("amq.direct", "lance_realizado"), ("amq.fanout", ""),
    ]

  /// Tries, and says with which code the broker refused; nil if it let it pass.
  private func code(of attempt: () throws -> Void) throws -> Int? {
    do {
      try attempt()
      return nil
    } catch let failed as BrokerProbe.Failed {
      guard let code = failed.code else { throw failed }
      return code
    }
  }

  /// Each on a connection of its own, as some end it.
  private func refuses(_ trials: [Trial], _ broker: RightsBroker) async throws {
    let (depths, bindings) = (try broker.depths(), try await broker.bindings())
    for trial in trials {
      let probe = try broker.probe(as: broker.bidder)
      #expect(try code { try trial.act(probe, broker) } == trial.code, "\(trial.what)")
    }
    #expect(try broker.depths() == depths)
    #expect(try await broker.bindings() == bindings)
  }

  private func settles(_ broker: RightsBroker, _ expected: [String: Int]) async throws {
    var wanted = try broker.depths().mapValues { _ in 0 }
    wanted.merge(expected) { $1 }
    var seen: [String: Int] = [:]
    try await until("\(wanted)") {
      seen = try broker.depths()
      return seen == wanted
    }
  }

  /// A bid under a CC, and one under a BCC header. They are not checked against topic rights on 3.10: nothing is bound that they
  /// could reach.
  private func carbonCopies(_ bidder: BrokerProbe, to more: [String], as user: String) throws {
    let keys = Self.eventKeys + Self.houseQueues + ["leilao.reserva", "leilao.cancelar", "consulta"] + more
    for header in ["CC", "BCC"] {
      let fate = try bidder.publishConfirmed(
        exchange: "lances", key: "lance.realizado", headers: [(header, .texts(keys))], userID: user)
      #expect(fate == .routed, "\(header)")
    }
  }

  @Test func `A bidder of a development house is refused, or what he does has no effect`() async throws {
    let broker = try await RightsBroker.development()
    try await refuses(Self.trials, broker)
    let bidder = try broker.probe(as: broker.bidder)

    try carbonCopies(bidder, to: ["cliente.bia"], as: broker.bidder)
    try await settles(broker, ["lance_realizado": 2])

    // An event that is led into the exchange of bids finds no queue there that takes it.
    for key in Topology.announcements { try bidder.bindExchange("lances", to: "leilao", key: key) }
    let calendar = try broker.probe(as: "ms_leilao")
    for key in Topology.announcements { #expect(try calendar.publishConfirmed(exchange: "leilao", key: key) == .routed) }
    try await settles(broker, ["lance_realizado": 4])

    // What is pumped from an event into bids comes as a bid, from the exchange of bids, and is refused for that (below).
    let pump = try bidder.declareUnnamedQueue(
      isDurable: true, isExclusive: false,
      arguments: [
        ("x-dead-letter-exchange", .text("lances")), ("x-dead-letter-routing-key", .text("leilao.iniciado")),
        ("x-message-ttl", .number(1)),
      ])
    try bidder.bind(pump, exchange: "leilao", key: "leilao.iniciado")
    #expect(try calendar.publishConfirmed(exchange: "leilao", key: "leilao.iniciado") == .routed)
    let queues = try await broker.node.rabbitmqctl(["-q", "list_queues", "-p", "leilao", "name", "policy"])
    #expect(queues.contains("\(pump)\tfilas-de-clientes"), "bounded, and gone a minute after its last use: \(queues)")
    try await settles(broker, ["lance_realizado": 5])

    // The shared user may hear what one bidder alone is told: who wants that kept takes the production profile.
    let ear = try bidder.declareUnnamedQueue(isExclusive: true)
    try bidder.bind(ear, exchange: "notificacoes", key: "cliente.bia")
    for key in ["#", "leilao.*", "cliente.*", "cliente.#"] {
      #expect(try code { try bidder.bind(ear, exchange: "notificacoes", key: key) } == Trial.accessRefused, "\(key)")
    }
    for key in ["#", "lance.*", "lance.invalidado", "leilao.*", "leilao.vencedor", "comando.respondido"] {
      #expect(try code { try bidder.bind(ear, exchange: "leilao", key: key) } == Trial.accessRefused, "\(key)")
    }
    for exchange in ["lances", "comandos", "sigilo", "consultas", "mortas"] {
      #expect(try code { try bidder.bind(ear, exchange: exchange, key: "#") } == Trial.accessRefused, "\(exchange)")
    }
  }

  @Test func `A bidder of a development house gets no more queues than there is room for`() async throws {
    let broker = try await RightsBroker.development()
    let bidder = try broker.probe(as: broker.bidder)
    var made = 0
    let refusal = try code {
      for _ in 0..<300 {
        _ = try bidder.declareUnnamedQueue(isDurable: true, isExclusive: false)
        made += 1
      }
    }
    #expect(refusal == Trial.preconditionFailed)
    #expect(made == Int(Topology.house.maximumQueues) - Self.houseQueues.count)
    #expect(try bidder.publishConfirmed(exchange: "lances", key: "lance.realizado") == .routed, "bids pass all the same")
  }

  @Test func `A bidder of a production house configures nothing, and hears nothing of another's`() async throws {
    let broker = try await RightsBroker.production()
    let mine = Topology.queue(of: try #require(PrincipalID(broker.bidder)))
    let others = Topology.queue(of: try #require(PrincipalID(broker.other)))
    let more =
      [
        Trial(what: "declare a queue") { probe, _ in _ = try probe.declareUnnamedQueue(isExclusive: true) },
        Trial(what: "declare a durable queue") { probe, _ in
          _ = try probe.declareUnnamedQueue(isDurable: true, isExclusive: false)
        },
        Trial(what: "delete one's own queue") { probe, _ in try probe.deleteQueue(mine) },
        Trial(what: "declare one's own queue with a dead-letter exchange") { probe, _ in
          try probe.declareQueue(mine, arguments: [("x-dead-letter-exchange", .text("lances"))])
        },
        Trial(what: "bind another's notices") { probe, broker in
          try probe.bind(mine, exchange: "notificacoes", key: "cliente.\(broker.other)")
        },
        Trial(what: "bind an event") { probe, _ in try probe.bind(mine, exchange: "leilao", key: "leilao.iniciado") },
        Trial(what: "lead an event into bids") { probe, _ in
          try probe.bindExchange("lances", to: "leilao", key: "leilao.iniciado")
        },
        Trial(what: "bind another's queue") { probe, _ in try probe.bind(others, exchange: "notificacoes", key: "leilao.moto") },
        Trial(what: "read another's queue") { probe, _ in _ = try probe.takeOne(others) },
        Trial(what: "consume another's queue") { probe, _ in try probe.consume(others) },
        Trial(what: "purge another's queue") { probe, _ in try probe.purgeQueue(others) },
        Trial(what: "publish as another bidder", code: Trial.preconditionFailed) { probe, broker in
          _ = try probe.publishConfirmed(exchange: "lances", key: "lance.realizado", userID: broker.other)
        },
      ]
      + ["#", "leilao.*", "cliente.*", "cliente.#"].map { key in
        Trial(what: "bind \(key)") { probe, _ in try probe.bind(mine, exchange: "notificacoes", key: key) }
      }
    // Declaring is refused before anything dead-letters, so that trial stands for itself here too.
    try await refuses(Self.trials + more, broker)

    let bidder = try broker.probe(as: broker.bidder)
    try bidder.bind(mine, exchange: "notificacoes", key: "leilao.moto")
    try carbonCopies(bidder, to: [mine, others, "cliente.\(broker.other)"], as: broker.bidder)
    // What one follows can be led into the exchange of bids, and finds no queue there.
    try bidder.bindExchange("lances", to: "notificacoes", key: "leilao.moto")
    let relay = try broker.probe(as: "ms_notificacao")
    #expect(try relay.publishConfirmed(exchange: "notificacoes", key: "leilao.moto") == .routed)
    #expect(try relay.publishConfirmed(exchange: "notificacoes", key: "cliente.\(broker.other)") == .routed)
    try await settles(broker, ["lance_realizado": 2, mine: 1, others: 1])
  }

  /// The broker counts what is open a moment after it has let it in: who comes then gets in, and goes again.
  private func refusesOneMore(_ broker: RightsBroker, _ what: String) async throws {
    try await until("\(what) is refused") {
      do {
        _ = try broker.probe(as: broker.bidder)
        return false
      } catch let failed as BrokerProbe.Failed where failed.code == Trial.notAllowed {
        #expect(failed.description.hasPrefix(what), "\(failed)")
        return true
      }
    }
  }

  private func limits(of bidder: String) throws -> (connections: Int, channels: Int) {
    let principal = try #require(PrincipalID(bidder))
    let user = try #require(Topology.house(of: [principal]).users.first { $0.name == bidder })
    return (Int(user.maximumConnections), Int(user.maximumChannels))
  }

  @Test func `A bidder of a production house has so many connections and no more, and those that he has stay`() async throws {
    let broker = try await RightsBroker.production()
    let limit = try limits(of: broker.bidder).connections
    let held = try (0..<limit).map { _ in try broker.probe(as: broker.bidder) }
    try await refusesOneMore(broker, "login")
    let others = try broker.probe(as: broker.other)
    for probe in held + [others] { #expect(try probe.publishConfirmed(exchange: "lances", key: "lance.realizado") == .routed) }
  }

  @Test func `A bidder of a production house has so many channels and no more, and those that he has stay`() async throws {
    let broker = try await RightsBroker.production()
    let limit = try limits(of: broker.bidder).channels
    let held = try (0..<2).map { _ in try broker.probe(as: broker.bidder) }
    try held[1].openChannels(limit - held.count)
    try await refusesOneMore(broker, "channel.open")
    let others = try broker.probe(as: broker.other)
    for probe in held + [others] { #expect(try probe.publishConfirmed(exchange: "lances", key: "lance.realizado") == .routed) }
  }

  @Test func `What a development broker lets pass does nothing in the house`() async throws {
    let house = try await PrivateHouse(running: [.calendar, .bids])
    try await house.makeKeys("ana")
    let probe = try BrokerProbe(port: house.broker.port, user: "cliente", password: "cliente", virtualHost: "leilao")

    // ms-lance may publish to any queue by its name; it answers to direct reply addresses only.
    for address in Self.houseQueues + ["amq.rabbitmq.reply-to", "amq.rabbitmq.reply-to."] {
      let query = Query(id: .random(), subject: .auctions(after: nil))
      let refusal = try code {
        _ = try probe.publishConfirmed(exchange: "consultas", key: "consulta", body: query.encoded(), replyTo: address)
      }
      // Who asks for direct answers without listening for them is stopped by the broker.
      #expect(refusal == (address == "amq.rabbitmq.reply-to" ? Trial.preconditionFailed : nil), "\(address)")
    }
    let visitor = try await Visitor(house)
    _ = try await visitor.ask(.auctions(after: nil))
    for queue in Self.houseQueues { #expect(try probe.readyCount(queue) == 0, "\(queue)") }

    // An announcement is pumped into the exchange of bids, under a bid's key.
    let pump = try probe.declareUnnamedQueue(
      isDurable: true, isExclusive: false,
      arguments: [
        ("x-dead-letter-exchange", .text("lances")), ("x-dead-letter-routing-key", .text("lance.realizado")),
        ("x-message-ttl", .number(1)),
      ])
    for key in Topology.announcements { try probe.bind(pump, exchange: "leilao", key: key) }
    try await house.schedule("bombeado", duration: "1h")
    try await house.opened("bombeado")
    let box = try DeadLetterBox(port: house.broker.port)
    for _ in Topology.announcements {
      var letter: DeadLetterBox.Letter?
      try await until("the pumped event is put aside") {
        letter = try box.take()
        return letter != nil
      }
      #expect(letter?.reason == "formato" && letter?.headers["exchange"] == "lances")
    }
    #expect(try await house.bid("bombeado", "100", as: "ana").status == 0)
    await visitor.leave()
  }

  /// What each user may publish: every other key on every exchange is refused.
  private static let mayPublish: [String: [String: Set<String>]] = [
    "ms_leilao": [
      "leilao": [
        "leilao.agendado", "leilao.iniciado", "leilao.suspenso", "leilao.retomado", "leilao.finalizado", "leilao.cancelado",
        "leilao.repassado", "lance.anular", "comando.respondido", "fatia.7",
      ], "sigilo": ["leilao.reserva", "fatia.7"], "mortas": ["morta.ms_leilao"],
    ],
    "ms_lance": [
      "leilao": ["lance.validado", "lance.invalidado", "leilao.prorrogado", "leilao.vencedor"], "mortas": ["morta.ms_lance"],
      // Replies go there, under keys that nobody knows before.
      "": Set(keys),
    ],
    "ms_notificacao": [
      // Its exchange speaks to clients only, and an auction may be called what it likes.
      "notificacoes": Set(keys.filter { $0.hasPrefix("leilao.") || $0 == "cliente.bia" }), "mortas": ["morta.ms_notificacao"],
    ],
    "operador": [
      "comandos": Set(Exchange.comandos.kinds.map(\.routingKey)), "consultas": ["consulta", "consulta.todas", "fatia.7"],
    ],
  ]
  private static let keys =
    Kind.allCases.map(\.routingKey) + ["consulta", "cliente.bia", "nobody", "lance_realizado", "#"]
    + ["fatia.7", "fatia.100", "fatia.#", "consulta.todas"]
    + ["ms_leilao", "ms_lance", "ms_notificacao"].map { "morta.\($0)" }
  private static let mayRead = [
    "ms_leilao": ["ms_leilao"], "ms_lance": ["lance_realizado", "leilao_consulta"], "ms_notificacao": ["notificacao"],
    "operador": ["mortas"],
  ]

  @Test func `Every service and the operator have their own rights and no others`() async throws {
    let broker = try await RightsBroker.development()
    let bindings = try await broker.bindings()
    for (user, allowed) in Self.mayPublish {
      let probe = try broker.probe(as: user)
      for exchange in [""] + Exchange.allCases.map(\.rawValue) {
        for key in Set(Self.keys) {
          let refusal = try code { _ = try probe.publishConfirmed(exchange: exchange, key: key) }
          let expected = allowed[exchange]?.contains(key) == true ? nil : Trial.accessRefused
          #expect(refusal == expected, "\(user) publishes \(key) to '\(exchange)'")
        }
      }
      for queue in Self.houseQueues {
        let isOwn = Self.mayRead[user]?.contains(queue) == true
        // A queue with a single active consumer gives nothing to who only asks for a message.
        let refusal = try code { _ = try probe.takeOne(queue) }
        #expect((refusal == Trial.accessRefused) == !isOwn, "\(user) reads \(queue): \(refusal ?? 0)")
        #expect(try code { try probe.deleteQueue(queue) } == Trial.accessRefused, "\(user) deletes \(queue)")
        if !isOwn { #expect(try code { try probe.purgeQueue(queue) } == Trial.accessRefused, "\(user) purges \(queue)") }
        for exchange in Exchange.allCases {
          let binding = try code { try probe.bind(queue, exchange: exchange.rawValue, key: "leilao.iniciado") }
          #expect(binding == Trial.accessRefused, "\(user) binds \(queue) to \(exchange)")
        }
      }
      #expect(try code { try probe.declareQueue("minha") } == Trial.accessRefused, "\(user)")
      #expect(try code { try probe.declareExchange("minha") } == Trial.accessRefused, "\(user)")
      let unnamed = try code { _ = try probe.declareUnnamedQueue(isExclusive: true) }
      #expect(unnamed == (user == "operador" ? nil : Trial.accessRefused), "\(user)")
    }
    #expect(try await broker.bindings() == bindings)
  }
}
