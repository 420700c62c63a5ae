import AuctionFacts
import AuctionWire
import Foundation
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Messages that no honest program sends, published straight to the exchanges as any bidder can.
@Suite(.serialized)
struct PoisonTests {
  @Test func `The same bid twice is one bid, and another bid under its id is refused`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("repetido", duration: "1h")
    try await house.opened("repetido")
    let forge = try await Forge(house, "repetido")
    let visitor = try await Visitor(house)
    let bid = try forge.bid(of: "cliente_alpha")
    let other = Bid(
      id: bid.id, auction: bid.auction, edition: bid.edition, bidder: bid.bidder, amount: try #require(Money(minorUnits: 999_00)),
      seen: nil, clock: bid.clock)
    for bid in [bid, bid, other, bid] {
      try await visitor.publish(
        .lances, RoutingKey.bidPlaced, try forge.signed(bid.payload, by: "cliente_alpha"), id: "\(bid.id)")
    }
    // A later bid's decision stands behind all of theirs in the one queue.
    #expect(try await house.bid("repetido", "200,00", as: "cliente_beta").status == 0)
    let (snapshot, _) = try await visitor.ask(.ledger(bid.auction, after: 0))
    guard case .ledger(_, _, let head) = snapshot.content else { return #expect(Bool(false), "\(snapshot)") }
    #expect(head?.block == 2)
    let asked = try await house.client(["lance", "--consultar", "\(bid.id)", "--cliente", "cliente_alpha", "--json"])
    #expect(asked.status == 0)
    #expect(try Line(try #require(asked.output.first)).bloco == 1)
  }

  @Test func `A bidder's command reaches no service, and a bid under the operator's topic none either`() async throws {
    let house = try await PrivateHouse.shared
    let visitor = try await Visitor(house)
    // The broker closes the channel: the message is never confirmed.
    guard case .unknown = try await visitor.publish(.comandos, Kind.cancel.routingKey, Array("{}".utf8)) else {
      return #expect(Bool(false), "a bidder gave a command")
    }
    guard case .unknown = try await Visitor(house).publish(.leilao, Kind.opened.routingKey, Array("{}".utf8)) else {
      return #expect(Bool(false), "a bidder spoke for the house")
    }
  }
}
