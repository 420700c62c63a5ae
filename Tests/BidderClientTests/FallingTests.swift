import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("A falling price")
struct FallingTests {
  private let lot = auctionID("l-03")

  private func sent(_ effects: [Effect]) -> [Money] {
    effects.compactMap { if case .submitBid(_, _, let amount, _) = $0 { amount } else { nil } }
  }

  /// Selected, and falling for so many seconds: after 100 at R$ 850,00, for 20 s more.
  private func model(since seconds: Int64 = 100, status: AuctionStatus = .open) -> Model {
    var model = drawnModel()
    model.live.lots[lot] = Lot(falling("l-03", "Violão", since: seconds, status: status))
    return model
  }

  @Test("by a clock that may be wrong, what is asked and when it falls are doubtful")
  func doubtfulClock() {
    var model = drawnModel()
    model.live.lots[auctionID("l-03")] = Lot(falling("l-03", "Violão Giannini 1978", since: 100))
    model.pass(.zero)
    #expect(!model.screen(80, 24).contains("~"))
    _ = model.update(.tick(reading(drawnNow, .unsynchronized)))
    #expect(model.screen(80, 24).contains("~ R$ 850,00") && model.screen(80, 24).contains("em ~00:20"))
  }

  @Test("is shown as it falls, with what it falls to next and when")
  func ticking() {
    var model = model()
    #expect(model.screen(100, 30).contains("PREÇO PEDIDO") && model.screen(100, 30).contains("R$ 850,00"))
    #expect(model.screen(100, 30).contains("Próximo preço") && model.screen(100, 30).contains("R$ 800,00"))
    #expect(model.screen(100, 30).contains("00:20") && model.screen(80, 24).contains("Próximo R$ 800,00 em 00:20"))
    #expect(model.screen(40, 12).contains("R$ 800,00 em 00:20"))
    #expect(model.wakeUp <= drawnNow + .seconds(20))
    model.pass(.milliseconds(19_999))
    #expect(model.screen(80, 24).contains("R$ 850,00") && model.screen(80, 24).contains("R$ 800,00 em 00:01"))
    model.pass(.milliseconds(1))
    #expect(!model.screen(80, 24).contains("R$ 850,00") && model.screen(80, 24).contains("Próximo R$ 750,00 em 00:30"))
    model.pass(.seconds(300))
    #expect(model.screen(80, 24).contains("Mínimo agora R$ 300,00"), "it falls no further")
  }

  @Test("is not said to fall to what nobody will be asked")
  func end() {
    var model = drawnModel()
    let descent = AuctionRules.Descent(from: reais(100_000), step: reais(5_000), every: .seconds(30), to: reais(30_000))
    let opensAt = drawnNow - .seconds(100)
    for (length, last) in [(119, 85_000), (120, 80_000)] as [(Int64, Int64)] {
      let terms = AuctionTerms(
        auction: lot, title: "Violão", seller: dora, format: .dutch, openingPrice: reais(30_000), increment: .fixed(reais(1)),
        opensAt: opensAt, closesAt: opensAt + .seconds(length), rules: AuctionRules(extensionWindow: .zero, descent: descent))
      let view = AuctionView(terms: terms, status: .open, head: 0, minimum: reais(100_000), closesAt: terms.closesAt)
      model.live.lots[lot] = Lot(view)
      #expect(view.nextFall(after: drawnNow) == (length == 120 ? drawnNow + .seconds(20) : nil))
      #expect(view.minimum(at: drawnNow + .seconds(500)) == reais(last))
      #expect(model.screen(80, 24).contains("Próximo R$ 800,00") == (length == 120))
    }
  }

  @Test("that nobody met stands at its least when it is over, and is asked no more")
  func unsold() {
    var model = model(since: 590)
    model.pass(.seconds(10))
    model.hear(closed(lot, result(.noBids)))
    model.press(.character("3"))
    #expect(model.live.lots[lot]?.view.minimum(at: model.now) == reais(30_000))
    #expect(!model.screen(100, 30).contains("PREÇO PEDIDO") && !model.screen(100, 30).contains("R$ 1.000,00"))
  }

  @Test("that falls goes on being what an armed bid was meant for, which sends what it showed")
  func arming() {
    var model = model()
    model.press(.character("+"))
    #expect(model.screen(100, 30).contains("Armado: R$ 850,00 em l-03."))
    model.hear(.roundTrip(.milliseconds(3)))
    #expect(sent(model.press(.key(.enter))) == [reais(85_000)])

    model = self.model(since: 118)
    model.press(.character("+"))
    model.pass(.seconds(3))
    #expect(sent(model.press(.key(.enter))) == [reais(85_000)], "it buys at less than that")
  }

  @Test("that stood still while the house was away is asked for again: the armed bid is void")
  func outage() {
    var model = model(since: 121)
    model.press(.character("+"))
    #expect(model.screen(100, 30).contains("Armado: R$ 800,00"))
    model.hear(.extended(lot, closesAt: drawnNow + .seconds(539), by: nil, cause: .outage))
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("R$ 1.000,00") == false && model.screen(100, 30).contains("R$ 900,00"))
  }

  @Test("cannot be met from below, and is never too much")
  func box() {
    var model = model()
    model.press(.character("b"))
    model.pass(.milliseconds(250))
    model.type("849,99")
    #expect(sent(model.press(.key(.enter))).isEmpty)
    model.press(.key(.escape), .character("b"))
    model.pass(.milliseconds(250))
    #expect(model.screen(100, 30).contains("= R$ 850,00 (mínimo)"))
    #expect(sent(model.press(.key(.enter))) == [reais(85_000)])
  }

  @Test("stands still while it is suspended, where the house says it does")
  func suspended() {
    var model = model()
    model.hear(.suspended(lot, reason: "lote", minimum: reais(90_000)))
    model.pass(.seconds(60))
    #expect(model.screen(80, 24).contains("R$ 900,00") && !model.screen(80, 24).contains("Próximo"))
    model.hear(.resumed(lot, closesAt: drawnNow + .seconds(560)))
    #expect(model.screen(80, 24).contains("R$ 850,00"))
  }

  @Test("that somebody met is his, at that")
  func bought() {
    var model = model()
    model.hear(
      .bidAccepted(
        lot, line(1, bruno, 85_000, secondsAgo: 0), block: 1, minimum: reais(85_000), closesAt: drawnNow + .seconds(500)))
    model.pass(.seconds(60))
    #expect(model.screen(100, 30).contains("LANCE ATUAL") && model.screen(100, 30).contains("R$ 850,00"))
  }

  @Test("that costs less than was offered is told as what it costs")
  func paid() {
    var model = model(since: 118)
    model.press(.character("+"))
    guard case .submitBid(let ticket, _, let offered, _)? = model.press(.key(.enter)).first else {
      Issue.record("no bid")
      return
    }
    #expect(offered == reais(85_000))
    model.hear(.bid(ticket, .sent(bidID(7))))
    model.pass(.seconds(3))
    model.hear(
      .bidAccepted(
        lot, line(7, alice, 80_000, secondsAgo: 0), block: 1, minimum: reais(80_000), closesAt: drawnNow + .seconds(482)))
    #expect(model.live.lots[lot]?.view.ownLast == reais(80_000))
    #expect(model.live.notices.all.contains { $0.fact == .accepted(reais(80_000)) })
    #expect(!model.live.notices.all.contains { $0.fact == .accepted(reais(85_000)) })
  }

  @Test("takes its place in a list that is sorted by price as it falls")
  func sorting() {
    var model = model()
    model.live.lots[auctionID("z-1")] = Lot(auction("z-1", "Relógio", opening: 82_000))
    model.sort = .price
    model.hear(.live)
    func order() -> [AuctionID] { model.order.filter { [lot, auctionID("z-1")].contains($0) } }
    #expect(order() == [lot, auctionID("z-1")])
    model.pass(.seconds(20))
    #expect(order() == [auctionID("z-1"), lot])
  }

  @Test("stands still on a frozen screen")
  func frozen() {
    var model = model()
    model.press(.character("p"))
    model.pass(.seconds(40))
    #expect(model.screen(80, 24).contains("R$ 850,00"))
  }
}
