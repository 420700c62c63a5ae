import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization

/// Many followers of one auction, each with a queue of its own. They count what comes; one in a hundred verifies the house's
/// signature of each block too.
final class Audience: Sendable {
  private struct Counted {
    var deliveries: [String: Int] = [:]
    var total = 0
    var lastAt = ContinuousClock.now
    /// What the first follower had, in order.
    var blocks: [[UInt8]] = []
    var problems: [String] = []
  }

  let auction: AuctionID
  let count: Int
  private let state: Shared
  private let connections: [Connection]
  /// The broker allows more channels in a connection; its clients read faster with fewer.
  private static let queuesPerConnection = 100
  private static let first = "seguidor-0"

  private final class Shared: Sendable { let value = Mutex(Counted()) }

  init(_ house: BenchHouse, of auction: AuctionID, count: Int) async throws {
    let (state, ring) = (Shared(), house.ring)
    let binding = Binding(exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction(auction))
    var connections: [Connection] = []
    for first in stride(from: 0, to: count, by: Self.queuesPerConnection) {
      let names = (first..<min(first + Self.queuesPerConnection, count)).map { "seguidor-\($0)" }
      let verifying: Set<String> = Set(names.prefix(1))
      let subscriptions = names.map {
        Subscription(name: $0, source: .exclusive(bindings: [binding]), automaticAcknowledgement: true)
      }
      connections.append(
        try await house.connect("plateia-\(first)", subscriptions) { event in
          guard case .delivered(let deliveries) = event else { return }
          Self.take(deliveries.filter { Self.isLaterBlock($0, of: auction) }, verifying, ring, state)
        })
    }
    (self.auction, self.count, self.state, self.connections) = (auction, count, state, connections)
  }

  /// The load's blocks: neither block 0 nor what else is said of an auction.
  private static func isLaterBlock(_ delivery: Delivery, of auction: AuctionID) -> Bool {
    guard let id = delivery.properties.messageID else { return false }
    return id.hasPrefix("\(auction):") && id != "\(auction):0"
  }

  private static func take(_ deliveries: [Delivery], _ verifying: Set<String>, _ ring: LiveKeyRing, _ state: Shared) {
    var problems: [String] = []
    for delivery in deliveries where verifying.contains(delivery.subscription) {
      do {
        _ = try ring.open { ring throws(Rejection) in try HouseStatement(delivery.body, from: .notificacoes, ring: ring) }
      } catch { problems.append("\(error)") }
    }
    let now = ContinuousClock.now
    state.value.withLock { counted in
      for delivery in deliveries {
        counted.deliveries[delivery.subscription, default: 0] += 1
        if delivery.subscription == first { counted.blocks.append(delivery.body) }
      }
      counted.total += deliveries.count
      counted.lastAt = now
      counted.problems += problems
    }
  }

  /// Waits until everybody has had so many blocks.
  /// - Returns: when the last one came.
  func heard(_ blocks: Int) async throws -> ContinuousClock.Instant {
    try await until("\(count) followers have had \(blocks) blocks each", within: .seconds(120)) {
      self.state.value.withLock { $0.total >= blocks * self.count || !$0.problems.isEmpty }
    }
    return try state.value.withLock { counted in
      if let problem = counted.problems.first { throw NotWhole(description: problem) }
      guard counted.deliveries.count == count, counted.deliveries.values.allSatisfy({ $0 == blocks }) else {
        throw NotWhole(description: "not every follower has had each of the \(blocks) blocks once")
      }
      return counted.lastAt
    }
  }

  var blocks: [[UInt8]] { state.value.withLock { $0.blocks } }

  /// Begins to count anew.
  func forget() { state.value.withLock { $0 = Counted() } }

  func leave() async { for connection in connections { await connection.close(within: .zero) } }
}
