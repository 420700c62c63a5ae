/// An exchange's messages with one key, led into an exclusive queue.
package struct Binding: Sendable, Hashable {
  package let exchange: String
  package let key: String

  package init(exchange: String, key: String) {
    self.exchange = exchange
    self.key = key
  }
}

/// What a connection consumes, made again on every reconnect.
package struct Subscription: Sendable, Hashable {
  package enum Source: Sendable, Hashable {
    /// A queue that exists: who may read it and what it is bound to is the broker's definitions' business.
    case queue(String)
    /// A queue of the connection's own, named by the broker and gone with the connection, with these bindings at first.
    case exclusive(bindings: [Binding])
    /// A queue that exists and is this client's: what is bound here comes on top of what the definitions bound, and stays.
    case bound(queue: String, bindings: [Binding])
    /// Answers to what this connection publishes with `replyTo: Publishing.directReplyTo`; acknowledged automatically.
    case directReplies

    /// What the connection binds at first; nil where it may bind nothing.
    package var bindings: [Binding]? {
      switch self {
      case .exclusive(let bindings), .bound(_, let bindings): bindings
      case .queue, .directReplies: nil
      }
    }
  }

  /// Unique in its connection; also the consumer tag that the broker's tools show.
  package let name: String
  package let source: Source
  /// How many deliveries may be unacknowledged; 0 is unbounded. Without meaning where acknowledgement is automatic.
  package let prefetch: UInt16
  /// The broker forgets a message as it sends it: then nothing bounds what is under way but the reader's speed.
  package let automaticAcknowledgement: Bool

  package init(name: String, source: Source, prefetch: UInt16 = 256, automaticAcknowledgement: Bool = false) {
    precondition((1...255).contains(name.utf8.count), "a subscription's name has 1 to 255 bytes")
    self.name = name
    self.source = source
    self.prefetch = prefetch
    self.automaticAcknowledgement = automaticAcknowledgement || source == .directReplies
  }
}
