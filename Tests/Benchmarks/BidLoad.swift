import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting

/// Bids signed before the clock starts, in the order in which they are to be sent.
struct BidLoad: Sendable {
  /// What the house must say of a bid.
  enum Expected: Sendable { case accepted, refused }

  struct Item: Sendable {
    let id: BidID
    let auction: AuctionID
    let amount: Money
    let expected: Expected
    let message: Publishing
  }

  let items: [Item]

  /// How long the bids may take: signed with a clock that is a few seconds ahead and as uncertain as one may be, they are
  /// plausible now and not yet stale this much later.
  static let validity = Duration.seconds(20)

  /// Bids in turn on each auction and by each bidder.
  /// - Parameter refusedOfTen: how many of ten consecutive bids on an auction offer less than it asks.
  init(_ count: Int, on auctions: [(id: AuctionID, edition: Edition)], by voices: [Voice], refusedOfTen: Int = 0) throws {
    let clock = ClockReading(.systemNow + .seconds(5), uncertainty: .seconds(10), status: .systemClock)
    items = try concurrently(count) { number in
      let (auction, edition) = auctions[number % auctions.count]
      let turn = number / auctions.count
      // Neighbours on one auction are different bidders.
      let voice = voices[(turn + turn / 10 + number % auctions.count) % voices.count]
      let isLow = turn % 10 >= 10 - refusedOfTen
      let amount = Build.money(isLow ? 50 : 1_00 + Int64(turn) * 10_00)
      let bid = Bid(
        id: BidID(.random()), auction: auction, edition: edition, bidder: voice.principal, amount: amount, seen: nil, clock: clock
      )
      return Item(
        id: bid.id, auction: auction, amount: amount, expected: isLow ? .refused : .accepted,
        message: Publishing(
          exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
          properties: MessageProperties(
            contentType: Envelope.contentType, messageID: bid.messageID, correlationID: bid.correlationID, userID: "cliente",
            isPersistent: true),
          body: voice.seal(bid).evidence.bytes))
    }
  }

  /// Mean size of a body, in bytes.
  var bodySize: Int { items.isEmpty ? 0 : items.reduce(0) { $0 + $1.message.body.count } / items.count }
}

/// Makes things on all cores, in order.
private func concurrently<Value: Sendable>(_ count: Int, _ make: @escaping @Sendable (Int) throws -> Value) throws -> [Value] {
  let parts = Recorder<(Int, Result<[Value], any Error>)>()
  let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
  let share = (count + workers - 1) / workers
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    let range = min(worker * share, count)..<min((worker + 1) * share, count)
    parts.record((worker, Result { try range.map(make) }))
  }
  return try parts.values.sorted { $0.0 < $1.0 }.flatMap { try $0.1.get() }
}
