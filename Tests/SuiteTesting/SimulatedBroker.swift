package import AuctionWire
import MessagingKit
import SharedKernel

/// A broker in memory, built from the topology value: routes, holds, delivers, confirms and refuses as RabbitMQ does, but
/// only when a scheduler moves the frames of its connections. ConformanceTests hold it to a real one.
///
/// It stands for one node with durable queues and persistent messages. Left out: clustering, flow control, and consumers'
/// channels that fail alone (an acknowledgement of what is not there ends the whole connection).
package final class SimulatedBroker: @unchecked Sendable {
  private struct Unacknowledged {
    let tag: DeliveryTag
    let queue: String
    let message: HeldMessage
  }

  package let time: SimulatedTime
  package let trace: Trace
  let tally: Tally
  private let topology: Topology
  private var rights: BrokerRights
  private var queues: [String: SimulatedQueue] = [:]
  private var bindings: [(exchange: String, key: String, queue: String)] = []
  private var connections: [String: SimulatedConnection] = [:]
  private var unacknowledged: [String: [Unacknowledged]] = [:]
  private var lastNumber: [String: UInt64] = [:]
  private var lastPosition: UInt64 = 0
  /// Memory or disk alarm: a connection that publishes now is told so, and not read until it is over.
  package private(set) var isBlocked = false
  /// Nothing is routed from these: an operator has broken their bindings.
  package var brokenExchanges: Set<Exchange> = []
  /// The work of ms-lance is refused beyond so many messages; nil: beyond what the topology says.
  package var squeezedTo: Int?
  /// Sees every message that was routed, before anybody is given it.
  var onRouted: (String, Publishing) -> Void = { _, _ in }
  /// What no right-minded program does: a double acknowledgement, a publish without the right to it.
  package private(set) var complaints: [String] = []

  package init(_ topology: Topology = .house, time: SimulatedTime, trace: Trace, tally: Tally = Tally()) {
    (self.topology, self.time, self.trace, self.tally, rights) = (topology, time, trace, tally, BrokerRights(topology))
    for declaration in topology.queues {
      queues[declaration.name] = SimulatedQueue(name: declaration.name, declaration: declaration)
    }
    bindings = topology.bindings.map { ($0.exchange.rawValue, $0.key, $0.queue) }
  }

  // MARK: - What a test may do and see

  package func messages(in queue: Queue) -> [HeldMessage] { queues[queue.rawValue]?.ready ?? [] }

  package func holds(_ queue: Queue) -> Bool { queues[queue.rawValue] != nil }

  /// Ready or under way.
  package func depth(_ queue: Queue) -> Int { queues[queue.rawValue].map { $0.ready.count + $0.unacknowledged } ?? 0 }

  /// Whether anything is waiting for a program of the house.
  package var isEmpty: Bool { Queue.allCases.allSatisfy { $0 == .mortas || depth($0) == 0 } }

  package func block() {
    isBlocked = true
    tally.reached(.blocked)
  }

  package func unblock() {
    isBlocked = false
    for connection in up { connection.goOn() }
  }

  /// A queue and all that is in it go; who consumed from it is told, and tries in vain until it is there again.
  package func delete(_ queue: Queue) {
    guard let gone = queues.removeValue(forKey: queue.rawValue) else { return }
    bindings.removeAll { $0.queue == gone.name }
    for name in unacknowledged.keys { unacknowledged[name]?.removeAll { $0.queue == gone.name } }
    for consumer in gone.consumers {
      guard let connection = connections[consumer.connection] else { continue }
      connection.closeChannel(consumer.channel)
      connection.push(.event(.subscriptionCancelled(name: consumer.subscription)))
      connection.push(.event(.refused("404 no queue '\(gone.name)'")))
    }
  }

  /// The queue is there again, empty, as the topology says.
  package func restore(_ queue: Queue) {
    guard queues[queue.rawValue] == nil, let declaration = topology.queues.first(where: { $0.name == queue.rawValue }) else {
      return
    }
    queues[declaration.name] = SimulatedQueue(name: declaration.name, declaration: declaration)
    bindings += topology.bindings.filter { $0.queue == declaration.name }.map { ($0.exchange.rawValue, $0.key, $0.queue) }
    for connection in up {
      for subscription in connection.subscriptions where queueName(of: subscription, connection) == declaration.name {
        subscribe(subscription, of: connection)
      }
    }
  }

  /// Every link goes, and what was not persistent.
  package func restart() {
    trace.say("broker", "restart")
    tally.reached(.brokerRestart)
    for connection in up { connection.isLingering ? connection.bury() : connection.lose("broker restarted") }
    for name in queues.keys { queues[name]?.ready.removeAll { !$0.properties.isPersistent } }
  }

  private var up: [SimulatedConnection] { connections.values.sorted { $0.name < $1.name } }

  // MARK: - Connections

  func attach(_ connection: SimulatedConnection) {
    connections[connection.name] = connection
    unacknowledged[connection.name] = []
    for subscription in connection.subscriptions { subscribe(subscription, of: connection) }
  }

  private func subscribe(_ subscription: Subscription, of connection: SimulatedConnection) {
    let channel = connection.openChannel()
    lastNumber["\(connection.name)/\(channel)"] = 0
    let queue = queueName(of: subscription, connection)
    if !subscription.isOnNamedQueue { queues[queue] = SimulatedQueue(name: queue, declaration: nil) }
    guard queues[queue] != nil else { return connection.push(.event(.refused("404 no queue '\(queue)'"))) }
    for binding in connection.bindings[subscription.name] ?? [] {
      bindings.append((binding.exchange, binding.key, queue))
      connection.push(.event(.bound(name: subscription.name, binding: binding)))
    }
    queues[queue]?.consumers.append(
      SimulatedQueue.Consumer(
        connection: connection.name, subscription: subscription.name, channel: channel,
        prefetch: subscription.prefetch == 0 ? .max : Int(subscription.prefetch),
        isAutomatic: subscription.automaticAcknowledgement))
    connection.push(.event(.subscribed(name: subscription.name, queue: queue)))
    dispatch(queue)
  }

  /// What was not acknowledged goes back to its place; a client's own queues go.
  func detach(_ connection: SimulatedConnection) {
    connections[connection.name] = nil
    let returned = unacknowledged.removeValue(forKey: connection.name) ?? []
    for one in returned {
      queues[one.queue]?.takeBack(one.message)
      queues[one.queue]?.unacknowledged -= 1
    }
    for name in queues.keys {
      guard let consumers = queues[name]?.consumers, consumers.contains(where: { $0.connection == connection.name }) else {
        continue
      }
      let isTakenOver = consumers.first?.connection == connection.name && consumers.count > 1
      if isTakenOver, queues[name]?.declaration?.singleActiveConsumer == true { tally.reached(.standbyTakesOver) }
      queues[name]?.consumers.removeAll { $0.connection == connection.name }
    }
    for subscription in connection.subscriptions where !subscription.isOnNamedQueue {
      let queue = queueName(of: subscription, connection)
      queues[queue] = nil
      bindings.removeAll { $0.queue == queue }
    }
    for queue in topology.queues { dispatch(queue.name) }
  }

  private func queueName(of subscription: Subscription, _ connection: SimulatedConnection) -> String {
    switch subscription.source {
    case .queue(let name), .bound(let name, _): name
    case .exclusive: "amq.gen-\(connection.name)-\(subscription.name)"
    case .directReplies: replyAddress(of: connection)
    }
  }

  private func replyAddress(of connection: SimulatedConnection) -> String {
    "\(Publishing.directReplyTo).\(connection.name)-\(connection.generation)"
  }

  // MARK: - Requests

  func take(_ request: SimulatedConnection.Request, from connection: SimulatedConnection) {
    switch request {
    case .publish(let sequence, let message): publish(message, sequence, from: connection)
    case .acknowledge(let tag, let multiple): settle(tag, multiple: multiple, from: connection)
    case .reject(let tag): settle(tag, multiple: false, from: connection)
    case .bind(let subscription, let binding):
      guard let known = connection.subscriptions.first(where: { $0.name == subscription }) else { return }
      let queue = queueName(of: known, connection)
      bindings.append((binding.exchange, binding.key, queue))
      connection.push(.event(.bound(name: subscription, binding: binding)))
    case .unbind(let subscription, let binding):
      guard let known = connection.subscriptions.first(where: { $0.name == subscription }) else { return }
      let queue = queueName(of: known, connection)
      bindings.removeAll { $0 == (binding.exchange, binding.key, queue) }
    }
  }

  private func settle(_ tag: DeliveryTag, multiple: Bool, from connection: SimulatedConnection) {
    guard connection.hasChannel(tag.channel) else { return trace.say("broker", "\(tag) was void") }
    let settled = (unacknowledged[connection.name] ?? []).filter {
      $0.tag.channel == tag.channel && (multiple ? $0.tag.number <= tag.number : $0.tag.number == tag.number)
    }
    guard settled.contains(where: { $0.tag.number == tag.number }) else {
      return refuse(connection, "unknown delivery tag \(tag)")
    }
    trace.say("broker", "\(connection.name) acknowledged \(settled.count)")
    let tags = Set(settled.map(\.tag))
    unacknowledged[connection.name]?.removeAll { tags.contains($0.tag) }
    for one in settled { queues[one.queue]?.unacknowledged -= 1 }
    for queue in Set(settled.map(\.queue)).sorted() { dispatch(queue) }
  }

  private func publish(_ message: Publishing, _ sequence: UInt64, from connection: SimulatedConnection) {
    if let user = message.properties.userID, user != connection.user {
      return close(connection, "406 user_id '\(user)' is not '\(connection.user)'")
    }
    if message.body.count > WireLimits.brokerMessage {
      return close(connection, "406 a message of \(message.body.count) bytes")
    }
    guard rights.allow(connection.user, toPublishTo: message.exchange, message.routingKey) else {
      return close(connection, "403 no right to publish to '\(message.exchange)' with '\(message.routingKey)'")
    }
    let outcome = route(message, from: connection)
    connection.push(.outcome(sequence, outcome))
  }

  /// The broker closes the channel of who publishes what is not his, and takes nothing more that was meant for it.
  private func close(_ connection: SimulatedConnection, _ why: String) {
    complaints.append("\(connection.name): \(why)")
    trace.say("broker", "closes the publishing channel of \(connection.name): \(why)")
    connection.closePublishing(why)
  }

  /// The broker ends the connection of who breaks the protocol.
  private func refuse(_ connection: SimulatedConnection, _ why: String) {
    complaints.append("\(connection.name): \(why)")
    trace.say("broker", "refuses \(connection.name): \(why)")
    connection.lose(why)
  }

  // MARK: - Routing and holding

  private func route(_ message: Publishing, from connection: SimulatedConnection) -> PublishOutcome {
    let targets = targets(of: message)
    trace.say(
      "broker",
      "\(connection.name) published \(message.exchange)/\(message.routingKey) \(message.properties.messageID ?? "-") to \(targets.count)"
    )
    // No queue takes an answer: it is given to whoever asked, and counts as unroutable all the same.
    let isAnswer = message.exchange.isEmpty && message.routingKey.hasPrefix(Publishing.directReplyTo)
    var outcome = PublishOutcome.confirmed
    if targets.isEmpty || isAnswer, message.isMandatory { outcome = .returned(code: 312, text: "NO_ROUTE") }
    guard !targets.isEmpty else {
      if message.isMandatory { tally.reached(.returned) } else { onRouted(connection.user, message) }
      return outcome
    }
    var properties = message.properties
    if properties.replyTo == Publishing.directReplyTo { properties.replyTo = replyAddress(of: connection) }
    lastPosition += 1
    let held = HeldMessage(
      position: lastPosition, exchange: message.exchange, routingKey: message.routingKey, properties: properties,
      body: message.body, arrivedAt: time.now)
    for name in targets {
      queues[name]?.expire(before: time.now)
      guard var queue = queues[name] else { continue }
      if queue.isRejecting || isSqueezed(queue) {
        tally.reached(.queueFull)
        trace.say("broker", "\(name) is full and refuses")
        outcome = .refused
      } else {
        queue.ready.append(held)
        if queue.isOverLimit { trace.say("broker", "\(name) is full") }
        queue.enforceLimit()
      }
      queues[name] = queue
    }
    if outcome == .confirmed { onRouted(connection.user, message) }
    for name in targets { dispatch(name) }
    return outcome
  }

  private func isSqueezed(_ queue: SimulatedQueue) -> Bool {
    guard let squeezedTo, queue.name == Queue.lanceRealizado.rawValue else { return false }
    return queue.ready.count >= squeezedTo
  }

  private func targets(of message: Publishing) -> [String] {
    if message.exchange.isEmpty { return queues[message.routingKey] == nil ? [] : [message.routingKey] }
    if brokenExchanges.contains(where: { $0.rawValue == message.exchange }) { return [] }
    var names: Set<String> = []
    for binding in bindings where binding.exchange == message.exchange && Self.matches(binding.key, message.routingKey) {
      names.insert(binding.queue)
    }
    return names.sorted()
  }

  /// A topic exchange's match: `*` is one word, `#` any number.
  private static func matches(_ pattern: String, _ key: String) -> Bool {
    if pattern == key { return true }
    guard pattern.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "#") }) else { return false }
    return matches(
      pattern.split(separator: ".", omittingEmptySubsequences: false)[...],
      key.split(separator: ".", omittingEmptySubsequences: false)[...])
  }

  private static func matches(_ pattern: ArraySlice<Substring>, _ words: ArraySlice<Substring>) -> Bool {
    guard let first = pattern.first else { return words.isEmpty }
    let rest = pattern.dropFirst()
    if first == "#" { return (words.startIndex...words.endIndex).contains { matches(rest, words[$0...]) } }
    guard let word = words.first, first == "*" || first == word else { return false }
    return matches(rest, words.dropFirst())
  }

  /// Gives what is ready to who may have it.
  private func dispatch(_ name: String) {
    queues[name]?.expire(before: time.now)
    while var queue = queues[name], let message = queue.ready.first, let place = freeConsumer(of: queue) {
      let consumer = queue.consumers[place]
      guard let connection = connections[consumer.connection] else { return }
      queue.ready.removeFirst()
      queue.relax()
      // Those that share a queue take turns.
      if queue.declaration?.singleActiveConsumer != true { queue.consumers.append(queue.consumers.remove(at: place)) }
      if !consumer.isAutomatic { queue.unacknowledged += 1 }
      queues[name] = queue

      let channel = "\(consumer.connection)/\(consumer.channel)"
      let number = (lastNumber[channel] ?? 0) + 1
      lastNumber[channel] = number
      let tag = DeliveryTag(generation: connection.generation, channel: consumer.channel, number: number)
      if !consumer.isAutomatic {
        unacknowledged[consumer.connection, default: []].append(Unacknowledged(tag: tag, queue: name, message: message))
      }
      connection.push(
        .delivery(
          Delivery(
            tag: tag, subscription: consumer.subscription, exchange: message.exchange, routingKey: message.routingKey,
            isRedelivered: message.wasDelivered, properties: message.properties, body: message.body)))
    }
  }

  private func freeConsumer(of queue: SimulatedQueue) -> Int? {
    let candidates = queue.declaration?.singleActiveConsumer == true ? queue.consumers.prefix(1) : queue.consumers[...]
    return candidates.firstIndex { consumer in
      guard !consumer.isAutomatic, consumer.prefetch < .max else { return true }
      let open = (unacknowledged[consumer.connection] ?? []).count { $0.tag.channel == consumer.channel }
      return open < consumer.prefetch
    }
  }
}

extension Subscription {
  var isOnNamedQueue: Bool {
    switch source {
    case .queue, .bound: true
    case .exclusive, .directReplies: false
    }
  }
}
