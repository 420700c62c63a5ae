import AuctionFacts
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

/// An amount of zero on the wire is a secret, and nobody offers nothing.
@Suite("Secret amounts on the screen")
struct SecretAmountTests {
  let guitar = auctionID("l-03")

  /// Two bids whose amounts are secret: of a maximum that was raised, or sealed.
  private func model(isSealed: Bool, _ language: Language = .portuguese) -> Model {
    var model = drawnModel(language)
    var view = drawnAuctions[1]
    let standing: (Money?, PrincipalID?) = isSealed ? (nil, nil) : (reais(125_000), bruno)
    view.bids = [41, 42].map { n in
      BidLine(
        bid: bidID(n), bidder: bruno, amount: .zero, receivedAt: drawnNow - .seconds(Int64(50 - n)), standing: standing)
    }
    if isSealed {
      view.terms = Build.terms("l-03", format: .sealed, opensAt: drawnNow - .seconds(60))
      (view.price, view.leader, view.ownLast, view.minimum) = (nil, nil, nil, reais(60_000))
    }
    model.live.lots[guitar] = Lot(view)
    return model
  }

  @Test("are never written as nothing", arguments: [false, true], Language.allCases)
  func neverZero(isSealed: Bool, language: Language) {
    let model = model(isSealed: isSealed, language)
    for (width, height) in [(140, 50), (100, 30), (80, 24), (40, 12), (20, 5)] {
      let screen = model.screen(width, height)
      #expect(!screen.contains(/[ $]0[,.]00/), "\(screen)")
      if width >= 80 {
        #expect(
          screen.contains(language.choose(isSealed ? "lacrado" : "em segredo", isSealed ? "sealed" : "secret")), "\(screen)")
      }
      if isSealed, width >= 80 {
        #expect(screen.contains(language.choose("o último de bruno", "the last by bruno")), "\(screen)")
      }
    }
  }

  @Test("of another program's bid are told without an amount; only an open one is said to lead", arguments: [false, true])
  func another(isSealed: Bool) {
    var model = model(isSealed: isSealed)
    model.live.lots[guitar]?.ownMaximum = reais(200_000)
    let standing: (Money?, PrincipalID?) = isSealed ? (nil, nil) : (reais(125_000), alice)
    model.hear(
      .bidAccepted(
        guitar, BidLine(bid: bidID(70), bidder: alice, amount: .zero, receivedAt: drawnNow, standing: standing), block: 50,
        minimum: reais(130_000), closesAt: drawnNow + .seconds(42)))
    #expect(model.live.notices.all.first?.fact == .accepted(.zero, leads: !isSealed))
    let screen = model.screen(100, 30)
    #expect(screen.contains("seu lance em segredo foi aceito") && !screen.contains(" 0,00 foi aceito"), "\(screen)")
    #expect(screen.contains(isSealed ? "ACEITO" : "LIDERA"))
    #expect(model.live.lots[guitar]?.heldMaximum(for: alice) == nil, "how far that one goes is not known here")
  }
}
