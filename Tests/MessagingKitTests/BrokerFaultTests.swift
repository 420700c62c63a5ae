import SuiteTesting
import Testing

@testable import MessagingKit

/// What concerns a whole node: these tests have one to themselves, one after the other.
@Suite("Surviving a broker's faults", .serialized) struct BrokerFaultTests {
  private static let node = Task { try await PrivateBroker() }
  let broker: PrivateBroker

  init() async throws {
    broker = try await Self.node.value
    // Whatever the test before has left.
    try await broker.restart()
    try await broker.rabbitmqctl(["set_vm_memory_high_watermark", "0.4"])
  }

  @Test func `a memory alarm holds publishes back, says so, and lets them go again`() async throws {
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("alarm"))
    try probe.declareQueue(queue)
    let publisher = try Rig(port: broker.port) {
      $0.inFlightLimit = 10
      $0.waitingLimit = 20
    }
    let consumer = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue), prefetch: 10)])
    try await publisher.connected()
    try await consumer.subscribed("s")
    let message = Publishing(exchange: "", routingKey: queue, isMandatory: true, properties: .init(isPersistent: true), body: [1])
    #expect(await publisher.connection.publish(message) == .confirmed)
    let held = try await consumer.deliveries(1)[0]

    try await broker.rabbitmqctl(["set_vm_memory_high_watermark", "0.00001"])
    let start = publisher.events.count
    let outcomes = Recorder<PublishOutcome>()
    // The broker says that it blocks when the first publish after the alarm comes.
    #expect(publisher.connection.publish(message) { outcomes.record($0) })
    let blocked = try await publisher.events.next(from: start) { if case .blocked(let reason) = $0 { reason } else { nil } }
    #expect(blocked.match.contains("memory"))

    // From here on publishes wait, up to the bound, and further ones are declined.
    var taken = 1
    while publisher.connection.publish(message, outcome: { outcomes.record($0) }) { taken += 1 }
    #expect(taken == 30)
    #expect(outcomes.count == 0)
    let overflow = try await publishAll([message], on: publisher.connection)
    #expect(overflow == [.unknown("the publish queue is full")])

    // The connection that never published is still heard.
    consumer.connection.acknowledge(held.tag, multiple: false)
    await consumer.connection.close(within: .seconds(30))
    #expect(
      try await broker.rabbitmqctl(["list_queues", "-p", "test", "--silent", "name", "messages_unacknowledged"]).contains(
        "\(queue)\t0"))

    try await broker.rabbitmqctl(["set_vm_memory_high_watermark", "0.4"])
    _ = try await publisher.events.next(from: blocked.after) { $0 == .unblocked ? true : nil }
    let seen = Counter()
    _ = try await outcomes.first { _ in seen.next() == taken ? true : nil }
    #expect(outcomes.values.allSatisfy { $0 == .confirmed })
    #expect(!publisher.events.values.contains { if case .disconnected = $0 { true } else { false } })
    await publisher.connection.close(within: .seconds(30))
  }

  @Test func `closing under an alarm ends within its bound and says what is unknown`() async throws {
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("alarm"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port)
    let (_, start) = try await rig.connected()
    try await broker.rabbitmqctl(["set_vm_memory_high_watermark", "0.00001"])
    let message = Publishing(exchange: "", routingKey: queue, isMandatory: true, body: Array(repeating: 1, count: 100_000))
    let outcomes = Recorder<PublishOutcome>()
    rig.connection.publish(Array(repeating: message, count: 200)) { outcomes.record($1) }
    _ = try await rig.events.next(from: start) { if case .blocked = $0 { true } else { nil } }
    await rig.connection.close(within: .milliseconds(300))
    #expect(outcomes.count == 200)
    #expect(outcomes.values.last == .unknown("the connection was closed"))
  }

  @Test func `a broker that is killed and started again is found again`() async throws {
    let (probe, queue) = (try BrokerProbe(port: broker.port), unique("killed"))
    try probe.declareQueue(queue)
    let rig = try Rig(port: broker.port, [Subscription(name: "s", source: .queue(queue))])
    let (_, start) = try await rig.subscribed("s")
    let message = Publishing(
      exchange: "", routingKey: queue, isMandatory: true, properties: .init(messageID: "m", isPersistent: true),
      body: text("kept"))
    #expect(await rig.connection.publish(message) == .confirmed)
    _ = try await rig.deliveries(1, from: start)
    // RabbitMQ writes down what queues there are only some seconds later: a younger one does not survive it, durable or not.
    try await broker.rabbitmqctl(["eval", "mnesia:sync_log()."])

    try await broker.kill9()
    let (_, lost) = try await rig.disconnected(from: start)
    try await broker.restart()
    let (_, again) = try await rig.subscribed("s", from: lost)
    let delivery = try await rig.deliveries(1, from: again)[0]
    #expect(delivery.body == text("kept"))
    #expect(delivery.isRedelivered)
    rig.connection.acknowledge(delivery.tag, multiple: false)
    #expect(await rig.connection.publish(message) == .confirmed)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `an operator who closes the connection is told from a broker that is gone`() async throws {
    let rig = try Rig(port: broker.port)
    let (_, start) = try await rig.connected()
    try await broker.rabbitmqctl(["close_all_connections", "-p", "test", "manutenção"])
    let (reason, lost) = try await rig.disconnected(from: start)
    #expect(reason.contains("320"))
    #expect(reason.contains("manutenção"))
    try await rig.connected(from: lost)
    await rig.connection.close(within: .seconds(30))
  }
}
