package import MessagingKit

/// Somebody who publishes what a test wants said, again and again until the broker has it: an operator, or an enemy.
package final class SimulatedSender: @unchecked Sendable {
  package let connection: SimulatedConnection
  private var waiting: [Publishing] = []
  private let box = Box()

  private final class Box {
    weak var owner: SimulatedSender?
  }

  package init(
    _ name: String, as user: String, on broker: SimulatedBroker, hearing subscriptions: [Subscription] = [],
    onDelivery: @escaping (Delivery) -> Void = { _ in }
  ) {
    let box = box
    connection = SimulatedConnection(broker, name: name, user: user, subscriptions: subscriptions) { event in
      switch event {
      case .connected: box.owner?.flush()
      case .delivered(let deliveries): deliveries.forEach(onDelivery)
      case .subscribed, .bound, .subscriptionCancelled, .blocked, .unblocked, .silent, .heard, .disconnected, .refused: break
      }
    }
    box.owner = self
  }

  package func send(_ message: Publishing) {
    guard connection.isUp else { return waiting.append(message) }
    _ = connection.publish(message) { [weak self] outcome in
      switch outcome {
      case .confirmed, .invalid: break
      case .refused, .returned, .unknown: self?.waiting.append(message)
      }
    }
  }

  /// Sends again what the broker did not take.
  package func flush() {
    let again = waiting
    waiting = []
    again.forEach(send)
  }

  package var isDone: Bool { waiting.isEmpty && connection.requestCount == 0 && connection.noticeCount == 0 }
}
