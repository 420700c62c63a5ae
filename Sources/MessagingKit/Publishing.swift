import SharedKernel

/// The properties of a message that are used here (AMQP 0-9-1, class basic).
package struct MessageProperties: Sendable, Hashable {
  package var contentType: String?
  package var messageID: String?
  package var correlationID: String?
  package var replyTo: String?
  /// Who publishes; the broker refuses a name that is not the connection's user.
  package var userID: String?
  /// Delivery mode 2: the message survives the broker's restart in a durable queue.
  package var isPersistent: Bool
  /// Written, and read only where a connection was told to: a header table can be hostile, and nothing may depend on it.
  /// `copyHeader` is written as RabbitMQ wants it.
  package var headers: [String: String]

  /// A second routing key of the same message: RabbitMQ's sender-selected distribution, for which it wants a list, here of one. A
  /// queue to which both keys lead gets the message once.
  package static let copyHeader = "CC"

  package init(
    contentType: String? = nil, messageID: String? = nil, correlationID: String? = nil, replyTo: String? = nil,
    userID: String? = nil, isPersistent: Bool = false, headers: [String: String] = [:]
  ) {
    self.contentType = contentType
    self.messageID = messageID
    self.correlationID = correlationID
    self.replyTo = replyTo
    self.userID = userID
    self.isPersistent = isPersistent
    self.headers = headers
  }
}

/// A message to be sent.
///
/// Give it a `messageID`: that is what a returned message is recognised by when several to one key are on their way.
package struct Publishing: Sendable, Hashable {
  package var exchange: String
  package var routingKey: String
  /// Comes back as `.returned` when no queue takes it; otherwise the broker confirms it and drops it.
  package var isMandatory: Bool
  package var properties: MessageProperties
  package var body: [UInt8]

  package init(
    exchange: String, routingKey: String, isMandatory: Bool = false, properties: MessageProperties = .init(), body: [UInt8]
  ) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.isMandatory = isMandatory
    self.properties = properties
    self.body = body
  }

  /// The address of a queue of the broker's that answers the consumer of `Subscription.Source.directReplies`.
  package static let directReplyTo = "amq.rabbitmq.reply-to"

  /// Why this message cannot be sent at all, or nil.
  ///
  /// Short strings hold 255 bytes (AMQP 0-9-1 section 4.2.5.3); the header table is kept to 4 KiB, so that the frame it
  /// travels in is never near the limit.
  func problem(maximumBodySize: Int) -> Sentence? {
    let shortStrings = [
      ("exchange", exchange), ("routing key", routingKey), ("content type", properties.contentType),
      ("message id", properties.messageID), ("correlation id", properties.correlationID), ("reply-to", properties.replyTo),
      ("user id", properties.userID),
    ]
    for (what, text) in shortStrings {
      if let count = text?.utf8.count, count > 255 {
        return Sentence(
          "\(what): \(count) bytes; podem ser enviados até 255", "the \(what) has \(count) bytes; at most 255 can be sent")
      }
    }
    if let key = properties.headers.keys.first(where: { !(1...128).contains($0.utf8.count) }) {
      return Sentence(
        "o nome de um cabeçalho tem \(key.utf8.count) bytes; podem ser enviados de 1 a 128",
        "a header's name has \(key.utf8.count) bytes; 1 to 128 can be sent")
    }
    let headerBytes = properties.headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 6 }
    if headerBytes > 4_096 {
      return Sentence(
        "os cabeçalhos têm \(headerBytes) bytes; podem ser enviados até 4096",
        "the headers have \(headerBytes) bytes; at most 4096 can be sent")
    }
    if body.count > maximumBodySize {
      return Sentence(
        "o corpo tem \(body.count) bytes; podem ser enviados até \(maximumBodySize)",
        "the body has \(body.count) bytes; at most \(maximumBodySize) can be sent")
    }
    return nil
  }
}

/// What became of a published message. Only `.confirmed` means that the broker has it.
package enum PublishOutcome: Sendable, Hashable {
  /// The broker answers for it: routed and, if persistent, on the disks of the durable queues it went to.
  case confirmed
  /// It was mandatory and no queue took it.
  case returned(code: Int, text: String)
  /// The broker declined it (`basic.nack`), as a full queue does that rejects publishes; other queues may have taken it.
  case refused
  /// Connection or channel ended before the confirm: the broker may or may not have it. Publish it again with the same id.
  case unknown(String)
  /// It was never sent and never can be: the sentence says which of its parts is too long.
  case invalid(String)
}
