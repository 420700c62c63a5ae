import SharedKernel
import SuiteTesting
import Testing

/// From a key to what is sent, to the centavo.
@Suite(.serialized)
struct BiddingTests {
  /// A house that has alice lead nothing: the guitar at R$ 1.250,00, increments of R$ 50,00.
  private static let guitar = [Lines.auction("l-03", "Violão Giannini 1978", ends: 600, price: 125_000), Lines.live]

  private func open(_ more: [String] = [], beginning: String = Scene.beginning, arguments: [String] = []) async throws -> Scene {
    let scene = try await Scene(Self.guitar + more, beginning: beginning, arguments: arguments)
    try await scene.terminal.wait(forText: "l-03")
    return scene
  }

  /// Types into a box that has just been opened, and waits until it stands there.
  private func type(_ text: String, in scene: Scene) async throws {
    try await scene.terminal.type(text)
    try await scene.terminal.wait(forText: "[\(text)_")
  }

  @Test func `Enter that was typed ahead sends nothing; a later one sends what stands there`() async throws {
    let scene = try await open()
    try await scene.terminal.press("b", "Enter")
    let rows = try await scene.terminal.wait(forText: "[1.300,00_")
    try await scene.pass()
    #expect(try await scene.terminal.rows().contains { $0.contains("[1.300,00_") }, "\(rows)")
    #expect(try scene.bids() == [])
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "aceito em")
    #expect(try scene.bids() == [130_000])
  }

  /// As a keyboard whose Enter is held down sends it: the first repetition after half a second, then twenty a second.
  @Test func `An Enter that is held down opens the box and sends nothing`() async throws {
    let keys = ([1_000] + (0..<20).map { 1_500 + 50 * $0 }).map { #"{"t":\#($0),"teclas":"<Enter>"}"# }
    let scene = try await open(keys)
    try await scene.terminal.wait(forText: "[1.300,00_")
    try await scene.pass(seconds: 4)
    #expect(try await scene.terminal.rows().contains { $0.contains("[1.300,00_") })
    #expect(try scene.bids() == [])
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "aceito em")
    #expect(try scene.bids() == [130_000])
  }

  @Test(arguments: ["tmux-256color", "xterm-256color", "vt100"])
  func `The numeric pad types, raises and sends`(term: String) async throws {
    let scene = try await Scene(Self.guitar, environment: ["TERM": term])
    try await scene.terminal.wait(forText: "l-03")
    try await scene.terminal.press("KP+")
    try await scene.terminal.wait(forText: "Armado: ")
    try await scene.terminal.press("Escape")
    try await scene.openBox()
    try await scene.terminal.press("KP1", "KP4", "KP0", "KP0")
    try await scene.terminal.wait(forText: "[1400_")
    try await scene.terminal.press("KPEnter")
    try await scene.terminal.wait(forText: "aceito em")
    #expect(try scene.bids() == [140_000])
  }

  @Test func `Two pluses and Enter bid the least and one increment`() async throws {
    let scene = try await open()
    try await scene.terminal.press("+", "+")
    try await scene.terminal.wait(forText: "R$\u{a0}1.350,00 em l-03")
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(for: "leading with it") {
      Scene.row("l-03", in: $0).map { $0.contains("1.350,00") && $0.contains("LIDERA") } ?? false
    }
    #expect(try scene.bids() == [135_000])
  }

  @Test func `An armed amount is void when the price moves`() async throws {
    let scene = try await open([#"{"t":1000,"teclas":"+"}"#, Lines.bid(at: 1_500, "l-03", "carla", 130_000)])
    try await scene.terminal.wait(forText: "Preço mudou: agora R$\u{a0}1.350,00")
    try await scene.terminal.press("Enter")
    try await scene.pass()
    #expect(try scene.bids() == [])
  }

  @Test func `An amount that could mean two things is not sent, the same in full is`() async throws {
    let scene = try await open()
    for (text, hint) in [
      ("1300.50", "use vírgula para centavos"), ("1,300", "1.300,00 ou 1,30?"), ("1.30", "use vírgula para centavos"),
    ] {
      try await scene.openBox()
      try await type(text, in: scene)
      try await scene.terminal.wait(forText: hint)
      try await scene.terminal.press("Enter")
      try await scene.pass(seconds: 1)
      #expect(try await scene.terminal.rows().contains { $0.contains("[\(text)_") }, "the box stays")
      try await scene.closeBox()
    }
    #expect(try scene.bids() == [])
    try await scene.openBox()
    try await type("1.300,50", in: scene)
    try await scene.terminal.wait(forText: "= R$\u{a0}1.300,50")
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "aceito em")
    #expect(try scene.bids() == [130_050])
  }

  @Test func `In English amounts are English, and no Portuguese word is left`() async throws {
    let english = Scene.beginning.replacing(#""idioma":"pt""#, with: #""idioma":"en""#)
    let scene = try await open(beginning: english)
    try await scene.openBox()
    try await type("1.300,50", in: scene)
    try await scene.terminal.press("Enter")
    try await scene.pass(seconds: 1)
    try await scene.closeBox()
    #expect(try scene.bids() == [])
    try await scene.openBox()
    try await type("1,300.50", in: scene)
    try await scene.terminal.wait(forText: "= R$1,300.50")
    try await scene.terminal.press("Enter")
    let rows = try await scene.terminal.wait(forText: "LEADING")
    #expect(try scene.bids() == [130_050])
    let text = rows.joined(separator: "\n").replacing("Violão Giannini 1978", with: "")
    #expect(ForeignWords.found(in: text, for: .english) + Self.labels(in: text) == [], "\(text)")
    try await scene.terminal.press("?")
    let help = try await scene.terminal.wait(forText: "HELP").joined(separator: "\n").replacing("português / English", with: "")
    #expect(ForeignWords.found(in: help, for: .english) + Self.labels(in: help) == [], "\(help)")
  }

  /// Portuguese words of screens, whole or the beginnings of them.
  private static func labels(in text: String) -> [String] {
    let labels = [
      "lance", "lote", "título", "tempo", "situaç", "avis", "mínim", "máxim", "increment", "leil", "relóg", "preço", "abert",
      "encerr", "meus", "fecha", "ordem", "filtr", "sair", "sai", "volta", "ajuda", "mover", "segu", "som", "lider", "cobert",
      "envi",
      "últim", "conect", "fila", "cadeia", "histór", "íntegra", "recibo", "página", "começo", "fim", "apag", "congel", "desist",
    ]
    return text.lowercased().split { !$0.isLetter }.map(String.init)
      .filter { word in labels.contains { word.hasPrefix($0) } && !["increment", "increments", "some"].contains(word) }
  }

  @Test func `An amount a hundred times too high has to be typed again`() async throws {
    let scene = try await open()
    try await scene.openBox()
    try await type("135.000,00", in: scene)
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "CONFIRMAR LANCE ALTO")
    try await scene.terminal.wait(forText: "108,0× o lance atual")
    try await scene.pass()
    try await scene.terminal.press("Enter")
    try await scene.pass(seconds: 1)
    #expect(try await scene.terminal.rows().contains { $0.contains("CONFIRMAR LANCE ALTO") })
    try await scene.terminal.press("Escape")
    try await scene.terminal.wait(for: "the box with what was typed") { rows in
      rows.contains { $0.contains("[135.000,00_") } && !rows.contains { $0.contains("CONFIRMAR") }
    }
    #expect(try scene.bids() == [])
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "CONFIRMAR LANCE ALTO")
    try await scene.pass()
    try await scene.terminal.type("135000")
    try await scene.terminal.wait(forText: "[135000_")
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "aceito em")
    #expect(try scene.bids() == [135_000_00])
  }

  @Test func `Under the least and over one's own limit nothing is sent`() async throws {
    let scene = try await open(arguments: ["--limite", "2.000,00"])
    for (text, reason) in [
      ("1.299,99", "abaixo do mínimo R$\u{a0}1.300,00"), ("2.000,01", "acima do seu limite R$\u{a0}2.000,00"),
    ] {
      try await scene.openBox()
      try await type(text, in: scene)
      try await scene.terminal.wait(forText: reason)
      try await scene.terminal.press("Enter")
      try await scene.pass(seconds: 1)
      #expect(try await scene.terminal.rows().contains { $0.contains("[\(text)_") })
      try await scene.closeBox()
    }
    #expect(try scene.bids() == [])
  }

  @Test func `A pasted line end sends nothing`() async throws {
    let scene = try await open()
    try await scene.openBox()
    try await scene.terminal.paste("1300\n")
    try await scene.terminal.wait(forText: "[1300_")
    try await scene.pass(seconds: 1)
    #expect(try await scene.terminal.rows().contains { $0.contains("[1300_") })
    #expect(try scene.bids() == [])
  }

  @Test func `Rows do not move while a bid is being made`() async throws {
    let lines = [
      Lines.auction("l-03", "Violão", ends: 300, price: 125_000), Lines.auction("l-07", "Câmera", ends: 400, price: 31_000),
      Lines.live,
      #"{"t":1000,"teclas":"b"}"#, Lines.event(at: 1_500, "prorrogado", #""id_leilao":"l-03","fim_ms":900000,"por":"bruno""#),
    ]
    let scene = try await Scene(lines)
    func order(_ rows: [String]) -> [String] {
      rows.prefix(10).compactMap { row in ["l-03", "l-07"].first { row.prefix(16).contains($0) } }
    }
    let moved = try await scene.terminal.wait(for: "moved, under the open box") { rows in
      rows.contains { $0.contains("PRORROGADO") } && rows.contains { $0.contains("Lance l-03: R$ [") }
    }
    #expect(order(moved) == ["l-03", "l-07"])
    try await scene.terminal.press("Escape")
    let after = try await scene.terminal.wait(for: "the order by what closes first") { order($0) == ["l-07", "l-03"] }
    #expect(after.contains { $0.hasPrefix(">") && $0.contains("l-03") })
  }
}
