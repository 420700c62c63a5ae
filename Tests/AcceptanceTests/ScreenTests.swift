import Glibc
import SharedKernel
import SuiteTesting
import Testing

@testable import BidderClient

/// What stands on the screen.
@Suite(.serialized)
struct ScreenTests {
  @Test(arguments: [(100, 30), (80, 24), (40, 12), (20, 5)])
  func `It starts with the picture of its size, the selected price and time in it`(width: Int, height: Int) async throws {
    let scene = try await Scene(Lines.three, width, height)
    let rows = try await scene.expectDrawn(width, height)
    let selected = height < 10 ? rows[1...2].joined(separator: " ") : rows.first { $0.hasPrefix(">") } ?? ""
    #expect(selected.contains(/1\.250,00.* (09:[0-5][0-9]|10:00)/), "\(rows)")
    #expect(try await scene.modes() == "1 0 0 1")
  }

  @Test func `Twenty columns and five rows show one lot with its price, its time and the least`() async throws {
    let scene = try await Scene(Lines.three, 20, 5)
    let rows = try await scene.expectDrawn(20, 5)
    #expect(rows.count == 5 && rows[0].contains("l-03") && rows[1].contains("1.250,00") && rows[3].contains("1.300,00"))
  }

  @Test func `A storm of resizes leaves the picture of the last size and no cell of another`() async throws {
    let scene = try await Scene(Lines.three, 100, 30)
    try await scene.terminal.wait(forText: "● conectado")
    for n in 0..<50 {
      let (width, height) = [(40, 12), (3, 2), (20, 5), (200, 60), (80, 24), (100, 30)][n % 6]
      try await scene.terminal.resize(width, height)
      // The storm's own rhythm: some sizes are drawn, others are over before.
      try await Task.sleep(for: .milliseconds(50))
    }
    try await scene.terminal.resize(80, 24)
    try await scene.expectDrawn(80, 24)
  }

  @Test func `A size that came and went unseen leaves nothing of the picture that it cut`() async throws {
    let scene = try await Scene(Lines.three, 80, 24)
    try await scene.expectDrawn(80, 24)
    let id = try #require(try await scene.terminal.foreground())
    let device = try await scene.terminal.value("#{pane_tty}")
    #expect(kill(id, SIGSTOP) == 0)
    for (width, height) in [(3, 2), (80, 24)] {
      try await scene.terminal.resize(width, height)
      try await until("\(width)x\(height)") { try CommandRun("stty", "-F", device, "size").text == "\(height) \(width)\n" }
    }
    #expect(kill(id, SIGCONT) == 0)
    try await scene.expectDrawn(80, 24)
  }

  @Test func `Where nothing fits nothing wraps and nothing is sent, and q leaves, asking who leads`() async throws {
    let scene = try await Scene(Lines.three, 10, 3)
    let rows = try await scene.terminal.wait(for: "the size that it needs") { $0.first?.hasPrefix("20x4") == true }
    #expect(rows.dropFirst().allSatisfy { $0.isEmpty })
    try await scene.terminal.press("+", "Enter", "q")
    try await scene.terminal.wait(forText: "Sair? s/n")
    #expect(try scene.bids() == [])
    try await scene.terminal.press("n")
    try await scene.terminal.wait(for: "the size that it needs") { $0.first?.hasPrefix("20x4") == true }
    try await scene.terminal.press("q")
    try await scene.terminal.wait(forText: "Sair? s/n")
    try await scene.terminal.press("s")
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
    try await scene.terminal.wait(for: "outbid at last, in its row and in the notices; another is selected") { rows in
      Scene.row("l-01", in: rows).map { $0.contains("▼") && $0.contains("COBERTO") && $0.contains("930,00") } ?? false
        && rows.contains { $0.contains("▼ COBERTO") && $0.contains("bruno deu R$\u{a0}930,00") }
        && rows.contains { $0.hasPrefix(">") && $0.contains("l-03") }
    }
    try await scene.terminal.press("N")
    try await scene.terminal.wait(for: "the lot is selected") { $0.contains { $0.hasPrefix(">") && $0.contains("l-01") } }
    try await scene.leave()
    #expect(try await scene.bytes(until: "RC=0").utf8.count { $0 == 7 } == 1)
  }

  @Test func `The countdown rounds up, and the auctioneer calls at fifteen, ten and five seconds`() async throws {
    let minute = try await Scene([Lines.auction("l-03", "Violão", ends: 60, price: 125_000), Lines.live])
    for (milliseconds, words) in [
      (0, "01:00"), (999, "01:00"), (1_000, "00:59"), (44_999, "00:16"), (45_000, "Dou-lhe uma"), (50_000, "Dou-lhe duas"),
      (55_000, "Dou-lhe três"), (59_999, "00:01"), (60_000, "fechando"), (90_000, "fechando"),
    ] {
      let drawn = try minute.rendered(100, 30, at: milliseconds)
      #expect(drawn.contains { $0.contains(words) }, "\(milliseconds): \(drawn)")
    }
    let scene = try await Scene([
      Lines.auction("l-03", "Violão", ends: 20, price: 125_000), Lines.live,
      Lines.event(at: 27_000, "encerrado", #""id_leilao":"l-03""#),
    ])
    for words in ["Dou-lhe uma", "Dou-lhe duas", "Dou-lhe três"] { try await scene.terminal.wait(forText: words) }
    try await scene.terminal.wait(for: "at zero, and not over") { rows in
      rows[1].contains("3 Encerrados 0") && Scene.row("l-03", in: rows)?.contains("fechando") ?? false
    }
    try await scene.terminal.wait(for: "over, when the house says so") { $0[1].contains("3 Encerrados 1") }
  }

  @Test func `What moves the end says by how much, beside the time`() async throws {
    let bid =
      #"{"t":3000,"evento":{"tipo":"lance","id_leilao":"l-03","id_usuario":"bruno","valor_centavos":130000,"fim_ms":33000}}"#
    let scene = try await Scene([
      Lines.auction("l-03", "Violão", ends: 6, price: 125_000, leader: "alice", own: 125_000), Lines.live, bid,
    ])
    try await scene.terminal.wait(for: "more time, and how much more") { rows in
      rows.contains { $0.contains(#/TEMPO +00:(33|32|31|30|29|28) \+30 s /#) }
        && Scene.row("l-03", in: rows)?.contains(#/ \+00:[23][0-9] /#) ?? false
        && rows.contains { $0.contains("PRORROGADO l-03 Violão: +30 s por bruno, fecha às 14:32:43") }
    }
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
    let long = String(repeating: "çã", count: 150)
    let lots = [("l-66", title), ("l-67", title + long), ("l-68", long)]
    let scene = try await Scene(
      Lines.three + lots.map { Lines.auction($0, $1, ends: 400, price: 99_900) }, opens: .afterEnter)
    let ids = ["l-03", "l-01", "l-07"] + lots.map(\.0)
    // The first three are what the others have to stand like.
    func columns(_ rows: [String]) -> [Int] {
      ids.compactMap { id in
        Scene.row(id, in: rows).flatMap { row in
          row.firstRange(of: ",00").map { row.distance(from: row.startIndex, to: $0.lowerBound) }
        }
      }
    }
    let rows = try await scene.terminal.wait(for: "every row") { columns($0).count == ids.count }
    #expect(Set(columns(rows)).count == 1, "\(rows)")
    // They end first: each in the detail too.
    try await scene.terminal.press("g")
    for (id, _) in lots {
      try await scene.terminal.wait(for: "\(id) is selected") { $0.contains { $0.hasPrefix(">") && $0.contains(" \(id) ") } }
      try await scene.terminal.press("j")
    }
    try await scene.leave()
    let bytes = Array(try await scene.bytes(until: "RC=0").utf8)
    for hostile in ["\u{1b}]52", "\u{202e}", "\u{9b}", "\u{1b}[31mV", "\u{200d}"] {
      #expect(bytes.firstRange(of: Array(hostile.utf8)) == nil, "\(hostile.debugDescription)")
    }
    #expect(bytes.firstRange(of: [0x9b]) == nil || String(validating: bytes, as: UTF8.self) != nil, "no C1 byte by itself")
  }

  @Test func `Nothing there yet, nothing there and nothing found are three texts, each with a key that helps`() async throws {
    func expect(_ scene: Scene, _ text: String, _ hint: String) async throws {
      try await scene.terminal.wait(for: "\(text), \(hint)") { rows in
        rows.contains { $0.contains(text) } && rows.contains { $0.contains(hint) }
      }
    }
    let connecting = try await Scene([Lines.event(at: 0, "conectando")])
    try await expect(connecting, "Aguardando a lista", "q: sair")
    try await connecting.terminal.press("q")
    try await connecting.terminal.wait(forText: "RC=0")
    let empty = try await Scene([Lines.live])
    try await expect(empty, "Nenhum leilão aberto", "3: ver encerrados")
    try await empty.terminal.press("3")
    try await expect(empty, "Nenhum leilão encerrado", "1: ver abertos")
    let full = try await Scene(Lines.three)
    try await full.terminal.wait(forText: "l-03")
    try await full.terminal.press("/")
    try await full.terminal.type("zebra")
    try await expect(full, "Nada aqui com \"zebra\"", "Esc: limpar")
    try await full.terminal.press("Escape")
    try await full.expectDrawn(100, 30)
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
}
