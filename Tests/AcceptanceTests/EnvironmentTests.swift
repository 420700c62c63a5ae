import Foundation
import SharedKernel
import SuiteTesting
import Testing

@testable import BidderClient

/// What the terminal makes of where it is started: of kinds of terminals, locales, colours, files instead of a screen.
@Suite(.serialized)
struct EnvironmentTests {
  @Test(arguments: [("linux", true), ("vt100", true), ("xterm-256color", false), ("tmux-256color", false)])
  func `Each kind of terminal shows the same, in ASCII where it must`(term: String, ascii: Bool) async throws {
    let scene = try await Scene(Lines.three, environment: ["TERM": term])
    try await scene.expectDrawn(100, 30, ascii ? ["--ascii"] : [])
  }

  @Test(arguments: ["C", "pt_BR.ISO-8859-1"])
  func `Under a locale without UTF-8 letters lose their accents and columns stay`(locale: String) async throws {
    let locales = try ScratchFolder()
    var variables = ["LC_ALL": locale]
    if locale != "C" {
      let made = try CommandRun("localedef", "-i", "pt_BR", "-f", "ISO-8859-1", locales.file(locale))
      #expect(made.status == 0, "\(made.errors)")
      variables["LOCPATH"] = locales.path
      let codeset = try CommandRun(["env"] + variables.map { "\($0.key)=\($0.value)" } + ["locale", "charmap"])
      #expect(codeset.text == "ISO-8859-1\n")
    }
    let scene = try await Scene(Lines.three, environment: variables)
    let rows = try await scene.expectDrawn(100, 30, ["--ascii"])
    #expect(rows.contains { $0.contains("Violao Giannini") })
    #expect(rows.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } && !$0.contains("??") }, "\(rows)")
  }

  /// Of every state that an auction can be in for a bidder, but one that has to be waited for.
  private static let states: [String] =
    Lines.three + [
      Lines.auction("l-10", "Outro", ends: 900, price: 26_000, leader: "dora", own: 20_000),
      Lines.auction("l-11", "Depois", ends: 900, price: 26_000, more: #","status":"agendado""#, opens: 600),
      Lines.auction("l-12", "Parado", ends: 900, price: 26_000, more: #","status":"suspenso""#),
      Lines.auction("l-13", "Meu", ends: 900, price: 26_000, leader: "alice", own: 26_000),
      Lines.auction("l-14", "Dela", ends: 900, price: 26_000, leader: "dora", own: 20_000),
      Lines.auction("l-15", "Quebrado", ends: 900, price: 26_000),
      Lines.event(at: 0, "encerrado", #""id_leilao":"l-13""#), Lines.event(at: 0, "encerrado", #""id_leilao":"l-14""#),
      Lines.event(at: 0, "cadeia_quebrada", #""id_leilao":"l-15","motivo":"bloco 2""#),
      #"{"t":0,"casa":{"resposta":"incerto"}}"#, #"{"t":500,"teclas":"+<Enter>"}"#,
    ]

  @Test(arguments: [(nil, true), ("", true), ("1", false)] as [(String?, Bool)])
  func `NO_COLOR takes the colours and no word, unless it is empty`(value: String?, isColoured: Bool) async throws {
    let scene = try await Scene(Self.states, environment: value.map { ["NO_COLOR": $0] } ?? [:], opens: .afterEnter)
    func expect(_ standings: [Standing]) async throws {
      let words = standings.map { Words.standing($0, .portuguese) }
      try await scene.terminal.wait(for: "\(words)") { rows in
        words.allSatisfy { word in rows.contains { $0.contains(word) && $0.contains("R$") } }
      }
    }
    try await expect([.leading, .outbid, .waiting, .suspended, .uncertain, .chainBroken])
    try await scene.terminal.press("2")
    try await expect([.won, .lost])
    try await scene.leave()
    let codes = try await scene.bytes(until: "RC=0").matches(of: /\u{1b}\[([0-9;:]*)m/).flatMap {
      $0.1.split { ";:".contains($0) }.compactMap { Int($0) }
    }
    #expect(!codes.isEmpty)
    #expect(codes.contains { (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0) } == isColoured)
  }

  @Test func `A terminal that cannot place its cursor gets lines without an escape byte`() async throws {
    let scene = try await Scene(Lines.three, environment: ["TERM": "dumb"], opens: .afterEnter)
    try await scene.terminal.wait(forText: "conectado: ")
    try await scene.terminal.type("listar")
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "l-07  ")
    #expect(try await scene.terminal.value("#{alternate_on}") == "0")
    try await scene.terminal.type("sair")
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(forText: "RC=0")
    let bytes = try await scene.bytes(until: "RC=0")
    let own = bytes[..<(try #require(bytes.firstRange(of: "RC=0"))).lowerBound]
    #expect(own.contains("Violão") && !own.contains("\u{1b}"), "\(own.debugDescription)")
  }

  @Test func `What goes into a file is lines without an escape byte`() async throws {
    let scene = try await Scene(Lines.three, opens: .intoFile)
    try await until("it speaks") { (try? scene.said())?.contains("conectado: ") ?? false }
    try await scene.terminal.type("listar")
    try await scene.terminal.press("Enter")
    try await until("the list") { try scene.said().contains("l-07  ") }
    try await scene.terminal.type("sair")
    try await scene.terminal.press("Enter")
    #expect(try await scene.terminal.leftovers(after: "RC=0") == [])
    let said = try scene.said()
    #expect(said.contains("Violão") && !said.contains("\u{1b}"), "\(said.debugDescription)")
  }

  /// docs/terminal.md has them, and `scripts/captures` draws them anew.
  @Test(arguments: ["100x30", "80x24", "40x12", "20x5"])
  func `A frame printed as text is the golden one, and needs no terminal`(size: String) throws {
    let root = String(#filePath.dropLast("/Tests/AcceptanceTests/EnvironmentTests.swift".count))
    let document = try String(contentsOfFile: root + "/docs/terminal.md", encoding: .utf8)
    let marker = try Regex(
      "(?m)^<!-- capture: \(size) ([0-9]+) -->\n```text\n((?s:.*?))```$", as: (Substring, Substring, Substring).self)
    let capture = try #require(document.firstMatch(of: marker))
    let folder = try ScratchFolder()
    let variables = Scene.variables(in: folder.path).filter { $0.key != "TERM" }
    let command =
      [Scene.program, "alice", "--roteiro", root + "/docs/passeio.jsonl", "--render", size, "--instante", String(capture.1)]
    let run = try CommandRun(
      ["env", "-i"] + variables.map { "\($0.key)=\($0.value)" }
        + ["/bin/bash", "-c", "exec \"$@\" > '\(folder.file("quadro"))' < /dev/null", "bash"] + command)
    #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty)
    let frame = String(decoding: try folder.read("quadro"), as: UTF8.self)
    #expect(frame == String(capture.2))
    #expect(!frame.contains("\u{1b}"))
  }
}
