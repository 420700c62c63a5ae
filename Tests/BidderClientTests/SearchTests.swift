import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Search on a page")
struct SearchTests {
  private static let sizes = GoldenTests.sizes.prefix(3)

  private func model(_ size: Size, _ page: Character) -> Model {
    var model = drawnModel()
    model.size = size
    for scalar in page.unicodeScalars { model.press(.character(scalar)) }
    return model
  }

  @Test("the notices page shows those with what is typed, in word, lot, title or sentence", arguments: sizes)
  func notices(_ size: Size) {
    for (text, found) in [("philco", 1), ("l-03", 2), ("PERDIDO", 1), ("aceito", 2), ("reconectado", 1), ("", 6)] {
      var model = model(size, "n")
      model.press(.character("/"))
      model.type(text)
      #expect(model.foundNotices.count == found, "\(text)")
      #expect(view(model, size: size).text.last?.contains("Buscar: " + text) == true)
      #expect(view(model, size: size).cursor.map { $0.y == size.height - 1 && $0.x == 9 + text.count } == true)
      model.press(.key(.enter))
      let screen = model.screen(size.width, size.height)
      #expect(screen.contains("AVISOS \(found)" + (text.isEmpty ? "" : " /" + text)), "\(screen)")
      #expect(screen.contains("ARREMATADO") == text.isEmpty && !screen.contains("Buscar"), "\(screen)")
    }
  }

  @Test("what is typed is no key, Esc takes it away, and the next Esc leaves the page", arguments: ["n", "?"] as [Character])
  func escape(_ page: Character) {
    var model = model(Size(width: 80, height: 24), page)
    let before = model
    model.press(.character("/"))
    #expect(model.type("cqN?/").isEmpty && model.search?.text == "cqN?/")
    #expect(model.screen(80, 24).contains("Nada aqui com \"cqN?/\"."))
    model.press(.key(.escape))
    #expect(model == before)
    model.press(.character("/"))
    model.type("lance")
    model.press(.key(.backspace), .key(.enter), .key(.escape))
    #expect(model == before)
    model.press(.key(.escape))
    #expect(model.mode == .list && model.search == nil)
  }

  @Test("the help shows the lines with the key or the words", arguments: sizes)
  func help(_ size: Size) {
    var model = model(size, "?")
    model.press(.key(.end), .character("/"))
    model.type("congelar")
    let screen = model.screen(size.width, size.height)
    #expect(screen.contains("congelar a tela") && !screen.contains("reconectar"), "\(screen)")
    model.press(.key(.enter), .key(.down))
    #expect(model.mode == .help(scroll: 0, back: .list))
    model.press(.key(.escape), .character("/"))
    model.type("Ctrl-Z")
    #expect(model.screen(size.width, size.height).contains("parar"))
  }

  @Test("a page that is opened anew looks for nothing")
  func anew() {
    var model = model(Size(width: 80, height: 24), "n")
    model.press(.character("/"))
    model.type("philco")
    model.press(.key(.enter), .character("?"))
    #expect(model.screen(80, 24).contains("reconectar agora"))
    model.press(.key(.escape))
    #expect(model.foundNotices.count == 6)
  }

  @Test("a notice that comes scrolls the page only where it stands on it")
  func fresh() {
    var model = model(Size(width: 20, height: 5), "n")
    model.press(.character("/"))
    model.type("l-0")
    model.press(.key(.enter), .key(.down))
    #expect(model.mode == .notices(scroll: 1, fresh: 0))
    model.hear(.blocked(reason: "memory"))
    #expect(model.mode == .notices(scroll: 1, fresh: 0))
    model.hear(.chainBroken(auctionID("l-07"), reason: "x"))
    #expect(model.mode == .notices(scroll: 2, fresh: 1))
  }
}
