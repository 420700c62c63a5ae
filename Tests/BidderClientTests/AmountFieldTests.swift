import SharedKernel
import SuiteTesting
import Testing

@testable import BidderClient

@Suite("AmountField")
struct AmountFieldTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let language: Language
    let wanted: Result<Int64, AmountField.Problem>
    var testDescription: String { "\(language) \(text)" }
    init(_ text: String, _ language: Language = .portuguese, is wanted: Int64) {
      (self.text, self.language, self.wanted) = (text, language, .success(wanted))
    }
    init(_ text: String, _ language: Language = .portuguese, refused problem: AmountField.Problem) {
      (self.text, self.language, self.wanted) = (text, language, .failure(problem))
    }
  }

  @Test(
    "reads amounts strictly",
    arguments: [
      Case("1300", is: 130_000), Case("1.300", is: 130_000), Case("1.300,5", is: 130_050), Case("1300,50", is: 130_050),
      Case("1300,", is: 130_000),
      Case("0,05", is: 5), Case("0001300", is: 130_000), Case("9.999.999.999,99", is: 999_999_999_999),
      Case("R$\u{a0}1.300,00", is: 130_000), Case("R$ 1.300,00", is: 130_000),
      Case("1.30", refused: .foreignSeparator), Case("1300.50", refused: .foreignSeparator),
      Case("1,300", refused: .threeDecimals), Case("1.30.000", refused: .grouping), Case(",5", refused: .grouping),
      Case("1,2,3", refused: .grouping), Case("", refused: .empty), Case("-5", refused: .character),
      Case("1e3", refused: .character), Case("1,5k", refused: .character), Case("2mil", refused: .character),
      Case("１３００", refused: .character), Case("٣", refused: .character), Case("10.000.000.000,00", refused: .tooLarge),
      Case("99999999999999999999", refused: .tooLarge),
      Case("1,300.50", .english, is: 130_050), Case("1300.5", .english, is: 130_050), Case("1,300", .english, is: 130_000),
      Case("1.300,50", .english, refused: .foreignSeparator), Case("1300,50", .english, refused: .foreignSeparator),
      Case("1.300", .english, refused: .threeDecimals),
    ])
  func reads(_ example: Case) {
    let seen = Result { () throws(AmountField.Problem) in try AmountField(example.text).amount(example.language, .brl).minorUnits
    }
    #expect(seen == example.wanted)
  }

  @Test("takes digits and separators only, and the first one replaces what was there")
  func typing() {
    var field = AmountField("1.300,00")
    for scalar in "x2e5-+ ,é0".unicodeScalars { field.type(scalar) }
    #expect(field.text == "25,0")
    field.backspace()
    #expect(field.text == "25,")
  }

  @Test("backspace over the prefilled amount clears it")
  func clearing() {
    var field = AmountField("1.300,00")
    field.backspace()
    #expect(field.text == "")
    field.backspace()
    #expect(field.text == "")
  }

  @Test(
    "a paste with anything else in it is refused whole", arguments: ["1300\n1400", "1 300", "abc", "1300;", "\u{1b}[31m13", ""])
  func refusedPaste(_ text: String) {
    var field = AmountField("5,00")
    field.paste(text)
    #expect(field.text == "5,00")
  }

  @Test("holds no more than its limit")
  func limit() {
    var field = AmountField()
    for _ in 0..<100 { field.type("9") }
    #expect(field.text.count == AmountField.limit)
  }

  @Test("reads back what it writes", arguments: Language.allCases, 1...20 as ClosedRange<UInt64>)
  func roundTrip(_ language: Language, _ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<200 {
      let units = Int64.random(in: 0...AmountField.ceiling, using: &random) >> Int64.random(in: 0...39, using: &random)
      var field = AmountField()
      field.set(reais(units), language, .brl)
      let read = try field.amount(language, .brl)
      #expect(read == reais(units))
    }
  }

  @Test("bytes of any kind never trap", arguments: 1...20 as ClosedRange<UInt64>)
  func fuzz(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random) : Array("0123456789.,".utf8).randomElement(using: &random) ?? 0
      }
      let text = String(decoding: bytes, as: UTF8.self)
      for language in Language.allCases { _ = try? AmountField(text).amount(language, .brl) }
      var field = AmountField()
      field.paste(text)
      #expect(field.text.allSatisfy { "0123456789.,".contains($0) })
    }
  }
}
