import AuctionWire
package import MessagingKit
package import SharedKernel

/// A message as the broker holds it.
package struct HeldMessage: Sendable, Hashable {
  /// Its place in the order of the queue, for ever.
  package let position: UInt64
  package let exchange: String
  package let routingKey: String
  package let properties: MessageProperties
  package let body: [UInt8]
  package let arrivedAt: Timestamp
  /// Somebody has been given it before.
  package var wasDelivered = false
}

/// A queue: first in, first out; what comes back takes its old place.
struct SimulatedQueue {
  struct Consumer: Hashable {
    let connection: String
    let subscription: String
    /// The subscription's channel on its connection.
    let channel: UInt16
    let prefetch: Int
    let isAutomatic: Bool
  }

  let name: String
  /// Nil for a client's own.
  let declaration: QueueDeclaration?
  var ready: [HeldMessage] = []
  /// In the order of their coming; with a single active consumer only the first is given anything.
  var consumers: [Consumer] = []
  var unacknowledged = 0

  var bytes: Int { ready.reduce(0) { $0 + $1.body.count } }

  /// Whether one more message of this size would be too much.
  func isFull(for size: Int) -> Bool {
    guard let declaration else { return false }
    if let most = declaration.maximumLength, ready.count + 1 > Int(most) { return true }
    if let most = declaration.maximumBytes, bytes + size > Int(most) { return true }
    return false
  }

  /// Ready again, where it stood.
  mutating func takeBack(_ message: HeldMessage) {
    var returned = message
    returned.wasDelivered = true
    ready.insert(returned, at: ready.firstIndex { $0.position > message.position } ?? ready.count)
  }

  mutating func expire(before instant: Timestamp) {
    guard let lifetime = declaration?.messageLifetimeMilliseconds else { return }
    ready.removeAll { $0.arrivedAt + .milliseconds(lifetime) <= instant }
  }
}
