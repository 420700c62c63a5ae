import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// A lot that somebody buys at once, from R$ 500,00.
@Suite("Buying at once")
struct BuyNowTests {
  private static let terms = Build.terms(rules: AuctionRules(buyNow: 500_00))
  private let bench: BooksBench

  init() throws { bench = try BooksBench.open(Self.terms) }

  private func follow(_ blocks: [Block]) throws -> FollowedAuction { try bench.follow(blocks, of: Self.terms) }

  @Test func `ends the auction with the bid, at the price that was named`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    bench.forget()
    try bench.place(600_00, by: "beta", number: 2)
    #expect(bench.keys == ["lance.validado", "leilao.vencedor"])
    let blocks = try bench.ledger
    guard case .closing(let result, let ending)? = blocks.last?.content else { throw Missing("a result") }
    #expect(result.outcome == .sold && result.winner == "beta" && result.amount == 500_00 && ending == nil)
    #expect(result.closesAt == Self.terms.closesAt && blocks.last.map { $0.clock.instant < Self.terms.closesAt } == true)
    let summary = try #require(try bench.summary())
    #expect(summary.status == .closed && summary.price == 500_00 && summary.leader == "beta")

    let followed = try follow(blocks)
    #expect(followed.health == .whole && followed.result == result)
    #expect(followed.endsAt == blocks.last?.clock.instant, "it ended when it was bought")

    bench.forget()
    try bench.place(700_00, by: "alpha", number: 3)
    #expect(try bench.receipts.map(\.reason) == [.closed])
    // The calendar, which may not have heard of it yet, hears the same result.
    bench.forget()
    try bench.close(at: Self.terms.closesAt)
    #expect(bench.keys == ["leilao.finalizado", "leilao.vencedor"])
    #expect(bench.said(.awarded).map(\.body) == [bench.service.store.all("bloco", "moto").last?.body])
  }

  @Test func `stands when the service starts again`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(500_00, by: "beta", number: 2)
    let (blocks, summary) = (try bench.ledger, try bench.summary())
    bench.restart()
    #expect(try bench.summary() == summary && bench.ledger == blocks)
    bench.forget()
    try bench.place(700_00, by: "alpha", number: 3)
    #expect(try bench.receipts.map(\.reason) == [.closed])
  }

  @Test func `the minimum never exceeds it, and who leads may buy`() throws {
    try bench.place(499_99, by: "alpha", number: 1)
    #expect(try bench.summary()?.minimum == 500_00 && bench.summary()?.status == .open)
    try bench.place(499_99, by: "beta", number: 2)
    #expect(try bench.receipts.map(\.minimum) == [500_00])
    try bench.place(500_00, by: "alpha", number: 3)
    #expect(try bench.summary()?.status == .closed && bench.summary()?.leader == "alpha")
    #expect(try follow(bench.ledger).health == .whole)
  }

  @Test func `nobody has bought where bids stay below`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(Self.terms.closesAt + .seconds(1) - bench.world.time.now)
    try bench.close(at: Self.terms.closesAt)
    guard case .closing(let result, let ending)? = try bench.ledger.last?.content else { throw Missing("a result") }
    #expect(result.amount == 100_00 && ending != nil)
  }

  enum Lie: CaseIterable {
    case soldWithoutNotice, noticeOfWhatWasBought, cancelledAfterwards, dearer, bidAfter, entryAfter, blockAfter
  }

  private static let words: [Lie: String] = [
    .soldWithoutNotice: "resultado", .noticeOfWhatWasBought: "resultado", .cancelledAfterwards: "resultado",
    .dearer: "não é o do lance", .bidAfter: "depois da compra", .entryAfter: "depois da compra", .blockAfter: "depois da compra",
  ]

  private static func outage(after entries: [BlockEntry]) -> BlockEntry {
    let last = entries[entries.count - 1]
    return BlockEntry(
      fact: .outage(from: Build.noon, to: Build.noon + .seconds(60)), price: last.price, leader: last.leader,
      minimum: last.minimum, closesAt: last.closesAt + .seconds(60))
  }

  @Test(arguments: Lie.allCases) func `a house that lies about it is found out`(lie: Lie) throws {
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(500_00, by: "beta", number: 2)
    var blocks = try bench.ledger
    #expect(blocks.count == 4)
    func replace(_ number: Int, _ content: Block.Content) {
      let block = blocks[number]
      blocks[number] = Block(
        auction: block.auction, edition: block.edition, number: block.number, previous: block.previous, content: content,
        clock: block.clock)
    }
    guard case .closing(let result, _) = blocks[3].content, case .entries(let bought) = blocks[2].content,
      case .opening(let evidence) = blocks[0].content
    else { throw Missing("a ledger") }
    switch lie {
    case .soldWithoutNotice:
      let early = AuctionResult(
        outcome: .sold, winner: "alpha", amount: 100_00, acceptedBids: 1, refusedBids: result.refusedBids,
        refusals: result.refusals, closesAt: result.closesAt)
      blocks.remove(at: 2)
      blocks[2] = Block(
        auction: "moto", edition: blocks[2].edition, number: 2, previous: blocks[2].previous, content: .closing(early, nil),
        clock: blocks[2].clock)
    case .noticeOfWhatWasBought: replace(3, .closing(result, evidence))
    case .dearer:
      replace(
        2,
        .entries(
          bought.map {
            guard case .bid = $0.fact else { return $0 }
            return BlockEntry(fact: $0.fact, price: 600_00, leader: $0.leader, minimum: $0.minimum, closesAt: $0.closesAt)
          }))
    case .cancelledAfterwards:
      let notice = Build.notice(.cancel(reason: "erro"), edition: try bench.edition, sequence: 1)
      let cancelled = AuctionResult(
        outcome: .cancelled, winner: nil, amount: nil, acceptedBids: 2, refusedBids: result.refusedBids,
        refusals: result.refusals, closesAt: result.closesAt)
      replace(3, .closing(cancelled, try bench.world.keys.voice(HousePrincipal.msLeilao).seal(notice).evidence))
    case .bidAfter: replace(2, .entries(bought + [bought[bought.count - 1]]))
    case .entryAfter: replace(2, .entries(bought + [Self.outage(after: bought)]))
    case .blockAfter: replace(3, .entries([Self.outage(after: bought)]))
    }
    guard case .broken(let reason) = try follow(blocks).health else {
      Issue.record("believed")
      return
    }
    #expect(reason.contains(Self.words[lie] ?? "?"), "\(reason)")
  }
}
