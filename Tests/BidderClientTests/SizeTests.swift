import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("Every size")
struct SizeTests {
  @Test("gives a frame of exactly that size, with price and time wherever 20x4 fit", arguments: 0...45)
  func fuzz(_ height: Int) {
    let portuguese = drawnModel()
    var box = portuguese
    box.press(.character("b"))
    for width in 0...130 {
      let size = Size(width: width, height: height)
      for (name, model) in [("list", portuguese), ("box", box)] where name == "list" || width % 4 == 0 {
        let frame = view(model, size: size)
        #expect(frame.size == size)
        for row in 0..<height {
          #expect(frame.row(row).reduce(0) { $0 + Int($1.width) } == width)
        }
        guard width >= 20, height >= 4 else { continue }
        let text = frame.text.joined(separator: "\n")
        #expect(text.contains("1.250,00") && text.contains("00:42"), "\(name) \(width)x\(height)\n\(text)")
        if name == "box" { #expect(text.contains("1.300,00"), "\(width)x\(height)\n\(text)") }
      }
    }
  }

  @Test(
    "has room for the largest amounts without cutting one",
    arguments: [(100, 30), (80, 24), (64, 12), (40, 12), (36, 10), (20, 5)])
  func largeAmounts(_ width: Int, _ height: Int) {
    var model = drawnModel()
    model.live.lots[auctionID("l-03")]?.view.price = reais(AmountField.ceiling)
    #expect(model.screen(width, height).contains("9.999.999.999,99"))
  }

  @Test("pages and boxes are drawn whole or as a page of their own", arguments: GoldenTests.Scene.all)
  func scenes(_ scene: GoldenTests.Scene) {
    for language in Language.allCases {
      let model = scene.model(language)
      for width in [0, 1, 19, 20, 35, 36, 61, 62, 79, 80, 99, 100, 130] {
        for height in [0, 1, 3, 4, 5, 9, 10, 11, 19, 20, 23, 24, 45] {
          let frame = view(model, size: Size(width: width, height: height))
          let corners = frame.text.joined().filter { "┌┐└┘".contains($0) }.count
          #expect(corners == 0 || corners == 4, "\(scene.name) \(width)x\(height)")
        }
      }
    }
  }
}
