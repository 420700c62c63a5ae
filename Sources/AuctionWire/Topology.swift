package import SharedKernel

/// What the broker holds: exchanges, queues, bindings, users, rights, bounds. One value, from which the broker's
/// definitions are generated; nothing else in the house declares anything. AMQP tells a service only whether the exchanges and
/// queues that it works with are there, and that it looks for at every connect; the rest `BrokerDefinitions` compares.
package struct Topology: Hashable, Sendable {
  package let virtualHost: String
  package let exchanges: [Exchange]
  package let queues: [QueueDeclaration]
  package let bindings: [Binding]
  package let users: [BrokerUser]
  package let policies: [Policy]
  /// Queues in the virtual host, all clients' included.
  package let maximumQueues: Int64

  package init(
    virtualHost: String, exchanges: [Exchange], queues: [QueueDeclaration], bindings: [Binding], users: [BrokerUser],
    policies: [Policy], maximumQueues: Int64
  ) {
    (self.virtualHost, self.exchanges, self.queues, self.bindings) = (virtualHost, exchanges, queues, bindings)
    (self.users, self.policies, self.maximumQueues) = (users, policies, maximumQueues)
  }

  /// Whether a message must reach a queue (AMQP `mandatory`): so it is wherever the house has one waiting. A topic without
  /// followers and an operator who did not wait for his answer are normal.
  package func isMandatory(_ exchange: Exchange, key: String) -> Bool {
    bindings.contains { $0.exchange == exchange && $0.key == key }
  }

  /// The exchanges that a user of the broker may publish to by a key, by their names.
  package func exchanges(writtenBy user: PrincipalID) -> [String] {
    let topics = users.first { $0.name == user.text }?.topics ?? []
    return topics.filter { $0.write != BrokerUser.nothing }.map(\.exchange.rawValue)
  }

  /// A bidder's own queue in a house that gives each bidder a broker user of his own.
  package static func queue(of bidder: PrincipalID) -> String { "cliente_\(bidder)" }
}

/// A queue and what it is bounded by.
package struct QueueDeclaration: Hashable, Sendable {
  package enum QueueType: String, Sendable { case quorum, classic }
  package enum Overflow: String, Sendable {
    case rejectPublish = "reject-publish"
    case dropHead = "drop-head"
  }

  package let name: String
  package let type: QueueType
  package var singleActiveConsumer = false
  package var maximumLength: Int64?
  package var maximumBytes: Int64?
  package var overflow: Overflow?
  package var messageLifetimeMilliseconds: Int64?

  package init(
    name: String, type: QueueType, singleActiveConsumer: Bool = false, maximumLength: Int64? = nil, maximumBytes: Int64? = nil,
    overflow: Overflow? = nil, messageLifetimeMilliseconds: Int64? = nil
  ) {
    (self.name, self.type, self.singleActiveConsumer) = (name, type, singleActiveConsumer)
    (self.maximumLength, self.maximumBytes, self.overflow) = (maximumLength, maximumBytes, overflow)
    self.messageLifetimeMilliseconds = messageLifetimeMilliseconds
  }

  /// Never −1 (3.10 takes it for "at once"), never absent (4.x then counts to 20): poison is stopped by classification.
  package static let deliveryLimit: Int64 = 1_000_000_000

  package enum Argument: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
  }

  /// The `x-arguments`, in the order of their names.
  package var arguments: [(name: String, value: Argument)] {
    var all: [(name: String, value: Argument)] = []
    if type == .quorum { all.append(("x-delivery-limit", .integer(QueueDeclaration.deliveryLimit))) }
    if let maximumLength { all.append(("x-max-length", .integer(maximumLength))) }
    if let maximumBytes { all.append(("x-max-length-bytes", .integer(maximumBytes))) }
    if let messageLifetimeMilliseconds { all.append(("x-message-ttl", .integer(messageLifetimeMilliseconds))) }
    if let overflow { all.append(("x-overflow", .text(overflow.rawValue))) }
    all.append(("x-queue-type", .text(type.rawValue)))
    if singleActiveConsumer { all.append(("x-single-active-consumer", .boolean(true))) }
    return all
  }
}

/// An exact key, never a pattern, so that nothing else gets in.
package struct Binding: Hashable, Sendable {
  package let exchange: Exchange
  package let queue: String
  package let key: String

  package init(exchange: Exchange, queue: String, key: String) {
    (self.exchange, self.queue, self.key) = (exchange, queue, key)
  }
}

/// A user of the broker and its rights: anchored patterns, and topic rights for each topic exchange it touches, because a
/// user without a topic right may use every key.
package struct BrokerUser: Hashable, Sendable {
  /// The pattern of a right that is none.
  package static let nothing = "^$"

  package struct TopicRight: Hashable, Sendable {
    package let exchange: Exchange
    package let write: String
    package let read: String

    package init(exchange: Exchange, write: String, read: String) {
      (self.exchange, self.write, self.read) = (exchange, write, read)
    }
  }

  package let name: String
  package let configure: String
  package let write: String
  package let read: String
  package let topics: [TopicRight]
  package let maximumConnections: Int64
  package let maximumChannels: Int64
  /// Tags of the management plugin: who may look at the broker's own pages.
  package var tags: [String] = []

  package init(
    name: String, configure: String, write: String, read: String, topics: [TopicRight], maximumConnections: Int64,
    maximumChannels: Int64, tags: [String] = []
  ) {
    (self.name, self.configure, self.write, self.read, self.topics) = (name, configure, write, read, topics)
    (self.maximumConnections, self.maximumChannels, self.tags) = (maximumConnections, maximumChannels, tags)
  }
}

/// Bounds for queues that clients make.
package struct Policy: Hashable, Sendable {
  package let name: String
  package let pattern: String
  package let expiresMilliseconds: Int64
  package let maximumLength: Int64
  package let maximumBytes: Int64
}
