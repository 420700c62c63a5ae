import AuctionFacts
import SharedKernel
import Testing

@testable import BidderClient

@Suite("What opens next")
struct NextOpeningTests {
  private func waiting(_ language: Language = .portuguese) -> Model {
    let views = [("l-2", "Relógio", 1_620), ("l-1", "Moto", 7_200)].map { id, title, seconds in
      auction(
        id, title, closesIn: 9_000, status: .scheduled, opensAt: drawnNow + .seconds(Int64(seconds)))
    }
    return model(language, hearing: [.connecting(attempt: 1), .connected] + views.map(GatewayEvent.auction) + [.live])
  }

  @Test("is said where nothing runs, in as many words as fit")
  func said() {
    let model = waiting()
    #expect(model.screen(100, 30).contains("Nenhum leilão aberto agora. Próximo: l-2 Relógio, começa às 14:59:07 (27 min)"))
    #expect(model.screen(40, 12).contains("Próximo: l-2, às 14:59:07"))
    #expect(waiting(.english).screen(100, 30).contains("No auction is open now. Next: l-2 Relógio, opens at 14:59:07 (27 min)"))
  }

  @Test("is no news while something runs, or what is shown is old")
  func unsaid() {
    var running = waiting()
    running.hear(.auction(auction("l-3", "Violão")))
    #expect(!running.screen(100, 30).contains("Próximo:"))
    var lost = waiting()
    lost.hear(.disconnected(reason: "x", attempt: 2, retryAt: drawnNow))
    #expect(!lost.screen(100, 30).contains("Próximo:"))
  }

  @Test("and where nothing answers, what to do")
  func advice() {
    var settings = drawnModel().settings
    settings.advice = Sentence("Nada responde em casa:1: suba-a", "Nothing answers at casa:1: start it")
    var model = Model(settings, size: drawnModel().size, clock: reading(drawnNow))
    model.hear(.disconnected(reason: "x", attempt: 1, retryAt: drawnNow))
    #expect(model.screen(100, 30).contains("Nada responde em casa:1: suba-a"))
  }
}
