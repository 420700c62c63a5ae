import Foundation
import SuiteTesting
import Testing

/// What the hands do besides bidding: mouse, freezing, looking up a key, and all of it over a slow line.
@Suite(.serialized)
struct HandTests {
  @Test func `A click on a row selects it while the mouse is taken`() async throws {
    // Reports as most terminals send them; TerminalTests has those of tmux.
    let scene = try await Scene(Lines.three, environment: ["TERM": "xterm-256color"])
    func expect(modes: String) async throws {
      try await until("modes \(modes)") { try await scene.modes() == modes }
    }
    try await scene.expectDrawn(100, 30)
    try await expect(modes: "1 0 0 1")
    try await scene.terminal.press("M")
    try await expect(modes: "1 0 1 1")
    for id in ["l-07", "l-01"] {
      let rows = try await scene.terminal.rows()
      let row = try #require(rows.firstIndex { Scene.row(id, in: [$0]) != nil })
      #expect(!rows[row].hasPrefix(">"))
      try await scene.terminal.click(20, row)
      try await scene.terminal.wait(for: "\(id) is selected") { $0[row].hasPrefix(">") && $0[row].contains(id) }
    }
    try await scene.terminal.press("M")
    try await expect(modes: "1 0 0 1")
  }

  @Test func `A frozen screen stays as it is while things happen, takes no bid, and then shows them all`() async throws {
    let scene = try await Scene(
      Lines.three + [#"{"t":500,"teclas":"p"}"#]
        + (0..<20).map { Lines.bid(at: 1_500 + $0 * 100, "l-01", $0 % 2 == 0 ? "bruno" : "dora", 53_000 + $0 * 5_000) } + [
          // What is asked for next tells that all of that has been heard.
          #"{"t":4000,"teclas":"f"}"#
        ], environment: ["TERM": "xterm-256color"], opens: .afterEnter)
    let before = try await scene.terminal.wait(for: "frozen") {
      $0[1].contains("CONGELADO") && $0.last?.contains("q sair") ?? false
    }
    try await until("everything has happened") { try scene.asked().contains { $0["pedido"] as? String == "seguir" } }
    // Drawn anew, whatever has become of the model.
    try await scene.terminal.press("C-l")
    let cleared = "\u{1b}[2J"
    try await until("drawn anew") { try await scene.bytes(until: cleared).ranges(of: cleared).count == 2 }
    try await scene.terminal.wait(for: "the same picture") { $0 == before }
    #expect(Scene.row("l-01", in: before).map { $0.contains("480,00") && $0.contains("LIDERA") } == true)
    try await scene.terminal.press("b")
    try await scene.terminal.wait(forText: "tela congelada: p descongela")
    try await scene.terminal.press("Enter", "+", "Enter")
    try await scene.terminal.press("p")
    try await scene.terminal.wait(for: "all of it") { rows in
      !rows[1].contains("CONGELADO")
        && Scene.row("l-01", in: rows).map { $0.contains("1.480,00") && $0.contains("COBERTO") } ?? false
    }
    #expect(try scene.bids() == [])
  }

  @Test func `The help has every binding of the listing, with its keys`() async throws {
    let scene = try await Scene(Lines.three, 80, 24)
    let listing = try CommandRun(
      ["env", "-i"] + Scene.variables(in: "/").map { "\($0.key)=\($0.value)" } + [Scene.program, "--listar-teclas", "--json"])
    let bindings = try listing.text.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    }
    #expect(bindings.count > 40 && listing.status == 0)
    try await scene.terminal.wait(forText: "● conectado")
    try await scene.terminal.press("?")
    let rows = try await scene.terminal.wait(for: "the help") { $0[1].contains("AJUDA") && $0.last?.contains("q volta") ?? false }
    let cells = rows.flatMap { row in [row.prefix(40), row.dropFirst(40)].map { $0.split(separator: " ").map(String.init) } }
    for binding in bindings {
      let words = binding["texto"]?.split(separator: " ").map(String.init) ?? []
      let keys = binding["teclas"]?.split(separator: " ").map(String.init) ?? []
      #expect(!words.isEmpty && !keys.isEmpty)
      #expect(
        cells.contains { cell in cell.suffix(words.count) == words[...] && keys.allSatisfy(cell.dropLast(words.count).contains) },
        "\(binding)")
    }
  }

  /// Half a kilobyte at a time, each a fifth of a second after it was written, wherever that cuts a sequence.
  @Test func `Over a slow line the picture becomes whole, and keys do what they do`() async throws {
    let scene = try await Scene(Lines.three, opens: .afterEnter)
    let line = scene.file("linha")
    #expect(try CommandRun("mkfifo", line).status == 0)
    let far = try await Terminal(
      in: scene.file(""), width: 100, height: 30, environment: Scene.variables(in: scene.file("")),
      ["/bin/bash", "-c", "stty raw -echo; exec cat '\(line)'"])
    try await scene.terminal.tmux(
      "pipe-pane", "-O",
      "exec perl -e 'while (sysread STDIN, $b, 512) { select undef, undef, undef, 0.2; syswrite STDOUT, $b }' > '\(line)'")
    try await scene.terminal.press("C-l")
    try await scene.expectDrawn(100, 30, on: far)
    try await scene.terminal.press("?")
    try await far.wait(for: "the help, whole") { $0[1].contains("AJUDA") && $0.last?.contains("q volta") ?? false }
    try await scene.terminal.press("q", "Down", "Up")
    try await scene.expectDrawn(100, 30, on: far)
  }
}
