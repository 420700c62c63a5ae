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

  /// What each must say wherever 20x4 fit: one of the words of each list.
  private static let scenes: [(name: String, says: [[String]])] = [
    ("armado", [["1.300,00", "1,300.00"]]), ("segundo-enter", [["mudou", "moved"], ["1400", "1.400,00", "1,400.00"]]),
    ("confirmar", [["135.000,00", "135,000.00"], ["l-03"], ["de novo", "again"]]),
    ("desconectado", [["~"], ["1.300,00", "1,300.00"]]),
    ("congelado", [["CONGELADO", "FROZEN"]]), ("avisos", [["AVISOS", "NOTICES"]]), ("ajuda", [["AJUDA", "HELP"]]),
    ("regras", [["REGRAS", "RULES"]]), ("busca", [["philco"]]), ("incerto", [["1.300,00", "1,300.00"]]),
    ("maximo", [["1.250,00", "1,250.00"]]), ("proximo", [["15:00"]]), ("sair", [["idera", "ead"]]), ("vazio", []),
    ("acesso-negado", []), ("suspenso", [["SUSPENSO", "suspenso", "HALTED", "halted"]]),
  ]
  private static let models = scenes.flatMap { scene in
    GoldenTests.Scene.all.filter { $0.name == scene.name }.flatMap { drawn in
      Language.allCases.map { (name: scene.name, says: scene.says, model: drawn.model($0)) }
    }
  }

  @Test("whatever is open, in each language, and in ASCII cell for cell", arguments: 0...45)
  func modes(_ height: Int) {
    #expect(Self.models.count == 2 * Self.scenes.count)
    for width in Array(stride(from: height % 12, through: 130, by: 12)) + (height < 6 ? [20, 36] : []) {
      let size = Size(width: width, height: height)
      for (name, says, model) in Self.models {
        let frame = view(model, size: size)
        let ascii = frame.ascii
        #expect(frame.size == size && ascii.size == size)
        for row in 0..<height {
          #expect(frame.row(row).reduce(0) { $0 + Int($1.width) } == width)
          #expect(ascii.row(row).allSatisfy { $0.scalar.isASCII && $0.width == 1 })
        }
        guard width >= 20, height >= 4 else { continue }
        let text = frame.text.joined(separator: "\n")
        for words in says { #expect(words.contains { text.contains($0) }, "\(name) \(size): \(words)\n\(text)") }
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
