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
    let digest: Digest
    let expected: Expected
    let message: Publishing
  }

  let items: [Item]
  /// How long the bids may take: signed with a clock that is ahead and as uncertain as one may be, they are plausible now and not
  /// yet stale so much later.
  let validUntil: ContinuousClock.Instant
  private static let validity = Duration.seconds(30)

  /// Bids in turn on each auction and by each bidder.
  /// - Parameter refusedOfTen: how many of ten consecutive bids on an auction offer less than it asks.
  init(_ count: Int, on auctions: [(id: AuctionID, edition: Edition)], by voices: [Voice], refusedOfTen: Int = 0) throws {
    validUntil = .now + Self.validity
    items = try concurrently(count) { number in
      let clock = ClockReading(.systemNow + .seconds(12), uncertainty: .seconds(10), status: .systemClock)
      let (auction, edition) = auctions[number % auctions.count]
      let turn = number / auctions.count
      let isLow = turn % 10 >= 10 - refusedOfTen
      // Nobody bids on what he leads.
      let accepted = turn / 10 * (10 - refusedOfTen) + min(turn % 10, 10 - refusedOfTen)
      let voice = voices[(accepted + number % auctions.count) % voices.count]
      let amount = Build.money(isLow ? 50 : 1_00 + Int64(turn) * 10_00)
      let bid = Bid(
        id: BidID(.random()), auction: auction, edition: edition, bidder: voice.principal, amount: amount, seen: nil, clock: clock
      )
      let sealed = voice.seal(bid)
      return Item(
        id: bid.id, auction: auction, digest: sealed.digest, expected: isLow ? .refused : .accepted,
        message: Publishing(
          exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
          properties: MessageProperties(
            contentType: Envelope.contentType, messageID: bid.messageID, correlationID: bid.correlationID, userID: "cliente",
            isPersistent: true, headers: MessageProperties.headers(to: auction)),
          body: sealed.evidence.bytes))
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
