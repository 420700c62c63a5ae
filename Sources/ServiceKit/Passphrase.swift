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

  private static func prompt(_ text: String) throws -> [UInt8]? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var saved = termios()
    guard tcgetattr(terminal, &saved) == 0 else { return nil }
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &silent)
    defer { tcsetattr(terminal, TCSAFLUSH, &saved) }
    say(text, to: terminal)
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while answer.count < 1_024, read(terminal, &byte, 1) == 1, byte != 0x0a { answer.append(byte) }
    say("\n", to: terminal)
    return answer.isEmpty ? nil : answer
  }

  private static func say(_ text: String, to terminal: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
  }
}
