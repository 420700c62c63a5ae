import AuctionFacts
import Foundation
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

/// Frames as they are meant to be: the text, the role of each cell, and the text in ASCII. `ATUALIZAR=1 swift test` writes them anew;
/// the difference is for people to read.
@Suite("Golden frames")
struct GoldenTests {
  static let sizes = [
    Size(width: 100, height: 30), Size(width: 80, height: 24), Size(width: 40, height: 12), Size(width: 20, height: 5),
  ]

  /// Room for the chart, with its time axis.
  @Test("are what is drawn in a tall window") func tall() throws {
    for scene in Scene.all where scene.name == "aberto" { try frames(scene, Size(width: 120, height: 40)) }
  }

  @Test("are what is drawn", arguments: Scene.all, sizes)
  func frames(_ scene: Scene, _ size: Size) throws {
    for language in Language.allCases {
      let model = scene.model(language)
      let frame = view(model, size: size)
      let name = "\(scene.name)-\(size.width)x\(size.height)-\(language == .portuguese ? "pt" : "en")"
      try compare(frame, name)
    }
  }

  private func compare(_ frame: Frame, _ name: String) throws {
    let ascii = frame.ascii
    #expect(ascii.text.joined().utf8.allSatisfy { $0 < 0x80 }, "\(name)")
    let drawn = ([frame.dump] + ascii.text.map { "|" + $0 + "|" } + [""]).joined(separator: "\n")
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["ATUALIZAR"] == "1" {
      try Data(drawn.utf8).write(to: file)
    } else {
      let wanted = try String(contentsOf: file, encoding: .utf8)
      #expect(drawn == wanted, "\(name)")
    }
  }

  /// A situation that every layout must be able to show.
  struct Scene: CustomTestStringConvertible, Sendable {
    let name: String
    let model: @Sendable (Language) -> Model
    var testDescription: String { name }

    init(_ name: String, _ change: @escaping @Sendable (inout Model) -> Void) {
      self.name = name
      model = { language in
        var model = drawnModel(language)
        change(&model)
        return model
      }
    }

    static let all: [Scene] = [
      Scene("aberto") { _ in },
      Scene("lance") { $0.press(.character("b")) },
      Scene("vazio") {
        $0.live.lots = [:]
        $0.arrange()
      },
      Scene("conectando") { model in
        model = BidderClient.Model(model.settings, size: model.size, clock: reading(drawnNow))
        model.hear(.connecting(attempt: 1))
        model.pass(.seconds(2))
      },
      Scene("desconectado") { model in
        model.press(.character("+"), .key(.enter))
        model.hear(.disconnected(reason: "reset", attempt: 3, retryAt: drawnNow + .seconds(16)))
        model.pass(.seconds(12))
      },
      Scene("sem-resposta") { model in
        model.pass(.seconds(13))
        model.hear(.silent(since: drawnNow))
        model.press(.character("b"))
        model.pass(.milliseconds(300))
        model.press(.key(.enter))
      },
      Scene("acesso-negado") { model in
        var screen = model.settings
        screen.brokerUser = "cliente"
        model = BidderClient.Model(screen, size: model.size, clock: reading(drawnNow))
        model.hear(.connecting(attempt: 1))
        model.hear(.accessRefused(reason: LinkTests.refusal))
        model.hear(.disconnected(reason: LinkTests.refusal, attempt: 2, retryAt: drawnNow + .seconds(4)))
      },
      Scene("relogio-incerto") { model in
        _ = model.update(.tick(reading(drawnNow, uncertainty: .milliseconds(900), .holdover)))
        model.hear(.houseClock(reading(drawnNow, .unsynchronized)))
        for milliseconds: Int64 in [39_300, 39_600] {
          _ = model.update(.tick(reading(drawnNow + .milliseconds(milliseconds), uncertainty: .milliseconds(900), .holdover)))
          model.press(milliseconds == 39_300 ? .character("b") : .key(.enter))
        }
      },
      Scene("prorrogado") { model in
        var view = drawnAuctions[1]
        view.closesAt = view.closesAt + .seconds(52)
        for (seconds, by) in [(22, bruno), (10, carla), (20, dora)] as [(Int64, PrincipalID)] {
          view.extensions.add(.seconds(seconds), by: by, .bid)
        }
        model.hear(.auction(view))
        model.pass(.seconds(6))
      },
      Scene("broker-cheio") { $0.hear(.blocked(reason: "memory")) },
      Scene("fechando") { $0.pass(.seconds(38)) },
      Scene("zero") { $0.pass(.seconds(43)) },
      Scene("coberto") { model in
        model.selection = auctionID("l-01")
        model.hear(
          .bidAccepted(
            auctionID("l-01"), line(99, bruno, 53_000, secondsAgo: 0), block: 5, minimum: reais(58_000),
            closesAt: drawnNow + .seconds(39)))
        model.hear(.extended(auctionID("l-01"), closesAt: drawnNow + .seconds(39), by: bruno, cause: .bid))
      },
      Scene("arrematado") { model in
        model.hear(closed(auctionID("l-01"), result(.sold, winner: alice, 48_000)))
        model.press(.character("N"))
      },
      Scene("perdido") { model in
        model.hear(closed(auctionID("l-03"), result(.sold, winner: bruno, 125_000)))
        model.press(.character("N"))
      },
      Scene("repassado") { model in
        model.hear(closed(auctionID("l-03"), result(.sold, winner: bruno, 125_000)))
        model.hear(.passedOn(auctionID("l-03"), passing(of: auctionID("l-03"), bruno, carla, 119_000)))
        model.press(.character("N"))
      },
      Scene("confirmar") { model in
        model.press(.character("b"))
        model.pass(.milliseconds(300))
        model.type(model.settings.language == .portuguese ? "135.000,00" : "135,000.00")
        model.press(.key(.enter))
      },
      Scene("armado") { $0.press(.character("+")) },
      Scene("recusado") { model in
        model.press(.character("+"))
        model.press(.key(.enter))
        model.hear(.bid(Ticket(1), .sent(bidID(77))))
        model.hear(.bid(Ticket(1), .refused(.belowMinimum, minimum: reais(135_000))))
      },
      Scene("incerto") { model in
        model.press(.character("+"))
        model.press(.key(.enter))
        model.hear(.bid(Ticket(1), .uncertain))
      },
      Scene("cadeia") { $0.hear(.chainBroken(auctionID("l-03"), reason: "bloco 13 não segue o 12")) },
      Scene("sem-ntp") { $0.hear(.houseClock(reading(drawnNow, .systemClock))) },
      Scene("congelado") { $0.press(.character("p")) },
      Scene("ajuda") { $0.press(.character("?")) },
      Scene("avisos") { $0.press(.character("n")) },
      Scene("maximo") { model in
        model.press(.character("b"), .key(.tab))
        model.type("2000")
      },
      Scene("leitor-de-tela") { $0.settings.isReadOut = true },
      Scene("mouse") { $0.press(.character("M")) },
      Scene("nao-vendido") { model in
        let lot = auctionID("l-03")
        model.live.lots[lot] = Lot(falling("l-03", "Violão Giannini 1978", since: 600))
        model.hear(closed(lot, result(.noBids)))
        model.press(.character("3"))
        model.selection = lot
        model.pass(.zero)
      },
      Scene("proximo") { model in
        model.live.lots = model.live.lots.filter { $0.value.view.status == .scheduled }
        model.arrange()
      },
      Scene("regras") { $0.press(.character("i")) },
      Scene("atualizando") { model in
        model.hear(.disconnected(reason: "reset", attempt: 1, retryAt: drawnNow + .seconds(2)))
        model.pass(.seconds(2))
        model.hear(.connecting(attempt: 1))
        model.hear(.connected)
        model.hear(.resyncing(done: 3, total: 7))
      },
      Scene("suspenso") { $0.hear(.suspended(auctionID("l-03"), reason: "em exame")) },
      Scene("cancelado") { model in
        model.hear(closed(auctionID("l-03"), result(.cancelled), reason: "o vendedor desistiu"))
        model.press(.character("N"))
      },
      Scene("anulado") { model in
        model.hear(.voided(auctionID("l-03"), bidID(12), by: bruno, amount: reais(125_000), reason: "foi um engano"))
      },
      Scene("segundo-enter") { model in
        model.press(.character("b"))
        model.hear(
          .bidAccepted(
            auctionID("l-03"), line(50, carla, 130_000, secondsAgo: 0), block: 12, minimum: reais(135_000),
            closesAt: drawnNow + .seconds(42)))
        model.type("1400")
        model.pass(.milliseconds(300))
        model.press(.key(.enter))
      },
      Scene("sair") { $0.press(.character("q")) },
      Scene("filtro") { model in
        model.press(.character("/"))
        model.type("vio")
      },
      Scene("busca") { model in
        model.press(.character("n"), .character("/"))
        model.type("philco")
      },
      Scene("caindo") { model in
        model.live.lots[auctionID("l-03")] = Lot(falling("l-03", "Violão Giannini 1978", since: 100))
        model.pass(.zero)
      },
    ]
  }
}
