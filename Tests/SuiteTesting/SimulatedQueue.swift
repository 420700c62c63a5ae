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

  /// Full, and told its publishers so: nothing is taken until a fifth of the room is free again.
  private(set) var isRejecting = false

  var isOverLimit: Bool {
    guard let declaration else { return false }
    if let most = declaration.maximumLength, ready.count > Int(most) { return true }
    if let most = declaration.maximumBytes, bytes > Int(most) { return true }
    return false
  }

  /// A quorum queue that rejects finds out that it is full by the message that is too much, and keeps that one.
  mutating func enforceLimit() {
    guard declaration?.overflow == .rejectPublish else {
      while isOverLimit { ready.removeFirst() }
      return
    }
    if isOverLimit { isRejecting = true }
  }

  mutating func relax() {
    guard isRejecting, let declaration else { return }
    let length = declaration.maximumLength.map { ready.count <= Int($0) * 4 / 5 } ?? true
    let size = declaration.maximumBytes.map { bytes <= Int($0) * 4 / 5 } ?? true
    if length, size { isRejecting = false }
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
