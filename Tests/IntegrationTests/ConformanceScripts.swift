import AuctionWire
import MessagingKit
import SuiteTesting
import Testing

/// A story that is played on the simulated broker and on a real one.
struct ConformanceScript: Sendable, CustomTestStringConvertible {
  struct Step: Sendable {
    let title: String
    let act: @Sendable (any Stage) async throws -> Void
    /// What it brings those programs that are named here: events, deliveries, outcomes.
    let sees: [String: [String]]

    init(_ title: String, sees: [String: [String]] = [:], _ act: @escaping @Sendable (any Stage) async throws -> Void) {
      (self.title, self.sees, self.act) = (title, sees, act)
    }
  }

  let name: String
  let steps: [Step]
  var testDescription: String { name }

  init(_ name: String, _ steps: Step...) { (self.name, self.steps) = (name, steps) }
}

extension ConformanceScript {
  /// One queue of each sort, by the names that the programs know.
  static let topology = Topology(
    virtualHost: "leilao", exchanges: Exchange.allCases,
    queues: [
      QueueDeclaration(name: Queue.lanceRealizado.rawValue, type: .quorum, singleActiveConsumer: true),
      QueueDeclaration(name: Queue.notificacao.rawValue, type: .quorum),
      QueueDeclaration(name: Queue.msLeilao.rawValue, type: .quorum, maximumLength: 5, overflow: .rejectPublish),
      QueueDeclaration(name: Queue.leilaoConsulta.rawValue, type: .classic, maximumLength: 3, overflow: .dropHead),
      QueueDeclaration(name: Queue.mortas.rawValue, type: .classic),
    ],
    bindings: [
      Binding(exchange: .lances, queue: Queue.lanceRealizado.rawValue, key: "lance.realizado"),
      Binding(exchange: .leilao, queue: Queue.notificacao.rawValue, key: "lance.validado"),
      Binding(exchange: .comandos, queue: Queue.msLeilao.rawValue, key: "leilao.agendar"),
      Binding(exchange: .consultas, queue: Queue.leilaoConsulta.rawValue, key: "consulta"),
      Binding(exchange: .mortas, queue: Queue.mortas.rawValue, key: "morta.ms_lance"),
    ],
    users: [
      BrokerUser(
        name: "livre", configure: ".*", write: ".*", read: ".*", topics: [], maximumConnections: 100, maximumChannels: 1_000),
      BrokerUser(
        name: "preso", configure: "^$", write: "^(lances|comandos)$", read: "^$",
        topics: [.init(exchange: .lances, write: "^lance\\.realizado$", read: "^$")], maximumConnections: 100,
        maximumChannels: 1_000),
    ], policies: [], maximumQueues: 1_000)

  private static func work(_ queue: Queue, prefetch: UInt16 = 100) -> [Subscription] {
    [Subscription(name: "trabalho", source: .queue(queue.rawValue), prefetch: prefetch)]
  }

  private static func send(
    _ stage: any Stage, _ name: String, _ exchange: Exchange, _ key: String, _ ids: String..., user: String? = nil
  ) {
    for id in ids {
      stage.publish(
        name,
        Publishing(
          exchange: exchange.rawValue, routingKey: key, isMandatory: true,
          properties: MessageProperties(messageID: id, userID: user, isPersistent: true), body: Array(id.utf8)))
    }
  }

  private static func bids(_ stage: any Stage, _ ids: String...) {
    for id in ids { send(stage, "c", .lances, "lance.realizado", id) }
  }

  static let all = [
    handOver, order, lostConfirm, returns, full, dropping, memory, deletion, multiple, stale, prefetch, turns, exclusive, replies,
    patterns, refusal, foreignName, rejection, automatic,
  ]

  static let handOver = ConformanceScript(
    "a single active consumer is killed, and the next one takes over",
    Step("one consumes", sees: ["a": ["connected", "subscribed trabalho"]]) {
      try await $0.enter("a", as: "livre", work(.lanceRealizado))
    },
    Step("the second") { try await $0.enter("b", as: "livre", work(.lanceRealizado)) },
    Step("the third") { try await $0.enter("d", as: "livre", work(.lanceRealizado)) },
    Step("somebody bids", sees: ["c": ["connected"]]) { try await $0.enter("c", as: "livre", []) },
    Step(
      "five bids",
      sees: [
        "a": (1...5).map { "trabalho lances/lance.realizado \($0)" }, "b": [], "d": [],
        "c": Array(repeating: "confirmed", count: 5),
      ]
    ) { bids($0, "1", "2", "3", "4", "5") },
    Step("the first two are done", sees: ["a": []]) { await $0.acknowledge("a", "trabalho", 1, multiple: true) },
    Step("it dies", sees: ["b": (3...5).map { "trabalho lances/lance.realizado \($0) again" }, "d": []]) { await $0.kill("a") },
    Step("more bids", sees: ["b": ["trabalho lances/lance.realizado 6"], "d": []]) { bids($0, "6") },
    Step(
      "the second is cut off", sees: ["b": ["disconnected"], "d": (3...6).map { "trabalho lances/lance.realizado \($0) again" }]
    ) {
      try await $0.cut("b")
    },
    Step("and comes back in vain", sees: ["b": ["connected", "subscribed trabalho"]]) { $0.reconnect("b") },
    Step("the third does its work", sees: ["b": []]) { await $0.acknowledge("d", "trabalho", 3, multiple: true) },
    Step("the last bid", sees: ["b": [], "d": ["trabalho lances/lance.realizado 7"]]) { bids($0, "7") })

  static let order = ConformanceScript(
    "what was not acknowledged comes again in its order, marked, before what is new",
    Step("one consumes three at a time") { try await $0.enter("a", as: "livre", work(.lanceRealizado, prefetch: 3)) },
    Step("somebody bids") { try await $0.enter("c", as: "livre", []) },
    Step("six bids", sees: ["a": (1...3).map { "trabalho lances/lance.realizado \($0)" }]) {
      bids($0, "1", "2", "3", "4", "5", "6")
    },
    Step("the middle one is done", sees: ["a": ["trabalho lances/lance.realizado 4"]]) {
      await $0.acknowledge("a", "trabalho", 1, multiple: false)
    },
    Step("cut", sees: ["a": ["disconnected"]]) { try await $0.cut("a") },
    Step(
      "back",
      sees: ["a": ["connected", "subscribed trabalho"] + [1, 3, 4].map { "trabalho lances/lance.realizado \($0) again" }]
    ) { $0.reconnect("a") },
    Step("all three are done", sees: ["a": ["trabalho lances/lance.realizado 5", "trabalho lances/lance.realizado 6"]]) {
      await $0.acknowledge("a", "trabalho", 6, multiple: true)
    })

  static let lostConfirm = ConformanceScript(
    "a confirm that is lost with the link leaves the message where it went",
    Step("somebody bids") { try await $0.enter("c", as: "livre", []) },
    Step("he hears nothing any more") { $0.holdAnswers(to: "c") },
    Step("a bid", sees: ["c": []]) { bids($0, "1") },
    Step("cut", sees: ["c": ["disconnected", "unknown"]]) { try await $0.cut("c") },
    Step("a bid without a link", sees: ["c": ["unknown"]]) { bids($0, "lost") },
    Step("back", sees: ["c": ["connected"]]) { $0.reconnect("c") },
    Step("the same bid again", sees: ["c": ["confirmed"]]) { bids($0, "1") },
    Step(
      "both are there",
      sees: ["a": ["connected", "subscribed trabalho"] + Array(repeating: "trabalho lances/lance.realizado 1", count: 2)]
    ) {
      try await $0.enter("a", as: "livre", work(.lanceRealizado))
    })

  static let returns = ConformanceScript(
    "what no queue takes is returned if it was mandatory",
    Step("somebody publishes") { try await $0.enter("c", as: "livre", []) },
    Step("a key that nobody bound", sees: ["c": ["returned 312"]]) { send($0, "c", .lances, "lance.outro", "1") },
    Step("a queue that is not there", sees: ["c": ["returned 312"]]) {
      $0.publish(
        "c", Publishing(exchange: "", routingKey: "nobody", isMandatory: true, properties: .init(messageID: "2"), body: [1]))
    },
    Step("the same, not mandatory", sees: ["c": ["confirmed"]]) {
      $0.publish("c", Publishing(exchange: "", routingKey: "nobody", properties: .init(messageID: "3"), body: [1]))
    },
    Step("a queue by its name", sees: ["c": ["confirmed"]]) {
      $0.publish(
        "c", Publishing(exchange: "", routingKey: "mortas", isMandatory: true, properties: .init(messageID: "4"), body: [1]))
    })

  private static func orders(_ stage: any Stage, _ ids: String...) {
    for id in ids { send(stage, "c", .comandos, "leilao.agendar", id) }
  }

  static let full = ConformanceScript(
    "a full queue that rejects says no, until a fifth of it is free",
    Step("somebody publishes") { try await $0.enter("c", as: "livre", []) },
    Step("one, two, three") { orders($0, "1", "2", "3") },
    Step("four") { orders($0, "4") },
    Step("five", sees: ["c": ["confirmed"]]) { orders($0, "5") },
    Step("the one too many is taken", sees: ["c": ["confirmed"]]) { orders($0, "6") },
    Step("and the next refused", sees: ["c": ["refused"]]) { orders($0, "7") },
    Step("and the next", sees: ["c": ["refused"]]) { orders($0, "8") },
    Step("another publisher comes") { try await $0.enter("e", as: "livre", []) },
    Step("and is refused too", sees: ["e": ["refused"]]) { send($0, "e", .comandos, "leilao.agendar", "9") },
    Step("somebody takes one", sees: ["a": ["connected", "subscribed trabalho", "trabalho comandos/leilao.agendar 1"]]) {
      try await $0.enter("a", as: "livre", work(.msLeilao, prefetch: 1))
    },
    Step("that is not enough", sees: ["c": ["refused"]]) { orders($0, "10") },
    Step("another one", sees: ["a": ["trabalho comandos/leilao.agendar 2"]]) {
      await $0.acknowledge("a", "trabalho", 0, multiple: false)
    },
    Step("that is", sees: ["c": ["confirmed"]]) { orders($0, "11") },
    Step("and for the other publisher", sees: ["e": ["confirmed"]]) { send($0, "e", .comandos, "leilao.agendar", "12") })

  static let dropping = ConformanceScript(
    "a full queue that drops its oldest takes everything",
    Step("somebody asks") { try await $0.enter("c", as: "livre", []) },
    Step("five questions", sees: ["c": Array(repeating: "confirmed", count: 5)]) {
      send($0, "c", .consultas, "consulta", "1", "2", "3", "4", "5")
    },
    Step(
      "the last three are there",
      sees: ["a": ["connected", "subscribed trabalho"] + (3...5).map { "trabalho consultas/consulta \($0)" }]
    ) {
      try await $0.enter("a", as: "livre", work(.leilaoConsulta))
    })

  static let memory = ConformanceScript(
    "short of memory, the broker reads nobody who publishes, and hears who consumes as before",
    Step("one consumes") { try await $0.enter("a", as: "livre", work(.lanceRealizado, prefetch: 1)) },
    Step("somebody bids") { try await $0.enter("c", as: "livre", []) },
    Step("another one, who has not published") { try await $0.enter("e", as: "livre", []) },
    Step("two bids", sees: ["c": ["confirmed", "confirmed"]]) { bids($0, "1", "2") },
    Step("the memory is short", sees: ["a": [], "c": []]) { try await $0.block() },
    Step("a bid", sees: ["c": ["blocked"]]) { bids($0, "3") },
    Step("another's bid", sees: ["e": ["blocked"]]) { send($0, "e", .lances, "lance.realizado", "4") },
    Step("bids that wait", sees: ["c": [], "e": []]) { bids($0, "5", "6") },
    Step("the consumer is heard", sees: ["a": ["trabalho lances/lance.realizado 2"]]) {
      await $0.acknowledge("a", "trabalho", 0, multiple: false)
    },
    Step("there is memory", sees: ["c": ["unblocked", "confirmed", "confirmed", "confirmed"], "e": ["unblocked", "confirmed"]]) {
      try await $0.unblock()
    },
    Step("and all goes on", sees: ["e": ["confirmed"]]) { send($0, "e", .lances, "lance.realizado", "7") })

  static let deletion = ConformanceScript(
    "a deleted queue is told to who consumed from it, and its deliveries are void",
    Step("one consumes") { try await $0.enter("a", as: "livre", work(.notificacao, prefetch: 1)) },
    Step("somebody publishes") { try await $0.enter("c", as: "livre", []) },
    Step("two messages", sees: ["a": ["trabalho leilao/lance.validado 1"]]) {
      send($0, "c", .leilao, "lance.validado", "1", "2")
    },
    Step("the queue is deleted", sees: ["a": ["cancelled trabalho", "refused 404"]]) { try $0.delete(.notificacao) },
    Step("nobody takes a message", sees: ["c": ["returned 312"]]) { send($0, "c", .leilao, "lance.validado", "3") },
    Step("the queue is there again", sees: ["a": ["subscribed trabalho"]]) { try $0.restore(.notificacao) },
    Step("what was held is acknowledged in vain", sees: ["a": []]) { await $0.acknowledge("a", "trabalho", 0, multiple: false) },
    Step("a message", sees: ["a": ["trabalho leilao/lance.validado 4"]]) { send($0, "c", .leilao, "lance.validado", "4") })

  static let multiple = ConformanceScript(
    "one acknowledgement settles all of its subscription up to it, and no other's",
    Step("one consumes from two queues") {
      try await $0.enter(
        "a", as: "livre", work(.notificacao) + [Subscription(name: "outra", source: .queue(Queue.mortas.rawValue), prefetch: 100)]
      )
    },
    Step("somebody publishes") { try await $0.enter("c", as: "livre", []) },
    Step("three here") { send($0, "c", .leilao, "lance.validado", "1", "2", "3") },
    Step("two there") { send($0, "c", .mortas, "morta.ms_lance", "4", "5") },
    Step("two are done here") { await $0.acknowledge("a", "trabalho", 1, multiple: true) },
    Step("and one there") { await $0.acknowledge("a", "outra", 0, multiple: true) },
    Step("cut") { try await $0.cut("a") },
    Step(
      "the rest comes again", sees: ["b": ["connected", "subscribed trabalho", "trabalho leilao/lance.validado 3 again"]]
    ) { try await $0.enter("b", as: "livre", work(.notificacao)) },
    Step("there too", sees: ["d": ["connected", "subscribed trabalho", "trabalho mortas/morta.ms_lance 5 again"]]) {
      try await $0.enter("d", as: "livre", work(.mortas))
    })

  static let stale = ConformanceScript(
    "an acknowledgement of an earlier connection's delivery settles nothing",
    Step("one consumes") { try await $0.enter("a", as: "livre", work(.lanceRealizado)) },
    Step("somebody bids") { try await $0.enter("c", as: "livre", []) },
    Step("two bids") { bids($0, "1", "2") },
    Step("cut") { try await $0.cut("a") },
    Step("an acknowledgement without a link") { await $0.acknowledge("a", "trabalho", 0, multiple: false) },
    Step(
      "back", sees: ["a": ["connected", "subscribed trabalho"] + (1...2).map { "trabalho lances/lance.realizado \($0) again" }]
    ) {
      $0.reconnect("a")
    },
    Step("stale acknowledgements", sees: ["a": []]) {
      await $0.acknowledge("a", "trabalho", 1, multiple: true)
      await $0.reject("a", "trabalho", 0)
    },
    Step("cut again") { try await $0.cut("a") },
    Step(
      "both are still there",
      sees: ["b": ["connected", "subscribed trabalho"] + (1...2).map { "trabalho lances/lance.realizado \($0) again" }]
    ) {
      try await $0.enter("b", as: "livre", work(.lanceRealizado))
    })

  static let prefetch = ConformanceScript(
    "nobody is given more than he may hold",
    Step("one consumes two at a time") { try await $0.enter("a", as: "livre", work(.notificacao, prefetch: 2)) },
    Step("somebody publishes") { try await $0.enter("c", as: "livre", []) },
    Step("five messages", sees: ["a": (1...2).map { "trabalho leilao/lance.validado \($0)" }]) {
      send($0, "c", .leilao, "lance.validado", "1", "2", "3", "4", "5")
    },
    Step("the second is done", sees: ["a": ["trabalho leilao/lance.validado 3"]]) {
      await $0.acknowledge("a", "trabalho", 1, multiple: false)
    },
    Step("all are done", sees: ["a": (4...5).map { "trabalho leilao/lance.validado \($0)" }]) {
      await $0.acknowledge("a", "trabalho", 2, multiple: true)
    })

  static let turns = ConformanceScript(
    "those that share a queue take turns",
    Step("one") { try await $0.enter("a", as: "livre", work(.mortas)) },
    Step("two") { try await $0.enter("b", as: "livre", work(.mortas)) },
    Step("somebody publishes") { try await $0.enter("c", as: "livre", []) },
    Step("a message") { send($0, "c", .mortas, "morta.ms_lance", "1") },
    Step("a second") { send($0, "c", .mortas, "morta.ms_lance", "2") },
    Step("a third") { send($0, "c", .mortas, "morta.ms_lance", "3") },
    Step("one of them dies") { await $0.kill("a") })

  static let exclusive = ConformanceScript(
    "a queue of one's own goes with the connection, and its messages with it",
    Step("a follower", sees: ["f": ["connected", "bound notificacoes/leilao.moto", "subscribed ouvir"]]) {
      try await $0.enter(
        "f", as: "livre",
        [
          Subscription(
            name: "ouvir", source: .exclusive(bindings: [.init(exchange: "notificacoes", key: "leilao.moto")]), prefetch: 1)
        ])
    },
    Step("the relay") { try await $0.enter("c", as: "livre", []) },
    Step("two notices", sees: ["f": ["ouvir notificacoes/leilao.moto 1"], "c": ["confirmed", "confirmed"]]) {
      send($0, "c", .notificacoes, "leilao.moto", "1", "2")
    },
    Step("another auction's", sees: ["c": ["returned 312"]]) { send($0, "c", .notificacoes, "leilao.violao", "3") },
    Step("he follows that too", sees: ["f": ["bound notificacoes/leilao.violao"]]) {
      $0.bind("f", "ouvir", exchange: "notificacoes", key: "leilao.violao")
    },
    Step("another auction's again", sees: ["c": ["confirmed"]]) { send($0, "c", .notificacoes, "leilao.violao", "4") },
    Step("cut") { try await $0.cut("f") },
    Step("nobody hears", sees: ["c": ["returned 312"]]) { send($0, "c", .notificacoes, "leilao.moto", "5") },
    Step("a notice after his return") { $0.unbind("f", "ouvir", exchange: "notificacoes", key: "leilao.violao") },
    Step("back", sees: ["f": ["connected", "bound notificacoes/leilao.moto", "subscribed ouvir"]]) { $0.reconnect("f") },
    Step("he hears what he follows", sees: ["f": ["ouvir notificacoes/leilao.moto 6"], "c": ["confirmed"]]) {
      send($0, "c", .notificacoes, "leilao.moto", "6")
    },
    Step("and not what he left", sees: ["c": ["returned 312"]]) { send($0, "c", .notificacoes, "leilao.violao", "7") })

  static let replies = ConformanceScript(
    "an answer reaches who asked while he is there",
    Step("one answers") {
      try await $0.enter(
        "s", as: "livre",
        [Subscription(name: "perguntas", source: .queue(Queue.leilaoConsulta.rawValue), automaticAcknowledgement: true)])
    },
    Step("one asks", sees: ["c": ["connected", "subscribed respostas"]]) {
      try await $0.enter("c", as: "livre", [Subscription(name: "respostas", source: .directReplies)])
    },
    Step("a question", sees: ["s": ["perguntas consultas/consulta q1"]]) { ask($0, "q1") },
    Step("its answer", sees: ["c": ["respostas / r1"], "s": ["returned 312"]]) { $0.reply("s", to: "perguntas", 0, id: "r1") },
    Step("another question") { ask($0, "q2") },
    Step("he goes") { try await $0.cut("c") },
    Step("nobody hears the answer", sees: ["s": ["returned 312"]]) { $0.reply("s", to: "perguntas", 1, id: "r2") })

  private static func ask(_ stage: any Stage, _ id: String) {
    stage.publish(
      "c",
      Publishing(
        exchange: Exchange.consultas.rawValue, routingKey: "consulta",
        properties: MessageProperties(messageID: id, replyTo: Publishing.directReplyTo), body: [1]))
  }

  static let patterns = ConformanceScript(
    "a topic exchange matches words: * is one, # any number",
    Step("followers of patterns") {
      for (name, key) in [("w", "leilao.*"), ("x", "leilao.#"), ("y", "#.fim"), ("z", "*.b.#.d")] {
        try await $0.enter(
          name, as: "livre",
          [
            Subscription(
              name: "ouvir", source: .exclusive(bindings: [.init(exchange: "mortas", key: key)]), prefetch: 0,
              automaticAcknowledgement: true)
          ])
      }
    },
    Step("one publishes") { try await $0.enter("c", as: "livre", []) },
    Step("leilao", sees: ["w": [], "x": ["ouvir mortas/leilao leilao"], "y": [], "z": []]) { say($0, "leilao") },
    Step("leilao.a", sees: ["w": ["ouvir mortas/leilao.a leilao.a"], "x": ["ouvir mortas/leilao.a leilao.a"]]) {
      say($0, "leilao.a")
    },
    Step("leilao.a.b", sees: ["w": [], "x": ["ouvir mortas/leilao.a.b leilao.a.b"]]) { say($0, "leilao.a.b") },
    Step("leilao.", sees: ["w": ["ouvir mortas/leilao. leilao."], "x": ["ouvir mortas/leilao. leilao."]]) { say($0, "leilao.") },
    Step("fim", sees: ["y": ["ouvir mortas/fim fim"]]) { say($0, "fim") },
    Step("a.fim", sees: ["y": ["ouvir mortas/a.fim a.fim"]]) { say($0, "a.fim") },
    Step("a.b.d", sees: ["z": ["ouvir mortas/a.b.d a.b.d"]]) { say($0, "a.b.d") },
    Step("a.b.c.c.d", sees: ["z": ["ouvir mortas/a.b.c.c.d a.b.c.c.d"]]) { say($0, "a.b.c.c.d") },
    Step("a.b.c", sees: ["z": [], "c": ["returned 312"]]) { say($0, "a.b.c") },
    Step("nothing", sees: ["c": ["returned 312"]]) { say($0, "") },
    Step("a.b.d.fim", sees: ["y": ["ouvir mortas/a.b.d.fim a.b.d.fim"], "z": []]) { say($0, "a.b.d.fim") })

  private static func say(_ stage: any Stage, _ key: String) { send(stage, "c", .mortas, key, key) }

  static let refusal = ConformanceScript(
    "who publishes what is not his loses that channel, and what was under way on it",
    Step("one without rights", sees: ["c": ["connected"]]) { try await $0.enter("c", as: "preso", []) },
    Step("what is his", sees: ["c": ["confirmed"]]) { bids($0, "1") },
    Step("an event", sees: ["c": ["refused 403", "unknown"]]) { send($0, "c", .leilao, "lance.validado", "2") },
    Step("what is his", sees: ["c": ["confirmed"]]) { bids($0, "3") },
    Step("another key of his exchange", sees: ["c": ["unknown"]]) { send($0, "c", .lances, "leilao.finalizado", "4") },
    Step("past every exchange", sees: ["c": ["unknown"]]) {
      $0.publish(
        "c", Publishing(exchange: "", routingKey: Queue.lanceRealizado.rawValue, properties: .init(messageID: "5"), body: [1]))
    },
    Step("as much as the broker takes", sees: ["c": ["confirmed"]]) {
      $0.publish(
        "c",
        Publishing(
          exchange: Exchange.lances.rawValue, routingKey: "lance.realizado", properties: .init(messageID: "6"),
          body: [UInt8](repeating: 1, count: 131_072)))
    },
    Step("what is his", sees: ["c": ["confirmed"]]) { bids($0, "7") },
    Step(
      "what is left",
      sees: ["a": ["connected", "subscribed trabalho"] + [1, 3, 6, 7].map { "trabalho lances/lance.realizado \($0)" }]
    ) {
      try await $0.enter("a", as: "livre", work(.lanceRealizado))
    })

  static let foreignName = ConformanceScript(
    "nobody publishes under another's name",
    Step("one bids") { try await $0.enter("c", as: "preso", []) },
    Step("under his name", sees: ["c": ["confirmed"]]) { send($0, "c", .lances, "lance.realizado", "1", user: "preso") },
    Step("under another's", sees: ["c": ["refused 406", "unknown"]]) {
      send($0, "c", .lances, "lance.realizado", "2", user: "livre")
    },
    Step("under none", sees: ["c": ["confirmed"]]) { bids($0, "3") })

  static let rejection = ConformanceScript(
    "what is rejected is gone",
    Step("one consumes") { try await $0.enter("a", as: "livre", work(.lanceRealizado, prefetch: 1)) },
    Step("somebody bids") { try await $0.enter("c", as: "livre", []) },
    Step("two bids", sees: ["a": ["trabalho lances/lance.realizado 1"]]) { bids($0, "1", "2") },
    Step("one is rejected", sees: ["a": ["trabalho lances/lance.realizado 2"]]) { await $0.reject("a", "trabalho", 0) },
    Step("it dies") { await $0.kill("a") },
    Step(
      "only the other comes again", sees: ["b": ["connected", "subscribed trabalho", "trabalho lances/lance.realizado 2 again"]]
    ) {
      try await $0.enter("b", as: "livre", work(.lanceRealizado))
    })

  static let automatic = ConformanceScript(
    "what is acknowledged automatically is forgotten as it is sent",
    Step("one reads") {
      try await $0.enter(
        "a", as: "livre", [Subscription(name: "perguntas", source: .queue(Queue.mortas.rawValue), automaticAcknowledgement: true)]
      )
    },
    Step("one publishes") { try await $0.enter("c", as: "livre", []) },
    Step("two messages", sees: ["a": (1...2).map { "perguntas mortas/morta.ms_lance \($0)" }]) {
      send($0, "c", .mortas, "morta.ms_lance", "1", "2")
    },
    Step("it dies") { await $0.kill("a") },
    Step("nothing is left", sees: ["b": ["connected", "subscribed trabalho"]]) {
      try await $0.enter("b", as: "livre", work(.mortas))
    })
}
