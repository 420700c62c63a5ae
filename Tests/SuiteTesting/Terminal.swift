package import Glibc

/// A terminal of a test's own: a tmux server on a private socket with one window, in which a shell runs a command and stays.
///
/// The server is ended with the value, and with the test process, however that ends.
package final class Terminal: Sendable {
  private let socket: String
  private let environment: [String: String]
  private let server: pid_t

  private static let configuration = """
    set -g default-terminal tmux-256color
    set -s escape-time 0
    set -g status off
    set -g remain-on-exit on

    """

  /// Runs `command` (words for a shell) in a window of that size; afterwards the shell says `RC=` and its exit code.
  package init(
    in folder: String, width: Int, height: Int, environment: [String: String], _ command: [String]
  ) async throws {
    let name = "leilao-\(UInt64.random(in: .min ... .max))"
    socket = "\(folder)/\(name)"
    let file = "\(folder)/\(name).conf"
    try Self.write(Self.configuration, to: file)
    // The window's shell gets the environment of whoever starts the server.
    self.environment = environment.merging(["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]) { mine, _ in mine }
    let line = command.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    _ = try await Self.tmux(
      [
        "-S", socket, "-f", file, "new-session", "-d", "-x", "\(width)", "-y", "\(height)", "bash", "--norc", "-c",
        "\(line); echo RC=$?; exec bash --norc -i",
      ], self.environment)
    let said = try await Self.tmux(["-S", socket, "display-message", "-p", "#{pid}"], self.environment)
    guard let id = pid_t(said.first ?? "") else { throw Program.Failure(description: "tmux does not say who it is: \(said)") }
    server = id
    Orphans.adopt(id)
  }

  deinit {
    kill(server, SIGKILL)
    Orphans.release(server)
  }

  /// What the window shows, row by row, without the blanks at their ends.
  package func rows() async throws -> [String] { try await tmux("capture-pane", "-p") }

  /// The same with its styles as escape sequences.
  package func styledRows() async throws -> [String] { try await tmux("capture-pane", "-e", "-p") }

  /// A format of tmux's, such as `#{alternate_on}`.
  package func value(_ format: String) async throws -> String { try await tmux("display-message", "-p", format).first ?? "" }

  /// Keys by their tmux names.
  package func press(_ keys: String...) async throws { _ = try await tmux(["send-keys"] + keys) }

  /// Text that is pasted, as a terminal tells it from typed text.
  package func paste(_ text: String) async throws {
    try await tmux("set-buffer", text)
    try await tmux("paste-buffer", "-p")
  }

  /// Characters, as they are.
  package func type(_ text: String) async throws { _ = try await tmux("send-keys", "-l", text) }

  /// A click with the first button, as terminals of the xterm kind report it; rows and columns count from 0.
  package func click(_ x: Int, _ y: Int) async throws {
    for end in ["M", "m"] {
      let report = "\u{1b}[<0;\(x + 1);\(y + 1)\(end)"
      _ = try await tmux(["send-keys", "-H"] + report.utf8.map { String($0, radix: 16) })
    }
  }

  /// From here on everything that is written to the terminal goes into the file too, byte for byte, a little after it stands there:
  /// what has not come yet is waited for (`recorded`).
  package func record(into file: String) async throws { _ = try await tmux("pipe-pane", "-o", "exec cat >> '\(file)'") }

  /// What a file has of it that goes at least as far as these words.
  package func recorded(in file: String, until words: String) async throws -> String {
    var text = ""
    try await SuiteTesting.until("\(words.debugDescription) is recorded", within: .seconds(60)) {
      text = (try? Self.read(file)) ?? ""
      return text.contains(words)
    }
    return text
  }

  /// Waits until the shell is back and says how the program ended, and asks it what is left of the program on the terminal: modes
  /// that a shell does not have. Afterwards the last row ends with `FIM`.
  package func leftovers(after ending: String) async throws -> [String] {
    try await wait(for: "the shell is back with \(ending)") { $0.contains { $0.hasPrefix(ending) } }
    var left: [String] = []
    for (mode, usual) in [("alternate_on", "0"), ("cursor_flag", "1"), ("mouse_any_flag", "0"), ("keypad_cursor_flag", "0")] {
      let now = try await value("#{\(mode)}")
      if now != usual { left.append("\(mode) \(now)") }
    }
    try await type("stty -a | tr -s ' ;' '\\n\\n' | grep -x -e '-*echo' -e '-*icanon' | tr '\\n' ' '; echo F''IM")
    try await press("Enter")
    let rows = try await wait(for: "what stty says") { $0.contains { $0.hasSuffix(" FIM") } }
    let said = rows.last { $0.hasSuffix(" FIM") }?.split(separator: " ").map(String.init) ?? []
    return left + said.filter { !["echo", "icanon", "FIM"].contains($0) } + (said.count == 3 ? [] : ["\(said)"])
  }

  package func resize(_ width: Int, _ height: Int) async throws {
    _ = try await tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  /// The process that runs in the window's foreground, below the shell.
  package func foreground() async throws -> pid_t? {
    guard let shell = pid_t(try await value("#{pane_pid}")) else { return nil }
    let children = try? Self.read("/proc/\(shell)/task/\(shell)/children")
    return children?.split(separator: " ").first.flatMap { pid_t($0) }
  }

  /// Until the clock in its first row has gone on twice: a second at least.
  package func passASecond() async throws {
    func clock(_ rows: [String]) -> String? {
      rows.first.flatMap { $0.split(separator: " ").last { $0.contains(":") } }.map(String.init)
    }
    var seen = clock(try await rows())
    for _ in 0..<2 {
      let before = seen
      seen = clock(try await wait(for: "another second") { clock($0) != before })
    }
  }

  /// Waits until the rows are as wanted; an error shows what they were.
  @discardableResult
  package func wait(
    for what: String, within limit: Duration = .seconds(60), _ isThere: ([String]) -> Bool
  ) async throws -> [String] {
    let deadline = ContinuousClock.now + limit
    while true {
      let rows = try await rows()
      if isThere(rows) { return rows }
      guard ContinuousClock.now < deadline else {
        throw Program.Failure(description: "not on the terminal within \(limit): \(what)\n\(rows.joined(separator: "\n"))")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @discardableResult
  package func wait(forText text: String, within limit: Duration = .seconds(60)) async throws -> [String] {
    try await wait(for: text, within: limit) { rows in rows.contains { $0.contains(text) } }
  }

  /// A command of tmux's to this terminal's own server.
  @discardableResult
  package func tmux(_ arguments: String...) async throws -> [String] { try await tmux(arguments) }

  @discardableResult
  package func tmux(_ arguments: [String]) async throws -> [String] {
    try await Self.tmux(["-S", socket] + arguments, environment)
  }

  private static func tmux(_ arguments: [String], _ environment: [String: String]) async throws -> [String] {
    let program = try Program(["/usr/bin/tmux", "-u"] + arguments, environment: environment)
    let ending = try await program.ending()
    guard ending == .code(0) else {
      throw Program.Failure(description: "tmux \(arguments.joined(separator: " ")): \(ending) \(program.errors.values)")
    }
    return program.output.values
  }

  private static func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "we") else { throw Program.Failure(description: "cannot write \(path): errno \(errno)") }
    defer { fclose(file) }
    fputs(text, file)
  }

  private static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "re") else { throw Program.Failure(description: "cannot read \(path): errno \(errno)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
