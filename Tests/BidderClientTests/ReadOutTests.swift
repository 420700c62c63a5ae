import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Read out")
struct ReadOutTests {
  static let sizes = GoldenTests.sizes

  private func model(_ size: Size, _ language: Language = .portuguese) -> Model {
    var model = drawnModel(language)
    model.size = size
    model.settings.isReadOut = true
    // The only other one that closes within the test.
    model.live.lots[auctionID("l-01")] = nil
    model.live.notices = Notices()
    model.pass(.seconds(4))
    return model
  }

  @Test("an auction that ends is drawn anew at 30, 15, 10, 5 and 0 seconds, and a quiet screen never", arguments: sizes)
  func marks(_ size: Size) {
    var model = model(size)
    var frame = view(model, size: size)
    var changes: [Int64] = []
    for _ in 0..<60 {
      model.pass(.seconds(1))
      let next = view(model, size: size)
      guard let lot = model.live.lots[auctionID("l-03")], next != frame else { continue }
      changes.append(Countdown.seconds(until: lot.view.closesAt, at: model.now))
      frame = next
    }
    // The drawn guitar's bid was three seconds old, and its end 42 s away.
    #expect(Set(changes).isSubset(of: [30, 15, 10, 5, 0]), "\(changes)")
    #expect(changes.starts(with: [30, 15, 10, 5, 0]))
  }

  @Test("otherwise the same screen changes every second")
  func otherwise() {
    var model = model(Size(width: 80, height: 24))
    model.settings.isReadOut = false
    let before = view(model, size: model.size)
    model.pass(.seconds(1))
    #expect(view(model, size: model.size) != before)
  }

  @Test("the cursor stands on the chosen row, in the field, or where a page begins", arguments: sizes)
  func cursor(_ size: Size) throws {
    var model = model(size)
    func place(_ model: Model) -> (x: Int, y: Int)? { view(model, size: size).cursor }
    let list = try #require(place(model))
    if Layout(size) != .tiny {
      #expect(view(model, size: size).text[list.y].hasPrefix(">"))
      model.press(.key(.down))
      #expect(place(model)?.y == list.y + 1)
    }
    model.press(.character("b"))
    #expect(place(model).map { $0.y > list.y } == true)
    model.press(.key(.escape), .character("+"))
    let row = try #require(place(model)?.y)
    #expect(view(model, size: size).text[row].contains("Armado"))
    model.press(.key(.escape), .character("?"))
    #expect(place(model)?.y == min(2, size.height - 1))
  }

  @Test("a new price does not flash, and the newest notice stands at the end")
  func notices() throws {
    var model = model(Size(width: 80, height: 24))
    for n in 0..<9 {
      model.hear(
        .bidAccepted(
          auctionID("l-07"), line(60 + n, n % 2 == 0 ? bruno : alice, Int64(40_000 + n * 1_000), secondsAgo: Int64(-5 - n)),
          block: 20 + Int64(n), minimum: reais(60_000), closesAt: drawnNow + .seconds(198)))
      model.pass(.seconds(2))
    }
    let frame = view(model, size: model.size)
    #expect(!frame.roles.joined().contains("f") && !frame.text.joined().contains("▲"))
    let newest = try #require(model.live.notices.all.first)
    #expect(frame.text[20].contains(saoPaulo.clock(newest.at)))
  }
}
