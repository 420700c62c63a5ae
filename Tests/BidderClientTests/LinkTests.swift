import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

/// What a bidder is shown of the way to the house.
@Suite("The link")
struct LinkTests {
  let guitar = auctionID("l-03")

  private func sent(_ effects: [Effect]) -> [Money] {
    effects.compactMap { if case .submitBid(_, _, let amount, _) = $0 { amount } else { nil } }
  }

  private func silent(_ language: Language = .portuguese) -> Model {
    var model = drawnModel(language)
    model.pass(.seconds(13))
    model.hear(.silent(since: drawnNow))
    return model
  }

  // MARK: Silence

  @Test("a broker that gives no sign of life is said with its age, and what is shown is marked as what may be old")
  func marks() {
    let model = silent()
    let screen = model.screen(80, 24)
    #expect(screen.hasPrefix("!") && screen.contains("○ sem resposta 13 s"))
    #expect(screen.contains("~ R$ 1.250,00") && screen.contains("~  00:29") && screen.contains("COBERTO?"))
    #expect(model.screen(40, 12).contains("○ mudo 13 s") && model.screen(20, 5).contains("○ mudo 13 s"))
    #expect(model.live.notices.all.first?.fact == .silent(since: drawnNow))
    var later = model
    later.pass(.seconds(3))
    later.hear(.silent(since: drawnNow))
    #expect(
      later.live.notices.all.count { $0.fact.kind == .connection } == model.live.notices.all.count { $0.fact.kind == .connection }
    )
  }

  @Test("a bid into the silence is asked about first, and one more Enter sends it", arguments: [false, true])
  func doubt(isMaximum: Bool) {
    var model = silent()
    model.press(.character("b"))
    if isMaximum { model.press(.key(.tab)) }
    model.pass(.milliseconds(250))
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("pode atrasar; Enter de novo envia"))
    #expect(sent(model.press(.key(.enter))).isEmpty, "typed ahead")
    model.pass(BidBox.heldTime)
    #expect(sent(model.press(.key(.enter))) == [reais(130_000)])
  }

  @Test("an amount that was armed opens the box with the doubt, and is sent by the next Enter")
  func armed() {
    var model = silent()
    #expect(sent(model.press(.character("+"), .character("+"), .key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("[1.350,00") && model.screen(100, 30).contains("pode atrasar; Enter de novo envia"))
    model.pass(BidBox.heldTime)
    #expect(sent(model.press(.key(.enter))) == [reais(135_000)])
  }

  @Test("what was asked before the silence is no answer to what is asked in it")
  func anotherDoubt() {
    var model = drawnModel()
    model.selection = auctionID("l-07")
    model.press(.character("b"), .key(.tab))
    model.pass(.milliseconds(250))
    model.press(.key(.enter))
    guard case .bidBox(let box) = model.mode else { Issue.record("no box"); return }
    #expect(box.doubts == [.alreadyLeading])
    model.hear(.silent(since: model.now))
    model.pass(BidBox.heldTime)
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(120, 30).contains("pode atrasar; você já lidera; Enter de novo envia"))
    model.pass(BidBox.heldTime)
    #expect(sent(model.press(.key(.enter))).count == 1)
  }

  @Test("who is heard again is current again, and no doubt is left")
  func heardAgain() {
    var model = silent()
    model.hear(.live)
    #expect(model.screen(80, 24).contains("● conectado") && !model.screen(80, 24).contains("~"))
    #expect(model.live.notices.all.first?.fact == .heardAgain && model.live.link.staleSince == nil)
    model.press(.character("b"))
    model.pass(.milliseconds(250))
    #expect(sent(model.press(.key(.enter))) == [reais(130_000)])
  }

  @Test("a link that is lost after a silence was current until the silence began")
  func lostAfterSilence() {
    var model = silent()
    model.hear(.disconnected(reason: "heartbeat", attempt: 2, retryAt: model.now + .seconds(1)))
    #expect(model.live.link.staleSince == drawnNow)
    #expect(model.screen(80, 24).contains("SEM CONEXÃO há 13 s") && model.screen(80, 24).contains("Dados de 14:32:07"))
    _ = model.update(.gateway(.connected, epoch: 2))
    _ = model.update(.gateway(.live, epoch: 2))
    #expect(model.live.notices.all.first?.fact == .reconnected(after: .seconds(13), auctions: 0))
    #expect(model.screen(100, 30).contains("reconectado após 13 s") && !model.screen(100, 30).contains("0 leilões"))
  }

  @Test("a silence before everything is current says nothing")
  func silentTooEarly() {
    var model = model(hearing: [.connecting(attempt: 1), .connected])
    let before = model
    model.hear(.silent(since: drawnNow))
    #expect(model == before)
  }

  // MARK: The clock

  @Test(
    "a bid near the end by an unsure clock is asked about first",
    arguments: [
      (Int64(900), ClockStatus.holdover, Int64(2_800), Doubt?.some(.unsureClock)), (900, .holdover, 3_000, nil),
      (900, .holdover, 1_900, .late), (8, .synchronized, 2_500, nil), (8, .synchronized, 1_900, .late),
      (8, .unsynchronized, 59_000, .unsureClock), (0, .systemClock, 59_000, .unsureClock), (0, .systemClock, 61_000, nil),
      (10_000, .unsynchronized, 61_000, nil), (10_000, .synchronized, 11_000, .unsureClock),
    ])
  func unsureClock(_ uncertainty: Int64, _ status: ClockStatus, _ left: Int64, _ doubt: Doubt?) throws {
    for isMaximum in [false, true] {
      var model = drawnModel()
      let lot = try #require(model.live.lots[auctionID("l-12")])
      let now = lot.view.closesAt - .milliseconds(left)
      _ = model.update(.tick(reading(now, uncertainty: .milliseconds(uncertainty), status)))
      let verdict = model.verdict(lot.view.minimum, isMaximum: isMaximum, on: lot, quote: Quote(lot.view))
      #expect(verdict == (doubt.map { .plain([$0]) } ?? .clear))
    }
  }

  // MARK: Refused

  static let refusal = "o broker fechou a conexão: 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."

  private func refused(_ language: Language = .portuguese) -> Model {
    var screen = settings(language)
    screen.brokerUser = "cliente"
    var model = Model(screen, size: Size(width: 100, height: 30), clock: reading(drawnNow))
    model.hear(.connecting(attempt: 1))
    model.hear(.accessRefused(reason: Self.refusal))
    return model
  }

  @Test("whom the broker does not let in is told why in full, and what to set where")
  func accessRefused() {
    let model = refused()
    let screen = model.screen(80, 24)
    let rows = screen.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows[0].hasPrefix("!cliente-tui alice") && rows[0].contains("✗ acesso negado  ") && rows[0].contains("14:32:07"))
    #expect(screen.contains("rabbit:5672 não deixa entrar “cliente”."))
    #expect(screen.contains("Login was refused using"), "wrapped, not cut")
    #expect(screen.contains("RABBITMQ_URL") && !screen.contains("keygen"))
    #expect(model.live.notices.all.first?.fact == .accessRefused(reason: Self.refusal))
    for (width, height) in [(100, 30), (80, 24), (40, 12), (36, 10)] {
      let first = model.screen(width, height).prefix { $0 != "\n" }
      #expect(first.contains("✗ acesso negado"), "\(first)")
    }
  }

  @Test("that it is tried again is said, and R tries now; the same refusal is one notice")
  func refusedAgain() {
    var model = refused()
    model.hear(.disconnected(reason: Self.refusal, attempt: 2, retryAt: drawnNow + .seconds(4)))
    #expect(model.live.link.state == .refused(reason: Self.refusal, retryAt: drawnNow + .seconds(4)))
    #expect(model.screen(80, 24).contains("Nova tentativa em 4 s."))
    #expect(model.press(.character("R")) == [.reconnect])
    model.hear(.accessRefused(reason: Self.refusal))
    #expect(model.live.notices.added == 1)
    // Whatever else ends the next attempt is no refusal.
    model.hear(.disconnected(reason: "reset", attempt: 3, retryAt: drawnNow + .seconds(8)))
    #expect(model.screen(80, 24).contains("SEM CONEXÃO · tentativa 3 em 8 s"))
  }

  @Test("who is turned away while there are auctions keeps them on the screen, and a bid under way is uncertain")
  func turnedAway() {
    var model = drawnModel()
    model.press(.character("+"), .key(.enter))
    model.hear(.accessRefused(reason: "403"))
    let screen = model.screen(80, 24)
    #expect(screen.contains("✗ acesso negado: 403") && screen.contains("Dados de 14:32:07") && screen.contains("~ R$ 1.250,00"))
    #expect(model.live.lots[guitar]?.bid?.stage == .uncertain)
  }

  @Test("what the header says never reaches its first cell but for the mark", arguments: Language.allCases)
  func header(language: Language) {
    for var model in [refused(language), silent(language)] {
      for name in ["a", String(repeating: "x", count: 32)] {
        model.settings.bidder = bidder(name)
        for width in 36...130 {
          let row = model.screen(width, 24).prefix { $0 != "\n" }
          #expect(row.first == "!" && row.dropFirst().first.map { "✗○ xac".contains($0) } ?? false, "\(width): \(row)")
        }
      }
    }
  }
}
