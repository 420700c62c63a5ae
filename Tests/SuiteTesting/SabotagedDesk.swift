import AuctionCore
import AuctionFacts
package import AuctionService
import AuctionSigning
import AuctionWire
package import BidService
package import JournalKit
package import MessagingKit
package import ServiceKit
package import SharedKernel
import SigningKit

/// ms-lance's desk, between a shell that may be asked to make a mistake and the product; without sabotage it is the product.
package struct BooksUnderTest: Desk, Sendable {
  private var desk: BidDesk
  private let voice: Voice
  private let keys: SimulatedKeys
  private let sabotage: Sabotage?
  private var seen: Set<Digest> = []

  init(_ desk: BidDesk, voice: Voice, keys: SimulatedKeys, _ sabotage: Sabotage?) {
    (self.desk, self.voice, self.keys, self.sabotage) = (desk, voice, keys, sabotage)
  }

  package var wakeUp: Timestamp? { desk.wakeUp }
  package var needsGoodClock: Bool { desk.needsGoodClock }

  package mutating func admit(_ delivery: Delivery, at now: Timestamp) -> BidDesk.Opened? { desk.admit(delivery, at: now) }

  package func open(_ delivery: Delivery) -> BidDesk.Opened {
    let opened = desk.open(delivery)
    guard sabotage == .skipDedupe, delivery.isRedelivered, case .bid(let bid, let replyTo) = opened else { return opened }
    let again = SubmittedBid(
      bid: bid.bid, digest: Build.digest("\(bid.digest) \(delivery.tag.number)"), key: bid.key, evidence: bid.evidence)
    return .bid(again, replyTo: replyTo)
  }

  package func isUnderUnknownKey(_ opened: BidDesk.Opened) -> Bool { desk.isUnderUnknownKey(opened) }

  package mutating func decide(
    _ opened: [BidDesk.Opened], away: (from: Timestamp, to: Timestamp)?, at clock: ClockReading
  ) -> Turn {
    let given = sabotage == .sortByClaimedTime ? opened.sorted { $0.claimed < $1.claimed } : opened
    var turn = desk.decide(given, away: sabotage == .forgetOutage ? nil : away, at: clock)
    if sabotage == .anotherReason { answerAgain(given, at: clock, in: &turn) }
    return turn
  }

  private mutating func answerAgain(_ opened: [BidDesk.Opened], at clock: ClockReading, in turn: inout Turn) {
    for case .bid(let bid, _) in opened where !seen.insert(bid.digest).inserted {
      let receipt = Receipt(
        auction: bid.bid.auction, bid: bid.bid.id, bidder: bid.bid.bidder, bidDigest: bid.digest, reason: .reusedID,
        receivedAt: clock.instant, clock: clock)
      turn.outgoing.append(.event(receipt, voice.seal(receipt)))
    }
  }

  package mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn {
    desk.keysChanged(sabotage == .ignoreRevocation ? keys.everyRing : ring, at: clock)
  }

  package static func decode(_ entry: Entry) throws -> BidEntry { try BidDesk.decode(entry) }
  package mutating func replay(_ entries: [BidEntry], at clock: ClockReading) throws { try desk.replay(entries, at: clock) }
  package mutating func audit(_ store: any Store, on spread: Spread) throws { try desk.audit(store, on: spread) }
  package mutating func resume(at clock: ClockReading) -> Turn { desk.resume(at: clock) }

  package func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) throws(DroppedQuery) -> Publishing {
    try desk.answer(query, from: store, at: clock)
  }
}

extension BidDesk.Opened {
  /// What the bidder says of the time; whatever is no bid stays in front.
  fileprivate var claimed: Timestamp {
    if case .bid(let bid, _) = self { bid.bid.clock.instant } else { Timestamp(microseconds: .min) }
  }
}

/// ms-leilao's desk in the same place.
package struct CalendarUnderTest: Desk, Sendable {
  private var desk: CalendarDesk
  private let sabotage: Sabotage?

  init(_ desk: CalendarDesk, _ sabotage: Sabotage?) { (self.desk, self.sabotage) = (desk, sabotage) }

  package var wakeUp: Timestamp? { desk.wakeUp }
  package var needsGoodClock: Bool { desk.needsGoodClock }
  package func open(_ delivery: Delivery) -> CalendarDesk.Opened { desk.open(delivery) }
  package func isUnderUnknownKey(_ opened: CalendarDesk.Opened) -> Bool { desk.isUnderUnknownKey(opened) }

  package mutating func decide(
    _ opened: [CalendarDesk.Opened], away: (from: Timestamp, to: Timestamp)?, at clock: ClockReading
  ) -> Turn { desk.decide(opened, away: away, at: reading(clock)) }

  package mutating func keysChanged(_ ring: KeyRing, at clock: ClockReading) -> Turn { desk.keysChanged(ring, at: clock) }
  package static func decode(_ entry: Entry) throws -> CalendarInput { try CalendarDesk.decode(entry) }
  package mutating func replay(_ entries: [CalendarInput], at clock: ClockReading) throws {
    try desk.replay(entries, at: reading(clock))
  }
  package func audit(_ store: any Store, on spread: Spread) throws { try desk.audit(store, on: spread) }
  package mutating func resume(at clock: ClockReading) -> Turn { desk.resume(at: clock) }

  package func answer(_ query: Delivery, from store: any Store, at clock: ClockReading) throws(DroppedQuery) -> Publishing {
    try desk.answer(query, from: store, at: clock)
  }

  private func reading(_ clock: ClockReading) -> ClockReading {
    sabotage == .closeByLocalClock ? ClockReading(clock.instant, uncertainty: .zero, status: .synchronized) : clock
  }
}
