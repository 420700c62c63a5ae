package import MessagingKit

/// A broker that takes everything at once and brings nothing.
package final class Taker: Publisher, Acknowledger {
  package init() {}
  package func publish(_ message: Publishing, outcome: @escaping @Sendable (PublishOutcome) -> Void) -> Bool {
    outcome(.confirmed)
    return true
  }
  package func publish(_ messages: [Publishing], outcome: @escaping @Sendable (Int, PublishOutcome) -> Void) {
    for index in messages.indices { outcome(index, .confirmed) }
  }
  package func acknowledge(_ tag: DeliveryTag, multiple: Bool) {}
  package func reject(_ tag: DeliveryTag) {}
}
