import AuctionFacts
import AuctionWire
import SuiteTesting
import Testing

/// Honest bids of two bidders in turn, each of which must be accepted.
struct HonestBids {
  private static let bidders = ["cliente_beta", "cliente_gama"]

  private let forge: Forge
  private(set) var bids: [Bid] = []
  /// The last one's bytes.
  private(set) var last: [UInt8] = []

  init(_ forge: Forge) { self.forge = forge }

  /// Publishes the next one; the broker must take it.
  mutating func place(over bidder: BrokerProbe, headers: [(String, BrokerProbe.Value)] = []) throws {
    let name = Self.bidders[bids.count % Self.bidders.count]
    let bid = try forge.bid(of: name, 100_00 + Int64(bids.count) * 10_00)
    bids.append(bid)
    last = try forge.signed(bid.payload, by: name)
    let fate = try bidder.publishConfirmed(
      exchange: Exchange.lances.rawValue, key: RoutingKey.bidPlaced, body: last, headers: headers, userID: "cliente")
    #expect(fate == .routed)
  }
}
