import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Bidding")
struct BiddingTests {
  let guitar = auctionID("l-03")

  private func sent(_ effects: [Effect]) -> [Money] {
    effects.compactMap { if case .submitBid(_, _, let amount, _) = $0 { amount } else { nil } }
  }

  @Test("Enter right after b sends nothing; a later one sends what is shown, once")
  func typeAhead() {
    var model = drawnModel()
    #expect(sent(model.press(.character("b"), .key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("= R$ 1.300,00 (mínimo)"))
    model.pass(BidBox.heldTime)
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(130_000), upTo: nil)])
    #expect(sent(model.press(.key(.enter), .key(.enter))).isEmpty, "the box has closed and a bid is in flight")
  }

  /// Whatever the delay of its first repetition, from the console's 250 ms to the 660 ms of X.
  @Test("an Enter that is held down opens the box and no more, and answers nothing", arguments: [250, 500, 660], [25, 40, 100])
  func heldEnter(delay: Int64, pause: Int64) {
    func held(_ model: inout Model) -> [Money] {
      var amounts = sent(model.press(.key(.enter)))
      model.pass(.milliseconds(delay))
      for _ in 0..<40 {
        amounts += sent(model.press(.key(.enter)))
        model.pass(.milliseconds(pause))
      }
      return amounts
    }
    var model = drawnModel()
    #expect(held(&model) == [])
    #expect(model.screen(100, 30).contains("= R$ 1.300,00 (mínimo)"))
    model.pass(.milliseconds(250))
    #expect(held(&model) == [reais(130_000)], "let go and pressed again it sends, once")
    #expect(model.mode == .list)

    var asked = drawnModel()
    asked.selection = auctionID("l-07")
    asked.press(.character("b"))
    asked.pass(.milliseconds(300))
    #expect(held(&asked) == [])
    #expect(asked.screen(100, 30).contains("você já lidera"))
  }

  @Test("who taps Enter again and again is heard")
  func tappedEnter() {
    var model = drawnModel()
    var amounts: [Money] = []
    for _ in 0..<3 {
      amounts += sent(model.press(.key(.enter)))
      model.pass(.milliseconds(300))
    }
    #expect(amounts == [reais(130_000)])
  }

  @Test("where nothing can be drawn nothing is sent and nothing asked unseen, but one may leave")
  func blind() {
    for size in [Size(width: 10, height: 3), Size(width: 19, height: 3), Size(width: 100, height: 3)] {
      var model = drawnModel()
      model.press(.character("+"))
      _ = model.update(.input(.resize(size)))
      #expect(sent(model.press(.key(.enter), .character("+"), .key(.enter), .character("b"))).isEmpty)
      model.pass(.seconds(1))
      #expect(sent(model.press(.key(.enter))).isEmpty)
      #expect(model.press(.character("q")) == [], "alice leads l-07")
      #expect(model.screen(size.width, size.height).contains("Sair? s/n"))
      #expect(model.press(.character("n")) == [])
      #expect(model.screen(size.width, size.height).contains("20x4"))
      #expect(model.press(.character("q"), .character("s")) == [.quit(signal: nil)])
    }
  }

  @Test("two presses of + and Enter bid the minimum and one increment")
  func quickBid() {
    var model = drawnModel()
    model.press(.character("+"), .character("="))
    #expect(model.screen(100, 30).contains("Armado: R$ 1.350,00 em l-03."))
    #expect(sent(model.press(.key(.enter))) == [reais(135_000)])
  }

  @Test("an armed bid can be lowered to the minimum and no further")
  func lowering() {
    var model = drawnModel()
    model.press(.character("+"), .character("+"), .character("-"), .character("-"), .character("-"))
    #expect(sent(model.press(.key(.enter))) == [reais(130_000)])
  }

  @Test("what buys at once is shown, and asks for a second Enter")
  func buyNow() {
    var model = drawnModel()
    model.live.lots[guitar] = Lot(
      auction("l-03", "Violão", price: 120_000, leader: carla, step: 5_000, buyNow: 135_000))
    #expect(model.screen(100, 30).contains("Compra imediata") && model.screen(100, 30).contains("1.350,00"))
    model.press(.character("b"))
    model.pass(.milliseconds(250))
    model.type("1350")
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("compra na hora"))
    model.pass(BidBox.heldTime)
    #expect(sent(model.press(.key(.enter))) == [reais(135_000)])
  }

  @Test("nobody is let offer more than it costs at once, and + goes no further")
  func overBuyNow() {
    var model = drawnModel()
    model.live.lots[guitar] = Lot(
      auction("l-03", "Violão", price: 120_000, leader: carla, step: 5_000, buyNow: 127_000))
    model.press(.character("b"))
    model.pass(.milliseconds(250))
    model.type("1280")
    #expect(sent(model.press(.key(.enter), .key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("mais do que a compra imediata"))
    model.press(.key(.escape), .character("+"), .character("+"), .character("+"))
    #expect(model.screen(100, 30).contains("Armado: R$ 1.270,00"))
  }

  @Test("a price that moves voids the armed bid until + renews it")
  func voidedArm() {
    var model = drawnModel()
    model.press(.character("+"))
    model.hear(
      .bidAccepted(
        guitar, line(50, carla, 130_000, secondsAgo: 0), block: 12, minimum: reais(135_000), closesAt: drawnNow + .seconds(42)))
    #expect(model.screen(100, 30).contains("Preço mudou: agora R$ 1.350,00. + renova"))
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(sent(model.press(.character("+"), .key(.enter))) == [reais(135_000)])
  }

  @Test("an armed bid is dropped after eight seconds, and by any other key", arguments: [true, false])
  func dropped(byTime: Bool) {
    var model = drawnModel()
    model.press(.character("+"))
    if byTime { model.pass(.seconds(8)) } else { model.press(.character("x")) }
    #expect(model.mode == .list)
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let obstacle: Obstacle
    let change: @Sendable (inout Model) -> Void
  }

  static let refused: [Refused] = [
    Refused(testDescription: "not connected", obstacle: .notConnected) {
      $0.hear(.disconnected(reason: "reset", attempt: 1, retryAt: drawnNow))
    },
    Refused(testDescription: "catching up", obstacle: .notConnected) { $0.hear(.resyncing(done: 1, total: 3)) },
    Refused(testDescription: "broker blocked", obstacle: .brokerBlocked) { $0.hear(.blocked(reason: "memory")) },
    Refused(testDescription: "frozen", obstacle: .frozen) { $0.frozen = $0.live },
    Refused(testDescription: "chain broken", obstacle: .chainBroken) { $0.hear(.chainBroken(auctionID("l-03"), reason: "gap")) },
    Refused(testDescription: "suspended", obstacle: .notOpen(.suspended)) { $0.hear(.suspended(auctionID("l-03"), reason: "x")) },
    Refused(testDescription: "closed", obstacle: .notOpen(.closed)) { $0.hear(closed(auctionID("l-03"), result(.noBids))) },
    Refused(testDescription: "one in flight", obstacle: .inFlight) {
      $0.live.lots[auctionID("l-03")]?.bid = OwnBid(ticket: Ticket(9), amount: reais(1), at: drawnNow)
    },
    Refused(testDescription: "over the personal limit", obstacle: .overLimit(reais(120_000))) {
      $0.settings.limit = reais(120_000)
    },
  ]

  @Test(
    "the personal limit counts in whole units of whichever currency",
    arguments: [("BRL", 500_000), ("JPY", 5_000), ("BHD", 5_000_000)])
  func limit(code: String, units: Int64) throws {
    let settings = Settings(bidder: bidder("eu"), broker: "x", limit: reais(5_000_00))
    #expect(settings.limit(in: try #require(Currency(code: code)))?.minorUnits == units)
  }

  @Test("nothing is sent past an obstacle that appears while the box is open", arguments: refused)
  func obstacles(_ refused: Refused) {
    var model = drawnModel()
    model.press(.character("b"))
    model.pass(.milliseconds(300))
    refused.change(&model)
    #expect(sent(model.press(.key(.enter))).isEmpty)
    guard case .bidBox(let box) = model.mode else {
      Issue.record("the typed amount is kept")
      return
    }
    #expect(box.obstacle == refused.obstacle)
  }

  @Test("the box does not open, and says why, where no bid may be made")
  func closedBox() {
    var model = drawnModel()
    model.hear(.disconnected(reason: "reset", attempt: 1, retryAt: drawnNow + .seconds(4)))
    model.press(.character("b"))
    #expect(model.mode == .list)
    #expect(model.screen(80, 24).contains("sem conexão: lances bloqueados"))
  }

  @Test("an amount under the minimum is shown and not sent")
  func underMinimum() {
    var model = drawnModel()
    model.press(.character("b"))
    model.pass(.milliseconds(300))
    model.type("1280")
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("= R$ 1.280,00 abaixo do mínimo R$ 1.300,00"))
  }

  @Test("a hundred times the price wants the number again, and Enter alone does nothing")
  func strongConfirmation() {
    var model = drawnModel()
    model.press(.character("b"))
    model.pass(.milliseconds(300))
    model.type("135.000,00")
    #expect(sent(model.press(.key(.enter))).isEmpty)
    model.pass(.milliseconds(300))
    #expect(sent(model.press(.key(.enter))).isEmpty)
    let asked = model
    // Typed wrongly, then rightly in another spelling.
    model.type("135000,01")
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("Não é o mesmo valor"))
    model.press(.key(.backspace))
    model.type("0")
    #expect(sent(model.press(.key(.enter))) == [reais(13_500_000)])

    // Escape keeps the text; v takes the amount with the comma, into the box and no further.
    var other = asked
    other.press(.key(.escape))
    #expect(other.screen(100, 30).contains("[135.000,00"))
    var suggested = asked
    #expect(suggested.press(.character("v")).isEmpty)
    #expect(suggested.screen(100, 30).contains("= R$ 1.350,00"))
    // Pasting is not typing it again.
    var pasted = asked
    _ = pasted.update(.input(.paste("135.000,00")))
    #expect(sent(pasted.press(.key(.enter))).isEmpty)
  }

  @Test("what asks for the number again goes when the auction is over, and the amount stays")
  func strongThenOver() {
    for isOver in [false, true] {
      var model = drawnModel()
      model.press(.character("b"))
      model.pass(.milliseconds(300))
      model.type("135.000,00")
      model.press(.key(.enter))
      #expect(model.screen(100, 30).contains("CONFIRMAR LANCE ALTO"))
      model.hear(closed(isOver ? guitar : auctionID("l-01"), result(.sold, winner: bruno, 125_000)))
      #expect(model.screen(100, 30).contains("CONFIRMAR LANCE ALTO") == !isOver)
      #expect(model.screen(100, 30).contains("[135.000,00") == isOver)
      #expect(model.screen(100, 30).contains("o leilão está encerrado") == isOver)
    }
  }

  @Test("what is typed again is asked about all the same, where it buys at once or the price has moved, and then no third time")
  func strongThenDoubts() {
    for moves in [false, true] {
      var model = drawnModel()
      var view = drawnAuctions[1]
      if !moves { view.terms.rules.buyNow = reais(1_300_000) }
      model.live.lots[guitar] = Lot(view)
      model.press(.character("b"))
      model.pass(.milliseconds(300))
      model.type("13.000,00")
      model.press(.key(.enter))
      #expect(model.screen(100, 30).contains("CONFIRMAR LANCE ALTO"))
      if moves {
        model.hear(
          .bidAccepted(
            guitar, line(50, carla, 130_000, secondsAgo: 0), block: 12, minimum: reais(135_000), closesAt: drawnNow + .seconds(42)
          ))
      }
      model.pass(.milliseconds(300))
      model.type("13.000,00")
      #expect(sent(model.press(.key(.enter))).isEmpty)
      #expect(model.screen(100, 30).contains(moves ? "preço mudou" : "compra na hora"), "\(model.screen(100, 30))")
      model.pass(BidBox.heldTime)
      #expect(sent(model.press(.key(.enter))) == [reais(1_300_000)])
    }
  }

  @Test("that it has become late is not asked about again, unless the question is old")
  func oldQuestion() {
    for (wait, isAsked) in [(Interval.seconds(3), false), (.seconds(40), true)] {
      var model = drawnModel()
      var view = drawnAuctions[1]
      view.leader = alice
      view.closesAt = drawnNow + wait + .milliseconds(1_500)
      model.live.lots[guitar] = Lot(view)
      model.press(.character("b"), .key(.tab))
      model.pass(.milliseconds(300))
      #expect(sent(model.press(.key(.enter))).isEmpty)
      model.pass(wait)
      #expect(sent(model.press(.key(.enter))).isEmpty == isAsked)
      model.pass(BidBox.heldTime)
      if isAsked { #expect(sent(model.press(.key(.enter))) == [reais(130_000)]) }
    }
  }

  @Test("a high amount asked about is not sent once it has become too low")
  func strongThenOutbid() {
    var model = drawnModel()
    model.press(.character("b"))
    model.pass(.milliseconds(300))
    model.type("13.500,00")
    model.press(.key(.enter))
    model.hear(
      .bidAccepted(
        guitar, line(50, carla, 2_000_000, secondsAgo: 0), block: 12, minimum: reais(2_005_000), closesAt: drawnNow + .seconds(42)
      ))
    model.pass(.milliseconds(300))
    model.type("13.500,00")
    #expect(sent(model.press(.key(.enter))).isEmpty)
    #expect(model.screen(100, 30).contains("abaixo do mínimo R$ 20.050,00"))
  }

  @Test("leading already, a moved price, and the last two seconds want Enter twice")
  func plainConfirmations() {
    // The house's own words come after: here it is only asked.
    var leading = drawnModel()
    leading.selection = auctionID("l-07")
    leading.press(.character("b"))
    leading.pass(.milliseconds(300))
    #expect(sent(leading.press(.key(.enter))).isEmpty)
    #expect(leading.screen(100, 30).contains("você já lidera"))
    #expect(sent(leading.press(.key(.enter))).isEmpty, "an Enter that repeats itself is not an answer")
    leading.pass(BidBox.heldTime)
    #expect(sent(leading.press(.key(.enter))) == [reais(36_000)])

    var moved = drawnModel()
    moved.press(.character("b"))
    moved.pass(.milliseconds(300))
    moved.type("1.400,00")
    moved.hear(
      .bidAccepted(
        guitar, line(50, carla, 130_000, secondsAgo: 0), block: 12, minimum: reais(135_000), closesAt: drawnNow + .seconds(42)))
    #expect(sent(moved.press(.key(.enter))).isEmpty)
    #expect(moved.screen(100, 30).contains("o preço mudou"))
    moved.pass(BidBox.heldTime)
    #expect(sent(moved.press(.key(.enter))) == [reais(140_000)])

    var late = drawnModel()
    late.press(.character("b"))
    late.pass(.milliseconds(40_500))
    #expect(sent(late.press(.key(.enter))).isEmpty)
    #expect(late.screen(100, 30).contains("pode não chegar a tempo"))
  }

  @Test("pasted text fills the field and never presses Enter")
  func paste() {
    var model = drawnModel()
    model.press(.character("b"))
    model.pass(.milliseconds(300))
    #expect(model.update(.input(.paste("R$ 1.300,00\n"))).isEmpty)
    #expect(model.screen(100, 30).contains("[1.300,00___"))
    #expect(model.update(.input(.paste("q\n"))).isEmpty)
    #expect(sent(model.press(.key(.enter))) == [reais(130_000)])
    var list = drawnModel()
    #expect(list.update(.input(.paste("q\nb+\r"))).isEmpty)
    #expect(list.mode == .list)
  }

  @Test("the arrows change the amount by increments, never under the minimum")
  func arrows() {
    var model = drawnModel()
    model.press(.character("b"), .key(.up), .key(.pageUp), .key(.down))
    #expect(model.screen(100, 30).contains("= R$ 1.550,00"))
    model.press(.key(.pageDown), .key(.pageDown))
    #expect(model.screen(100, 30).contains("= R$ 1.300,00 (mínimo)"))
  }

  @Test("letters type nothing into the box")
  func letters() {
    var model = drawnModel()
    model.press(.character("b"))
    model.type("q1k3e0R0")
    #expect(model.screen(100, 30).contains("[1300___"))
  }

  @Test("the box keeps its lot while the list is put in another order")
  func frozenOrder() {
    var model = drawnModel()
    model.press(.character("b"))
    let before = model.order
    model.hear(.extended(auctionID("l-01"), closesAt: drawnNow + .seconds(9_000), by: bruno, cause: .bid))
    #expect(model.order == before)
    #expect(model.screen(100, 30).contains("Lance l-03:"))
    model.press(.key(.escape))
    #expect(model.order.first == guitar)
    #expect(model.selection == guitar)
  }

  // MARK: Decisions

  private func inFlight() -> Model {
    var model = drawnModel()
    model.press(.character("+"), .key(.enter))
    model.hear(.bid(Ticket(1), .sent(bidID(77))))
    return model
  }

  struct Decision: Sendable, CustomTestStringConvertible {
    let progress: BidProgress
    let words: String
    var testDescription: String { words }
  }

  @Test(
    "each outcome says its word",
    arguments: [
      Decision(progress: .delivered, words: "entregue, aguardando a casa"),
      Decision(progress: .accepted, words: "aceito em 0 ms"),
      Decision(
        progress: .refused(.belowMinimum, minimum: reais(135_000)), words: "RECUSADO: abaixo do mínimo; aceitaria R$ 1.350,00"),
      Decision(progress: .refused(.rateLimit, minimum: nil), words: "RECUSADO: lances rápidos demais; espere um segundo"),
      Decision(
        progress: .refused(.closed, minimum: reais(135_000)), words: "RECUSADO: o leilão já fechou; aceitava até 14:32:49"),
      Decision(
        progress: .refused(.alreadyLeading, minimum: reais(135_000)), words: "RECUSADO: você já lidera; valeria um máximo"),
      Decision(progress: .uncertain, words: "INCERTO"),
      Decision(progress: .busy, words: "casa ocupada"),
      Decision(progress: .refused(nil, minimum: nil), words: "RECUSADO: há mais de um dia"),
      Decision(progress: .neverDecided, words: "não chegou à casa"),
      Decision(progress: .notSent(reason: "chave"), words: "não foi enviado: chave"),
    ])
  func outcomes(_ decision: Decision) {
    var model = inFlight()
    model.hear(.bid(Ticket(1), decision.progress))
    #expect(model.screen(80, 24).contains(decision.words))
  }

  @Test("without an answer the seconds are counted")
  func unanswered() {
    var model = inFlight()
    model.pass(.seconds(3))
    #expect(model.screen(80, 24).contains("sem resposta há 3 s"))
  }

  @Test("a lost link makes what is in flight uncertain, and the snapshot that holds the bid makes it accepted")
  func uncertainty() {
    var model = inFlight()
    model.hear(.disconnected(reason: "reset", attempt: 1, retryAt: drawnNow + .seconds(1)))
    #expect(model.live.lots[guitar]?.bid?.stage == .uncertain)
    #expect(model.screen(80, 24).contains("INCERTO"))
    var view = drawnAuctions[1]
    view.bids.append(line(77, alice, 130_000, secondsAgo: 0))
    (view.head, view.price, view.leader, view.ownLast) = (13, reais(130_000), alice, reais(130_000))
    model.hear(.auction(view))
    model.hear(.live)
    guard case .accepted = model.live.lots[guitar]?.bid?.stage else {
      Issue.record("not accepted: \(String(describing: model.live.lots[guitar]?.bid))")
      return
    }
    #expect(model.screen(80, 24).contains("LIDERA"))
  }

  @Test("while a bid is uncertain no other is sent on that lot")
  func uncertainBlocks() {
    var model = inFlight()
    model.hear(.bid(Ticket(1), .uncertain))
    #expect(model.press(.character("+"), .key(.enter)).isEmpty)
    model.hear(.bid(Ticket(1), .neverDecided))
    #expect(sent(model.press(.character("+"), .key(.enter))) == [reais(130_000)])
  }

  @Test("what is decided stays decided")
  func finality() {
    var model = inFlight()
    model.hear(.bid(Ticket(1), .refused(.tieLost, minimum: nil)))
    model.hear(.bid(Ticket(1), .accepted))
    model.hear(.bid(Ticket(1), .uncertain))
    #expect(model.live.lots[guitar]?.bid?.stage == .refused(RefusedBid(.tieLost, minimum: nil, span: nil)))
  }
}
