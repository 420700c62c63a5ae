import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import Logging
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// Fills the journal of an ms-lance that does not run with what it would have written under a long load: by ms-lance's own turns, with
/// all signatures made and checked, but without a broker.
///
/// Confined to one thread.
final class JournalMaker {
  private struct SystemClock: HouseClock {
    func now() -> ClockReading { ClockReading(.systemNow, uncertainty: .milliseconds(1), status: .systemClock) }
  }

  private let journal: Journal
  private let outbox: OutboxPump
  private let loop: TurnLoop<BidDesk>
  private let calendar: Voice
  private let bidders: [Voice]
  private var taken: UInt64 = 0
  private let batch = 1_000

  /// - Parameters:
  ///   - data: the folder with the journal.
  ///   - bidders: who bid, in turn; their public keys are in the folder of keys.
  init(data: String, keys: KeyFolder, bidders: [Voice]) throws {
    func voice(_ id: PrincipalID) throws -> Voice {
      try Voice(principal: id, key: keys.privateKey(of: id.text) { nil })
    }
    (calendar, self.bidders) = (try voice(HousePrincipal.msLeilao), bidders)
    journal = try Journal.open(folder: data, name: HousePrincipal.msLance.text, waitingForLock: false) { _ in }
    let (sink, log) = (Taker(), Logger(label: "medida") { _ in SwiftLogNoOpLogHandler() })
    outbox = OutboxPump(publisher: sink, store: journal, log: log) {}
    outbox.connectionChanged(isUp: true)
    let desk = BidDesk(
      voice: try voice(HousePrincipal.msLance), profile: .shared, limiter: RateLimiter(perSecond: 1_000_000, burst: 1_000_000))
    loop = TurnLoop(
      desk: desk, store: journal, acknowledger: sink, outbox: outbox, clock: SystemClock(), present: nil, spread: .cores, log: log
    )
    _ = try loop.recover()
    try loop.keysChanged(try LiveKeyRing(keys).ring)
  }

  /// Opens so many auctions more, and places so many bids in turn on each of them.
  /// - Parameter name: what their ids begin with.
  func fill(_ name: String, auctions count: Int, bids: Int, progress: (Int) -> Void) throws {
    var auctions: [(id: AuctionID, edition: Edition)] = []
    while auctions.count < count {
      let numbers = auctions.count..<min(auctions.count + batch / 2, count)
      let calendar = calendar
      let made = Spread.cores.map(Array(numbers)) { number -> (id: AuctionID, edition: Edition, bodies: [(Kind, [UInt8])]) in
        let terms = Build.terms(
          AuctionID(stringLiteral: "\(name)-\(number)"), openingPrice: 1_00, increment: .fixed(10_00), opensAt: .systemNow,
          lasting: .seconds(86_400), rules: AuctionRules(extensionWindow: .zero))
        let clock = ClockReading(.systemNow, uncertainty: .zero, status: .systemClock)
        let scheduling = calendar.seal(Scheduling(terms: terms, nonce: Array(1...16), clock: clock))
        let opening = calendar.seal(
          Opening(
            auction: terms.auction, edition: scheduling.digest, opensAt: terms.opensAt, closesAt: terms.closesAt,
            scheduling: scheduling.evidence, clock: clock))
        return (
          terms.auction, scheduling.digest, [(.scheduled, scheduling.evidence.bytes), (.opened, opening.evidence.bytes)]
        )
      }
      try take(made.flatMap(\.bodies).map { delivery(.leilao, $0.0.routingKey, by: HousePrincipal.msLeilao.text, $0.1) })
      auctions += made.map { ($0.id, $0.edition) }
    }
    var placed = 0
    while placed < bids {
      let numbers = Array(placed..<min(placed + batch, bids))
      let (all, bidders) = (auctions, bidders)
      let bodies = Spread.cores.map(numbers) { number -> [UInt8] in
        let (auction, edition) = all[number % all.count]
        let voice = bidders[(number / all.count + number % all.count) % bidders.count]
        let clock = ClockReading(.systemNow, uncertainty: .seconds(10), status: .systemClock)
        let bid = Bid(
          id: BidID(.random()), auction: auction, edition: edition, bidder: voice.principal,
          amount: Build.money(1_00 + Int64(number) * 10_00), seen: nil, clock: clock)
        return voice.seal(bid).evidence.bytes
      }
      try take(bodies.map { delivery(.lances, RoutingKey.bidPlaced, by: "cliente", $0) })
      placed += numbers.count
      progress(placed)
    }
    try outbox.pump(final: true)
  }

  private func delivery(_ exchange: Exchange, _ key: String, by user: String, _ body: [UInt8]) -> Delivery {
    taken += 1
    return Delivery(
      tag: DeliveryTag(generation: 1, number: taken), subscription: "medida", exchange: exchange.rawValue, routingKey: key,
      properties: MessageProperties(userID: user), body: body)
  }

  private func take(_ deliveries: [Delivery]) throws {
    try loop.take(deliveries)
    try outbox.pump()
    let tally = loop.tally.metadata
    guard tally.isEmpty else { throw NotWhole(description: "the books did not take all of it: \(tally)") }
  }

  func close() { journal.close() }
}

extension BenchHouse {
  /// Fills the journal of its ms-lance, which does not run.
  func fill(_ name: String, auctions: Int, bids: Int, json: Bool) async throws {
    let (data, keys, voices) = (house.data, KeyFolder(path: house.keys), voices)
    try await BenchOptions.whole {
      try await onThread(named: "diario") {
        let maker = try JournalMaker(data: data, keys: keys, bidders: voices)
        defer { maker.close() }
        var progress = SpokenProgress(json: json)
        try maker.fill(name, auctions: auctions, bids: bids) { progress.say(Int64($0), of: Int64(bids)) }
      }
    }
  }
}
