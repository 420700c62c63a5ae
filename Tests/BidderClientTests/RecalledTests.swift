import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Bids of an earlier run")
struct RecalledTests {
  let guitar = auctionID("l-03")

  private func recalled(_ ticket: Int, _ id: AuctionID, _ centavos: Int64 = 130_000, isSecret: Bool = false) -> GatewayEvent {
    .recalled(
      RecalledBid(
        ticket: Ticket(ticket), auction: id, id: bidID(900 - ticket), amount: reais(centavos), isSecret: isSecret, currency: .brl,
        sentAt: drawnNow - .seconds(7_200)))
  }

  @Test("is uncertain, blocks another on the same lot, and then is what the house says")
  func known() {
    var model = drawnModel()
    model.hear(recalled(-1, guitar))
    #expect(model.live.lots[guitar]?.standing(of: alice) == .uncertain)
    let screen = model.screen(100, 30)
    #expect(screen.contains("INCERTO") && screen.contains("R$ 1.300,00 ENVIADO SEM RESPOSTA; perguntando à casa"))
    model.selection = guitar
    model.press(.character("b"))
    #expect(model.context == .list, "one in flight for each lot")
    model.hint = nil
    #expect(model.screen(100, 30).contains("INCERTO"))
    model.hear(.bid(Ticket(-1), .accepted))
    #expect(model.live.lots[guitar]?.bid?.stage == .accepted(after: .seconds(7_200)))
    #expect(model.screen(100, 30).contains("aceito em 2 h"))
    #expect(model.live.notices.all.first?.fact == .accepted(reais(130_000), leads: false))
  }

  @Test("that counts and leads no longer is not said to lead, and by whom one is outbid is said", arguments: [false, true])
  func outdone(isListed: Bool) throws {
    var model = drawnModel()
    var view = try #require(model.live.lots[guitar]).view
    model.live.lots[guitar] = nil
    view.bids = [
      BidLine(bid: bidID(901), bidder: alice, amount: reais(130_000), receivedAt: drawnNow, standing: (reais(140_000), carla))
    ]
    (view.price, view.leader, view.ownLast) = (reais(140_000), carla, reais(130_000))
    model.hear(recalled(-1, guitar))
    if isListed { model.hear(.auction(view)) }
    model.hear(.receiptKept(Ticket(-1)))
    model.hear(.bid(Ticket(-1), .accepted))
    let facts = model.live.notices.all.map(\.fact)
    let accepted = Notice.Fact.accepted(reais(130_000), hasReceipt: true, leads: false)
    #expect(
      facts.prefix(isListed ? 2 : 1)
        == (isListed ? [.outbid(by: carla, price: reais(140_000), own: reais(130_000)), accepted] : [accepted]))
    #expect(accepted.kind == .accepted)
    #expect(!isListed || model.screen(100, 30).contains("ACEITO"))
    #expect(!model.screen(100, 30).contains(" : "), "a lot without a title")
  }

  @Test("waits for its lot, and a secret one is a maximum where amounts are open")
  func beforeTheLot() {
    var model = Model(drawnModel().settings, size: drawnModel().size, clock: reading(drawnNow))
    model.hear(recalled(-1, guitar, 300_000, isSecret: true))
    #expect(model.live.notices.all.map(\.fact) == [.uncertain(reais(300_000))])
    for view in drawnAuctions { model.hear(.auction(view)) }
    let bid = model.live.lots[guitar]?.bid
    #expect(bid?.stage == .uncertain && bid?.isMaximum == true)
    model.hear(.bid(Ticket(-1), .accepted))
    #expect(model.live.lots[guitar]?.ownMaximum == reais(300_000))
  }

  @Test("of an auction that never shows, and a second one on a lot, are told of all the same")
  func withoutLot() {
    var model = drawnModel()
    model.hear(recalled(-1, auctionID("sumiu")))
    model.hear(recalled(-2, guitar))
    model.hear(recalled(-3, guitar, 140_000))
    #expect(model.live.lots[guitar]?.bid?.ticket == Ticket(-2))
    model.hear(.bid(Ticket(-1), .neverDecided))
    #expect(model.live.notices.all.first?.fact == .neverDecided(reais(130_000)))
    #expect(model.live.notices.all.first?.auction == auctionID("sumiu"))
    model.hear(.bid(Ticket(-3), .refused(.stale, minimum: nil)))
    #expect(model.live.notices.all.first?.fact.kind == .refused)
    let before = model.live.notices
    model.hear(.bid(Ticket(-3), .neverDecided))
    #expect(model.live.notices == before, "once")
  }
}
