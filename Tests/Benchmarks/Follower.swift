import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization

/// Follows auctions, verifying the house's signature of each block as it comes, and notes when. What the blocks hold, the chain and
/// the bidders' signatures are looked at when the clock has stopped: until then the processor belongs to the house.
final class Follower: Sendable {
  private struct State {
    var blocks: [Heard] = []
    /// Where each block stands in `blocks`: a house that was killed says again what it may have said, in the same words.
    var known: [String: Int] = [:]
    var bids = 0
    var problems: [String] = []
  }

  private struct Heard {
    let envelope: Envelope
    let verified: ContinuousClock.Instant
  }

  private let state: Shared
  private let connection: Connection

  private final class Shared: Sendable { let value = Mutex(State()) }

  init(_ house: BenchHouse, _ auctions: [AuctionID]) async throws {
    let (state, ring) = (Shared(), house.ring)
    self.state = state
    let bindings = auctions.map { Binding(exchange: Exchange.notificacoes.rawValue, key: RoutingKey.auction($0)) }
    connection = try await house.connect(
      "seguidor", [Subscription(name: "blocos", source: .exclusive(bindings: bindings), automaticAcknowledgement: true)]
    ) { event in
      guard case .delivered(let deliveries) = event else { return }
      for delivery in deliveries { Self.take(delivery, ring, state) }
    }
  }

  private static func take(_ delivery: Delivery, _ ring: LiveKeyRing, _ state: Shared) {
    do {
      let envelope = try ring.open { ring throws(Rejection) in
        try Envelope.signed(delivery.body, from: .notificacoes, ring: ring).envelope
      }
      guard Block.kinds.contains(envelope.kind) else { return }
      let heard = Heard(envelope: envelope, verified: .now)
      let bids = bids(in: envelope.payload)
      state.value.withLock { state in
        let id = delivery.properties.messageID ?? ""
        if let known = state.known[id] {
          if state.blocks[known].envelope.payload != envelope.payload { state.problems.append("two blocks \(id)") }
          return
        }
        state.known[id] = state.blocks.count
        state.blocks.append(heard)
        state.bids += bids
      }
    } catch { state.value.withLock { $0.problems.append("\(error)") } }
  }

  /// How many bids a block's payload holds, without reading it: each is followed by when it was received. It only says when to stop
  /// waiting; what was heard is checked afterwards.
  private static func bids(in payload: [UInt8]) -> Int {
    payload.withUnsafeBytes { bytes in
      var count = 0
      for start in bytes.indices.dropLast(mark.count) where bytes[start] == mark[0] && bytes[start + 1] == mark[1] {
        if bytes[start..<(start + mark.count)].elementsEqual(mark) { count += 1 }
      }
      return count
    }
  }

  private static let mark = Array("\"recebido_us\":".utf8)

  /// Blocks behind the opening.
  var laterBlocks: Int { state.value.withLock { $0.known.keys.count { !$0.hasSuffix(":0") } } }
  private var problems: [String] { state.value.withLock { $0.problems } }

  /// Waits until so many bids stood in verified blocks. It looks every few milliseconds: being told of each would cost the house more.
  func hears(_ bids: Int, before deadline: ContinuousClock.Instant) async throws {
    while true {
      let (heard, problem) = state.value.withLock { ($0.bids, $0.problems.first) }
      if let problem { throw NotWhole(description: problem) }
      if heard >= bids { return }
      guard .now < deadline else {
        throw NotWhole(description: "the follower saw \(heard) of \(bids) bids before they grew stale: fewer of them, please")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Reads what was heard: when the clock has stopped.
  func read() throws -> Reading {
    if let problem = problems.first { throw NotWhole(description: problem) }
    let heard = state.value.withLock { $0.blocks }
    var reading = Reading()
    for one in heard {
      let statement = try HouseStatement(trusted: one.envelope.evidence)
      guard case .block(let block) = statement.fact else { continue }
      reading.blocks[block.auction, default: []].append(statement)
      guard case .entries(let entries) = block.content else { continue }
      for case .bid(let evidence, _) in entries.map(\.fact) { reading.seen[try Bid(Envelope(evidence)).id] = one.verified }
    }
    return reading
  }

  /// What the blocks say.
  struct Reading {
    /// When which bid stood in a block that was verified.
    var seen: [BidID: ContinuousClock.Instant] = [:]
    /// In the order in which they came.
    var blocks: [AuctionID: [HouseStatement]] = [:]
  }

  func leave() async { await connection.close(within: .zero) }
}
