import AuctionCore
import AuctionFacts
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionService

/// docs/calendar.md
struct CalendarFileTests {
  private func read(_ text: String) throws -> [ProposedTerms] { try CalendarFile.read(Array(text.utf8), from: "c.json") }

  /// The problems of a file, each as `LINE: beginning of the sentence`.
  private func problems(_ text: String) throws -> [String] {
    let failure = try #require(throws: Failure.self) { try read(text) }
    #expect(failure.status == .usage)
    let lines = failure.sentence.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.hasPrefix("c.json:") })
    return lines.map { String($0.dropFirst("c.json:".count)) }
  }

  /// A calendar of one auction, its members each on a line from the third; `replacing` puts another value, nil takes it away.
  private func file(_ replacing: KeyValuePairs<String, String?> = [:]) -> String {
    var members = [
      ("id", "\"moto\""), ("titulo", "\"Moto CG 125\""), ("inicio", "\"now\""), ("duracao", "\"10m\""),
      ("lance_inicial", "\"100,00\""), ("incremento", "\"10,00\""),
    ]
    for (name, value) in replacing {
      let i = members.firstIndex { $0.0 == name }
      switch (i, value) {
      case (let i?, let value?): members[i].1 = value
      case (let i?, nil): members.remove(at: i)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
    return "{\"leiloes\": [\n{\n" + members.map { "\"\($0)\": \($1)" }.joined(separator: ",\n") + "}]}"
  }

  private func one(_ replacing: KeyValuePairs<String, String?> = [:]) throws -> ProposedTerms {
    let auctions = try read(file(replacing))
    #expect(auctions.count == 1)
    return try #require(auctions.first)
  }

  @Test func `every member is read`() throws {
    let auctions = try read(
      """
      {"leiloes": [
        {"id": "violao-1978", "titulo": "Violão \\"Giannini\\" 1978", "descricao": "Cordas\\nnovas.", "vendedor": "cliente_alpha",
         "inicio": "2026-12-01T20:00:00-03:00", "fim": "2026-12-01T21:00:00-03:00", "lance_inicial": "1.234,56",
         "incremento": "5%", "prorrogacao": "60s", "fim_maximo": "2026-12-01T22:00:00-03:00", "tolerancia": "0s",
         "relogio_exigido": true, "moeda": "USD"}
      ]}
      """)
    let opensAt = try #require(TimeText.instant("2026-12-01T23:00:00Z"))
    let rules = AuctionRules(
      extensionWindow: .seconds(60), latestClose: opensAt + .seconds(7_200), inFlightTolerance: .zero, clockRequired: true)
    let expected = AuctionTerms(
      auction: "violao-1978", title: "Violão \"Giannini\" 1978", description: "Cordas\nnovas.", seller: "cliente_alpha",
      currency: try #require(Currency(code: "USD")), openingPrice: 1_234_56, increment: .percentage(basisPoints: 500),
      opensAt: opensAt, closesAt: opensAt + .seconds(3_600), rules: rules)
    #expect(auctions.map { $0.terms(asOf: Build.noon) } == [expected])
  }

  @Test func `what is left out has the defaults of the command line`() throws {
    var expected = Build.terms("moto", seller: "casa", openingPrice: 100_00, increment: .fixed(10_00), lasting: .seconds(600))
    expected.title = "Moto CG 125"
    expected.description = ""
    #expect(try one().terms(asOf: Build.noon) == expected)
    #expect(AuctionRules().extensionWindow == .seconds(120) && AuctionRules().inFlightTolerance == .milliseconds(250))
  }

  @Test(arguments: [("{\"leiloes\": []}", 0), ("{\"leiloes\":[\n]}\n", 0)])
  func `a calendar may be empty`(text: String, count: Int) throws { #expect(try read(text).count == count) }

  @Test func `times count from when it is scheduled`() throws {
    let proposed = try one(["inicio": "\"+10s\"", "fim_maximo": "\"+2h\""])
    for now in [Build.noon, Build.noon + .seconds(86_400)] {
      let terms = proposed.terms(asOf: now)
      #expect(terms.opensAt == now + .seconds(10))
      #expect(terms.closesAt == now + .seconds(610))
      #expect(terms.rules.latestClose == now + .seconds(7_210))
    }
  }

  @Test(
    arguments: [
      ("\"10,00\"", .fixed(10_00)), ("\"R$ 1.000,00\"", .fixed(1_000_00)), ("\"5%\"", .percentage(basisPoints: 500)),
      ("\"0,01%\"", .percentage(basisPoints: 1)), ("\"12,5%\"", .percentage(basisPoints: 1_250)),
      ("\"10000%\"", .percentage(basisPoints: 1_000_000)), ("{\"tipo\": \"fixo\", \"centavos\": 1}", .fixed(1)),
      ("{\"tipo\": \"percentual\", \"base_pontos\": 250}", .percentage(basisPoints: 250)), ("\"ebay\"", .ebay),
      (
        "{\"tipo\": \"tabela\", \"faixas\": [{\"ate_centavos\": null, \"centavos\": 500}]}",
        .table([.init(upTo: nil, step: 5_00)])
      ),
      (
        "{\"faixas\": [{\"centavos\": 500, \"ate_centavos\": 10000}, {\"ate_centavos\": null, \"centavos\": 1000}], \"tipo\": \"tabela\"}",
        .table([.init(upTo: 100_00, step: 5_00), .init(upTo: nil, step: 10_00)])
      ),
    ] as [(String, Increment)])
  func `increments are read as text, or as on the wire`(text: String, increment: Increment) throws {
    #expect(try one(["incremento": text]).increment == increment)
  }

  @Test func `a sealed auction has no increment, and nobody buys it at once`() throws {
    let sealed = try one(["formato": "\"vickrey\"", "incremento": nil])
    #expect(sealed.format == .vickrey && sealed.terms(asOf: Build.noon).refusal(at: Build.noon) == nil)
    #expect(try one(["formato": "\"ingles\""]).format == .english)
    let problems = try problems(file(["formato": "\"fechado\"", "incremento": nil, "compra_imediata": "\"500,00\""]))
    #expect(problems.count == 1 && problems[0].hasPrefix("9: compra_imediata: não serve em leilão fechado"))
  }

  private static let step = "{\"de\": \"1.000,00\", \"menos\": \"50,00\", \"cada\": \"30s\"}"

  private func falling(_ step: String?, _ name: String = "titulo", _ value: String = "\"Flores\"") -> String {
    file(["formato": "\"holandes\"", "incremento": nil, "passo": step, name: value])
  }

  @Test func `a falling price says what it falls from, by how much and how often`() throws {
    let terms = try one(["formato": "\"holandes\"", "incremento": nil, "passo": Self.step]).terms(asOf: Build.noon)
    #expect(terms.rules.descent == .init(from: 1_000_00, step: 50_00, every: .seconds(30), to: 100_00))
    #expect(terms.rules.extensionWindow == .zero && terms.refusal(at: Build.noon) == nil)
  }

  @Test(
    arguments: [
      (nil, "falta “passo”; aceito: um objeto {\"de\":…,\"menos\":…,\"cada\":…}"),
      ("\"30s\"", "passo: “30s” não serve; aceito: um objeto {\"de\":"),
      ("{}", "falta “de”; aceito: valores como"), ("{}", "falta “menos”"), ("{}", "falta “cada”; aceito: segundos inteiros"),
      ("{\"de\": \"100,00\", \"menos\": \"1\", \"cada\": \"1s\"}", "de: “100,00” não serve; aceito: mais que o lance inicial"),
      ("{\"de\": 1000, \"menos\": \"1\", \"cada\": \"1s\"}", "de: 1000 não serve; aceito: entre aspas"),
      ("{\"de\": \"1000\", \"menos\": \"0\", \"cada\": \"1s\"}", "menos: “0” não serve"),
      ("{\"de\": \"1000\", \"menos\": \"1\", \"cada\": \"0s\"}", "cada: “0s” não serve; aceito: segundos inteiros, de 1s a 1d"),
      (
        "{\"de\": \"1000\", \"menos\": \"1\", \"cada\": \"1s\", \"ate\": \"1\"}",
        "“ate” não é conhecido aqui; aceito: cada, de, menos"
      ),
    ] as [(String?, String)])
  func `what is wrong with how a price falls is named`(step: String?, sentence: String) throws {
    let problems = try problems(falling(step))
    #expect(problems.contains { $0.contains(sentence) }, "\(problems)")
  }

  @Test func `what is of a falling price is of no other, and the other way round`() throws {
    #expect(
      try problems(file(["passo": Self.step])) == ["9: passo: não serve em leilão ingles; aceito: só em leilão holandes"])
    let soft = try problems(falling(Self.step, "prorrogacao", "\"60s\""))
    #expect(
      soft.count == 1 && soft[0].contains("prorrogacao: não serve em leilão holandes, que o primeiro lance encerra; aceito: 0s"))
    #expect(try read(falling(Self.step, "prorrogacao", "\"0s\"")).count == 1)
    let reserve = try problems(falling(Self.step, "reserva", "\"765,43\""))
    #expect(reserve.count == 1 && reserve[0].contains("reserva: não serve em leilão holandes, em que o preço só cai"))
    let both = try problems(
      file(["formato": "\"holandes\"", "passo": Self.step, "compra_imediata": "\"900\""]))
    #expect(both.count == 2 && both.allSatisfy { $0.contains("não serve em leilão holandes") })
  }

  @Test func `amounts have the decimals of the auction's currency, wherever that stands`() throws {
    let yen = try one(["lance_inicial": "\"1.234\"", "incremento": "\"2,5%\"", "moeda": "\"JPY\""])
    #expect(yen.openingPrice == 1_234 && yen.increment == .percentage(basisPoints: 250))
    #expect(
      try problems(file(["moeda": "\"JPY\"", "incremento": "\"10\""])).map { $0.prefix(27) } == ["7: lance_inicial: “100,00” "])
  }

  @Test(
    arguments: [
      ("id", "\"Moto\"", "3: id: “Moto”"), ("id", "\"\"", "3: id: “”"), ("id", "7", "3: id: 7"), ("id", "null", "3: id: null"),
      ("titulo", "\"\"", "4: titulo: “”"), ("titulo", "true", "4: titulo: true"),
      ("inicio", "\"amanhã\"", "5: inicio: “amanhã”"), ("inicio", "\"+10\"", "5: inicio: “+10”"),
      ("inicio", "\"-10s\"", "5: inicio: “-10s”"),
      ("inicio", "\"2026-02-29T20:00:00Z\"", "5: inicio: “2026-02-29T20:00:00Z”"),
      ("inicio", "1796126400", "5: inicio: 1796126400"),
      ("duracao", "\"0s\"", "6: duracao: “0s”"), ("duracao", "\"10\"", "6: duracao: “10”"), ("duracao", "600", "6: duracao: 600"),
      ("lance_inicial", "100", "7: lance_inicial: 100"), ("lance_inicial", "\"100.00\"", "7: lance_inicial: “100.00”"),
      ("lance_inicial", "\"0,00\"", "7: lance_inicial: “0,00”"), ("lance_inicial", "\"-1\"", "7: lance_inicial: “-1”"),
      ("lance_inicial", "\"10.000.000.000\"", "7: lance_inicial: “10.000.000.000”"),
      ("incremento", "\"0,00\"", "8: incremento: “0,00”"), ("incremento", "\"0%\"", "8: incremento: “0%”"),
      ("incremento", "\"10000,01%\"", "8: incremento: “10000,01%”"), ("incremento", "\"%\"", "8: incremento: “%”"),
      ("incremento", "\"R$ 5%\"", "8: incremento: “R$ 5%”"), ("incremento", "\"5 %\"", "8: incremento: “5 %”"),
      ("incremento", "\"5%%\"", "8: incremento: “5%%”"), ("incremento", "10", "8: incremento: 10"),
      ("incremento", "false", "8: incremento: false"),
      ("descricao", "1", "9: descricao: 1"), ("vendedor", "\"ms_lance\"", "9: vendedor: “ms_lance”"),
      ("vendedor", "\"operador\"", "9: vendedor: “operador”"), ("vendedor", "\"Alpha\"", "9: vendedor: “Alpha”"),
      ("prorrogacao", "\"1500ms\"", "9: prorrogacao: “1500ms”"), ("prorrogacao", "\"25h\"", "9: prorrogacao: “25h”"),
      ("prorrogacao", "120", "9: prorrogacao: 120"), ("tolerancia", "\"11s\"", "9: tolerancia: “11s”"),
      ("fim_maximo", "\"now\"", "9: fim_maximo: “now”"), ("fim_maximo", "\"2h\"", "9: fim_maximo: “2h”"),
      ("relogio_exigido", "\"true\"", "9: relogio_exigido: “true”"), ("relogio_exigido", "1", "9: relogio_exigido: 1"),
      ("moeda", "\"REAL\"", "9: moeda: “REAL”"), ("moeda", "\"brl\"", "9: moeda: “brl”"),
      ("formato", "\"japones\"", "9: formato: “japones”"), ("formato", "\"Vickrey\"", "9: formato: “Vickrey”"),
      ("formato", "\"fechado\"", "8: incremento: não serve em leilão fechado"), ("formatos", "\"ingles\"", "9: “formatos” "),
      ("Titulo", "\"x\"", "9: “Titulo” "), ("título", "\"x\"", "9: “título” "), ("regras", "{}", "9: “regras” "),
      ("a\\u001b[31m\\nb", "1", "9: “a\\u{1b}[31m\\u{a}b” "),
    ])
  func `a value that is not accepted is named with its line and what was seen`(name: String, value: String, beginning: String)
    throws
  {
    let problems = try problems(file([name: value]))
    #expect(problems.count == 1 && problems[0].hasPrefix(beginning), "\(problems)")
  }

  @Test(
    arguments: [
      ("[]", "8: "), ("{}", "8: “tipo”"), ("{\"tipo\": 1}", "8: tipo: 1"), ("{\"tipo\": \"outro\"}", "8: tipo: “outro”"),
      ("{\"tipo\": \"fixo\"}", "8: “centavos”"), ("{\"tipo\": \"fixo\",\n\"centavos\": 0}", "9: centavos: 0"),
      ("{\"tipo\": \"fixo\", \"centavos\": \"10,00\"}", "8: centavos: “10,00”"),
      ("{\"tipo\": \"fixo\", \"centavos\": 1,\n\"base_pontos\": 1}", "9: “base_pontos” "),
      ("{\"tipo\": \"percentual\", \"base_pontos\":\n1000001}", "9: base_pontos: 1000001"),
      ("{\"tipo\": \"tabela\", \"faixas\": []}", "8: faixas: "), ("{\"tipo\": \"tabela\", \"faixas\": {}}", "8: faixas: "),
      ("{\"tipo\": \"tabela\", \"faixas\": [\n1]}", "9: 1 "),
      ("{\"tipo\": \"tabela\", \"faixas\": [\n{\"ate_centavos\": 100, \"centavos\": 1}]}", "9: ate_centavos: 100"),
      (
        "{\"tipo\": \"tabela\", \"faixas\": [{\"ate_centavos\": null, \"centavos\": 1},\n{\"ate_centavos\": null, \"centavos\": 1}]}",
        "8: ate_centavos: null"
      ),
      (
        "{\"tipo\": \"tabela\", \"faixas\": [{\"ate_centavos\": 9, \"centavos\": 1},\n{\"ate_centavos\": 9, \"centavos\": 1},{\"ate_centavos\": null, \"centavos\": 1}]}",
        "9: ate_centavos: 9"
      ),
      ("{\"tipo\": \"tabela\", \"faixas\": [{\"ate_centavos\": null,\n\"centavos\": 0}]}", "9: centavos: 0"),
      ("{\"tipo\": \"tabela\", \"faixas\": [{\"centavos\": 1}]}", "8: “ate_centavos”"),
    ])
  func `an increment that is spelled out is read as strictly`(increment: String, beginning: String) throws {
    let problems = try problems(file(["incremento": increment]))
    let alternatives = [beginning, beginning.replacing("8: “", with: "8: falta “")]
    #expect(problems.count == 1 && alternatives.contains { problems[0].hasPrefix($0) }, "\(problems)")
  }

  @Test(arguments: ["id", "titulo", "inicio", "duracao", "lance_inicial", "incremento"])
  func `a missing member is named on its auction's line`(name: String) throws {
    let problems = try problems(file([name: String?.none]))
    #expect(problems.count == 1 && problems[0].hasPrefix("2: ") && problems[0].contains("“\(name)”"), "\(problems)")
  }

  @Test func `texts that are too long are refused, and those that just fit are not`() throws {
    func quoted(_ count: Int) -> String { "\"" + String(repeating: "é", count: count) + "\"" }
    #expect(try one(["titulo": quoted(120), "descricao": quoted(2_000)]).description.unicodeScalars.count == 2_000)
    let problems = try problems(file(["titulo": quoted(121), "descricao": quoted(2_001)]))
    #expect(problems.map { $0.prefix(3) } == ["4: ", "9: "])
    #expect(problems.allSatisfy { $0.utf8.count < 300 })
  }

  /// Otherwise the journal would hold what it cannot read again.
  @Test func `an auction that no message can hold is refused`() throws {
    let text = "\"" + String(repeating: "\\u0001", count: 2_000) + "\""
    #expect(try one(["descricao": text]).oversize == nil)
    let bands =
      (1...63).map { "{\"ate_centavos\": \($0)00000000000, \"centavos\": 100000000000}" } + [
        "{\"ate_centavos\": null, \"centavos\": 1}"
      ]
    let table = "{\"tipo\": \"tabela\", \"faixas\": [\(bands.joined(separator: ","))]}"
    let title = "\"" + String(repeating: "\\u0001", count: 120) + "\""
    #expect(try one(["incremento": table]).oversize == nil)
    let problems = try problems(file(["titulo": title, "descricao": text, "incremento": table]))
    #expect(problems.count == 1 && problems[0].hasPrefix("2: ") && problems[0].contains("16384"), "\(problems)")
  }

  @Test(
    arguments: [
      // Both given, both relative, or both after each other: wrong whenever it is read.
      ("2026-12-01T12:00:00Z", "2026-12-01T12:00:00Z", nil, "6: fim"),
      ("2026-12-01T12:00:00Z", "2026-12-01T11:00:00Z", nil, "6: fim"),
      ("now", nil, "+9m", "9: fim_maximo"), ("2026-12-01T12:00:00Z", nil, "2026-12-01T12:09:00Z", "9: fim_maximo"),
      ("2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z", "+59m", "9: fim_maximo"),
      ("now", "2026-12-01T13:00:00Z", "2026-12-01T12:59:59Z", "9: fim_maximo"),
      // Right, or right at another time.
      ("now", nil, "+10m", nil), ("now", "2026-12-01T13:00:00Z", nil, nil), ("now", "2000-12-01T13:00:00Z", nil, nil),
      ("now", nil, "2000-12-01T13:00:00Z", nil), ("+1d", "2026-12-01T13:00:00Z", "+1m", nil),
      ("2000-12-01T12:00:00Z", "2000-12-01T13:00:00Z", "+1h", nil),
    ] as [(String, String?, String?, String?)])
  func `times that contradict each other are refused, unless that depends on when they are read`(
    start: String, end: String?, latest: String?, beginning: String?
  ) throws {
    var text = file(["inicio": "\"\(start)\"", "fim_maximo": latest.map { "\"\($0)\"" }])
    if let end { text = text.replacing("\"duracao\": \"10m\"", with: "\"fim\": \"\(end)\"") }
    guard let beginning else {
      #expect(try read(text).count == 1)
      return
    }
    let problems = try problems(text)
    #expect(problems.count == 1 && problems[0].hasPrefix(beginning), "\(problems)")
  }

  @Test func `an end is given once`() throws {
    #expect(try problems(file(["fim": "\"2026-12-01T13:00:00Z\""])).map { $0.prefix(7) } == ["9: fim:"])
    #expect(try problems(file(["duracao": String?.none, "fim": "\"+1h\""])).map { $0.prefix(14) } == ["8: fim: “+1h” "])
  }

  @Test func `all problems of a file are told, by line`() throws {
    let problems = try problems(
      """
      {"versao": 1,
       "leiloes": [
        {"id": "a", "id": "b",
         "titulo": "",
         "inicio": "now", "duracao": "10m", "incremento":
         "x"},
        7,
        {"id": "a", "titulo": "A", "inicio": "2026-12-01T12:00:00Z",
         "fim": "2026-12-01T11:00:00Z", "lance_inicial": "1", "incremento": "1"}
      ],
       "leiloes": []}
      """)
    #expect(problems.map { $0.prefix { $0 != ":" } } == ["1", "3", "3", "4", "6", "7", "8", "9", "11"])
  }

  @Test func `twenty problems are told and the rest are counted`() throws {
    let auction = "{\"id\": \"A\"}"  // Wrong, and five members are missing.
    let text = "{\"leiloes\": [\n" + Array(repeating: auction, count: 10).joined(separator: ",\n") + "]}"
    let failure = try #require(throws: Failure.self) { try read(text) }
    let lines = failure.sentence.split(separator: "\n")
    #expect(lines.count == 21)
    #expect(lines[0].hasPrefix("c.json:2: ") && lines[19].hasPrefix("c.json:5: "))
    #expect(lines[20].hasPrefix("c.json: ") && lines[20].contains("40"))
  }

  @Test(
    arguments: [
      ("", "1: "), ("[]", "1: "), ("{}", "1: "), ("\n{\"leiloes\":\n{}}", "3: leiloes: "), ("{\"leiloes\": []},", "1: “,”"),
      ("{\"leiloes\": [\n{\"id\": \"a\"\n\"titulo\": \"b\"}]}", "3: “\"titulo\": \"b\"}]}”"),
      ("{\"leiloes\": [\n{\"lance_inicial\": 1.50}]}", "2: “.50}]}”"), ("{\"leiloes\": [\n// a\n]}", "2: “// a”"),
      ("{\"leiloes\": [\n{\"titulo\": 'a'}]}", "2: “'a'}]}”"), ("\u{feff}{}", "1: “\\u{feff}{}”"),
    ])
  func `what is no JSON, or no calendar, is refused where it begins`(text: String, beginning: String) throws {
    let problems = try problems(text)
    #expect(problems.count == 1 && problems[0].hasPrefix(beginning), "\(problems)")
  }

  @Test func `a thousand auctions are taken and no more`() throws {
    func calendar(_ count: Int) -> String {
      let auctions = (0..<count).map {
        "{\"id\":\"a\($0)\",\"titulo\":\"A\",\"inicio\":\"now\",\"duracao\":\"1m\",\"lance_inicial\":\"1\",\"incremento\":\"1\"}"
      }
      return "{\"leiloes\":[\(auctions.joined(separator: ",\n"))]}"
    }
    #expect(try read(calendar(1_000)).count == 1_000)
    #expect(try problems(calendar(1_001)).map { $0.prefix(11) } == ["1: leiloes:"])
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `a file with slips of the hand is read or refused by line, and never traps`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let table =
      "{\"tipo\": \"tabela\", \"faixas\": [{\"ate_centavos\": 10000, \"centavos\": 500}, {\"ate_centavos\": null, \"centavos\": 1000}]}"
    let good = Array(file(["incremento": table, "fim_maximo": "\"+2h\"", "relogio_exigido": "false", "moeda": "\"BRL\""]).utf8)
    let pieces = [
      "\"", "\\", "{", "}", "[", "]", ",", ":", "\n", "0", "99999999999999999999", "null", "-", "%", "é", "\u{1b}", "+", "T",
    ]
    var refused = 0
    for _ in 0..<600 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: at)
        case 1: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
        default: bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: at)
        }
      }
      let lines = 1 + bytes.count { $0 == 0x0a }
      do throws(Failure) {
        _ = try CalendarFile.read(bytes, from: "c.json")
      } catch {
        refused += 1
        for line in error.sentence.split(separator: "\n") where !line.hasPrefix("c.json: ") {
          let number = Int(line.dropFirst("c.json:".count).prefix { $0 != ":" })
          #expect(line.hasPrefix("c.json:") && (1...lines).contains(number ?? 0), "\(line)")
        }
      }
    }
    #expect(refused > 300)
  }

  // MARK: The file itself

  @Test func `a file is read from its path`() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(file().utf8, "calendario.json")
    #expect(try CalendarFile.read(path) == [one()])
  }

  @Test func `a path that cannot be read is told in a sentence`() throws {
    let folder = try ScratchFolder()
    for path in [folder.file("nada.json"), folder.path, folder.file("a/b"), ""] {
      let failure = try #require(throws: Failure.self) { try CalendarFile.read(path) }
      #expect(failure.status == .usage && failure.sentence.hasPrefix("\(path): ") && failure.sentence.count > path.count + 5)
    }
  }

  @Test func `a mebibyte is read and no more`() throws {
    let folder = try ScratchFolder()
    let calendar = Array(file().utf8)
    let padding = [UInt8](repeating: 0x20, count: CalendarFile.largest - calendar.count)
    #expect(try CalendarFile.read(folder.write(calendar + padding, "inteiro.json")).count == 1)
    let failure = try #require(throws: Failure.self) {
      try CalendarFile.read(folder.write(calendar + padding + [0x20], "demais.json"))
    }
    #expect(failure.sentence.contains("1 MiB"))
  }
}
