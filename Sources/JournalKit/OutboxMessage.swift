/// A message that is to be published.
package struct OutgoingMessage: Sendable, Hashable {
  package let exchange: String
  package let routingKey: String
  package let isMandatory: Bool
  package let messageID: String?
  package let correlationID: String?
  package let contentType: String?
  /// For whoever reads the message by hand.
  package let headers: [String: String]
  package let body: [UInt8]
  /// Where the same bytes are kept as a document, of the same commit or an earlier one, which is never removed: they are not
  /// written a second time.
  package let kept: DocumentPlace?

  package init(
    exchange: String, routingKey: String, isMandatory: Bool = true, messageID: String? = nil, correlationID: String? = nil,
    contentType: String? = nil, headers: [String: String] = [:], body: [UInt8], kept: DocumentPlace? = nil
  ) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.isMandatory = isMandatory
    self.messageID = messageID
    self.correlationID = correlationID
    self.contentType = contentType
    self.headers = headers
    self.body = body
    self.kept = kept
  }
}

/// A committed message that waits for its confirm: the members of `OutgoingMessage`, and its place in the outbox.
@dynamicMemberLookup
package struct OutboxMessage: Sendable, Hashable {
  /// Rises with every message and is never used twice, not even after its message was sent.
  package let id: Int64
  package let message: OutgoingMessage

  package init(id: Int64, message: OutgoingMessage) {
    self.id = id
    self.message = message
  }

  package subscript<Member>(dynamicMember member: KeyPath<OutgoingMessage, Member>) -> Member { message[keyPath: member] }
}
