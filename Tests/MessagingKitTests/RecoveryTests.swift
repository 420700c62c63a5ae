import SuiteTesting
import Testing

@testable import MessagingKit

@Suite("Recovering a connection") struct RecoveryTests {
  let broker: PrivateBroker
  let probe: BrokerProbe
  let proxy: LinkProxy
  let queue = unique("recovery")

  init() async throws {
    broker = try await PrivateBroker.shared
    probe = try BrokerProbe(port: broker.port)
    proxy = try LinkProxy(to: broker.port)
    try probe.declareQueue(queue)
  }

  @Test func `after a cut the unacknowledged comes again and old tags settle nothing`() async throws {
    defer { proxy.close() }
    for number in 0..<3 { try probe.publish(key: queue, body: text("\(number)")) }
    let rig = try Rig(port: proxy.port, [Subscription(name: "s", source: .queue(queue))])
    let first = try await rig.deliveries(3)
    #expect(first.allSatisfy { !$0.isRedelivered })
    let (generation, start) = try await rig.connected()
    proxy.cut()
    let (_, lost) = try await rig.disconnected(from: start)
    let (next, connected) = try await rig.connected(from: lost)
    #expect(next > generation)
    let second = try await rig.deliveries(3, from: connected)
    #expect(second.map(\.body) == first.map(\.body))
    #expect(second.allSatisfy { $0.isRedelivered && $0.tag.generation == next })

    for delivery in first { rig.connection.acknowledge(delivery.tag, multiple: true) }
    rig.connection.acknowledge(second[0].tag, multiple: false)
    await rig.connection.close(within: .seconds(30))
    let (probe, queue) = (probe, queue)
    try await until("both messages are there") { try probe.readyCount(queue) == 2 }
  }

  @Test func `a publish whose confirm is lost with the connection is unknown`() async throws {
    defer { proxy.close() }
    let rig = try Rig(port: proxy.port)
    let (_, start) = try await rig.connected()
    proxy.mode = .withholdingAnswers
    let outcomes = Recorder<PublishOutcome>()
    #expect(
      rig.connection.publish(Publishing(exchange: "", routingKey: queue, isMandatory: true, body: [1])) { outcomes.record($0) })
    let (probe, queue) = (probe, queue)
    try await until("the message is there") { try probe.readyCount(queue) == 1 }
    #expect(outcomes.count == 0)
    proxy.mode = .passing
    proxy.cut()
    let outcome = try await outcomes.first { $0 }
    guard case .unknown = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let (_, lost) = try await rig.disconnected(from: start)
    try await rig.connected(from: lost)
    #expect(await rig.connection.publish(Publishing(exchange: "", routingKey: queue, isMandatory: true, body: [1])) == .confirmed)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `no more is on its way without a confirm than the window allows`() async throws {
    defer { proxy.close() }
    let rig = try Rig(port: proxy.port) { $0.inFlightLimit = 10 }
    try await rig.connected()
    proxy.mode = .withholdingAnswers
    let message = Publishing(exchange: "", routingKey: queue, isMandatory: true, body: [1])
    let outcomes = Recorder<PublishOutcome>()
    rig.connection.publish(Array(repeating: message, count: 100)) { outcomes.record($1) }
    let (probe, queue) = (probe, queue)
    try await until("all ten are there") { try probe.readyCount(queue) >= 10 }
    for _ in 0..<50 { #expect(try probe.readyCount(queue) == 10) }
    // The answers that were swallowed are missing for ever: only a new connection helps.
    proxy.mode = .passing
    proxy.cut()
    let seen = Counter()
    _ = try await outcomes.first { _ in seen.next() == 100 ? true : nil }
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `without a connection a publish is unknown at once`() async throws {
    proxy.close()
    // Closing at the end interrupts a back-off of hours.
    let rig = try Rig(port: proxy.port) { $0.backoff = Backoff(base: .seconds(36_000), cap: .seconds(36_000)) }
    #expect(await rig.connection.publish(Publishing(exchange: "", routingKey: queue, body: [])) == .unknown("not connected"))
    let outcomes = try await publishAll([Publishing(exchange: "", routingKey: queue, body: [])], on: rig.connection)
    #expect(outcomes == [.unknown("not connected")])
    let (reason, _) = try await rig.disconnected()
    #expect(reason.contains(":\(proxy.port): network error (nobody answers"))
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `nothing is connected that lacks an exchange to publish to, until it is there`() async throws {
    defer { proxy.close() }
    let (there, missing) = (unique("there"), unique("missing"))
    try probe.declareExchange(there)
    let rig = try Rig(port: proxy.port) { $0.exchanges = [there, missing] }
    let refusal = try await rig.refused()
    #expect(refusal.contains("\(missing) (404") && !refusal.contains(there), "\(refusal)")
    _ = try await rig.disconnected()
    #expect(!rig.events.values.contains { if case .connected = $0 { true } else { false } })

    try probe.declareExchange(missing)
    let (_, start) = try await rig.connected()
    proxy.cut()
    _ = try await rig.connected(from: rig.disconnected(from: start).after)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `an exclusive queue comes back with every binding`() async throws {
    defer { proxy.close() }
    let exchange = unique("events")
    try probe.declareExchange(exchange)
    let rig = try Rig(
      port: proxy.port,
      [
        Subscription(
          name: "own", source: .exclusive(bindings: [Binding(exchange: exchange, key: "first")]), automaticAcknowledgement: true)
      ])
    let (old, start) = try await rig.subscribed("own")
    rig.connection.bind("own", exchange: exchange, key: "later")
    rig.connection.bind("own", exchange: exchange, key: "gone")
    rig.connection.unbind("own", exchange: exchange, key: "gone")
    proxy.cut()
    let (_, lost) = try await rig.disconnected(from: start)
    let (new, again) = try await rig.subscribed("own", from: lost)
    #expect(new != old)
    for key in ["gone", "first", "later"] { try probe.publish(exchange: exchange, key: key, body: text(key)) }
    #expect(try await rig.deliveries(2, from: again).map(\.routingKey) == ["first", "later"])
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a link cut at any moment of the recovery is recovered from`() async throws {
    defer { proxy.close() }
    let rig = try Rig(
      port: proxy.port,
      [
        Subscription(name: "s", source: .queue(queue)),
        Subscription(name: "own", source: .exclusive(bindings: [Binding(exchange: "amq.topic", key: unique("k"))])),
        Subscription(name: "replies", source: .directReplies),
      ])
    try await rig.subscribed("own")
    for accepted in 1...25 {
      // Each cut waits for the next attempt and hits it wherever it has come to.
      let (proxy, connection) = (proxy, rig.connection)
      try await until("the next try") {
        connection.reconnectNow()
        return proxy.accepted >= accepted
      }
      proxy.cut()
    }
    let start = rig.events.count
    try probe.publish(key: queue, body: text("through"))
    _ = try await rig.events.next(from: 0) { event in
      if case .delivered(let batch) = event { batch.contains { $0.body == text("through") } ? true : nil } else { nil }
    }
    #expect(start > 0)
    #expect(await rig.connection.publish(Publishing(exchange: "amq.topic", routingKey: "k", body: [])) == .confirmed)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a listener that says nothing is given up on`() async throws {
    defer { proxy.close() }
    proxy.mode = .silent
    let rig = try Rig(port: proxy.port) {
      $0.connectTimeout = .milliseconds(300)
      $0.backoff = Backoff(base: .seconds(36_000), cap: .seconds(36_000))
    }
    let (reason, start) = try await rig.disconnected()
    #expect(reason.contains("does not complete the login"))
    proxy.mode = .passing
    // Within a back-off of hours; a busy machine may take longer than that login's 300 ms, more than once.
    try await until("the link is there") {
      rig.connection.reconnectNow()
      return rig.events.values.dropFirst(start).contains { if case .connected = $0 { true } else { false } }
    }
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a link that goes silent is noticed by the heartbeat`() async throws {
    defer { proxy.close() }
    let rig = try Rig(port: proxy.port, [Subscription(name: "s", source: .queue(queue))]) { $0.heartbeatSeconds = 1 }
    let (_, start) = try await rig.subscribed("s")
    proxy.mode = .silent
    let (reason, lost) = try await rig.disconnected(from: start)
    #expect(reason.contains("heartbeat"))
    #expect(rig.events.values.contains { if case .silent = $0 { true } else { false } })
    proxy.mode = .passing
    try await rig.subscribed("s", from: lost)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a link on which nothing comes is said to be silent before it is given up, and heard when something comes`()
    async throws
  {
    defer { proxy.close() }
    let rig = try Rig(port: proxy.port) { $0.heartbeatSeconds = 8 }
    let (_, start) = try await rig.connected()
    proxy.mode = .withholdingAnswers
    let silence = try await rig.events.next(from: start) { if case .silent(let time) = $0 { time } else { nil } }
    #expect(silence.match >= .seconds(10))
    proxy.mode = .passing
    // Its confirm is something.
    rig.connection.publish([Publishing(exchange: "", routingKey: queue, body: [1])]) { _, _ in }
    let (next, _) = try await rig.events.next(from: silence.after) { Optional($0) }
    #expect(next == .heard)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a peer that takes nothing more does not hold the connection's thread`() async throws {
    defer { proxy.close() }
    let rig = try Rig(port: proxy.port) { $0.heartbeatSeconds = 1 }
    let (_, start) = try await rig.connected()
    proxy.mode = .stalled
    let message = Publishing(exchange: "amq.topic", routingKey: "k", body: Array(repeating: 1, count: 131_072))
    let outcomes = Recorder<PublishOutcome>()
    rig.connection.publish(Array(repeating: message, count: 200)) { outcomes.record($1) }
    let (_, lost) = try await rig.disconnected(from: start)
    #expect(outcomes.count == 200)
    #expect(outcomes.values.allSatisfy { if case .unknown = $0 { true } else { false } })
    proxy.mode = .passing
    try await rig.connected(from: lost)
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `closing ends even while the peer takes nothing`() async throws {
    defer { proxy.close() }
    let rig = try Rig(port: proxy.port) { $0.heartbeatSeconds = 3_600 }
    try await rig.connected()
    proxy.mode = .stalled
    let message = Publishing(exchange: "amq.topic", routingKey: "k", body: Array(repeating: 1, count: 131_072))
    let outcomes = Recorder<PublishOutcome>()
    rig.connection.publish(Array(repeating: message, count: 200)) { outcomes.record($1) }
    await rig.connection.close(within: .milliseconds(100))
    #expect(outcomes.count == 200)
  }

  @Test func `a wrong password is refused with a sentence that does not repeat it`() async throws {
    let rig = try Rig(port: broker.port, password: "errado")
    let reason = try await rig.refused()
    #expect(reason.contains("403"))
    #expect(!reason.contains("errado"))
    _ = try await rig.disconnected()
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `a virtual host that does not exist is refused`() async throws {
    let url = try BrokerURL("amqp://test:test@127.0.0.1:\(broker.port)/nenhum")
    let rig = Rig(ConnectionOptions(url: url, name: "test"))
    let reason = try await rig.refused()
    #expect(reason.contains("530"))
    await rig.connection.close(within: .seconds(30))
  }

  @Test func `closing while nothing answers does not wait for the answer`() async throws {
    defer { proxy.close() }
    proxy.mode = .silent
    let rig = try Rig(port: proxy.port) { $0.connectTimeout = .seconds(600) }
    let proxy = proxy
    try await until("it has connected") { proxy.accepted == 1 }
    await rig.connection.close(within: .seconds(30))
    #expect(!rig.connection.publish(Publishing(exchange: "", routingKey: "", body: [])) { _ in })
  }

  @Test func `closing can come first, twice and from everywhere`() async throws {
    let unstarted = Connection(ConnectionOptions(url: try BrokerURL(broker.url()), name: "x")) { _ in }
    await unstarted.close(within: .seconds(1))
    unstarted.start()
    #expect(!unstarted.publish(Publishing(exchange: "", routingKey: "", body: [])) { _ in })

    let rig = try Rig(port: broker.port)
    try await rig.connected()
    await withTaskGroup { group in
      for _ in 0..<8 { group.addTask { await rig.connection.close(within: .seconds(30)) } }
    }
  }

  @Test func `a connection that nobody holds closes itself`() async throws {
    let proxy = proxy
    defer { proxy.close() }
    let events = Recorder<ConnectionEvent>()
    do {
      let connection = Connection(
        ConnectionOptions(url: try BrokerURL(broker.url(port: proxy.port)), name: "x"),
        subscriptions: [Subscription(name: "own", source: .exclusive(bindings: []))]
      ) { events.record($0) }
      connection.start()
      _ = try await events.first { if case .subscribed = $0 { true } else { nil } }
      #expect(proxy.open == 1)
    }
    try await until("no link is left") { proxy.open == 0 }
  }
}
