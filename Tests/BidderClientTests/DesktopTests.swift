import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Notices on the desktop")
struct DesktopTests {
  private func model(isFocused: Bool, notifies: Bool = true) -> Model {
    var model = drawnModel()
    model.settings.notifiesDesktop = notifies
    model.press(.focus(isFocused))
    return model
  }

  private func outbid(_ lot: String, _ n: Int) -> GatewayEvent {
    .bidAccepted(
      auctionID(lot), line(n, bruno, 53_000, secondsAgo: 0), block: 9, minimum: reais(58_000), closesAt: drawnNow + .seconds(300))
  }

  @Test("take the bell's place while the window is not looked at, and only then")
  func focus() {
    var away = model(isFocused: false)
    #expect(away.hear(outbid("l-01", 50)) == [.notify("COBERTO l-01: bruno deu R$\u{a0}530,00 (você: R$\u{a0}480,00)")])
    var here = model(isFocused: true)
    #expect(here.hear(outbid("l-01", 50)) == [.bell])
    var unasked = model(isFocused: false, notifies: false)
    #expect(unasked.hear(outbid("l-01", 50)) == [.bell])
  }

  @Test("come at most every two seconds, as the bell, and without sound too")
  func rate() {
    var model = model(isFocused: false)
    model.sound = .off
    #expect(model.hear(outbid("l-01", 50)).count == 1)
    #expect(model.hear(outbid("l-07", 51)).isEmpty)
    model.pass(.seconds(2))
    #expect(model.press(.focus(true)).isEmpty)
    #expect(model.hear(closed(auctionID("l-01"), result(.sold, winner: alice, 1))).isEmpty, "looked at, and the sound is off")
  }

  @Test("a terminal without a desktop rings instead", arguments: [true, false])
  func fallback(_ canNotify: Bool) throws {
    let inbox = try #require(Inbox())
    inbox.post(.gateway(outbid("l-01", 50), epoch: 1))
    let terminal = HeadlessTerminal(Size(width: 80, height: 24))
    terminal.canNotify = canNotify
    var model = model(isFocused: false)
    _ = runTerminal(&model, on: terminal, inbox: inbox, clock: { reading(drawnNow) }) { _ in }
    #expect((terminal.notices.count, terminal.bells) == (canNotify ? (1, 0) : (0, 1)))
  }
}
