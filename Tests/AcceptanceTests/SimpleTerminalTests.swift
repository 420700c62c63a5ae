import SuiteTesting
import Testing

/// Terminals that can do less than they say, or have no screen beside the shell's.
@Suite(.serialized)
struct SimpleTerminalTests {
  @Test func `On the kernel's console, which sends no clicks, M says that there is no mouse`() async throws {
    let scene = try await Scene(Lines.three, environment: ["TERM": "linux"])
    try await scene.terminal.wait(forText: "l-03")
    try await scene.terminal.press("M")
    try await scene.terminal.wait(forText: "Este terminal nao tem mouse")
    #expect(try await scene.terminal.value("#{mouse_any_flag}") == "0")
  }

  @Test func `Where the screen is the shell's too, a crash is reported below what was drawn`() async throws {
    let scene = try await Scene(
      Lines.three, 80, 24, environment: ["TERM": "vt100"], arguments: ["--depurar"], opens: .afterEnter)
    try await scene.terminal.wait(forText: "l-03")
    try await scene.terminal.press("#")
    try await scene.terminal.wait(for: "the end") { $0.joined().contains("RC=134") }
    // Before the report the cursor has been sent below the last row, on a row of its own.
    let bytes = try await scene.bytes(until: "RC=134")
    let end = try #require(bytes.ranges(of: "\u{1b}[?1049l\r").last).upperBound
    #expect(bytes[end...].hasPrefix("\u{1b}[999;1H\r\n"), "\(bytes[end...].prefix(80).debugDescription)")
    #expect(try await scene.terminal.rows().allSatisfy { !$0.contains("RC=134") || !$0.contains("ajuda") })
  }
}
