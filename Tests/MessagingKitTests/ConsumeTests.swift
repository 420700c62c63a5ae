import SuiteTesting
import Testing

@testable import MessagingKit

@Suite("Consuming from a real broker") struct ConsumeTests {
  let broker: PrivateBroker
  let probe: BrokerProbe
  let queue = unique("consume")

  init() async throws {
    broker = try await PrivateBroker.shared
    probe = try BrokerProbe(port: broker.port)
    try probe.declareQueue(queue)
  }

  func fill(_ count: Int) throws {
    for number in 0..<count { try probe.publish(key: queue, body: text("\(number)")) }
  }

  func rig(prefetch: UInt16 = 100) throws -> Rig {
    try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue), prefetch: prefetch)])
  }

  @Test func `a single and a multiple acknowledgement settle just what they say`() async throws {
    try fill(6)
    let rig = try rig()
    let deliveries = try await rig.deliveries(6)
    rig.connection.acknowledge(deliveries[5].tag, multiple: false)
    rig.connection.acknowledge(deliveries[2].tag, multiple: true)
    await rig.connection.close(within: .seconds(30))
    let probe = probe
    let queue = queue
    try await until("two messages are left") { try probe.readyCount(queue) == 2 }

    let second = try self.rig()
    let left = try await second.deliveries(2)
    #expect(left.map(\.body) == [text("3"), text("4")])
    #expect(left.allSatisfy { $0.isRedelivered })
    await second.connection.close(within: .seconds(30))
  }

  @Test func `what comes right behind the answer to a subscription is not left lying until the next heartbeat`() async throws {
    try fill(1)
    // The broker's own heartbeat is 60 s: a delivery that waits for half of one is not there within twenty seconds.
    for _ in 0..<10 {
      let rig = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue))]) { $0.heartbeatSeconds = 3_600 }
      try await rig.events.first(within: .seconds(20)) { if case .delivered = $0 { () } else { nil } }
      await rig.connection.close(within: .seconds(30))
    }
  }

  @Test func `a rejected delivery goes to the dead letters`() async throws {
    let (dead, source) = (unique("dead"), unique("source"))
    try probe.declareQueue(dead)
    try probe.declareQueue(
      source, arguments: [("x-dead-letter-exchange", .text("")), ("x-dead-letter-routing-key", .text(dead))])
    try probe.publish(key: source, body: text("poison"))
    let rig = try Rig(
      port: broker.port,
      [
        Subscription(name: "source", source: .queue(source)), Subscription(name: "dead", source: .queue(dead)),
      ])
    let first = try await rig.deliveries(1)[0]
    #expect(first.subscription == "source")
    rig.connection.reject(first.tag)
    let second = try await rig.deliveries(2)[1]
    #expect(second.subscription == "dead")
    #expect(second.body == text("poison"))
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `prefetch bounds what is unacknowledged`() async throws {
    try fill(5)
    let rig = try rig(prefetch: 2)
    let first = try await rig.deliveries(2)
    let (probe, queue) = (probe, queue)
    try await until("three messages wait") { try probe.readyCount(queue) == 3 }
    #expect(rig.delivered.count == 2)
    rig.connection.acknowledge(first[1].tag, multiple: true)
    #expect(try await rig.deliveries(4).count == 4)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `tags that name nothing are dropped, not sent`() async throws {
    try fill(1)
    let rig = try rig()
    let delivery = try await rig.deliveries(1)[0]
    let tag = delivery.tag
    let bogus = [
      DeliveryTag(generation: tag.generation + 1, channel: tag.channel, number: tag.number),
      DeliveryTag(generation: tag.generation, channel: tag.channel + 1, number: tag.number),
      DeliveryTag(generation: tag.generation, channel: tag.channel, number: tag.number + 1_000),
      DeliveryTag(generation: tag.generation, channel: tag.channel, number: 0),
      DeliveryTag(generation: tag.generation, channel: 1, number: 1),
    ]
    for tag in bogus {
      rig.connection.acknowledge(tag, multiple: false)
      rig.connection.reject(tag)
    }
    rig.connection.acknowledge(tag, multiple: false)
    try fill(1)
    #expect(try await rig.deliveries(2).count == 2)
    #expect(!rig.events.values.contains { if case .refused = $0 { true } else { false } })
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `an acknowledgement sent twice costs one channel, and the subscription comes back`() async throws {
    try fill(1)
    let rig = try rig()
    let (_, start) = try await rig.subscribed("s")
    let tag = try await rig.deliveries(1)[0].tag
    rig.connection.acknowledge(tag, multiple: false)
    rig.connection.acknowledge(tag, multiple: false)
    #expect(try await rig.refused(from: start).contains("406"))
    let (_, again) = try await rig.subscribed("s", from: start)
    try fill(1)
    let next = try await rig.deliveries(1, from: again)[0]
    #expect(next.tag.channel != tag.channel)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a deleted queue is noticed, and consumed again once it is back`() async throws {
    let rig = try rig()
    let (_, start) = try await rig.subscribed("s")
    try probe.deleteQueue(queue)
    let cancelled = try await rig.events.next(from: start) { $0 == .subscriptionCancelled(name: "s") ? true : nil }
    #expect(try await rig.refused(from: cancelled.after).contains("404"))
    try probe.declareQueue(queue)
    let (_, again) = try await rig.subscribed("s", from: cancelled.after)
    try fill(1)
    #expect(try await rig.deliveries(1, from: again)[0].body == text("0"))
    #expect(!rig.events.values.contains { if case .disconnected = $0 { true } else { false } })
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a missing queue is said and does not stop the others`() async throws {
    try fill(1)
    let rig = try Rig(
      port: broker.port,
      [
        Subscription(name: "missing", source: .queue(unique("missing"))), Subscription(name: "s", source: .queue(queue)),
      ])
    #expect(try await rig.refused().contains("404"))
    #expect(try await rig.deliveries(1)[0].subscription == "s")
    await rig.connection.close(within: .seconds(30))
  }

  @Test(
    arguments: [
      [("", BrokerProbe.Value.void)], [("a", .table([("", .text("x")), ("", .number(1))]))], [("deep", .nested(18_000))],
      [("x-death", .text("lie"))],
    ] as [[(String, BrokerProbe.Value)]])
  func `hostile header tables do not stop a consumer`(headers: [(String, BrokerProbe.Value)]) async throws {
    try probe.publish(key: queue, body: text("before"))
    try probe.publish(key: queue, body: text("hostile"), headers: headers)
    try probe.publish(key: queue, body: text("after"))
    let rig = try rig()
    let deliveries = try await rig.deliveries(3)
    #expect(deliveries.map(\.body) == [text("before"), text("hostile"), text("after")])
    #expect(deliveries.allSatisfy { $0.properties.headers.isEmpty })
    rig.connection.reject(deliveries[1].tag)
    rig.connection.acknowledge(deliveries[2].tag, multiple: true)
    await rig.connection.close(within: .seconds(30))
    #expect(try probe.readyCount(queue) == 0)
    #expect(!rig.events.values.contains { if case .disconnected = $0 { true } else { false } })
  }

  @Test func `a body over the limit comes empty and marked, and the next one whole`() async throws {
    try probe.publish(key: queue, body: Array(repeating: 7, count: 300_000))
    try probe.publish(key: queue, body: text("small"))
    let rig = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue))]) { $0.maximumBodySize = 1_000 }
    let deliveries = try await rig.deliveries(2)
    #expect(deliveries[0].isOversize && deliveries[0].body.isEmpty)
    #expect(!deliveries[1].isOversize && deliveries[1].body == text("small"))
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `an exclusive queue gets what it is bound to, from the moment that is said`() async throws {
    let exchange = unique("events")
    try probe.declareExchange(exchange)
    let rig = try Rig(
      port: broker.port,
      [
        Subscription(
          name: "own", source: .exclusive(bindings: [Binding(exchange: exchange, key: "a")]), automaticAcknowledgement: true)
      ])
    let (name, start) = try await rig.subscribed("own")
    #expect(name.hasPrefix("amq.gen-"))
    #expect(rig.connection.bind("own", exchange: exchange, key: "b"))
    let bound = try await rig.events.next(from: start) {
      $0 == .bound(name: "own", binding: Binding(exchange: exchange, key: "b")) ? true : nil
    }
    for key in ["a", "b", "c"] { try probe.publish(exchange: exchange, key: key, body: text(key)) }
    #expect(try await rig.deliveries(2, from: bound.after).map(\.routingKey) == ["a", "b"])
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `an unbound key stops`() async throws {
    let exchange = unique("events")
    try probe.declareExchange(exchange)
    let rig = try Rig(
      port: broker.port,
      [
        Subscription(
          name: "own", source: .exclusive(bindings: [Binding(exchange: exchange, key: "a")]), automaticAcknowledgement: true)
      ])
    let (_, start) = try await rig.subscribed("own")
    #expect(rig.connection.unbind("own", exchange: exchange, key: "a"))
    #expect(rig.connection.bind("own", exchange: exchange, key: "z"))
    // Unbinding comes before binding, so once this stands the other is gone.
    let bound = try await rig.events.next(from: start) {
      if case .bound(_, let binding) = $0, binding.key == "z" { true } else { nil }
    }
    try probe.publish(exchange: exchange, key: "a", body: text("a"))
    try probe.publish(exchange: exchange, key: "z", body: text("z"))
    #expect(try await rig.deliveries(1, from: bound.after).map(\.routingKey) == ["z"])
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a refused binding is said and harms nothing else`() async throws {
    let exchange = unique("events")
    try probe.declareExchange(exchange)
    let rig = try Rig(
      port: broker.port, [Subscription(name: "own", source: .exclusive(bindings: []), automaticAcknowledgement: true)])
    let (_, start) = try await rig.subscribed("own")
    #expect(rig.connection.bind("own", exchange: unique("nowhere"), key: "k"))
    #expect(try await rig.refused(from: start).contains("404"))
    #expect(rig.connection.bind("own", exchange: exchange, key: "k"))
    let bound = try await rig.events.next(from: start) { if case .bound = $0 { true } else { nil } }
    try probe.publish(exchange: exchange, key: "k", body: text("k"))
    #expect(try await rig.deliveries(1, from: bound.after).count == 1)
    #expect(!rig.connection.bind("other", exchange: exchange, key: "k"))
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a request is answered through direct reply-to`() async throws {
    let server = try rig()
    try await server.subscribed("s")
    let client = try Rig(port: broker.port, [Subscription(name: "replies", source: .directReplies)])
    #expect(try await client.subscribed("replies").match == Publishing.directReplyTo)
    let request = Publishing(
      exchange: "", routingKey: queue, isMandatory: true,
      properties: .init(messageID: "q", correlationID: "42", replyTo: Publishing.directReplyTo), body: text("?"))
    #expect(await client.connection.publish(request) == .confirmed)

    let asked = try await server.deliveries(1)[0]
    let address = try #require(asked.properties.replyTo)
    #expect(address.hasPrefix("amq.rabbitmq.reply-to."))
    let answer = Publishing(
      exchange: "", routingKey: address, properties: .init(correlationID: asked.properties.correlationID), body: text("!"))
    #expect(await server.connection.publish(answer) == .confirmed)
    server.connection.acknowledge(asked.tag, multiple: false)

    let answered = try await client.deliveries(1)[0]
    #expect(answered.subscription == "replies")
    #expect(answered.properties.correlationID == "42")
    #expect(answered.body == text("!"))
    // An automatically acknowledged delivery needs none, and one does no harm.
    client.connection.acknowledge(answered.tag, multiple: false)
    #expect(await client.connection.publish(request) == .confirmed)
    await client.connection.close(within: .seconds(30))
    await server.connection.close(within: .seconds(30))
  }

  @Test func `replies are consumed again after the publishing channel was closed`() async throws {
    let server = try rig()
    let client = try Rig(port: broker.port, [Subscription(name: "replies", source: .directReplies)])
    let (_, start) = try await client.subscribed("replies")
    _ = await client.connection.publish(Publishing(exchange: unique("none"), routingKey: "k", body: []))
    let (_, again) = try await client.subscribed("replies", from: start)
    let request = Publishing(
      exchange: "", routingKey: queue, properties: .init(replyTo: Publishing.directReplyTo), body: text("?"))
    #expect(await client.connection.publish(request) == .confirmed)
    let asked = try await server.deliveries(1)[0]
    let address = try #require(asked.properties.replyTo)
    #expect(await server.connection.publish(Publishing(exchange: "", routingKey: address, body: text("!"))) == .confirmed)
    #expect(try await client.deliveries(1, from: again)[0].body == text("!"))
    await client.connection.close(within: .seconds(30))
    await server.connection.close(within: .seconds(30))
  }
}
