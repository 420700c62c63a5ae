/// Names one delivery for its acknowledgement.
///
/// The broker's numbers start anew on every channel. The generation (one per connection made) and the channel make a
/// tag unique for the process's life, so that a late acknowledgement can never settle somebody else's message.
package struct DeliveryTag: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let generation: UInt64
  package let channel: UInt16
  package let number: UInt64

  package init(generation: UInt64, channel: UInt16 = 1, number: UInt64) {
    self.generation = generation
    self.channel = channel
    self.number = number
  }

  package static func < (a: Self, b: Self) -> Bool {
    (a.generation, a.channel, a.number) < (b.generation, b.channel, b.number)
  }

  package var description: String { "\(generation)/\(channel)/\(number)" }
}

/// A message as it came.
package struct Delivery: Sendable, Hashable {
  package var tag: DeliveryTag
  /// The name of the subscription that it came for.
  package var subscription: String
  /// Set by the broker: the exchange it was published to, whatever its sender claims.
  package var exchange: String
  package var routingKey: String
  /// False only when nobody has ever been given this message before.
  package var isRedelivered: Bool
  /// Without headers. A text that is not UTF-8 counts as absent.
  package var properties: MessageProperties
  package var body: [UInt8]
  /// The body was longer than the connection's limit: it was thrown away as it came, and `body` is empty.
  package var isOversize: Bool

  package init(
    tag: DeliveryTag, subscription: String, exchange: String, routingKey: String, isRedelivered: Bool = false,
    properties: MessageProperties = .init(), body: [UInt8], isOversize: Bool = false
  ) {
    self.tag = tag
    self.subscription = subscription
    self.exchange = exchange
    self.routingKey = routingKey
    self.isRedelivered = isRedelivered
    self.properties = properties
    self.body = body
    self.isOversize = isOversize
  }
}
