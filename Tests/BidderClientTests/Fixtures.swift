import AuctionFacts
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

/// 2026-11-22 14:32:07 in São Paulo: the instant of the design's drawings.
let drawnNow = Timestamp(microseconds: 1_795_368_727_000_000)
let saoPaulo = Zone(secondsEast: -3 * 3_600)

func auctionID(_ text: String) -> AuctionID { AuctionID(stringLiteral: text) }
func bidder(_ text: String) -> PrincipalID { PrincipalID(stringLiteral: text) }
func reais(_ centavos: Int64) -> Money { Money(minorUnits: centavos) ?? .zero }
func bidID(_ n: Int) -> BidID {
  BidID(UniqueID((0..<16).map { UInt8(truncatingIfNeeded: $0 < 8 ? 7 : n >> (8 * (15 - $0))) }).unsafelyUnwrapped)
}
func reading(_ now: Timestamp, uncertainty: Interval = .milliseconds(8), _ status: ClockStatus = .synchronized) -> ClockReading {
  ClockReading(now, uncertainty: uncertainty, status: status)
}

let alice = bidder("alice"), bruno = bidder("bruno"), carla = bidder("carla"), dora = bidder("dora")

/// An auction that the house holds, open unless said otherwise.
func auction(
  _ id: String, _ title: String, price: Int64? = nil, leader: PrincipalID? = nil, step: Int64 = 5_000, opening: Int64 = 10_000,
  closesIn seconds: Int64 = 600, status: AuctionStatus = .open, opensAt: Timestamp = drawnNow - .seconds(3_600),
  ownLast: Int64? = nil, bids: [BidLine] = [], bidCount: Int? = nil, result: AuctionResult? = nil, buyNow: Int64? = nil
) -> AuctionView {
  let closesAt = drawnNow + .seconds(seconds)
  let terms = AuctionTerms(
    auction: auctionID(id), title: title, seller: dora, openingPrice: reais(opening), increment: .fixed(reais(step)),
    opensAt: opensAt, closesAt: closesAt, rules: AuctionRules(buyNow: buyNow.map(reais)))
  return AuctionView(
    terms: terms, status: status, head: status == .scheduled ? nil : Int64(bids.count), price: price.map(reais), leader: leader,
    minimum: reais(price.map { $0 + step } ?? opening), closesAt: closesAt, bids: bids, bidCount: bidCount ?? bids.count,
    ownLast: ownLast.map(reais), result: result)
}

/// One whose price falls from R$ 1.000,00 by R$ 50,00 every 30 s to R$ 300,00, and has for so many seconds.
func falling(_ id: String, _ title: String, since seconds: Int64, status: AuctionStatus = .open) -> AuctionView {
  let descent = AuctionRules.Descent(from: reais(100_000), step: reais(5_000), every: .seconds(30), to: reais(30_000))
  let opensAt = drawnNow - .seconds(seconds)
  let terms = AuctionTerms(
    auction: auctionID(id), title: title, seller: dora, format: .dutch, openingPrice: reais(30_000), increment: .fixed(reais(1)),
    opensAt: opensAt, closesAt: opensAt + .seconds(600), rules: AuctionRules(extensionWindow: .zero, descent: descent))
  return AuctionView(terms: terms, status: status, head: 0, minimum: reais(100_000), closesAt: terms.closesAt)
}

func line(_ n: Int, _ who: PrincipalID, _ centavos: Int64, secondsAgo: Int64) -> BidLine {
  BidLine(bid: bidID(n), bidder: who, amount: reais(centavos), receivedAt: drawnNow - .seconds(secondsAgo))
}

func passing(of auction: AuctionID, _ from: PrincipalID?, _ to: PrincipalID, _ centavos: Int64) -> PassingOn {
  PassingOn(
    auction: auction, edition: Digest([UInt8](repeating: 1, count: 32)).unsafelyUnwrapped,
    result: Digest([UInt8](repeating: 2, count: 32)).unsafelyUnwrapped, from: from, to: to, amount: reais(centavos),
    reason: "não pagou")
}

func result(_ outcome: AuctionResult.Outcome, winner: PrincipalID? = nil, _ centavos: Int64? = nil) -> AuctionResult {
  AuctionResult(
    outcome: outcome, winner: winner, amount: centavos.map(reais), acceptedBids: 1, refusedBids: 0,
    refusals: Digest([UInt8](repeating: 0, count: 32)).unsafelyUnwrapped, closesAt: drawnNow)
}

func closed(_ id: AuctionID, _ result: AuctionResult, at end: Timestamp = drawnNow, reason: String? = nil) -> GatewayEvent {
  .closed(id, result, endedAt: end, reason: reason)
}

/// The twelve bids on the guitar, as drawn.
let guitarBids: [BidLine] =
  zip(
    [90_000, 92_000, 95_000, 97_000, 100_000, 102_000, 105_000, 109_500],
    [900, 800, 700, 600, 500, 400, 300, 200] as [Int64]
  ).enumerated().map { line($0.offset + 1, carla, $0.element.0, secondsAgo: $0.element.1) } + [
    line(9, bruno, 110_000, secondsAgo: 72), line(10, carla, 115_000, secondsAgo: 55), line(11, alice, 120_000, secondsAgo: 27),
    line(12, bruno, 125_000, secondsAgo: 3),
  ]

/// The seven auctions of the drawings.
let drawnAuctions: [AuctionView] = [
  auction("l-01", "Bicicleta Caloi 10", price: 48_000, leader: alice, closesIn: 9, ownLast: 48_000),
  auction("l-03", "Violão Giannini 1978", price: 125_000, leader: bruno, closesIn: 42, ownLast: 120_000, bids: guitarBids),
  auction("l-07", "Câmera Zenit 122", price: 31_000, leader: alice, closesIn: 198, ownLast: 31_000),
  auction("l-11", "Mesa de jacarandá, 6 lugares", price: 1_240_000, leader: carla, closesIn: 775),
  auction("l-12", "Relógio Technos", price: 9_500, leader: carla, closesIn: 2_823),
  auction("l-15", "Moto CG 125 1983", price: 390_000, leader: carla, closesIn: 8_080, ownLast: 380_000),
  auction(
    "l-20", "Coleção de selos (1900-60)", opening: 20_000, closesIn: 7_200, status: .scheduled,
    opensAt: drawnNow + .seconds(1_673)),
]

func settings(_ language: Language = .portuguese) -> Settings {
  Settings(bidder: alice, language: language, broker: "rabbit:5672", zone: saoPaulo)
}

/// A model to which these things have happened.
func model(
  _ language: Language = .portuguese, size: Size = Size(width: 100, height: 30), at now: Timestamp = drawnNow,
  hearing events: [GatewayEvent]
) -> Model {
  var model = Model(settings(language), size: size, clock: reading(now))
  for event in events { _ = model.update(.gateway(event, epoch: 1)) }
  return model
}

/// The model of the drawings: seven auctions, the guitar selected, nothing open.
func drawnModel(_ language: Language = .portuguese) -> Model {
  var model = model(
    language,
    hearing: [.connecting(attempt: 1), .connected, .resyncing(done: 7, total: 7)] + drawnAuctions.map(GatewayEvent.auction)
      + (1...9).map { n in
        .auction(
          auction(
            "x-0\(n)", "Leilão \(n)", price: 5_000, leader: dora, closesIn: -1_000 - Int64(n), status: .closed,
            result: result(.sold, winner: dora, 5_000)))
      } + [.live, .roundTrip(.milliseconds(12))])
  model.selection = auctionID("l-03")
  for (id, ago) in [("l-03", 2_900), ("l-12", 2_000)] as [(String, Int64)] {
    model.live.lots[auctionID(id)]?.priceChangedAt = drawnNow - .milliseconds(ago)
  }
  model.live.notices = drawnNotices
  // The last minute and the bell have been announced.
  for view in drawnAuctions {
    model.live.lots[view.terms.auction]?.saidMinute = true
    model.live.lots[view.terms.auction]?.rangTenSeconds = true
  }
  _ = model.update(.tick(reading(drawnNow)))
  return model
}

private var drawnNotices: Notices {
  func at(_ secondsAgo: Int64) -> Timestamp { drawnNow - .seconds(secondsAgo) }
  func notice(_ secondsAgo: Int64, _ id: String, _ title: String, _ fact: Notice.Fact) -> Notice {
    Notice(at: at(secondsAgo), auction: auctionID(id), title: title, fact: fact)
  }
  var out = Notices()
  out.add(Notice(at: at(425), fact: .reconnected(after: .seconds(4), auctions: 3)))
  out.add(notice(236, "l-05", "Máquina de escrever", .won(reais(17_500))))
  out.add(notice(127, "l-09", "Rádio Philco", .lost(winner: dora, reais(26_000))))
  out.add(notice(27, "l-03", "Violão Giannini 1978", .accepted(reais(120_000))))
  out.add(notice(9, "l-01", "Bicicleta Caloi 10", .accepted(reais(48_000))))
  out.add(notice(3, "l-03", "Violão Giannini 1978", .outbid(by: bruno, price: reais(125_000), own: reais(120_000))))
  return out
}

extension Model {
  @discardableResult
  mutating func press(_ keys: Input...) -> [Effect] { keys.flatMap { update(.input($0)) } }

  @discardableResult
  mutating func type(_ text: String) -> [Effect] { text.unicodeScalars.flatMap { update(.input(.character($0))) } }

  /// Lets time pass.
  @discardableResult
  mutating func pass(_ time: Interval) -> [Effect] { update(.tick(reading(now + time))) }

  @discardableResult
  mutating func hear(_ event: GatewayEvent) -> [Effect] { update(.gateway(event, epoch: 1)) }

  func screen(_ width: Int, _ height: Int) -> String {
    view(self, size: Size(width: width, height: height)).text.joined(separator: "\n").replacing("\u{a0}", with: " ")
  }
}
