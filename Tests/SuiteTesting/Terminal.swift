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

  /// From here on whatever is written to the terminal also goes into that file, byte by byte.
  package func record(to file: String) async throws { try await tmux("pipe-pane", "-O", "exec cat > '\(file)'") }

  /// Characters, as they are.
  package func type(_ text: String) async throws { _ = try await tmux("send-keys", "-l", text) }

  /// From here on everything that the program writes goes into the file too, byte for byte.
  package func record(into file: String) async throws { _ = try await tmux("pipe-pane", "-o", "exec cat >> '\(file)'") }

  package func resize(_ width: Int, _ height: Int) async throws {
    _ = try await tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  /// The process that runs in the window's foreground, below the shell.
  package func foreground() async throws -> pid_t? {
    guard let shell = pid_t(try await value("#{pane_pid}")) else { return nil }
    let children = try? Self.read("/proc/\(shell)/task/\(shell)/children")
    return children?.split(separator: " ").first.flatMap { pid_t($0) }
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

  private func tmux(_ arguments: [String]) async throws -> [String] {
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
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
