import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("What the gateway tells")
struct GatewayTests {
  let bicycle = auctionID("l-01")
  let guitar = auctionID("l-03")

  private func bells(_ effects: [Effect]) -> Int { effects.count { $0 == .bell } }

  private func outbid(_ model: inout Model, _ centavos: Int64, stamp: Int64, closesIn: Int64 = 9) -> [Effect] {
    let line = BidLine(bid: bidID(Int(stamp)), bidder: bruno, amount: reais(centavos), receivedAt: drawnNow + .seconds(stamp))
    return model.hear(
      .bidAccepted(bicycle, line, block: 20 + stamp, minimum: reais(centavos + 5_000), closesAt: drawnNow + .seconds(closesIn)))
  }

  @Test("being outbid rings, is noticed, and N goes there")
  func outbidding() {
    var model = drawnModel()
    model.selection = auctionID("l-12")
    #expect(bells(outbid(&model, 53_000, stamp: 1)) == 1)
    #expect(model.screen(100, 30).contains("▼ COBERTO    l-01 Bicicleta Caloi 10: bruno deu R$ 530,00 (você: R$ 480,00)"))
    model.press(.character("N"))
    #expect(model.selection == bicycle)
  }

  @Test("five times outbid within a second is one bell")
  func bellLimit() {
    var model = drawnModel()
    var count = 0
    for n in 0..<5 as Range<Int64> {
      count += bells(outbid(&model, 53_000 + n * 10_000, stamp: 2 * n + 1))
      let mine = BidLine(
        bid: bidID(500 + Int(n)), bidder: alice, amount: reais(58_000 + n * 10_000), receivedAt: drawnNow + .seconds(2 * n + 2))
      count += bells(
        model.hear(.bidAccepted(bicycle, mine, block: 30, minimum: reais(63_000 + n * 10_000), closesAt: drawnNow + .seconds(9))))
    }
    #expect(count == 1)
  }

  @Test("a suspension is told once, with its reason, and that it goes on; also where that was missed")
  func suspension() {
    var model = drawnModel()
    model.hear(.suspended(bicycle, reason: "conferência"))
    #expect(model.live.lots[bicycle]?.reason == "conferência" && model.screen(100, 30).contains("suspenso: conferência"))
    let once = model
    model.hear(.suspended(bicycle, reason: "conferência"))
    #expect(model == once)

    var view = drawnAuctions[0]
    view.head = (view.head ?? 0) + 1
    model.hear(.auction(view))
    #expect(model.live.lots[bicycle]?.view.status == .open && model.live.lots[bicycle]?.reason == nil)
    #expect(model.live.notices.all.first?.fact == .resumed)
    view.head = (view.head ?? 0) + 1
    view.status = .suspended
    model.hear(.auction(view))
    #expect(model.live.notices.all.first?.fact == .suspended(reason: nil) && !model.screen(100, 30).contains("conferência"))
  }

  @Test("whose bid is voided is told so with the reason, not that he was outbid; what was armed is not sent")
  func ownVoided() throws {
    var model = drawnModel()
    model.selection = auctionID("l-12")
    model.hear(
      .bidAccepted(
        bicycle, line(70, alice, 58_000, secondsAgo: 0), block: 30, minimum: reais(63_000), closesAt: drawnNow + .seconds(9)))
    var view = try #require(model.live.lots[bicycle]).view
    (view.bids, view.price, view.leader, view.minimum) = ([], reais(43_000), bruno, reais(48_000))
    (view.ownLast, view.head) = (nil, 31)
    model.selection = bicycle
    model.press(.character("+"))
    let effects = model.hear(.voided(bicycle, bidID(70), by: alice, amount: reais(58_000), reason: "valor errado"))
    #expect(bells(effects) == 1)
    model.hear(.auction(view))
    #expect(
      model.live.notices.all.first?.fact == .voided(by: nil, reais(58_000), reason: "valor errado"), "and no COBERTO behind it")
    let screen = model.screen(100, 30)
    #expect(screen.contains("ANULADO") && screen.contains("seu lance de R$ 580,00 foi anulado pela casa: valor errado"))
    #expect(model.live.lots[bicycle]?.outcome(for: alice) == .watching)
    #expect(!model.press(.key(.enter)).contains { if case .submitBid = $0 { true } else { false } })
  }

  @Test("another's voided bid is told where one has bid or looks, and who leads again is not rung for it")
  func otherVoided() throws {
    for (selection, isTold) in [("l-03", true), ("l-12", true)] {
      var model = drawnModel()
      model.selection = auctionID(selection)
      var view = try #require(model.live.lots[guitar]).view
      (view.leader, view.price, view.minimum, view.head) = (alice, reais(120_000), reais(125_000), 31)
      view.bids.removeLast()
      #expect(bells(model.hear(.voided(guitar, bidID(12), by: bruno, amount: reais(125_000), reason: "chave roubada"))) == 0)
      model.hear(.auction(view))
      #expect((model.live.notices.all.first?.fact == .voided(by: bruno, reais(125_000), reason: "chave roubada")) == isTold)
      #expect(
        model.live.lots[guitar]?.outcome(for: alice) == .leading && model.live.lots[guitar]?.view.bids.last?.bidder == alice)
    }
    // Neither bid on nor looked at; sealed, nobody knows the amount.
    var model = drawnModel()
    let before = model.live.notices
    model.hear(.voided(auctionID("l-12"), bidID(3), by: carla, amount: nil, reason: "x"))
    #expect(model.live.notices == before)
    model.selection = auctionID("l-12")
    model.hear(.voided(auctionID("l-12"), bidID(3), by: carla, amount: .zero, reason: "x"))
    #expect(model.live.notices.all.first?.fact == .voided(by: carla, nil, reason: "x"))
  }

  @Test("a silent terminal stays silent")
  func muted() {
    var model = drawnModel()
    model.sound = .off
    #expect(bells(outbid(&model, 53_000, stamp: 1)) == 0)
  }

  @Test("a repeated, older or overtaken event changes nothing")
  func repeats() {
    var model = drawnModel()
    _ = outbid(&model, 53_000, stamp: 5)
    let after = model
    _ = outbid(&model, 53_000, stamp: 5)
    _ = outbid(&model, 50_000, stamp: 4)
    var old = drawnAuctions[0]
    old.head = 0
    model.hear(.auction(old))
    #expect(model == after)
    _ = model.update(.gateway(.disconnected(reason: "late word", attempt: 1, retryAt: drawnNow), epoch: 0))
    #expect(model == after)
  }

  @Test("a chain that broke behind what is shown is broken, whatever else is older in its picture")
  func brokenBehind() {
    var model = drawnModel()
    _ = outbid(&model, 53_000, stamp: 5)
    let price = model.live.lots[bicycle]?.view.price
    var old = drawnAuctions[0]
    old.head = 0
    old.chain = .broken(reason: "bloco 1 não continua o 0")
    model.hear(.auction(old))
    #expect(model.live.lots[bicycle]?.standing(of: alice) == .chainBroken && model.live.lots[bicycle]?.view.price == price)
    #expect(model.live.notices.all.count { $0.fact.kind == .chain } == 1)
    model.hear(.auction(old))
    #expect(model.live.notices.all.count { $0.fact.kind == .chain } == 1)
  }

  @Test("the extension says who moved the end and by how much, for five seconds beside the time")
  func extensions() {
    var model = drawnModel()
    model.selection = bicycle
    _ = outbid(&model, 53_000, stamp: 1, closesIn: 39)
    model.hear(.extended(bicycle, closesAt: drawnNow + .seconds(39), by: bruno, cause: .bid))
    model.hear(.extended(bicycle, closesAt: drawnNow + .seconds(39), by: bruno, cause: .bid))
    let screen = model.screen(100, 30)
    #expect(screen.contains("+00:39"))
    #expect(screen.contains("+30 s"))
    #expect(model.live.notices.all.count { $0.fact.kind == .extended } == 1)
    #expect(screen.contains("+30 s por bruno, fecha às 14:32:46"))
    model.pass(.seconds(5))
    #expect(!model.screen(100, 30).contains("+00:34"))
  }

  @Test("several moves of the end are told as one sum, with whose the last was, in each size")
  func severalExtensions() {
    var model = drawnModel()
    model.selection = bicycle
    for (stamp, closesIn, by) in [(1, 20, bruno), (2, 30, carla), (3, 61, dora)] as [(Int64, Int64, PrincipalID)] {
      let line = BidLine(
        bid: bidID(Int(stamp)), bidder: by, amount: reais(50_000 + stamp * 5_000), receivedAt: drawnNow + .seconds(stamp))
      model.hear(
        .bidAccepted(bicycle, line, block: 20 + stamp, minimum: reais(80_000), closesAt: drawnNow + .seconds(closesIn)))
      model.hear(.extended(bicycle, closesAt: drawnNow + .seconds(closesIn), by: by, cause: .bid))
    }
    #expect(model.live.lots[bicycle]?.view.extensions.count == 3)
    model.pass(.seconds(6))
    #expect(model.screen(140, 40).contains("fecha às 14:33:08 +52 s em 3 vezes, por dora"))
    let rows = model.screen(100, 30).split(separator: "\n").map { $0.suffix(37) }
    #expect(rows.contains { $0.contains("fecha às 14:33:08 +52 s em 3 vezes") } && rows.contains { $0.hasPrefix(" por dora ") })
    #expect(model.screen(80, 24).contains("fecha às 14:33:08 +52 s em 3 vezes, por dora"))
    #expect(model.screen(40, 12).contains("00:55 +52 s") && model.screen(20, 5).contains("00:55 +52 s"))
  }

  /// Moved three times by others while nobody told of it.
  private var movedView: AuctionView {
    var view = drawnAuctions[0]
    view.head = 9
    view.closesAt = view.closesAt + .seconds(52)
    for (seconds, by) in [(22, bruno), (10, carla), (20, dora)] as [(Int64, PrincipalID)] {
      view.extensions.add(.seconds(seconds), by: by, .bid)
    }
    return view
  }

  @Test("an end that moved while the link was lost is told once when it is back, as a sum, and warned of anew")
  func extendedMeanwhile() {
    var model = drawnModel()
    model.hear(.disconnected(reason: "reset", attempt: 1, retryAt: drawnNow + .seconds(1)))
    model.pass(.seconds(4))
    model.hear(.connected)
    for _ in 0..<2 { model.hear(.auction(movedView)) }
    model.hear(.live)
    model.hear(.extended(bicycle, closesAt: movedView.closesAt, by: dora, cause: .bid))
    let told = model.live.notices.all.filter { $0.fact.kind == .extended }.map(\.fact)
    #expect(told == [.extended(by: dora, .bid, .seconds(52), times: 3, closesAt: movedView.closesAt)])
    #expect(model.screen(100, 30).contains("+52 s em 3 vezes, por dora, fecha às 14:33:08"))
    #expect(model.live.lots[bicycle]?.rangTenSeconds == false)
  }

  @Test("an end that had moved before the terminal began is told of one's own auctions, and rings nobody")
  func extendedBefore() {
    var model = model(hearing: [.connecting(attempt: 1), .connected])
    var foreign = movedView
    foreign.terms = drawnAuctions[4].terms
    foreign.ownLast = nil
    #expect(bells(model.hear(.auction(movedView)) + model.hear(.auction(foreign)) + model.hear(.live)) == 0)
    let told = model.live.notices.all.filter { $0.fact.kind == .extended }
    #expect(told.map(\.auction) == [bicycle])
    #expect(told.first?.fact == .extended(by: dora, .bid, .seconds(52), times: 3, closesAt: movedView.closesAt))
  }

  @Test("what was not read is not called whole, nor counted, and is told when it has been read")
  func trusted() {
    var model = model(hearing: [.connecting(attempt: 1), .connected])
    var view = movedView
    (view.extensions, view.trustedTo) = (Extensions(), 9)
    model.hear(.auction(view))
    model.hear(.live)
    model.selection = bicycle
    #expect(model.live.notices.all.isEmpty)
    #expect(model.screen(80, 24).contains("cadeia não lida até 9"))
    #expect(model.screen(80, 24).contains("fecha às 14:33:08 +52 s ") && !model.screen(80, 24).contains("vezes"))
    view.head = 12
    model.hear(.auction(view))
    #expect(model.screen(80, 24).contains("íntegra de 9 a 12"))
    var read = movedView
    read.head = 12
    for _ in 0..<2 { model.hear(.auction(read)) }
    #expect(model.screen(80, 24).contains("cadeia íntegra até 12") && model.screen(80, 24).contains("+52 s em 3 vezes, por dora"))
    #expect(model.live.notices.all.count { $0.fact.kind == .extended } == 1)
  }

  @Test("how far the chain was found whole stands beside the bids, where there is room, and that it broke in its place")
  func chainWords() {
    var model = drawnModel()
    #expect(model.screen(100, 30).contains("12 lances cadeia íntegra até 12"))
    #expect(model.screen(80, 24).contains("─ cadeia íntegra até 12 ─"))
    model.hear(.chainBroken(guitar, reason: "bloco 13 não segue o 12"))
    #expect(model.screen(100, 30).contains("CADEIA PARTIDA") && !model.screen(100, 30).contains("íntegra"))
    #expect(model.screen(80, 24).contains("CADEIA PARTIDA"))
    // Nothing is proved of what has not begun.
    model.selection = auctionID("l-20")
    #expect(!model.screen(100, 30).contains("cadeia íntegra"))
  }

  @Test("that nobody vouches for the house's clock stands beside the end that it decides", arguments: ClockStatus.allCases)
  func houseClock(status: ClockStatus) {
    var model = drawnModel()
    model.hear(.houseClock(reading(drawnNow, status)))
    let words: String? =
      switch status {
      case .synchronized, .holdover: nil
      case .unsynchronized: "relógio da casa sem sincronia"
      case .systemClock: "relógio da casa sem NTP"
      }
    for screen in [model.screen(100, 30), model.screen(80, 24)] {
      #expect(screen.contains("relógio da casa") == (words != nil))
      if let words { #expect(screen.contains(words)) }
    }
  }

  @Test("an acceptance says that its receipt is kept, once; what is not kept is said with the reason")
  func receipts() {
    var model = drawnModel()
    model.press(.character("+"), .key(.enter))
    model.hear(.bid(Ticket(1), .sent(bidID(77))))
    model.hear(.receiptKept(Ticket(1)))
    model.hear(.receiptKept(Ticket(9)))
    model.hear(
      .bidAccepted(
        guitar, line(77, alice, 130_000, secondsAgo: 0), block: 30, minimum: reais(135_000), closesAt: drawnNow + .seconds(42)))
    model.hear(.bid(Ticket(1), .accepted))
    #expect(model.live.notices.all.first?.fact == .accepted(reais(130_000), hasReceipt: true))
    #expect(model.screen(80, 24).contains("seu lance de R$ 1.300,00 foi aceito (recibo guardado)"))
    model.pass(.seconds(11))
    #expect(model.screen(40, 12).contains("★ LIDERA l-03 R$ 1.300,00"))
    model.hear(.receiptNotKept(reason: "/x: não há espaço"))
    #expect(model.screen(100, 30).contains("! RECIBO") && model.screen(100, 30).contains("/x: não há espaço"))
  }

  @Test("an outage is not blamed on a bidder")
  func outage() {
    var model = drawnModel()
    model.hear(.extended(guitar, closesAt: drawnNow + .seconds(100), by: nil, cause: .outage))
    #expect(model.screen(100, 30).contains("+58 s pela parada da casa"))
  }

  @Test("at zero it says closing, and closed only when the house says so")
  func localZero() {
    var model = drawnModel()
    model.pass(.seconds(60))
    #expect(model.screen(80, 24).contains("fechando"))
    #expect(model.live.lots[guitar]?.isOver == false)
    model.hear(closed(guitar, result(.sold, winner: bruno, 125_000)))
    #expect(model.screen(80, 24).contains("PERDIDO"))
  }

  struct Ended: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let id: String
    let result: AuctionResult
    let standing: Standing
    let bells: Int
  }

  @Test(
    "each ending is named",
    arguments: [
      Ended(testDescription: "won", id: "l-01", result: result(.sold, winner: alice, 48_000), standing: .won, bells: 1),
      Ended(testDescription: "lost", id: "l-15", result: result(.sold, winner: carla, 390_000), standing: .lost, bells: 0),
      Ended(
        testDescription: "lost though leading just now", id: "l-01", result: result(.sold, winner: carla, 50_000),
        standing: .lost, bells: 1),
      Ended(
        testDescription: "sold to others", id: "l-12", result: result(.sold, winner: carla, 9_500), standing: .closed, bells: 0),
      Ended(testDescription: "no bids", id: "l-12", result: result(.noBids), standing: .noBids, bells: 0),
      Ended(testDescription: "under the reserve", id: "l-12", result: result(.conditional), standing: .conditional, bells: 0),
      Ended(testDescription: "cancelled", id: "l-12", result: result(.cancelled), standing: .cancelled, bells: 0),
    ])
  func endings(_ ended: Ended) {
    var model = drawnModel()
    let id = auctionID(ended.id)
    #expect(bells(model.hear(closed(id, ended.result))) == ended.bells)
    #expect(model.live.lots[id]?.standing(of: alice) == ended.standing)
    #expect(!model.order.contains(id))
    // The end is said once.
    let notices = model.live.notices
    model.hear(closed(id, ended.result))
    #expect(model.live.notices == notices)
  }

  private func passed(_ from: PrincipalID?, _ to: PrincipalID) -> PassingOn {
    passing(of: bicycle, from, to, 48_000)
  }

  @Test("a lot that is passed on is told to whom it was, to whom it goes, and to who has bid on it, once")
  func passingOn() {
    for (from, to, standing, bells, words) in [
      (carla, alice, Standing.won, 1, "passou a ser seu por R$ 480,00: não pagou"),
      (alice, carla, .passedOn, 1, "deixou de ser seu e passou a carla, R$ 480,00: não pagou"),
      (carla, bruno, .passedOn, 0, "passou a bruno, R$ 480,00: não pagou"),
    ] {
      var model = drawnModel()
      model.hear(.passedOn(bicycle, passed(from, to)))
      #expect(model.live.lots[bicycle]?.view.passedOn == nil, "it is not over")
      model.hear(closed(bicycle, result(.sold, winner: from, 52_000)))
      model.pass(.seconds(2))
      #expect(self.bells(model.hear(.passedOn(bicycle, passed(from, to)))) == bells)
      #expect(model.live.lots[bicycle]?.standing(of: alice) == standing)
      #expect(model.live.notices.all.first?.fact.sentence(.portuguese, names) == words)
      #expect(model.screen(140, 30).contains("REPASSADO"))
      #expect(model.live.lots[bicycle]?.price == reais(48_000), "what the one who has it now pays")
      let notices = model.live.notices
      model.hear(.passedOn(bicycle, passed(from, to)))
      #expect(model.live.notices == notices)
    }
  }

  private var names: NoticeNames {
    NoticeNames(money: { "R$ \($0.minorUnits / 100),00" }, name: { $0?.text ?? "-" }, clock: { _ in "" })
  }

  @Test("what was passed on while one was away is told with the whole auction, and who has it now stands by it")
  func passedOnMeanwhile() throws {
    var model = drawnModel()
    model.hear(closed(bicycle, result(.sold, winner: carla, 52_000)))
    var view = try #require(model.live.lots[bicycle]).view
    view.passedOn = passed(carla, bruno)
    model.hear(.auction(view))
    #expect(model.live.notices.all.first?.fact == .passedOn(to: bruno, isFromMe: false, reais(48_000), reason: "não pagou"))
    #expect(model.live.lots[bicycle]?.price == reais(48_000))
    model.selection = bicycle
    #expect(model.live.lots[bicycle]?.standing(of: alice) == .passedOn)
  }

  @Test("end and passing on that are told at once: who has it now has won at his price, and nobody at the first one")
  func endedAndPassedOnMeanwhile() throws {
    for (winner, heir, bells) in [(alice, carla, 1), (carla, alice, 1)] {
      var model = drawnModel()
      var view = try #require(model.live.lots[bicycle]).view
      (view.status, view.result, view.passedOn) = (.closed, result(.sold, winner: winner, 52_000), passed(winner, heir))
      let before = model.live.notices.all.filter { $0.fact.kind == .won }.count
      #expect(self.bells(model.hear(.auction(view))) == bells)
      #expect(model.live.notices.all.filter { $0.fact.kind == .won }.count == before)
      let told = Notice.Fact.passedOn(
        to: heir == alice ? nil : heir, isFromMe: winner == alice, reais(48_000), reason: "não pagou")
      #expect(model.live.notices.all.first?.fact == told)
    }
  }

  @Test("that an auction whose chain is broken has ended is said, and rings as any end does")
  func endOfABrokenChain() {
    for (result, notice) in [(result(.sold, winner: alice, 48_000), "ARREMATADO"), (result(.cancelled), "CANCELADO")] {
      var model = drawnModel()
      model.hear(.chainBroken(bicycle, reason: "bloco 13 não segue o 12"))
      let before = model.live.notices
      model.pass(.seconds(2))
      let effects = model.hear(closed(bicycle, result))
      #expect(model.live.notices != before && model.screen(100, 30).contains(notice))
      #expect(bells(effects) == (result.winner == alice ? 1 : 0))
      #expect(model.live.lots[bicycle]?.standing(of: alice) == .chainBroken)
    }
  }

  @Test("a cancelled auction, opened or not, ended when it was cancelled, and for a reason")
  func cancellation() {
    for id in [auctionID("l-20"), guitar] {
      var model = drawnModel()
      model.hear(closed(id, result(.cancelled), at: drawnNow - .seconds(1), reason: "o vendedor desistiu"))
      #expect(model.live.lots[id]?.standing(of: alice) == .cancelled)
      #expect(model.live.lots[id]?.view.closesAt == drawnNow - .seconds(1))
      #expect(model.screen(100, 30).contains("o vendedor desistiu"))
    }
  }

  @Test("a missed outbid is noticed when the snapshot comes")
  func missedOutbid() {
    var model = drawnModel()
    model.hear(.disconnected(reason: "reset", attempt: 1, retryAt: drawnNow + .seconds(1)))
    model.pass(.seconds(4))
    _ = model.update(.gateway(.connecting(attempt: 1), epoch: 2))
    _ = model.update(.gateway(.connected, epoch: 2))
    var view = drawnAuctions[0]
    (view.head, view.price, view.leader, view.minimum) = (9, reais(60_000), bruno, reais(65_000))
    #expect(model.update(.gateway(.auction(view), epoch: 2)).contains(.bell))
    _ = model.update(.gateway(.resyncing(done: 3, total: 3), epoch: 2))
    _ = model.update(.gateway(.live, epoch: 2))
    let screen = model.screen(100, 30)
    #expect(screen.contains("bruno deu R$ 600,00"))
    #expect(screen.contains("reconectado após 4 s; 3 leilões atualizados"))
    #expect(!screen.contains("~"))
  }

  @Test("a broken chain is said in list, detail and notices, and no snapshot mends it")
  func brokenChain() {
    var model = drawnModel()
    model.hear(.chainBroken(guitar, reason: "bloco 13 não segue o 12"))
    model.hear(.auction(drawnAuctions[1]))
    let screen = model.screen(100, 30)
    #expect(screen.contains("CADEIA!   │"))
    #expect(screen.contains("! CADEIA!: bloco 13 …"))
    #expect(screen.contains("a cadeia de blocos não confere: bloco 13 não segue o 12"))
  }

  @Test("a house without NTP is said on every screen")
  func houseWithoutNTP() {
    var model = drawnModel()
    model.hear(.houseClock(reading(drawnNow, .systemClock)))
    model.hear(.houseClock(reading(drawnNow + .seconds(1), .systemClock)))
    #expect(model.screen(100, 30).contains("casa sem NTP"))
    #expect(model.screen(80, 24).contains("casa sem NTP"))
    #expect(model.live.notices.all.count { $0.fact == .houseWithoutNTP } == 1)
  }

  @Test("what cannot be verified is told of, once for each reason")
  func unverified() {
    var model = drawnModel()
    for reason in ["usuario_desconhecido: keyid ab", "usuario_desconhecido: keyid ab", "assinatura_invalida"] {
      model.hear(.unverified(reason: reason))
      model.pass(.seconds(2))
    }
    #expect(model.live.notices.all.count { $0.fact.kind == .house } == 2)
    #expect(model.screen(100, 30).contains("i CASA    algo não pôde ser conferido: falta uma chave?"))
  }

  @Test(
    "a doubtful clock is not drawn as a sure one",
    arguments: [
      (ClockStatus.synchronized, Int64(501), "relógio ?", true), (.synchronized, 500, "relógio ±500 ms", false),
      (.unsynchronized, 1, "relógio ?", true), (.systemClock, 0, "relógio sem NTP", true),
      (.holdover, 300, "relógio mantido ±300 ms", false), (.holdover, 900, "relógio mantido ±900 ms", true),
    ])
  func clocks(_ status: ClockStatus, _ milliseconds: Int64, _ words: String, _ isDoubtful: Bool) {
    var model = drawnModel()
    _ = model.update(.tick(reading(drawnNow, uncertainty: .milliseconds(milliseconds), status)))
    #expect(model.screen(80, 24).contains(words))
    #expect(model.screen(80, 24).contains("~00:42") == isDoubtful)
  }

  @Test("time never runs backwards")
  func monotonic() {
    var model = drawnModel()
    _ = model.update(.tick(reading(drawnNow - .seconds(100))))
    #expect(model.now == drawnNow)
  }

  @Test("keeps a bounded number of auctions, and lets the longest closed go")
  func bounded() {
    var model = drawnModel()
    _ = model.update(
      all: (0..<Model.lotLimit).map { n in
        .gateway(
          .auction(auction("n-\(n)", "n", closesIn: Int64(n), status: .closed, result: result(.noBids))), epoch: 1)
      })
    #expect(model.live.lots.count == Model.lotLimit)
    #expect(model.order.count == model.live.lots.values.count { !$0.isOver })
    #expect(model.live.lots[guitar] != nil)
  }
}

@Suite("Notices")
struct NoticesTests {
  @Test("same kind and lot within a second is one line with a count")
  func collapse() {
    var notices = Notices()
    for n in 0..<3 {
      notices.add(Notice(at: drawnNow + .milliseconds(Int64(n) * 300), auction: auctionID("a"), fact: .accepted(reais(Int64(n)))))
    }
    notices.add(Notice(at: drawnNow + .milliseconds(700), auction: auctionID("b"), fact: .accepted(reais(9))))
    #expect(notices.all.map(\.count) == [1, 3])
    #expect(notices.all.last?.fact == .accepted(reais(2)))
  }

  @Test("the newest 500 are kept")
  func bounded() {
    var notices = Notices()
    for n in 0..<600 { notices.add(Notice(at: drawnNow + .seconds(Int64(n) * 2), fact: .eventsLost)) }
    #expect(notices.all.count == Notices.limit)
    #expect(notices.all.first?.at == drawnNow + .seconds(1_198))
  }

  @Test("a reader who has scrolled keeps the place and is told of what is new")
  func scrolling() {
    var model = drawnModel()
    // Four rows for six notices.
    model.size = Size(width: 80, height: 7)
    model.press(.character("n"), .key(.down), .key(.down))
    model.hear(.blocked(reason: "memory"))
    #expect(model.mode == .notices(scroll: 3, fresh: 1))
    #expect(model.screen(80, 24).contains("1 novo"))
    model.press(.key(.home), .character("c"))
    #expect(model.live.notices.unread == 0)
  }
}
