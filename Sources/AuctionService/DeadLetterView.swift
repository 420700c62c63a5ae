import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit

/// One message of the queue `mortas`, as an operator sees it.
struct DeadLetterView {
  let delivery: Delivery

  /// Twelve hexadecimal digits of the body's SHA-256: the same for the same bytes.
  let mark: String
  let envelope: Envelope?

  init(_ delivery: Delivery) {
    self.delivery = delivery
    mark = String(SHA256.of(delivery.body).hex.prefix(12))
    envelope = try? Envelope(parsing: delivery.body)
  }

  var service: String { RoutingKey.service(in: delivery.routingKey)?.rawValue ?? VisibleText.of(delivery.routingKey, limit: 60) }
  var reason: String { header(DeadLetter.reasonHeader) }
  /// Where it had been published.
  var exchange: String { header(DeadLetter.exchangeHeader) }
  var routingKey: String { header(DeadLetter.routingKeyHeader) }

  /// A command that ms-leilao did not take, as its sender signed it; nil for everything else.
  var command: Envelope? {
    guard exchange == Exchange.comandos.rawValue, let envelope, Exchange.comandos.kinds.contains(envelope.kind) else {
      return nil
    }
    return envelope
  }

  private func header(_ name: String) -> String { VisibleText.of(delivery.properties.headers[name] ?? "?", limit: 60) }

  var line: String {
    let kind = envelope?.kind.rawValue ?? "?"
    return [mark, service, reason, "\(exchange)/\(routingKey)", kind, "\(delivery.body.count) bytes"].joined(separator: "\t")
  }

  var json: JSONLine {
    var line = JSONLine()
    line.add("id", mark)
    line.add("servico", service)
    line.add("motivo", reason)
    line.add("exchange", exchange)
    line.add("chave", routingKey)
    line.add("tipo", envelope?.kind.rawValue)
    line.add("keyid", envelope?.keyID.hex)
    line.add("bytes", Int64(delivery.body.count))
    line.add("message_id", delivery.properties.messageID.map { VisibleText.of($0, limit: 255) })
    return line
  }

  /// What it says, as far as it can be read.
  var contents: String { VisibleText.of(String(decoding: envelope?.payload ?? delivery.body, as: UTF8.self)) }
}
