import Foundation
import Glibc
import SuiteTesting
import Testing

/// However it ends, the terminal is the shell's again.
@Suite(.serialized)
struct EndingTests {
  /// What the shell says of the terminal, and what tmux knows of its modes.
  private func expectRestored(_ scene: Scene, _ ending: String) async throws {
    try await scene.terminal.wait(for: "the shell is back with \(ending)") { $0.contains { $0.hasPrefix(ending) } }
    #expect(try await scene.modes() == "0 1 0 0")
    try await scene.terminal.type("stty -a | tr -s ' ;' '\\n\\n' | grep -x -e '-*echo' -e '-*icanon' | tr '\\n' ' '; echo F''IM")
    try await scene.terminal.press("Enter")
    let rows = try await scene.terminal.wait(for: "what stty says") { $0.contains { $0.hasSuffix(" FIM") } }
    #expect(rows.last { $0.hasSuffix(" FIM") }?.split(separator: " ").sorted() == ["FIM", "echo", "icanon"])
  }

  @Test func `q gives back what stood there before`() async throws {
    let scene = try await Scene([Lines.auction("l-03", "Violão", ends: 600, price: 125_000), Lines.live], opens: .afterEnter)
    try await scene.terminal.wait(forText: "l-03")
    #expect(try await !scene.terminal.rows().contains("ANTES"))
    try await scene.terminal.press("q")
    try await expectRestored(scene, "RC=0")
    #expect(try await scene.terminal.rows().contains("ANTES"))
  }

  @Test func `q asks who leads; q and Escape stay, s leaves`() async throws {
    let scene = try await Scene(Lines.three)
    try await scene.terminal.wait(forText: "LIDERA")
    for key in ["q", "Escape"] {
      try await scene.terminal.press("q")
      try await scene.terminal.wait(forText: "Sair mesmo?")
      try await scene.terminal.press(key)
      try await scene.terminal.wait(for: "the question is gone") { !$0.contains { $0.contains("Sair mesmo?") } }
    }
    try await scene.terminal.press("q")
    try await scene.terminal.wait(forText: "Sair mesmo?")
    try await scene.terminal.press("s")
    try await expectRestored(scene, "RC=0")
  }

  /// TerminalTests sends the others.
  @Test(arguments: [(SIGQUIT, "RC=131"), (SIGBUS, "RC=135"), (SIGTERM, "RC=143"), (SIGSEGV, "RC=139")])
  func `After a signal nothing is painted any more, and paste mode is off`(signal: Int32, ending: String) async throws {
    let scene = try await Scene(Lines.three, opens: .afterEnter)
    try await scene.terminal.wait(forText: "● conectado")
    let id = try #require(try await scene.terminal.foreground())
    #expect(kill(id, signal) == 0)
    try await expectRestored(scene, ending)
    let bytes = try scene.bytes()
    let screen = try #require(bytes.ranges(of: "\u{1b}[?1049l").last).upperBound
    #expect(bytes[..<screen].contains("\u{1b}[?2004l"))
    #expect(!bytes[screen...].contains("\u{1b}[?1049h") && !bytes[screen...].contains("Violão"))
  }

  @Test(arguments: [
    ("!", "RC=132", "Index out of range"), ("@", "RC=139", "deeper"), ("#", "RC=134", "Aborted"),
    ("$", "RC=132", "a crash that was asked for"),
  ])
  func `A crash is reported on the ordinary screen, and nothing asks for a key`(key: String, ending: String, words: String)
    async throws
  {
    let scene = try await Scene(Lines.three, 100, 30, arguments: ["--depurar"], opens: .afterEnter)
    try await scene.terminal.wait(for: "a numbered frame") { $0.last?.contains(/#[0-9]+ e1 *$/) ?? false }
    try await scene.terminal.press(key)
    try await expectRestored(scene, ending)
    let report = try scene.bytes()
    let screen = try #require(report.ranges(of: "\u{1b}[?1049l").last).upperBound
    #expect(report[screen...].contains(words), "\(report[screen...].prefix(2_000))")
    #expect(!report.contains("Press space"))
  }

  @Test func `What a library writes on standard error waits until the end`() async throws {
    let scene = try await Scene(
      [Lines.auction("l-03", "Violão", ends: 600, price: 125_000), Lines.live], arguments: ["--depurar"], opens: .afterEnter)
    let words = "a library complains on standard error"
    try await scene.terminal.wait(forText: "l-03")
    try await scene.terminal.press("%")
    try await scene.pass()
    #expect(try await !scene.terminal.rows().contains { $0.contains("complains") })
    let bytes = try scene.bytes()
    #expect(!bytes.contains(words))
    try await scene.terminal.press("q")
    try await scene.terminal.wait(forText: words)
    try await expectRestored(scene, "RC=0")
  }

  @Test func `Stopped it gives the terminal back, and goes on where time has come to`() async throws {
    let scene = try await Scene(Lines.three, opens: .fromShell)
    try await scene.terminal.wait(forText: "● conectado")
    let before = try #require(Scene.second(in: try await scene.terminal.rows()))
    try await scene.terminal.press("C-z")
    try await scene.terminal.wait(forText: "Stopped")
    #expect(try await scene.modes() == "0 1 0 0")
    try await scene.terminal.type("read -r -t 2 nothing; fg")
    try await scene.terminal.press("Enter")
    try await scene.terminal.wait(for: "the time that it is") { Scene.second(in: $0).map { $0 >= before + 2 } ?? false }
    try await scene.expectDrawn(100, 30)
    #expect(try await scene.modes() == "1 0 0 1")
  }

  @Test(arguments: ["", "foo"])
  func `A terminal that nobody knows is said, and left as it was`(term: String) async throws {
    let scene = try await Scene(Lines.three, environment: ["TERM": term], opens: .afterEnter)
    try await expectRestored(scene, "RC=64")
    let reason = term.isEmpty ? "TERM não diz que terminal é este" : "TERM=\(term) não é um terminal conhecido"
    #expect(try await scene.terminal.rows().contains { $0.contains(reason) })
    let bytes = try scene.bytes()
    #expect(!bytes.contains("\u{1b}[?1049h"))
  }

  @Test func `It ends with its window`() async throws {
    let scene = try await Scene(Lines.three)
    try await scene.terminal.wait(forText: "● conectado")
    let id = try #require(try await scene.terminal.foreground())
    try await scene.terminal.tmux("respawn-pane", "-k", "sleep", "1000")
    try await until("it is gone", within: .seconds(60)) { kill(id, 0) != 0 && errno == ESRCH }
  }

  /// What is wrong, and what must be said of it.
  @Test(arguments: [
    (["operador"], 64, "reservado"), (["alice", "--cor", "rosa"], 64, "rosa"), (["Alice"], 64, "minúsculas"),
    (["alice", "--roteiro", "/nao/ha"], 64, "/nao/ha"), (["alice", "--render", "grande"], 64, "grande"),
    (["alice", "--velocidade", "2"], 64, "--roteiro"), (["alice", "--limite", "1,000"], 64, "1,000"),
    (["alice", "--roteiro", "/dev/null"], 64, "inicio"),
  ])
  func `What was typed wrong is said before the screen is taken`(words: [String], code: Int, said: String) async throws {
    let folder = try ScratchFolder()
    let file = folder.file("bytes")
    let command = ["/bin/bash", "-c", "read -r; exec \"$@\"", "bash", Scene.program] + words
    let terminal = try await Terminal(
      in: folder.path, width: 80, height: 24, environment: Scene.variables(in: folder.path), command)
    try await terminal.record(to: file)
    try await terminal.press("Enter")
    let rows = try await terminal.wait(forText: "RC=\(code)")
    #expect(rows.joined().contains(said), "\(rows)")
    let bytes = String(decoding: try folder.read("bytes"), as: UTF8.self)
    #expect(!bytes.contains("\u{1b}[?1049h"))
  }
}
