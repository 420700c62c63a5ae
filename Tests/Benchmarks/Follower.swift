import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization

/// Follows auctions, verifying the house's signature of each block as it comes, and notes when which bid was there. The chain and
/// the bidders' signatures are checked when the clock has stopped.
final class Follower: Sendable {
  private struct State {
    var seen: [BidID: ContinuousClock.Instant] = [:]
    var blocks: [AuctionID: [HouseStatement]] = [:]
    var problems: [String] = []
  }

  private let channel: Channel<(Delivery, ContinuousClock.Instant)>
  private let state: Shared
  private let connection: Connection

  private final class Shared: Sendable { let value = Mutex(State()) }

  init(_ house: BenchHouse, _ auctions: [AuctionID]) async throws {
    let (channel, state, ring) = (Channel<(Delivery, ContinuousClock.Instant)>(), Shared(), house.ring)
    (self.channel, self.state) = (channel, state)
    let bindings = auctions.map { Binding(exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction($0)) }
    connection = try await house.connect(
      "seguidor", [Subscription(name: "blocos", source: .exclusive(bindings: bindings), automaticAcknowledgement: true)]
    ) { event in
      guard case .delivered(let deliveries) = event else { return }
      let now = ContinuousClock.now
      for delivery in deliveries { channel.send((delivery, now)) }
    }
    startThread(named: "seguidor") {
      while let deliveries = channel.takeAll(until: .now + .seconds(60)) {
        for (delivery, at) in deliveries { Self.take(delivery, at, ring, state) }
      }
    }
  }

  private static func take(_ delivery: Delivery, _ at: ContinuousClock.Instant, _ ring: LiveKeyRing, _ state: Shared) {
    do {
      let statement = try ring.open { ring throws(Rejection) in try HouseStatement(delivery.body, from: .notificacoes, ring: ring)
      }
      guard case .block(let block) = statement.fact else { return }
      let verified = ContinuousClock.now
      state.value.withLock { state in
        state.blocks[block.auction, default: []].append(statement)
        guard case .entries(let entries) = block.content else { return }
        for case .bid(let evidence, _) in entries.map(\.fact) {
          if let envelope = try? Envelope(evidence), let bid = try? Bid(envelope), state.seen[bid.id] == nil {
            state.seen[bid.id] = max(at, verified)
          }
        }
      }
    } catch { state.value.withLock { $0.problems.append("\(error)") } }
  }

  var count: Int { state.value.withLock { $0.seen.count } }
  /// When which bid stood in a block that was verified.
  var seen: [BidID: ContinuousClock.Instant] { state.value.withLock { $0.seen } }
  var problems: [String] { state.value.withLock { $0.problems } }
  /// As they came, each once: a house that was killed says again what it may have said.
  func blocks(of auction: AuctionID) -> [HouseStatement] {
    var known: Set<Digest> = []
    return state.value.withLock { $0.blocks[auction] ?? [] }.filter { known.insert($0.digest).inserted }
  }

  func leave() async {
    await connection.close(within: .zero)
    channel.close()
  }
}
