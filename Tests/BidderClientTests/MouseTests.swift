import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Mouse")
struct MouseTests {
  private static let sizes = [Size(width: 100, height: 30), Size(width: 80, height: 24), Size(width: 40, height: 12)]

  private func model(_ size: Size) -> Model {
    var model = drawnModel()
    model.size = size
    model.press(.character("M"))
    return model
  }

  @Test("is off until it is asked for, by key or from the start, and the screen says that it is on", arguments: sizes)
  func modes(_ size: Size) {
    var model = drawnModel()
    model.size = size
    #expect(!model.hasMouse && !model.screen(size.width, size.height).contains("mouse"))
    #expect(model.press(.character("M")) == [.mouse(true), .remember(model.memory)])
    model.pass(.seconds(10))
    #expect(model.screen(size.width, size.height).contains(size.width < 80 ? "mouse: M" : "mouse: M solta"))
    #expect(model.press(.character("M")) == [.mouse(false), .remember(model.memory)])
    model.pass(.seconds(10))
    #expect(!model.screen(size.width, size.height).contains("mouse"))
    var settings = settings()
    settings.takesMouse = true
    #expect(Model(settings, size: size, clock: reading(drawnNow)).hasMouse)
  }

  @Test("a click on a row selects what is drawn there", arguments: sizes)
  func rows(_ size: Size) throws {
    let model = model(size)
    let rows = view(model, size: size).text
    // The panel beside the list names the selected lot too.
    for id in model.order {
      let shown = rows.enumerated().filter { $0.offset > 1 && $0.element.dropFirst(3).hasPrefix(id.text) }
      guard let y = shown.first?.offset else { continue }
      for x in [0, 5, 30] {
        var clicked = model
        clicked.press(.click(x: x, y: y))
        #expect(clicked.selection == id)
      }
    }
    #expect(rows.contains { $0.dropFirst(3).hasPrefix("l-01") })
  }

  @Test("a click on a tab shows it, and beside everything nothing", arguments: sizes.prefix(2))
  func tabs(_ size: Size) throws {
    var model = model(size)
    let row = view(model, size: size).text[1]
    for (tab, words) in [(BidderClient.Model.Tab.closed, "3 Encerrados"), (.mine, "2 Meus"), (.open, "1 Abertos")] {
      let start = try #require(row.firstRange(of: words)).lowerBound
      model.press(.click(x: row.distance(from: row.startIndex, to: start), y: 1))
      #expect(model.tab == tab)
    }
    let before = model
    for (x, y) in [(-1, -1), (500, 500), (0, 0), (size.width - 1, size.height - 1)] { model.press(.click(x: x, y: y)) }
    #expect(model == before)
  }

  @Test("the wheel moves the selection, and the pages by three rows")
  func wheel() {
    var model = model(Size(width: 40, height: 12))
    model.press(.wheel(.down))
    #expect(model.selection == auctionID("l-07"))
    model.press(.wheel(.up), .wheel(.up))
    #expect(model.selection == auctionID("l-01"))
    model.press(.character("?"), .wheel(.down))
    #expect(model.mode == .help(scroll: 3, back: .list))
  }

  @Test("no bid is made or changed with it: a box keeps its amount and its lot, what is armed is dropped")
  func bids() {
    var model = model(Size(width: 100, height: 30))
    model.press(.character("b"))
    let before = model
    #expect(model.press(.click(x: 5, y: 3), .wheel(.down)).isEmpty)
    #expect(model == before)
    model.press(.key(.escape), .character("+"))
    #expect(model.press(.click(x: 5, y: 3)).isEmpty)
    #expect(model.mode == .list && model.selection == auctionID("l-01"))
  }

  @Test("a terminal without one says so and goes on without", arguments: [true, false])
  func none(_ fromTheStart: Bool) throws {
    let terminal = HeadlessTerminal(Size(width: 80, height: 24), inputs: fromTheStart ? [] : [.character("M")])
    terminal.hasMouse = false
    var model = drawnModel()
    model.hasMouse = fromTheStart
    _ = runTerminal(&model, on: terminal, inbox: try #require(Inbox()), clock: { reading(drawnNow) }) { _ in }
    #expect(!model.hasMouse && model.screen(80, 24).contains("Este terminal não tem mouse"))
  }

  @Test("clicks that come though it is off mean nothing")
  func off() {
    var model = drawnModel()
    let before = model
    model.press(.click(x: 5, y: 3), .wheel(.down))
    #expect(model == before)
  }
}
