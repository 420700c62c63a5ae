import ArgumentParser
import AuctionCore
import AuctionFacts
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionService

struct TermsReadingTests {
  private let portuguese = TermsReading(text: .portuguese)
  private let english = TermsReading(text: .english)

  private func refusal<Value>(_ form: TermsReading.Form<Value>, _ text: String) throws -> String {
    let failure = try #require(throws: Failure.self) { try form("--opcao", text) }
    #expect(failure.status == .usage)
    return failure.sentence
  }

  @Test func `a refusal names the option, the value and what is accepted`() throws {
    let sentence = try refusal(portuguese.duration, "10 minutos")
    #expect(sentence.hasPrefix("--opcao: “10 minutos” ") && sentence.hasSuffix(portuguese.duration.accepted))
  }

  @Test(
    arguments: [
      ("a\u{1b}[2Jb", "“a\\u{1b}[2Jb”"), ("a\r\nb\0", "“a\\u{d}\\u{a}b\\u{0}”"), ("\u{202e}abc", "“\\u{202e}abc”"),
      ("\u{2028}", "“\\u{2028}”"), ("violão 😀", "“violão 😀”"),
      (String(repeating: "x", count: 61), "“" + String(repeating: "x", count: 60) + "…”"),
    ])
  func `what a refusal shows is one short line that no terminal obeys`(value: String, shown: String) throws {
    #expect(try refusal(portuguese.auction, value).contains(shown))
  }

  @Test(
    arguments: [
      ("now", .after(.zero)), ("agora", .after(.zero)), ("+10s", .after(.seconds(10))), ("+0s", .after(.zero)),
      ("2026-12-01T09:00:00-03:00", .at(Build.noon)),
    ] as [(String, Moment)])
  func `a start is now, so much later, or an instant`(text: String, moment: Moment) throws {
    #expect(try portuguese.start("--inicio", text) == moment)
  }

  @Test(arguments: [
    "", "+", "-10s", "10s", "+-10s", "++10s", "+now", "Now", "tomorrow", "2026-12-01", "+2026-12-01T09:00:00-03:00",
  ])
  func `anything else is no start`(text: String) throws { _ = try refusal(portuguese.start, text) }

  @Test(arguments: ["now", "agora", "2h", ""])
  func `a latest end counts from the opening, so now is none`(text: String) throws {
    #expect(try portuguese.latestEnd("--fim-maximo", "+2h") == .after(.seconds(7_200)))
    _ = try refusal(portuguese.latestEnd, text)
  }

  @Test(arguments: [("0s", 0), ("120s", 120), ("2000ms", 2), ("1d", 86_400)] as [(String, Int64)])
  func `an extension is whole seconds, as the wire says it`(text: String, seconds: Int64) throws {
    #expect(try portuguese.extensionWindow("--prorrogacao", text) == .seconds(seconds))
  }

  @Test(arguments: ["1500ms", "86401s", "2d", "-1s", "120"])
  func `any other extension is refused rather than rounded`(text: String) throws {
    _ = try refusal(portuguese.extensionWindow, text)
  }

  @Test func `a tolerance has its bounds, and a duration is more than nothing`() throws {
    #expect(
      try portuguese.tolerance("--tolerancia", "0ms") == .zero && portuguese.tolerance("--tolerancia", "10s") == .seconds(10))
    _ = try refusal(portuguese.tolerance, "10001ms")
    #expect(try portuguese.duration("--duracao", "1ms") == .milliseconds(1))
    _ = try refusal(portuguese.duration, "0s")
  }

  @Test func `amounts are read as the reader writes them, and nothing is no amount`() throws {
    #expect(try portuguese.money("--lance-inicial", "1.234,56") == 1_234_56)
    #expect(try english.money("--opening-price", "1,234.56") == 1_234_56)
    for text in ["1,234.56", "0,00", "0", "", "-1", "1.23"] { _ = try refusal(portuguese.money, text) }
    for text in ["1.234,56", "0.00", "1,23"] { _ = try refusal(english.money, text) }
  }

  @Test func `what is accepted is said in the same spelling`() {
    #expect(portuguese.money.accepted.contains("1.234,56") && portuguese.money.accepted.contains("9.999.999.999,99"))
    #expect(english.money.accepted.contains("1,234.56") && english.increment.accepted.contains("0.01%"))
  }

  @Test(
    arguments: [
      ("10,00", .fixed(10_00)), ("R$ 10", .fixed(10_00)), ("5%", .percentage(basisPoints: 500)),
      ("0,01%", .percentage(basisPoints: 1)), ("10000%", .percentage(basisPoints: 1_000_000)),
      ("1.000%", .percentage(basisPoints: 100_000)), ("ebay", .ebay),
    ] as [(String, Increment)])
  func `an increment is an amount or a percentage`(text: String, increment: Increment) throws {
    #expect(try portuguese.increment("--incremento", text) == increment)
  }

  @Test(arguments: [
    "", "%", "0", "0%", "0,00%", "eBay", "trademe", "0,001%", "10000,01%", "-5%", "5%%", "%5", "5 %", " 5%", "R$ 5%", "R$5%",
    "5.5%", "cinco%",
  ])
  func `anything else is no increment, and is shown whole`(text: String) throws {
    #expect(try refusal(portuguese.increment, text).contains("“\(text)”"))
  }

  @Test func `a table in hundredths is for currencies that have them`() throws {
    let yen = try TermsReading(text: .portuguese, currency: #require(Currency(code: "JPY")))
    #expect(!yen.increment.accepted.contains("ebay") && portuguese.increment.accepted.contains("ebay"))
    #expect(try refusal(yen.increment, "ebay").contains("“ebay”"))
    // What is said to be accepted is.
    for reading in [yen, portuguese, english] {
      let example = /(?:faixas|bands): ([0-9.,]+:[0-9.,]+ [0-9.,]*[0-9])/
      let bands = try #require(reading.increment.accepted.firstMatch(of: example)?.1)
      let increment = try reading.increment("--incremento", String(bands))
      let isWhole = reading.currency.fractionDigits == 0
      let table: [Increment] = [
        .table([.init(upTo: 100_00, step: 5_00), .init(upTo: nil, step: 10_00)]),
        .table([.init(upTo: 100, step: 5), .init(upTo: nil, step: 10)]),
      ]
      #expect(increment == table[isWhole ? 1 : 0])
    }
  }

  @Test func `a percentage has two decimals whatever the currency has`() throws {
    for currency in Currency.known {
      #expect(
        try TermsReading(text: .portuguese, currency: currency).increment("--incremento", "2,5%") == .percentage(basisPoints: 250)
      )
    }
  }

  @Test func `texts are bounded in characters, and sellers may be the house or bidders`() throws {
    let long = String(repeating: "ã", count: 120)
    #expect(try portuguese.title("--titulo", long) == long && portuguese.description("--descricao", "").isEmpty)
    _ = try refusal(portuguese.title, long + "x")
    _ = try refusal(portuguese.title, "")
    _ = try refusal(portuguese.description, String(repeating: "x", count: 2_001))
    _ = try refusal(portuguese.reason, "")
    _ = try refusal(portuguese.reason, String(repeating: "x", count: 501))
    #expect(
      try portuguese.seller("--vendedor", "casa_2") == "casa_2"
        && portuguese.seller("--vendedor", "cliente_alpha") == "cliente_alpha")
    for text in ["ms_leilao", "operador", "Alpha", ""] { _ = try refusal(portuguese.seller, text) }
  }

  // MARK: agendar

  private func schedule(_ more: String..., increment: [String] = ["--incremento", "5%"]) throws -> ProposedTerms {
    let options = ["--id", "moto", "--titulo", "Moto", "--duracao", "10m", "--lance-inicial", "100"] + increment
    return try #require(try ScheduleCommand.parseAsRoot(options + more) as? ScheduleCommand).proposed()
  }

  @Test func `agendar takes sealed formats without an increment, and an open one only with it`() throws {
    #expect(try schedule("--formato", "vickrey", increment: []).format == .vickrey)
    #expect(try schedule("--formato", "ingles").format == .english)
    for (options, named) in [
      (["--formato", "fechado"], "--incremento"), (["--formato", "fechado", "--compra-imediata", "500"], "--compra-imediata"),
    ] {
      let increment = named == "--incremento" ? ["--incremento", "5%"] : []
      let failure = try #require(throws: Failure.self) {
        try #require(
          try ScheduleCommand.parseAsRoot(
            ["--id", "moto", "--titulo", "Moto", "--duracao", "10m", "--lance-inicial", "100"] + increment + options)
            as? ScheduleCommand
        ).proposed()
      }
      #expect(failure.status == .usage && failure.sentence.hasPrefix("\(named): não serve em leilão fechado"))
    }
    let missing = try #require(throws: Failure.self) { try schedule(increment: []) }
    #expect(missing.status == .usage && missing.sentence.hasPrefix("falta --incremento"))
  }

  private static let falling = [
    "--id", "moto", "--titulo", "Moto", "--duracao", "10m", "--lance-inicial", "300,00", "--formato", "holandes",
  ]

  private func falling(_ more: String...) throws -> ProposedTerms {
    try #require(try ScheduleCommand.parseAsRoot(Self.falling + more) as? ScheduleCommand).proposed()
  }

  @Test func `agendar takes no reserve where the price falls, and does not repeat it`() throws {
    let failure = try #require(throws: Failure.self) {
      try falling("--de", "1.000,00", "--menos", "50,00", "--cada", "30s", "--reserva", "765,43")
    }
    #expect(failure.status == .usage && failure.sentence.hasPrefix("--reserva: não serve em leilão holandes"))
    #expect(failure.sentence.contains("aceito: nos outros formatos") && !failure.sentence.contains("765"))
  }

  @Test func `agendar takes what a price falls from, by how much and how often`() throws {
    let terms = try falling("--de", "1.000,00", "--menos", "50,00", "--cada", "30s").terms(asOf: Build.noon)
    #expect(terms.rules.descent == .init(from: 1_000_00, step: 50_00, every: .seconds(30), to: 300_00))
    #expect(terms.rules.extensionWindow == .zero && terms.refusal(at: Build.noon) == nil)
    #expect(try falling("--de", "300,01", "--menos", "1", "--cada", "1d", "--prorrogacao", "0s").rules.extensionWindow == .zero)
    #expect(try schedule().rules.extensionWindow == .seconds(120), "elsewhere the end is soft unless said otherwise")
  }

  @Test(
    arguments: [
      ([], "falta --de; aceito: valores como"), (["--de", "1000"], "falta --menos; aceito: valores como"),
      (["--de", "1000", "--menos", "1"], "falta --cada; aceito: segundos inteiros"),
      (["--de", "300,00", "--menos", "1", "--cada", "1s"], "--de: “300,00” não serve; aceito: mais que o lance inicial, 300,00"),
      (["--de", "mil", "--menos", "1", "--cada", "1s"], "--de: “mil” não serve"),
      (["--de", "1000", "--menos", "0", "--cada", "1s"], "--menos: “0” não serve"),
      (["--de", "1000", "--menos", "1", "--cada", "500ms"], "--cada: “500ms” não serve; aceito: segundos inteiros, de 1s a 1d"),
      (["--de", "1000", "--menos", "1", "--cada", "25h"], "--cada: “25h” não serve"),
      (
        ["--de", "1000", "--menos", "1", "--cada", "1s", "--prorrogacao", "5s"],
        "--prorrogacao: não serve em leilão holandes, que o primeiro lance encerra; aceito: 0s"
      ),
      (["--de", "1000", "--menos", "1", "--cada", "1s", "--incremento", "5%"], "--incremento: não serve em leilão holandes"),
      (
        ["--de", "1000", "--menos", "1", "--cada", "1s", "--compra-imediata", "900"],
        "--compra-imediata: não serve em leilão holandes"
      ),
    ] as [([String], String)])
  func `agendar says what a falling price lacks, or does not have`(options: [String], sentence: String) throws {
    let failure = try #require(throws: Failure.self) {
      try #require(try ScheduleCommand.parseAsRoot(Self.falling + options) as? ScheduleCommand).proposed()
    }
    #expect(failure.status == .usage && failure.sentence.hasPrefix(sentence), "\(failure.sentence)")
  }

  @Test(arguments: ["--de", "--menos", "--cada"])
  func `agendar refuses for other formats what a price falls by`(option: String) throws {
    let failure = try #require(throws: Failure.self) { try schedule(option, "30s") }
    #expect(failure.sentence == "\(option): não serve em leilão ingles; aceito: só em leilão holandes")
  }

  @Test func `agendar proposes what its options say`() throws {
    let now = Build.noon
    let terms = try schedule(
      "--inicio", "+10s", "--fim-maximo", "+2h", "--prorrogacao", "60s", "--tolerancia", "0s", "--relogio-exigido"
    ).terms(asOf: now)
    let rules = AuctionRules(
      extensionWindow: .seconds(60), latestClose: now + .seconds(7_210), inFlightTolerance: .zero, clockRequired: true)
    #expect(
      terms
        == AuctionTerms(
          auction: "moto", title: "Moto", seller: "casa", openingPrice: 100_00, increment: .percentage(basisPoints: 500),
          opensAt: now + .seconds(10), closesAt: now + .seconds(610), rules: rules))
  }

  @Test(
    arguments: [
      ("--inicio", "ontem"), ("--prorrogacao", "1500ms"), ("--tolerancia", "11s"), ("--vendedor", "ms_lance"),
      ("--fim-maximo", "2h"), ("--formato", "japones"),
      ("--descricao", String(repeating: "x", count: 2_001)),
    ])
  func `agendar refuses an option before it asks anyone`(option: String, value: String) throws {
    let failure = try #require(throws: Failure.self) { try schedule(option, value) }
    #expect(failure.status == .usage && failure.sentence.hasPrefix("\(option): "))
  }
}
