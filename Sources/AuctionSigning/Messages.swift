package import AuctionFacts
package import AuctionWire
package import JournalKit
package import MessagingKit
package import SharedKernel

extension OutgoingMessage {
  /// A signed event of the house, on `leilao`. The broker's `message_id` and `correlation_id` come from what it says.
  package static func event(_ kind: Kind, _ sealed: Sealed, id: String, about auction: AuctionID?) -> OutgoingMessage {
    OutgoingMessage(
      exchange: Exchange.leilao.rawValue, routingKey: kind.routingKey,
      isMandatory: Topology.house.isMandatory(.leilao, key: kind.routingKey), messageID: id,
      correlationID: auction?.text, contentType: Envelope.contentType, headers: [:], body: sealed.evidence.bytes)
  }

  package static func event(_ statement: some WireValue, _ sealed: Sealed) -> OutgoingMessage {
    OutgoingMessage(
      exchange: Exchange.leilao.rawValue, routingKey: statement.kind.routingKey,
      isMandatory: Topology.house.isMandatory(.leilao, key: statement.kind.routingKey),
      messageID: statement.messageID, correlationID: statement.correlationID, contentType: Envelope.contentType, headers: [:],
      body: sealed.evidence.bytes)
  }

  /// A message that no service can use, put aside for the operator with the reason; a bid's secret is taken off first. What is
  /// no envelope is put aside byte for byte.
  package static func deadLetter(_ delivery: Delivery, from service: Service, reason: String) -> OutgoingMessage {
    OutgoingMessage(
      exchange: Exchange.mortas.rawValue, routingKey: RoutingKey.dead(from: service), isMandatory: true,
      messageID: delivery.properties.messageID, correlationID: delivery.properties.correlationID,
      contentType: delivery.properties.contentType,
      headers: [
        DeadLetter.reasonHeader: reason, DeadLetter.exchangeHeader: delivery.exchange,
        DeadLetter.routingKeyHeader: delivery.routingKey,
      ],
      body: (try? Envelope(parsing: delivery.body))?.encoded() ?? delivery.body)
  }
}

extension Publishing {
  /// An answer to who asked over a direct reply-to address; lost if nobody listens any more.
  package static func reply(_ body: [UInt8], to address: String, id: String, correlation: String?) -> Publishing {
    Publishing(
      exchange: "", routingKey: address, isMandatory: false,
      properties: MessageProperties(
        contentType: Envelope.contentType, messageID: id, correlationID: correlation, isPersistent: true), body: body)
  }
}
