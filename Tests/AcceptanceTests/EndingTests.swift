import Foundation
import Glibc
import SuiteTesting
import Testing

/// However it ends, the terminal is the shell's again.
@Suite(.serialized)
struct EndingTests {
  /// Nothing of it is left on the terminal.
  private func expectRestored(_ scene: Scene, _ ending: String) async throws {
    #expect(try await scene.terminal.leftovers(after: ending) == [])
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

  @Test(arguments: [
    (SIGTERM, "RC=143"), (SIGINT, "RC=130"), (SIGHUP, "RC=129"), (SIGQUIT, "RC=131"), (SIGSEGV, "RC=139"), (SIGABRT, "RC=134"),
    (SIGILL, "RC=132"), (SIGBUS, "RC=135"),
  ])
  func `After a signal nothing is painted any more, and paste mode is off`(signal: Int32, ending: String) async throws {
    let scene = try await Scene(Lines.three, opens: .afterEnter)
    try await scene.terminal.wait(forText: "● conectado")
    let id = try #require(try await scene.terminal.foreground())
    #expect(kill(id, signal) == 0)
    try await expectRestored(scene, ending)
    let bytes = try await scene.bytes(until: " FIM")
    let screen = try #require(bytes.ranges(of: "\u{1b}[?1049l").last).upperBound
    #expect(bytes[..<screen].contains("\u{1b}[?2004l"))
    #expect(!bytes[screen...].contains("\u{1b}[?1049h") && !bytes[screen...].contains("Violão"))
    #expect(!bytes.contains("Press space"))
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
    let report = try await scene.bytes(until: " FIM")
    let screen = try #require(report.ranges(of: "\u{1b}[?1049l").last).upperBound
    #expect(report[screen...].contains(words), "\(report[screen...].prefix(2_000))")
    for word in ["Press space", "Registers", "rax", "Images"] {
      #expect(!report[screen...].contains(word), "\(report[screen...])")
    }
  }

  @Test func `What a library writes on standard error waits until the end`() async throws {
    let scene = try await Scene(
      [Lines.auction("l-03", "Violão", ends: 600, price: 125_000), Lines.live], arguments: ["--depurar"], opens: .afterEnter)
    let words = "a library complains on standard error"
    try await scene.terminal.wait(forText: "l-03")
    try await scene.terminal.press("%")
    try await scene.pass()
    #expect(try await !scene.terminal.rows().contains { $0.contains("complains") })
    try await scene.terminal.press("q")
    try await scene.terminal.wait(forText: words)
    try await expectRestored(scene, "RC=0")
    let bytes = try await scene.bytes(until: " FIM")
    let screen = try #require(bytes.ranges(of: "\u{1b}[?1049l").last).lowerBound
    #expect(!bytes[..<screen].contains(words) && bytes[screen...].contains(words))
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
    let bytes = try await scene.bytes(until: " FIM")
    #expect(!bytes.contains("\u{1b}[?1049h"))
  }

  @Test(arguments: [[["respawn-pane", "-k", "sleep", "1000"]], [["new-window", "-d", "sleep", "1000"], ["kill-pane"]]])
  func `It ends with its window`(commands: [[String]]) async throws {
    let scene = try await Scene(Lines.three)
    try await scene.terminal.wait(forText: "● conectado")
    let id = try #require(try await scene.terminal.foreground())
    for command in commands { try await scene.terminal.tmux(command) }
    try await until("it is gone", within: .seconds(60)) { kill(id, 0) != 0 && errno == ESRCH }
  }

  /// Of a line that is cut nobody tells the program: there is only nothing to read any more.
  @Test func `It ends when its line is cut`() async throws {
    let folder = try ScratchFolder()
    let script = try folder.write(([Scene.beginning] + Lines.three).joined(separator: "\n").utf8, "roteiro.jsonl")
    let terminal = try PseudoTerminal(
      [Scene.program, "alice", "--roteiro", script], environment: Scene.variables(in: folder.path), width: 80, height: 24)
    _ = try await terminal.wait(for: "conectado", since: .now, within: .seconds(60))
    terminal.hangUp()
    #expect(try await terminal.ending() == .code(0))
  }

  /// What is wrong, and what must be said of it.
  @Test(arguments: [
    (["operador"], 64, "reservado"), (["alice", "--cor", "rosa"], 64, "rosa"), (["alice", "--voar"], 64, "--voar"),
    (["Alice"], 64, "minúsculas"), (["alice", "--roteiro", "/nao/ha"], 64, "/nao/ha"),
    (["alice", "--render", "grande"], 64, "grande"), (["alice", "--velocidade", "2"], 64, "--roteiro"),
    (["alice", "--limite", "1,000"], 64, "1,000"), (["alice", "--roteiro", "/dev/null"], 64, "inicio"),
    (["estranha"], 78, "nenhum bloco PEM inteiro"), (["aberta"], 78, "chmod 600"), (["ninguem"], 64, "não há chave de ninguem"),
  ])
  func `What was typed wrong, or is no key, is said before the screen is taken`(words: [String], code: Int, said: String)
    async throws
  {
    let folder = try ScratchFolder()
    let keys = folder.file("keys/private")
    try FileManager.default.createDirectory(
      atPath: keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for (name, mode) in [("estranha", 0o600), ("aberta", 0o644)] {
      try folder.write("nothing that is a key\n".utf8, "keys/private/\(name).pem")
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(keys)/\(name).pem")
    }
    // Twice: somebody who is offered a key does not want one yet.
    let command = ["/bin/bash", "-c", "read -r; exec \"$@\"", "bash", Scene.program] + words
    let terminal = try await Terminal(
      in: folder.path, width: 200, height: 30, environment: Scene.variables(in: folder.path), command)
    try await terminal.record(into: folder.file("bytes"))
    try await terminal.press("Enter", "Enter")
    #expect(try await terminal.leftovers(after: "RC=\(code)") == [])
    #expect(try await terminal.rows().joined(separator: " ").contains(said))
    let bytes = try await terminal.recorded(in: folder.file("bytes"), until: " FIM")
    #expect(!bytes.contains("\u{1b}[?1049h"))
  }
}
