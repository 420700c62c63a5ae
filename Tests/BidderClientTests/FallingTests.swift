import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("A falling price")
struct FallingTests {
  private let lot = auctionID("l-03")

  private func sent(_ effects: [Effect]) -> [Money] {
    effects.compactMap { if case .submitBid(_, _, let amount) = $0 { amount } else { nil } }
  }

  /// Selected, and falling for so many seconds: after 100 at R$ 850,00, for 20 s more.
  private func model(since seconds: Int64 = 100, status: AuctionStatus = .open) -> Model {
    var model = drawnModel()
    model.live.lots[lot] = Lot(falling("l-03", "Violão", since: seconds, status: status))
    return model
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

  @Test("stands still on a frozen screen")
  func frozen() {
    var model = model()
    model.press(.character("p"))
    model.pass(.seconds(40))
    #expect(model.screen(80, 24).contains("R$ 850,00"))
  }
}
