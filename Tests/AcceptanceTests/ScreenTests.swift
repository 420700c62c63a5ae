import SharedKernel
import SuiteTesting
import Testing

@testable import BidderClient

/// What stands on the screen.
@Suite(.serialized)
struct ScreenTests {
  @Test(arguments: [(100, 30), (80, 24), (40, 12)])
  func `It starts with the picture of its size, the selected price and time in it`(width: Int, height: Int) async throws {
    let scene = try await Scene(Lines.three, width, height)
    try await scene.expectDrawn(width, height)
    let rows = try await scene.terminal.rows()
    #expect(rows.contains { $0.hasPrefix(">") && $0.contains("1.250,00") && $0.contains("0") })
    #expect(try await scene.modes() == "1 0 0 1")
  }

  @Test func `Twenty columns and five rows show one lot with its price, its time and the least`() async throws {
    let scene = try await Scene(Lines.three, 20, 5)
    let rows = try await scene.terminal.wait(forText: "1.250,00")
    #expect(rows.count == 5 && rows[0].contains("l-03") && rows[2].contains("0") && rows[3].contains("1.300,00"))
    #expect(rows[2].contains(/^[01][0-9]:[0-9][0-9]/), "\(rows)")
  }

  @Test func `A storm of resizes leaves the picture of the last size and no cell of another`() async throws {
    let scene = try await Scene(Lines.three, 100, 30)
    try await scene.terminal.wait(forText: "● conectado")
    for n in 0..<50 {
      let (width, height) = [(40, 12), (3, 2), (20, 5), (200, 60), (100, 30)][n % 5]
      try await scene.terminal.resize(width, height)
    }
    try await scene.terminal.resize(80, 24)
    try await scene.expectDrawn(80, 24)
  }

  @Test func `Where nothing fits nothing wraps, and q leaves`() async throws {
    let lines = [Lines.auction("l-03", "Violão Giannini 1978", ends: 600, price: 125_000), Lines.live]
    let scene = try await Scene(lines, 10, 3)
    let rows = try await scene.terminal.wait(for: "the size that it needs") { $0.first?.hasPrefix("20x4") == true }
    #expect(rows.dropFirst().allSatisfy { $0.isEmpty })
    try await scene.terminal.press("q")
    try await scene.terminal.wait(for: "the shell") { $0.joined().contains("RC=0") }
  }

  @Test func `A new price stands there with an arrow, which goes`() async throws {
    let scene = try await Scene(Lines.three + [Lines.bid(at: 2_000, "l-07", "dora", 36_000)])
    try await scene.terminal.wait(for: "the new price with an arrow") {
      Scene.row("l-07", in: $0).map { $0.contains("360,00▲") } ?? false
    }
    try await scene.terminal.wait(for: "the price without one") {
      Scene.row("l-07", in: $0).map { $0.contains("360,00 ") && !$0.contains("▲") } ?? false
    }
  }

  @Test func `Who is outbid five times in a second is told each time and rung for once, and N goes to that lot`() async throws {
    var lines = Lines.three
    for n in 0..<5 {
      lines.append(Lines.bid(at: 2_000 + n * 200, "l-01", "bruno", 53_000 + n * 10_000))
      if n < 4 { lines.append(Lines.bid(at: 2_100 + n * 200, "l-01", "alice", 58_000 + n * 10_000)) }
    }
    let scene = try await Scene(lines, opens: .afterEnter)
    let rows = try await scene.terminal.wait(for: "outbid at last") {
      Scene.row("l-01", in: $0).map { $0.contains("▼") && $0.contains("COBERTO") && $0.contains("930,00") } ?? false
    }
    #expect(rows.contains { $0.contains("▼ COBERTO") && $0.contains("bruno deu") })
    #expect(rows.contains { $0.hasPrefix(">") && $0.contains("l-03") })
    try await scene.terminal.press("N")
    try await scene.terminal.wait(for: "the lot is selected") { $0.contains { $0.hasPrefix(">") && $0.contains("l-01") } }
    let bells = try scene.bytes().utf8.count { $0 == 7 }
    #expect(bells == 1)
  }

  @Test func `The countdown rounds up, and the auctioneer calls at fifteen, ten and five seconds`() async throws {
    let lines = [Lines.auction("l-03", "Violão", ends: 60, price: 125_000), Lines.live]
    let scene = try await Scene(lines, arguments: ["--velocidade", "4"])
    for (milliseconds, words) in [
      (0, "01:00"), (999, "01:00"), (1_000, "00:59"), (44_999, "00:16"), (45_000, "Dou-lhe uma"), (50_000, "Dou-lhe duas"),
      (55_000, "Dou-lhe três"), (59_999, "00:01"), (60_000, "fechando"), (90_000, "fechando"),
    ] {
      let drawn = try scene.rendered(100, 30, at: milliseconds)
      #expect(drawn.contains { $0.contains(words) }, "\(milliseconds): \(drawn)")
    }
    for words in ["Dou-lhe uma", "Dou-lhe duas", "Dou-lhe três", "fechando"] { try await scene.terminal.wait(forText: words) }
    let rows = try await scene.terminal.rows()
    #expect(rows[1].contains("3 Encerrados 0"))
  }

  @Test func `What moves the end says by how much`() async throws {
    let lines =
      [
        Lines.auction("l-03", "Violão", ends: 6, price: 125_000, leader: "alice", own: 125_000, more: #","prorrogacao_s":30"#),
        Lines.live,
      ]
      + [Lines.bid(at: 3_000, "l-03", "bruno", 130_000)]
    let scene = try await Scene(lines)
    let rows = try await scene.terminal.wait(forText: "PRORROGADO")
    #expect(rows.contains { $0.contains("+27 s por bruno, fecha às 14:32:40") }, "\(rows)")
    #expect(Scene.row("l-03", in: rows)?.contains("+00:") == true)
  }

  @Test func `What is won and what is lost stands in the second tab, with its price`() async throws {
    let lines =
      Lines.three + [
        Lines.auction("l-09", "Rádio", ends: 900, price: 26_000, leader: "dora", own: 20_000),
        Lines.event(at: 500, "encerrado", #""id_leilao":"l-01""#), Lines.event(at: 500, "encerrado", #""id_leilao":"l-09""#),
      ]
    let scene = try await Scene(lines)
    try await scene.terminal.wait(forText: "3 Encerrados 2")
    try await scene.terminal.press("2")
    try await scene.terminal.wait(for: "both") { rows in
      Scene.row("l-01", in: rows).map { $0.contains("✓") && $0.contains("480,00") && $0.contains("ARREMATADO") } ?? false
        && Scene.row("l-09", in: rows).map { $0.contains("✗") && $0.contains("260,00") && $0.contains("PERDIDO") } ?? false
    }
  }

  @Test func `A hostile title writes no sequence of its own and shifts no column`() async throws {
    let title =
      #"\u001b[31mV\u001b]52;c;ZWNobw==\u0007 \u202edoar\u009b31m\n\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 "#
      + String(repeating: "x", count: 100)
    let scene = try await Scene(Lines.three + [Lines.auction("l-66", title, ends: 400, price: 99_900)], opens: .afterEnter)
    let rows = try await scene.terminal.wait(forText: "l-66")
    func column(_ id: String) -> Int? {
      Scene.row(id, in: rows).flatMap { row in
        row.firstRange(of: ",00").map { row.distance(from: row.startIndex, to: $0.lowerBound) }
      }
    }
    #expect(column("l-66") != nil && column("l-66") == column("l-03") && column("l-66") == column("l-07"), "\(rows)")
    let bytes = Array(try scene.bytes().utf8)
    for hostile in ["\u{1b}]52", "\u{202e}", "\u{9b}", "\u{1b}[31mV"] {
      #expect(bytes.firstRange(of: Array(hostile.utf8)) == nil, "\(hostile.debugDescription)")
    }
  }

  @Test func `Nothing there yet, nothing there and nothing found are three texts, each with a key that helps`() async throws {
    let connecting = try await Scene([Lines.event(at: 0, "conectando")])
    let waiting = try await connecting.terminal.wait(forText: "Aguardando a lista")
    #expect(waiting.contains { $0.contains("q: sair") })
    let empty = try await Scene([Lines.live])
    let none = try await empty.terminal.wait(forText: "Nenhum leilão aberto")
    #expect(none.contains { $0.contains("3: ver encerrados") })
    let full = try await Scene(Lines.three)
    try await full.terminal.wait(forText: "l-03")
    try await full.terminal.press("/")
    try await full.terminal.type("zebra")
    let nothing = try await full.terminal.wait(forText: "Nada aqui com \"zebra\"")
    #expect(nothing.contains { $0.contains("Esc: limpar") })
  }

  @Test(arguments: [("linux", true), ("vt100", true), ("xterm-256color", false), ("tmux-256color", false)])
  func `Each kind of terminal shows the same, in ASCII where it must`(term: String, ascii: Bool) async throws {
    let scene = try await Scene(Lines.three, environment: ["TERM": term], arguments: [])
    try await scene.expectDrawn(100, 30, ascii ? ["--ascii"] : [])
  }

  @Test func `Under a locale without UTF-8 letters lose their accents and columns stay`() async throws {
    let scene = try await Scene(Lines.three, environment: ["LC_ALL": "C"])
    try await scene.expectDrawn(100, 30, ["--ascii"])
    #expect(try await scene.terminal.rows().contains { $0.contains("Violao Giannini") })
  }

  @Test(arguments: [(nil, true), ("", true), ("1", false)] as [(String?, Bool)])
  func `NO_COLOR takes the colours, unless it is empty`(value: String?, isColoured: Bool) async throws {
    let scene = try await Scene(Lines.three, environment: value.map { ["NO_COLOR": $0] } ?? [:])
    try await scene.terminal.wait(forText: "LIDERA")
    let codes = try await scene.terminal.styledRows().flatMap { row in
      row.matches(of: /\u{1b}\[([0-9;]*)m/).flatMap { $0.1.split(separator: ";").compactMap { Int($0) } }
    }
    #expect(codes.contains { (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0) } == isColoured)
  }

  @Test func `The help lists every key, and scrolls where they do not fit`() async throws {
    let scene = try await Scene(Lines.three, 80, 24)
    try await scene.terminal.wait(forText: "● conectado")
    try await scene.terminal.press("?")
    let wide = try await scene.terminal.wait(forText: "AJUDA").joined(separator: "\n")
    let all = Keymap.bindings.map { String(Words.help($0.command, .portuguese).prefix(24)) }
    for words in all { #expect(wide.contains(words), "\(words)") }
    try await scene.terminal.resize(40, 12)
    let first = try await scene.terminal.wait(for: "the narrow help") {
      // The picture before, cut to the new size, has no last row of its own yet.
      $0.count == 12 && $0[11].contains("q volta") && $0[1].contains("AJUDA")
    }
    try await scene.terminal.press("G")
    let last = try await scene.terminal.wait(for: "its end") { $0.dropFirst() != first.dropFirst() }
    try await scene.terminal.press("g")
    var page = try await scene.terminal.wait(for: "its beginning") { $0.dropFirst() == first.dropFirst() }
    var seen = page
    while page.dropFirst() != last.dropFirst() {
      try await scene.terminal.press("PageDown")
      page = try await scene.terminal.wait(for: "the next page") { [page] in $0.dropFirst() != page.dropFirst() }
      seen += page
    }
    for words in all { #expect(seen.contains { $0.contains(words) }, "\(words)") }
  }

  @Test func `A frame printed as text needs no terminal and has no escape byte`() throws {
    let folder = try ScratchFolder()
    let script = try folder.write(([Scene.beginning] + Lines.three).joined(separator: "\n").utf8, "r.jsonl")
    let variables = Scene.variables(in: folder.path).filter { $0.key != "TERM" }
    let run = try CommandRun(
      ["env", "-i"] + variables.map { "\($0.key)=\($0.value)" } + [
        Scene.program, "alice", "--roteiro", script, "--render", "100x30",
      ])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(!run.output.contains(0x1b) && run.text.split(separator: "\n", omittingEmptySubsequences: false).count == 31)
    #expect(run.text.contains("Violão Giannini") && run.text.contains("14:32:07"))
  }
}
