package import AuctionFacts
package import AuctionWire
package import JournalKit
package import MessagingKit
import ServiceKit
package import SharedKernel
import SigningKit

extension AuctionID {
  package var slice: AuctionSlice { AuctionSlice(of: self) { SHA256.of($0) } }
}

extension MessageProperties {
  /// Headers that bring a message to the partition of an auction, where there are partitions.
  package static func headers(to auction: AuctionID) -> [String: String] { [copyHeader: RoutingKey.slice(auction.slice)] }
}

extension OutgoingMessage {
  /// A signed event of the house, on `leilao`.
  /// - Parameters:
  ///   - id: the broker's `message_id`: the same statement always has the same one.
  ///   - correlation: the broker's `correlation_id`: the auction's id, where it is about one.
  ///   - kept: the document that holds it too.
  package static func event(
    _ kind: Kind, _ evidence: Evidence, id: String, correlation: String?, headers: [String: String] = [:],
    kept: DocumentPlace? = nil
  ) -> OutgoingMessage {
    OutgoingMessage(
      exchange: Exchange.leilao.rawValue, routingKey: kind.routingKey,
      isMandatory: Topology.house.isMandatory(.leilao, key: kind.routingKey), messageID: id, correlationID: correlation,
      contentType: Envelope.contentType, headers: headers, body: evidence.bytes, kept: kept)
  }

  /// What ms-lance alone is told, on `sigilo`, before anything else of that auction can need it: the same queue brings both.
  package static func confidence(_ reserve: ReserveDisclosure, _ sealed: Sealed) -> OutgoingMessage {
    OutgoingMessage(
      exchange: Exchange.sigilo.rawValue, routingKey: reserve.kind.routingKey, isMandatory: true, messageID: reserve.messageID,
      correlationID: reserve.correlationID, contentType: Envelope.contentType,
      headers: MessageProperties.headers(to: reserve.auction), body: sealed.evidence.bytes, kept: nil)
  }

  package static func event(_ statement: some WireValue, _ sealed: Sealed) -> OutgoingMessage {
    // The calendar's, whose `correlation_id` is an auction's.
    let auction = Topology.calendarForBooks.contains(statement.kind) ? statement.correlationID.flatMap(AuctionID.init) : nil
    return event(
      statement.kind, sealed.evidence, id: statement.messageID, correlation: statement.correlationID,
      headers: auction.map { MessageProperties.headers(to: $0) } ?? [:])
  }

  /// A message that no service can use, put aside for the operator with the reason; a bid's secret is taken off first. What is
  /// no envelope is put aside byte for byte.
  package static func deadLetter(_ delivery: Delivery, from service: Service, reason: String) -> OutgoingMessage {
    let envelope = (try? Envelope(parsing: delivery.body)) ?? Envelope.besideSecret(in: delivery.body)
    return OutgoingMessage(
      exchange: Exchange.mortas.rawValue, routingKey: RoutingKey.dead(from: service), isMandatory: true,
      messageID: delivery.properties.messageID, correlationID: delivery.properties.correlationID,
      contentType: delivery.properties.contentType,
      headers: [
        DeadLetter.reasonHeader: reason, DeadLetter.exchangeHeader: delivery.exchange,
        DeadLetter.routingKeyHeader: delivery.routingKey,
      ],
      body: envelope?.encoded() ?? delivery.body)
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
