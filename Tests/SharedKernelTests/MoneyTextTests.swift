import SharedKernel
import SuiteTesting
import Testing

/// TERMINAL.md §5.1 and RULES.md, Money.
struct MoneyTextTests {
  static let noBreakSpace = "\u{a0}"

  @Test(
    arguments: [
      ("1300", 130_000), ("1.300", 130_000), ("1.300,5", 130_050), ("1300,50", 130_050), ("R$ 1.300,00", 130_000),
      ("R$\(noBreakSpace)1.300,00", 130_000), ("R$1.300,00", 130_000), ("  1.300,00 ", 130_000), ("1300,", 130_000),
      ("0,05", 5), ("0", 0), ("0001300", 130_000), ("1.234,56", 123_456), ("1234,56", 123_456), ("1234", 123_400),
      ("1.000.000", 100_000_000), ("9.999.999.999,99", 999_999_999_999),
    ] as [(String, Int64)])
  func `Portuguese amounts are read`(text: String, minorUnits: Int64) throws {
    #expect(try MoneyText.portuguese.parse(text, in: .brl) == Money(minorUnits: minorUnits))
  }

  @Test(
    arguments: [
      ("1.30", .grouping), ("1300.50", .grouping), ("1.23", .grouping), ("12.34,5", .grouping), ("1.30.000", .grouping),
      (",5", .grouping), ("1,2,3", .grouping), ("1,234.56", .grouping), ("1..000", .grouping), (".300", .grouping),
      ("1.", .grouping), ("0.300", .grouping), ("1234.567", .grouping), (",", .grouping), (".", .grouping),
      ("1,300", .decimals), ("0,001", .decimals),
      ("-5", .character("-")), ("+5", .character("+")), ("1e3", .character("e")), ("1,5k", .character("k")),
      ("2mil", .character("m")), ("１３００", .character("１")), ("٣", .character("٣")), ("1 300", .character(" ")),
      ("1\u{301}", .character("1\u{301}")), ("5\n", .character("\n")), ("R$ R$ 5", .character("R")), ("US$ 5", .character("U")),
      ("", .empty), ("  ", .empty), ("R$ ", .empty),
      ("10.000.000.000", .tooLarge), ("9999999999999999", .tooLarge), ("90071992547409,92", .tooLarge),
      ("0000000000000001", .tooLarge), (String(repeating: "9", count: 4_000), .tooLarge),
    ] as [(String, MoneyText.Problem)])
  func `anything else is refused with its reason`(text: String, problem: MoneyText.Problem) {
    #expect(throws: problem) { try MoneyText.portuguese.parse(text, in: .brl) }
  }

  @Test(
    arguments: [("1300.50", 130_050), ("R$1,300.50", 130_050), ("1,300", 130_000), ("0.05", 5)] as [(String, Int64)])
  func `English amounts are read`(text: String, minorUnits: Int64) throws {
    #expect(try MoneyText.english.parse(text, in: .brl) == Money(minorUnits: minorUnits))
  }

  @Test(
    arguments: [("1300,50", .grouping), ("1.300", .decimals), ("1.300,00", .grouping), ("0,300", .grouping)]
      as [(String, MoneyText.Problem)])
  func `English refuses what is Portuguese`(text: String, problem: MoneyText.Problem) {
    #expect(throws: problem) { try MoneyText.english.parse(text, in: .brl) }
  }

  @Test(
    arguments: [
      ("BRL", 123_456, "R$\(noBreakSpace)1.234,56", "R$1,234.56"), ("BRL", 0, "R$\(noBreakSpace)0,00", "R$0.00"),
      ("BRL", 5, "R$\(noBreakSpace)0,05", "R$0.05"), ("BRL", 99_999, "R$\(noBreakSpace)999,99", "R$999.99"),
      ("BRL", 9_007_199_254_740_991, "R$\(noBreakSpace)90.071.992.547.409,91", "R$90,071,992,547,409.91"),
      ("JPY", 1_234_567, "JP¥\(noBreakSpace)1.234.567", "JP¥1,234,567"),
      ("BHD", 1_234, "BHD\(noBreakSpace)1,234", "BHD1.234"),
    ] as [(String, Int64, String, String)])
  func `amounts are written for people`(code: String, minorUnits: Int64, portuguese: String, english: String) throws {
    let currency = try #require(Currency(code: code))
    let money = try #require(Money(minorUnits: minorUnits))
    #expect(MoneyText.portuguese.format(money, in: currency) == portuguese)
    #expect(MoneyText.english.format(money, in: currency) == english)
  }

  @Test(arguments: Currency.known, [MoneyText.portuguese, .english])
  func `what is written is read as the same amount`(currency: Currency, text: MoneyText) throws {
    var units: Int64 = 0
    while let money = Money(minorUnits: units), money <= MoneyText.largest {
      #expect(try text.parse(text.format(money, in: currency), in: currency) == money)
      #expect(try text.parse(text.number(money, in: currency), in: currency) == money)
      units = units * 3 + 7
    }
    #expect(try text.parse(text.format(MoneyText.largest, in: currency), in: currency) == MoneyText.largest)
  }

  @Test(arguments: 0..<64)
  func `arbitrary text never traps, and what is read can be written`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let alphabet = Array("0123456789.,, R$\(MoneyTextTests.noBreakSpace)-e٣１\u{301}\u{200d}🏷")
    for _ in 0..<50 {
      let text = String((0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "0" })
      for language in [MoneyText.portuguese, .english] {
        guard let money = try? language.parse(text, in: .brl) else { continue }
        #expect(try language.parse(language.format(money, in: .brl), in: .brl) == money)
      }
    }
  }
}
