import Foundation
import SuiteTesting
import Testing

@testable import MessagingKit

@Suite("Publishing to a real broker") struct PublishTests {
  @Test func `a routed message is confirmed and arrives with its properties`() async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("confirmed"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue))])
    try await rig.connected()
    let properties = MessageProperties(
      contentType: "text/plain", messageID: "m-1", correlationID: "c-1", replyTo: "r-1", userID: "test", isPersistent: true,
      headers: ["motivo": "formato", "serviço": "ção"])
    let message = Publishing(exchange: "", routingKey: queue, isMandatory: true, properties: properties, body: text("olá"))
    #expect(await rig.connection.publish(message) == .confirmed)

    let delivery = try await rig.deliveries(1)[0]
    var expected = properties
    expected.headers = [:]
    #expect(delivery.properties == expected)
    #expect(delivery.body == text("olá"))
    #expect(delivery.routingKey == queue)
    #expect(delivery.exchange.isEmpty)
    #expect(delivery.subscription == "s")
    #expect(!delivery.isRedelivered && !delivery.isOversize)
    await rig.connection.close(within: .seconds(10))
  }

  /// One at a time, as answers go.
  @Test func `what was sent is not kept`() async throws {
    let broker = try await PrivateBroker.shared
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    let before = try residentKilobytes()
    for number in 0..<3_000 {
      let message = Publishing(
        exchange: "amq.topic", routingKey: "nowhere", isMandatory: false,
        body: [UInt8](repeating: UInt8(number % 256), count: 100_000))
      try #require(await rig.connection.publish(message) == .confirmed)
    }
    #expect(try residentKilobytes() - before < 150_000, "of 300 000 that were sent")
    await rig.connection.close(within: .seconds(10))
  }

  private func residentKilobytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1]))
  }

  @Test func `a message with a second key reaches the queues of both, each once`() async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queues) = (try BrokerProbe(port: broker.port), [unique("first"), unique("second"), unique("both")])
    let keys = [unique("key"), unique("copy")]
    for queue in queues { try probe.declareQueue(queue) }
    for (queue, key) in [(queues[0], keys[0]), (queues[1], keys[1]), (queues[2], keys[0]), (queues[2], keys[1])] {
      try probe.bind(queue, exchange: "amq.topic", key: key)
    }
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    func message(_ key: String, copy: String) -> Publishing {
      Publishing(
        exchange: "amq.topic", routingKey: key, isMandatory: true,
        properties: .init(messageID: unique("m"), headers: [MessageProperties.copyHeader: copy, "motivo": "formato"]), body: [1])
    }
    #expect(await rig.connection.publish(message(keys[0], copy: keys[1])) == .confirmed)
    for queue in queues { #expect(try probe.readyCount(queue) == 1, "\(queue)") }
    // The second key alone is enough for a queue, and none for it is no queue.
    #expect(await rig.connection.publish(message(unique("nowhere"), copy: keys[1])) == .confirmed)
    #expect(try probe.readyCount(queues[1]) == 2)
    #expect(
      await rig.connection.publish(message(unique("nowhere"), copy: unique("nowhere")))
        == .returned(code: 312, text: "NO_ROUTE"))
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `a mandatory message that no queue takes comes back, an optional one is confirmed`() async throws {
    let broker = try await PrivateBroker.shared
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    let nowhere = unique("nowhere")
    let messages = [
      Publishing(exchange: "amq.topic", routingKey: nowhere, isMandatory: true, properties: .init(messageID: "a"), body: [1]),
      Publishing(exchange: "amq.topic", routingKey: nowhere, properties: .init(messageID: "b"), body: [1]),
      Publishing(exchange: "amq.topic", routingKey: nowhere, isMandatory: true, properties: .init(messageID: "c"), body: []),
    ]
    let outcomes = try await publishAll(messages, on: rig.connection)
    #expect(outcomes == [.returned(code: 312, text: "NO_ROUTE"), .confirmed, .returned(code: 312, text: "NO_ROUTE")])
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `a full queue that rejects publishes refuses`() async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("full"))
    try probe.declareQueue(queue, arguments: [("x-max-length", .number(1)), ("x-overflow", .text("reject-publish"))])
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    let message = Publishing(exchange: "", routingKey: queue, isMandatory: true, body: [1])
    #expect(await rig.connection.publish(message) == .confirmed)
    #expect(await rig.connection.publish(message) == .refused)
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `an exchange that does not exist costs the channel, not the connection`() async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("after-404"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port)
    let (_, start) = try await rig.connected()
    let lost = await rig.connection.publish(Publishing(exchange: unique("no-exchange"), routingKey: "k", body: [1]))
    guard case .unknown(let reason) = lost else {
      Issue.record("\(lost)")
      return
    }
    #expect(reason.contains("404"))
    #expect(try await rig.refused(from: start).contains("404"))
    #expect(await rig.connection.publish(Publishing(exchange: "", routingKey: queue, isMandatory: true, body: [2])) == .confirmed)
    #expect(!rig.events.values.contains { if case .disconnected = $0 { true } else { false } })
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `many messages keep their order and each has its outcome`() async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("many"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue), prefetch: 0)]) { $0.inFlightLimit = 50 }
    try await rig.connected()
    let messages = (0..<3_000).map {
      Publishing(exchange: "", routingKey: queue, isMandatory: true, properties: .init(messageID: "\($0)"), body: text("\($0)"))
    }
    let outcomes = try await publishAll(messages, on: rig.connection)
    #expect(outcomes.allSatisfy { $0 == .confirmed })
    let bodies = try await rig.deliveries(3_000).map { String(decoding: $0.body, as: UTF8.self) }
    #expect(bodies == (0..<3_000).map(String.init))
    await rig.connection.close(within: .seconds(10))
  }

  @Test(arguments: [0, 1, 131_063, 131_064, 131_065, 131_072])
  func `bodies of every awkward size arrive whole`(size: Int) async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("size"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue))])
    try await rig.connected()
    let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(
      await rig.connection.publish(Publishing(exchange: "", routingKey: queue, isMandatory: true, body: body)) == .confirmed)
    #expect(try await rig.deliveries(1)[0].body == body)
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `what cannot be sent is said at once and harms nothing`() async throws {
    let broker = try await PrivateBroker.shared
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    let outcomes = try await publishAll(
      [
        Publishing(exchange: "", routingKey: String(repeating: "k", count: 256), body: []),
        Publishing(exchange: "amq.topic", routingKey: "k", body: []),
        Publishing(exchange: "amq.topic", routingKey: "k", body: Array(repeating: 0, count: 131_073)),
      ], on: rig.connection)
    #expect(outcomes[0] == .invalid("the routing key has 256 bytes; at most 255 can be sent"))
    #expect(outcomes[1] == .confirmed)
    #expect(outcomes[2] == .invalid("the body has 131073 bytes; at most 131072 can be sent"))
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `a forged user is refused by the broker`() async throws {
    let broker = try await PrivateBroker.shared
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    let outcome = await rig.connection.publish(
      Publishing(exchange: "amq.topic", routingKey: "k", properties: .init(userID: "other"), body: []))
    guard case .unknown(let reason) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reason.contains("406"))
    await rig.connection.close(within: .seconds(10))
  }

  @Test func `closing lets publishes that were taken be confirmed, and takes no more`() async throws {
    let broker = try await PrivateBroker.shared
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("closing"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port)
    try await rig.connected()
    let outcomes = Recorder<PublishOutcome>()
    rig.connection.publish(
      (0..<500).map {
        Publishing(exchange: "", routingKey: queue, isMandatory: true, properties: .init(messageID: "\($0)"), body: [1])
      }
    ) { outcomes.record($1) }
    await rig.connection.close(within: .seconds(60))
    #expect(outcomes.values == Array(repeating: .confirmed, count: 500))
    #expect(!rig.connection.publish(Publishing(exchange: "", routingKey: queue, body: [])) { _ in })
    #expect(try probe.readyCount(queue) == 500)
    await rig.connection.close(within: .seconds(1))
  }
}

/// Publishes a batch and waits for all of its outcomes, in the order of the messages.
func publishAll(_ messages: [Publishing], on publisher: any Publisher) async throws -> [PublishOutcome] {
  let outcomes = Recorder<(Int, PublishOutcome)>()
  publisher.publish(messages) { outcomes.record(($0, $1)) }
  if !messages.isEmpty {
    let seen = Counter()
    _ = try await outcomes.first { _ in seen.next() == messages.count ? true : nil }
  }
  return outcomes.values.sorted { $0.0 < $1.0 }.map(\.1)
}
