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
    model.pass(BidBox.guardTime)
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
    model.pass(BidBox.guardTime)
    #expect(model.press(.key(.enter)) == [.submitBid(Ticket(1), guitar, reais(130_000), upTo: reais(130_000))])
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
