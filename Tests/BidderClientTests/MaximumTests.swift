import AuctionFacts
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

@Suite("A secret maximum from the bid box")
struct MaximumTests {
  private let guitar = auctionID("l-03")
  private let bicycle = auctionID("l-01")

  private func box(on lot: AuctionID, _ keys: Input...) -> Model {
    var model = drawnModel()
    model.selection = lot
    model.press(.character("b"))
    for key in keys { model.press(key) }
    model.pass(BidBox.guardTime)
    return model
  }

  private func type(_ text: String, in model: inout Model) {
    for scalar in text.unicodeScalars { _ = model.press(.character(scalar)) }
  }

  @Test("Tab makes the amount a maximum: the least is offered, the rest stays secret")
  func tab() {
    var model = box(on: guitar, .key(.tab))
    type("2000", in: &model)
    let screen = model.screen(120, 30)
    #expect(screen.contains("Máximo l-03: R$ [2000"))
    #expect(screen.contains("= R$ 2.000,00 em segredo; oferece R$ 1.300,00"))
    #expect(screen.contains("Tab lance"))
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(130_000), upTo: reais(200_000))])
    model.hear(.bid(Ticket(1), .sent(bidID(77))))
    model.hear(.bid(Ticket(1), .accepted))
    model.hear(
      .bidAccepted(
        guitar, line(77, alice, 130_000, secondsAgo: -1), block: 13, minimum: reais(135_000), closesAt: drawnNow + .seconds(60)))
    #expect(model.screen(120, 40).contains("seu máximo de R$ 2.000,00 foi aceito"))
    #expect(model.screen(120, 40).contains("Seu máximo         R$ 2.000,00"))
  }

  @Test("and Tab again a bid")
  func again() {
    var model = box(on: guitar, .key(.tab), .key(.tab))
    #expect(!model.screen(120, 30).contains("em segredo"))
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(130_000), upTo: nil)])
  }

  @Test("who leads raises his maximum, with a second Enter")
  func raising() throws {
    var model = box(on: bicycle)
    guard case .bidBox(let box) = model.mode else { throw Missing() }
    #expect(box.isMaximum)
    type("900", in: &model)
    let least = try #require(model.live.lots[bicycle]?.view.minimum)
    #expect(model.press(.key(.enter)).isEmpty)
    model.pass(BidBox.heldTime)
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), bicycle, least, upTo: reais(90_000))])
  }

  private struct Missing: Error {}

  @Test("a maximum far from the price is no slip, a hundred times it is")
  func slips() {
    var far = box(on: guitar, .key(.tab))
    type("9000", in: &far)
    #expect(far.press(.key(.enter)).count == 1)
    var slip = box(on: guitar, .key(.tab))
    type("130000", in: &slip)
    #expect(slip.press(.key(.enter)).isEmpty)
    guard case .confirm(let asked) = slip.mode else {
      Issue.record("not asked: \(slip.mode)")
      return
    }
    #expect(asked.suggestion == reais(130_000))
    type("130000", in: &slip)
    slip.pass(BidBox.guardTime)
    #expect(slip.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(130_000), upTo: reais(13_000_000))])
  }

  @Test("a maximum stays right when the price moves, under the minimum it is refused")
  func moving() {
    var model = box(on: guitar, .key(.tab))
    type("2000", in: &model)
    model.hear(
      .bidAccepted(
        guitar, line(91, bruno, 150_000, secondsAgo: 0), block: 13, minimum: reais(155_000), closesAt: drawnNow + .seconds(60)))
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(155_000), upTo: reais(200_000))])
    var low = box(on: guitar, .key(.tab))
    type("1000", in: &low)
    #expect(low.press(.key(.enter)).isEmpty)
  }

  @Test("only where bids are open and rise")
  func formats() throws {
    var model = drawnModel()
    var view = drawnAuctions[1]
    view.terms = Build.terms("l-03", format: .sealed, opensAt: drawnNow - .seconds(60))
    (view.price, view.leader, view.bids, view.ownLast) = (nil, nil, [], nil)
    model.live.lots[guitar] = Lot(view)
    model.selection = guitar
    model.press(.character("b"), .key(.tab))
    guard case .bidBox(let box) = model.mode else { throw Missing() }
    #expect(!box.isMaximum)
  }

  @Test("sealed, a bid is asked about where an earlier one counts, or may", arguments: [(nil, nil), (nil, 40), (70_000, nil)])
  func replacing(own: Int64?, trustedTo: Int64?) throws {
    var model = drawnModel()
    var view = drawnAuctions[1]
    view.terms = Build.terms("l-03", format: .vickrey, opensAt: drawnNow - .seconds(60))
    (view.price, view.leader, view.bids) = (nil, nil, [])
    (view.ownLast, view.trustedTo) = (own.map(reais), trustedTo)
    model.live.lots[guitar] = Lot(view)
    let lot = try #require(model.live.lots[guitar])
    let verdict = model.verdict(view.minimum, on: lot, quote: Quote(view))
    #expect(verdict == (own != nil ? .plain([.replaces]) : trustedTo != nil ? .plain([.mayReplace]) : .clear))
  }

  @Test("what may buy the lot at once is asked about, as a maximum too")
  func buying() {
    var model = drawnModel()
    var view = drawnAuctions[1]
    view.terms.rules.buyNow = reais(130_000)
    view.minimum = reais(130_000)
    model.live.lots[guitar] = Lot(view)
    model.selection = guitar
    model.press(.character("b"), .key(.tab))
    model.pass(BidBox.guardTime)
    #expect(model.press(.key(.enter)).isEmpty)
    model.pass(BidBox.heldTime)
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(130_000), upTo: reais(130_000))])
  }

  @Test("twenty columns tell it from a bid, and so does the echo while it is asked about", arguments: Language.allCases)
  func telling(_ language: Language) {
    var model = drawnModel(language)
    model.selection = bicycle
    model.press(.character("b"))
    let word = language.choose("máx [", "max [")
    for rows in 4...8 { #expect(model.screen(20, rows).contains(word)) }
    model.press(.key(.tab))
    for rows in 4...8 { #expect(!model.screen(20, rows).contains(word)) }
    model.press(.key(.tab))
    model.pass(BidBox.guardTime)
    model.press(.key(.enter))
    #expect(model.screen(100, 30).contains(language.choose("em segredo; você já lidera", "in secret; you lead already")))
    for rows in 4...8 { #expect(model.screen(20, rows).contains(word)) }
    #expect(model.screen(40, 12).contains(language.choose("l-01 máx: ", "l-01 max: ")))
  }

  @Test(
    "whatever becomes of it, it is called a maximum",
    arguments: [.uncertain, .busy, .neverDecided, .notSent(reason: "x"), .refused(.rateLimit, minimum: nil)] as [BidProgress])
  func names(_ progress: BidProgress) {
    for isMaximum in [true, false] {
      var model = box(on: guitar, .key(isMaximum ? .tab : .end))
      type("2000", in: &model)
      if !isMaximum { model = box(on: guitar) }
      model.press(.key(.enter))
      model.hear(.bid(Ticket(1), progress))
      let rows = view(model, size: Size(width: 120, height: 30)).text.map { $0.replacing("\u{a0}", with: " ") }
      #expect(rows[28].hasPrefix(isMaximum ? " Máximo l-03 R$ 2.000,00:" : " Lance l-03 R$ 1.300,00:"), "\(rows[28])")
      #expect(rows[21].contains("máximo de R$ 2.000,00") == isMaximum, "\(rows[21])")
    }
  }

  @Test("the box that asks for the number again calls it one too", arguments: Language.allCases)
  func title(_ language: Language) {
    for isMaximum in [true, false] {
      var model = drawnModel(language)
      model.press(.character("b"))
      if isMaximum { model.press(.key(.tab)) }
      model.pass(BidBox.guardTime)
      type("130000", in: &model)
      model.press(.key(.enter))
      let words = isMaximum ? language.choose("MÁXIMO ALTO", "HIGH MAXIMUM") : language.choose("LANCE ALTO", "HIGH BID")
      for (width, height) in [(100, 30), (40, 12)] { #expect(model.screen(width, height).contains(words)) }
    }
  }

  @Test("beside the field no amount is cut: the words grow shorter", arguments: Language.allCases, [80, 90, 100, 120])
  func room(_ language: Language, _ width: Int) {
    var model = drawnModel(language)
    let long = auctionID("l-03-com-um-nome-comprido")
    model.live.lots[long] = Lot(auction(long.text, "Violão", price: 125_000, leader: bruno))
    model.selection = long
    model.press(.character("b"), .key(.tab))
    type(language.choose("1.234.567,00", "1,234,567.00"), in: &model)
    let row = view(model, size: Size(width: width, height: 30)).text[28]
    let secret = language.choose("em segredo", "in secret")
    #expect(row.contains(secret) && (!row.contains("; ") || row.contains(language.choose("1.300,00", "1,300.00"))), "\(row)")
  }

  @Test("a number asked for again is held against the price, and where there is none against the least")
  func yardstick() {
    func asked(_ view: AuctionView) -> String {
      var model = drawnModel()
      model.live.lots[guitar] = Lot(view)
      model.press(.character("b"))
      model.pass(BidBox.guardTime)
      type("9000", in: &model)
      model.press(.key(.enter))
      return model.screen(100, 30)
    }
    let first = asked(auction("l-03", "Violão", opening: 60_000))
    #expect(first.contains("Isto é 15,0× o mínimo (+R$ 8.400,00)."), "\(first)")
    var sealed = drawnAuctions[1]
    sealed.terms = Build.terms("l-03", format: .sealed, opensAt: drawnNow - .seconds(60))
    (sealed.price, sealed.leader, sealed.bids, sealed.ownLast, sealed.minimum) = (nil, nil, [], nil, reais(60_000))
    #expect(asked(sealed).contains("15,0× o mínimo"))
    #expect(asked(drawnAuctions[1]).contains("7,2× o lance atual"))
  }

  @Test("one that somebody has gone beyond is shown no more, also when its bidder leads again")
  func surpassed() {
    var model = box(on: guitar, .key(.tab))
    type("2000", in: &model)
    model.press(.key(.enter))
    model.hear(.bid(Ticket(1), .sent(bidID(77))))
    func bid(_ n: Int, _ who: PrincipalID, _ amount: Int64) -> GatewayEvent {
      .bidAccepted(
        guitar, line(n, who, amount, secondsAgo: Int64(70 - n)), block: Int64(n), minimum: reais(amount + 5_000),
        closesAt: drawnNow + .seconds(60))
    }
    model.hear(bid(77, alice, 130_000))
    #expect(model.screen(120, 40).contains("Seu máximo         R$ 2.000,00"))
    model.hear(bid(78, bruno, 205_000))
    #expect(!model.screen(120, 40).contains("Seu máximo "))
    model.hear(bid(79, alice, 210_000))
    #expect(!model.screen(120, 40).contains("Seu máximo "))
  }

  @Test("the maximum that is shown is one that holds: not one that was voided, or was followed by an open bid")
  func holding() {
    var model = box(on: guitar, .key(.tab))
    type("2000", in: &model)
    model.press(.key(.enter))
    model.hear(.bid(Ticket(1), .sent(bidID(77))))
    model.hear(.bid(Ticket(1), .accepted))
    #expect(model.live.lots[guitar]?.ownMaximum == reais(200_000))
    model.hear(.voided(guitar, bidID(77), by: alice, amount: reais(130_000), reason: "x"))
    #expect(model.live.lots[guitar]?.ownMaximum == nil)
  }
}
