import Glibc

/// Asks for a secret on the terminal: never echoed, never on a command line, never in the environment.
package enum Passphrase {
  /// - Returns: nil when there is no terminal to ask on, or nothing was typed.
  package static func ask(for owner: String) throws -> [UInt8]? {
    try prompt(said("Senha da chave de \(owner): ", "Passphrase of the key of \(owner): "))
  }

  /// Asks twice. An empty answer means none.
  /// - Throws: a usage failure when the two differ.
  package static func choose(for owner: String) throws -> [UInt8]? {
    let first = try prompt(
      said("Senha nova para a chave de \(owner) (vazia: sem senha): ", "New passphrase for the key of \(owner) (empty: none): "))
    guard let first else { return nil }
    guard try prompt(said("De novo: ", "Again: ")) == first else {
      throw Failure(.usage, said("as duas senhas diferem", "the two passphrases differ"))
    }
    return first
  }

  /// As long as a passphrase may be, in bytes.
  private static let longest = 1_000

  private static func prompt(_ text: String) throws -> [UInt8]? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    guard let silence = TerminalSilence(terminal) else { return nil }
    defer { silence.end() }
    say(text, to: terminal)
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while read(terminal, &byte, 1) == 1, byte != 0x0a { if answer.count <= longest { answer.append(byte) } }
    say("\n", to: terminal)
    guard answer.count <= longest else {
      throw Failure(
        .usage, said("uma senha tem no máximo \(longest) bytes", "a passphrase has \(longest) bytes at most"))
    }
    return answer.isEmpty ? nil : answer
  }

  private static func say(_ text: String, to terminal: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
  }
}

/// A terminal that does not echo, until `end`; a signal that ends the program gives the echo back first.
private struct TerminalSilence {
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  /// What a handler can reach: set before the handlers are, and one at a time.
  nonisolated(unsafe) private static var saved = termios()
  nonisolated(unsafe) private static var terminal: Int32 = -1

  /// Nil where there is no terminal.
  init?(_ terminal: Int32) {
    guard tcgetattr(terminal, &Self.saved) == 0 else { return nil }
    Self.terminal = terminal
    for number in Self.signals {
      signal(number) { number in
        tcsetattr(TerminalSilence.terminal, TCSANOW, &TerminalSilence.saved)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    // A stopped program would leave its shell without an echo.
    signal(SIGTSTP, SIG_IGN)
    var silent = Self.saved
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &silent)
  }

  func end() {
    tcsetattr(Self.terminal, TCSAFLUSH, &Self.saved)
    for number in Self.signals + [SIGTSTP] { signal(number, SIG_DFL) }
    Self.terminal = -1
  }
}
