// AMQP 0-9-1 over librabbitmq 0.11: connect, publish with confirms, consume, acknowledge, and stay connected.
//
// Everything here is about messages in general. What a message means, which exchanges there are, what is stored before
// it is acknowledged and when a publish is repeated belong to whoever uses it. Queues and exchanges belong to the
// broker's definitions: the only queue that this kit declares is a consumer's own, exclusive one.
//
// The path through the files: `Connection` is what callers hold; it passes work through a `Mailbox` to the one thread
// that owns the C handle, where `ConnectionLoop` runs; `Link` is that handle; `FrameAssembler` and `ConfirmSequencer`
// are the protocol's two pieces of bookkeeping, as values.

/// Whatever messages can be published through: a connection, or a simulated broker in its place.
package protocol Publisher: AnyObject, Sendable {
  /// Hands one message over; `outcome` is called exactly once unless the result is `false`.
  ///
  /// It is called on a thread of the publisher's, possibly before this returns, and must not block.
  /// - Returns: `false` when the publisher's queue is full or it has been closed: nothing was taken.
  func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool

  /// Hands over a batch at the price of one wake-up; `outcome` is called once for each, with its index.
  ///
  /// What does not fit into the queue is reported at once as `.unknown`.
  func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void)
}

/// Whatever deliveries can be settled with: a connection, or a simulated broker in its place.
package protocol Acknowledger: AnyObject, Sendable {
  /// Acknowledges one delivery or, with `multiple`, all of its subscription up to and including it.
  ///
  /// A tag of an earlier connection is dropped silently: the broker has given that message to somebody again.
  func acknowledge(_ tag: DeliveryTag, multiple: Bool)

  /// Refuses one delivery without putting it back: the broker drops it, or dead-letters it where the queue says so.
  func reject(_ tag: DeliveryTag)
}

extension Publisher {
  /// Publishes and waits for what became of it; a full queue counts as `.unknown`.
  package func publish(_ message: Publishing) async -> PublishOutcome {
    await withCheckedContinuation { continuation in
      if !publish(message, outcome: { continuation.resume(returning: $0) }) {
        continuation.resume(returning: .unknown("the publish queue is full or closed"))
      }
    }
  }
}
