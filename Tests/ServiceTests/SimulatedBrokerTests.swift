import AuctionWire
import MessagingKit
import SharedKernel
import SuiteTesting
import Testing

/// The model must not lie: what RabbitMQ does, it does.
@Suite("the simulated broker")
struct SimulatedBrokerTests {
  private final class Program: @unchecked Sendable {
    private(set) var deliveries: [Delivery] = []
    private(set) var events: [ConnectionEvent] = []
    private(set) var outcomes: [PublishOutcome] = []
    private(set) var connection: SimulatedConnection

    init(_ broker: SimulatedBroker, _ name: String, user: String = "ms_lance", _ subscriptions: [Subscription] = []) {
      let box = Box()
      connection = SimulatedConnection(broker, name: name, user: user, subscriptions: subscriptions) { event in
        if case .delivered(let deliveries) = event {
          box.owner?.deliveries += deliveries
        } else {
          box.owner?.events.append(event)
        }
      }
      box.owner = self
      connection.connect()
    }

    private final class Box { weak var owner: Program? }

    func pass() {
      while connection.isUp, connection.requestCount + connection.noticeCount > 0 {
        connection.passRequest()
        connection.passNotices(100)
      }
    }

    func publish(_ message: Publishing) {
      _ = connection.publish(message) { [weak self] in self?.outcomes.append($0) }
    }
  }

  private let world = SimulatedWorld()
  private let work = Subscription(name: "trabalho", source: .queue(Queue.lanceRealizado.rawValue), prefetch: 1_000)

  private func bid(_ id: String) -> Publishing {
    Publishing(
      exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
      properties: MessageProperties(messageID: id, userID: "cliente", isPersistent: true), body: Array(id.utf8))
  }

  private func send(_ ids: [String]) {
    let client = Program(world.broker, "cliente \(ids)", user: "cliente")
    ids.map(bid).forEach(client.publish)
    client.pass()
    #expect(client.outcomes == ids.map { _ in .confirmed })
  }

  @Test func `delivers in order, and again in order and marked after a lost link`() {
    let first = Program(world.broker, "a", [work])
    send(["1", "2", "3"])
    first.pass()
    #expect(
      first.deliveries.map(\.properties.messageID) == ["1", "2", "3"] && !first.deliveries.contains(where: \.isRedelivered))
    first.connection.acknowledge(first.deliveries[0].tag, multiple: true)
    first.pass()
    first.connection.lose("cut")
    send(["4"])
    first.connection.connect()
    first.pass()
    #expect(first.deliveries.suffix(3).map(\.properties.messageID) == ["2", "3", "4"])
    #expect(first.deliveries.suffix(3).map(\.isRedelivered) == [true, true, false])
    #expect(first.deliveries.last?.tag.generation == 2)
  }

  @Test func `gives a queue with a single active consumer to one, and to the next when that one goes`() {
    let (first, second) = (Program(world.broker, "a", [work]), Program(world.broker, "b", [work]))
    send(["1", "2"])
    first.pass()
    second.pass()
    #expect(first.deliveries.count == 2 && second.deliveries.isEmpty)
    first.connection.lose("cut")
    second.pass()
    #expect(second.deliveries.map(\.properties.messageID) == ["1", "2"] && second.deliveries.allSatisfy(\.isRedelivered))
  }

  @Test func `loses what is in the pipes with the link, and then nobody knows`() {
    let client = Program(world.broker, "c", user: "cliente")
    client.publish(bid("never sent"))
    client.publish(bid("unconfirmed"))
    client.connection.lose("cut")
    #expect(client.outcomes == [.unknown("cut"), .unknown("cut")] && world.broker.depth(.lanceRealizado) == 0)
    client.publish(bid("not connected"))
    #expect(client.outcomes.count == 3)

    client.connection.connect()
    client.publish(bid("kept"))
    client.connection.passRequest()
    client.connection.lose("cut")
    #expect(client.outcomes.last == .unknown("cut") && world.broker.depth(.lanceRealizado) == 1)
  }

  @Test func `returns what no queue takes, if it was mandatory`() {
    let service = Program(world.broker, "s")
    var nowhere = Publishing(
      exchange: Exchange.leilao.rawValue, routingKey: Kind.bidsAccepted.routingKey, isMandatory: true, body: [1])
    service.publish(nowhere)
    service.pass()
    #expect(service.outcomes == [.confirmed], "it goes to the queue of notifications")
    nowhere.exchange = ""
    nowhere.routingKey = "amq.rabbitmq.reply-to.gone"
    service.publish(nowhere)
    nowhere.isMandatory = false
    service.publish(nowhere)
    service.pass()
    #expect(service.outcomes.suffix(2) == [.returned(code: 312, text: "NO_ROUTE"), .confirmed])
  }

  @Test func `answers come to the direct reply address of who asked, while it is there`() throws {
    let asker = Program(world.broker, "c", user: "cliente", [Subscription(name: "respostas", source: .directReplies)])
    let service = Program(
      world.broker, "s",
      [
        Subscription(
          name: "perguntas", source: .queue(Queue.leilaoConsulta.rawValue), prefetch: 0, automaticAcknowledgement: true)
      ])
    asker.publish(
      Publishing(
        exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query,
        properties: MessageProperties(replyTo: Publishing.directReplyTo), body: [1]))
    asker.pass()
    service.pass()
    let address = try #require(service.deliveries.first?.properties.replyTo)
    #expect(Query.isReplyAddress(address))
    service.publish(Publishing(exchange: "", routingKey: address, body: [2]))
    service.pass()
    asker.pass()
    #expect(asker.deliveries.map(\.body) == [[2]])
    asker.connection.lose("cut")
    service.publish(Publishing(exchange: "", routingKey: address, body: [3]))
    service.pass()
    #expect(service.outcomes.last == .confirmed)
  }

  @Test func `forgets queries that nobody reads in time`() {
    let asker = Program(world.broker, "c", user: "cliente")
    for _ in 0..<1_100 {
      asker.publish(Publishing(exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query, body: [1]))
    }
    asker.pass()
    #expect(world.broker.depth(.leilaoConsulta) == 1_000)
    world.time.advance(by: .seconds(11))
    let service = Program(
      world.broker, "s",
      [
        Subscription(
          name: "perguntas", source: .queue(Queue.leilaoConsulta.rawValue), prefetch: 0, automaticAcknowledgement: true)
      ])
    service.pass()
    #expect(service.deliveries.isEmpty)
  }

  @Test func `a client's own queue holds what it is bound to, and goes with its connection`() {
    let binding = MessagingKit.Binding(exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction("moto"))
    let client = Program(
      world.broker, "c", user: "cliente",
      [Subscription(name: "ouvir", source: .exclusive(bindings: [binding]), automaticAcknowledgement: true)])
    let relay = Program(world.broker, "n", user: "ms_notificacao")
    func notify(_ auction: String) {
      relay.publish(
        Publishing(exchange: Exchange.notificacoes.rawValue, routingKey: "leilao.\(auction)", body: Array(auction.utf8)))
      relay.pass()
    }
    ["moto", "violao"].forEach(notify)
    client.connection.bind("ouvir", exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction("violao"))
    client.pass()
    notify("violao")
    client.connection.lose("cut")
    notify("moto")
    client.connection.connect()
    ["moto", "violao"].forEach(notify)
    client.pass()
    #expect(client.deliveries.map(\.routingKey) == ["leilao.moto", "leilao.moto", "leilao.violao"])
  }

  @Test func `drops stale acknowledgements, and ends a connection that acknowledges twice`() {
    let service = Program(world.broker, "s", [work])
    send(["1"])
    service.pass()
    let stale = service.deliveries[0].tag
    service.connection.lose("cut")
    service.connection.connect()
    service.connection.acknowledge(stale, multiple: true)
    service.pass()
    #expect(world.broker.depth(.lanceRealizado) == 1 && world.broker.complaints.isEmpty)
    for _ in 0..<2 { service.connection.acknowledge(service.deliveries[1].tag, multiple: false) }
    service.pass()
    #expect(world.broker.complaints.count == 1 && !service.connection.isUp)
  }

  @Test(arguments: [
    ("cliente", Exchange.leilao, Kind.bidsAccepted), ("cliente", .notificacoes, .bidsAccepted),
    ("ms_leilao", .leilao, .bidsAccepted),
    ("ms_lance", .leilao, .closed), ("operador", .lances, .bidPlaced), ("ninguem", .lances, .bidPlaced),
  ])
  func `lets nobody publish what is not theirs`(user: String, exchange: Exchange, kind: Kind) {
    let program = Program(world.broker, "p", user: user)
    program.publish(Publishing(exchange: exchange.rawValue, routingKey: kind.routingKey, body: [1]))
    program.pass()
    #expect(program.connection.isUp && world.broker.complaints.count == 1)
    #expect(program.outcomes.count == 1 && program.outcomes != [.confirmed])
    #expect(Queue.allCases.allSatisfy { world.broker.depth($0) == 0 })
  }

  @Test func `lets nobody publish in another's name`() {
    let program = Program(world.broker, "p", user: "operador")
    program.publish(bid("1"))
    program.pass()
    #expect(program.outcomes.count == 1 && program.outcomes != [.confirmed] && world.broker.depth(.lanceRealizado) == 0)
  }

  @Test func `does not read who publishes while it is short of memory`() {
    let (client, service) = (Program(world.broker, "c", user: "cliente"), Program(world.broker, "s", [work]))
    client.publish(bid("1"))
    client.pass()
    service.pass()
    world.broker.block()
    client.publish(bid("2"))
    client.pass()
    #expect(client.outcomes.count == 1 && client.connection.requestCount == 0 && client.events.last == .blocked("low on memory"))
    service.connection.acknowledge(service.deliveries[0].tag, multiple: true)
    #expect(service.connection.requestCount == 1, "acknowledgements still pass")
    world.broker.unblock()
    client.pass()
    #expect(client.outcomes == [.confirmed, .confirmed])
  }
}
