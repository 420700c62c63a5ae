import AuctionFacts
import Foundation
import SharedKernel
import TerminalKit
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

  @Test("is said below what waits, with what to do, and stays whatever else is said", arguments: [(100, 30), (80, 24), (40, 12)])
  func said(width: Int, height: Int) {
    for language in Language.allCases {
      var model = waiting(language)
      for _ in 0..<2 {
        let screen = model.screen(width, height)
        let lines = [
          language.choose("Nenhum leilão aberto agora.", "No auction is open now."),
          language.choose("Próximo: l-2", "Next: l-2"), "14:59:07 (27 min)",
          language.choose("3: ver encerrados", "3: closed ones"),
        ]
        for line in lines { #expect(screen.contains(line), "\(line)\n\(screen)") }
        model.press(.character("m"))
      }
    }
  }

  @Test(
    "is said in the last line where there is no room below, a long code never in place of the time", arguments: Language.allCases)
  func last(_ language: Language) {
    let id = "violao-giannini-modelo-1978-de-cordas"
    let views = (0..<9).map { n in
      auction(n == 0 ? id : "l-\(n)", "Violão", closesIn: 9_000, status: .scheduled, opensAt: drawnNow + .seconds(1_620 + n))
    }
    let model = model(language, hearing: [.connecting(attempt: 1), .connected] + views.map(GatewayEvent.auction) + [.live])
    let last = view(model, size: Size(width: 40, height: 12)).text[10]
    #expect(last.contains(language.choose("Próximo: viol", "Next: viol")) && last.contains("14:59:07 (27 min)"), "\(last)")
    #expect(model.screen(100, 30).contains("14:59:07 (27 min)"))
    let tiny = view(model, size: Size(width: 20, height: 5)).text
    #expect(tiny[0].contains("violao-") && tiny[2].contains("14:59 (27 min)"), "\(tiny)")
  }

  @Test("what has not begun is not counted among what is open", arguments: Language.allCases)
  func counted(_ language: Language) {
    for (width, height) in [(100, 30), (80, 24)] {
      #expect(waiting(language).screen(width, height).contains(language.choose("1 Abertos 0, 2 aguardam", "1 Open 0, 2 waiting")))
    }
    #expect(waiting(language).screen(40, 12).contains(language.choose("1/0 abertos, 2 aguardam", "1/0 open, 2 waiting")))
  }

  @Test("with nothing at all twenty columns say so, and one key whole", arguments: Language.allCases)
  func nothing(_ language: Language) {
    let rows = view(model(language, hearing: [.live]), size: Size(width: 20, height: 5)).text.map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    #expect(rows.contains(language.choose("3: ver encerrados", "3: closed ones")), "\(rows)")
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
