import SuiteTesting
import Synchronization

@testable import MessagingKit

/// A connection under test with everything it says.
final class Rig: Sendable {
  let events = Recorder<ConnectionEvent>()
  let connection: Connection

  init(_ options: ConnectionOptions, _ subscriptions: [Subscription] = []) {
    connection = Connection(options, subscriptions: subscriptions) { [events] in events.record($0) }
    connection.start()
  }

  /// Connects to the test user's virtual host on a port of this machine.
  convenience init(
    port: Int, password: String = "test", _ subscriptions: [Subscription] = [],
    adjust: (inout ConnectionOptions) -> Void = { _ in }
  ) throws {
    var options = ConnectionOptions(
      url: try BrokerURL("amqp://test:\(password)@127.0.0.1:\(port)/test"), name: "MessagingKitTests",
      backoff: Backoff(base: .milliseconds(50), cap: .seconds(1)))
    adjust(&options)
    self.init(options, subscriptions)
  }

  @discardableResult
  func connected(from start: Int = 0) async throws -> (match: UInt64, after: Int) {
    try await events.next(from: start) { if case .connected(let generation) = $0 { generation } else { nil } }
  }

  @discardableResult
  func subscribed(_ name: String, from start: Int = 0) async throws -> (match: String, after: Int) {
    try await events.next(from: start) { if case .subscribed(name, let queue) = $0 { queue } else { nil } }
  }

  func disconnected(from start: Int = 0) async throws -> (match: String, after: Int) {
    try await events.next(from: start) { if case .disconnected(let reason, _) = $0 { reason } else { nil } }
  }

  func refused(from start: Int = 0) async throws -> String {
    try await events.next(from: start) { if case .refused(let reason) = $0 { reason } else { nil } }.match
  }

  /// The first `count` deliveries from an event on.
  func deliveries(_ count: Int, from start: Int = 0) async throws -> [Delivery] {
    var all: [Delivery] = []
    var position = start
    while all.count < count {
      let (batch, after) = try await events.next(from: position) { if case .delivered(let batch) = $0 { batch } else { nil } }
      all += batch
      position = after
    }
    return all
  }

  /// Every delivery so far.
  var delivered: [Delivery] {
    events.values.flatMap { event -> [Delivery] in if case .delivered(let batch) = event { batch } else { [] } }
  }
}

/// A name that no other test uses.
func unique(_ name: String) -> String { "\(name)-\(UInt64.random(in: .min ... .max))" }

func text(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Counts what a recorder has shown to its matcher.
final class Counter: Sendable {
  private let count = Atomic(0)
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
