import Glibc
import ServiceKit
import SharedKernel
import SigningKit
import TerminalKit

/// A newcomer on a terminal is offered a key pair: what `keygen` makes, with what is to be done with its public half.
struct FirstKey {
  let bidder: PrincipalID
  let settings: HouseSettings

  /// Asks only where there is neither half, and somebody to answer.
  func offerIfMissing() throws {
    guard !settings.keys.hasPrivateKey(bidder.text), !settings.keys.hasPublicKey(bidder.text), isatty(0) == 1, isatty(2) == 1
    else {
      return
    }
    let question = said(
      "Não há chave de \(bidder) em \(settings.keyPath).\nCriar uma agora? [s/N]",
      "There is no key of \(bidder) in \(settings.keyPath).\nMake one now? [y/N]")
    guard let answer = ask(Self.wrapped(question, to: columns) + " "), ["s", "sim", "y", "yes"].contains(answer.lowercased())
    else { return }
    let pair = try NewPair(bidder, in: settings, type: nil, passphrase: nil, replacing: false)
    CommandRunner.complain(Self.wrapped(pair.sentence, to: columns))
    _ = ask(said("Enter abre o terminal. ", "Enter opens the terminal. "))
  }

  private var columns: Int {
    var window = winsize()
    return ioctl(2, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 ? min(Int(window.ws_col), 100) : 80
  }

  /// Each line broken between words, what follows under where it begins. A word that is longer, such as a path, stays whole.
  static func wrapped(_ text: String, to columns: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
      let indent = line.prefix { $0 == " " }
      let words = line.dropFirst(indent.count)
      return SafeText.wrap(String(words), to: max(columns - indent.count, 1)).map { indent + $0 }
    }.joined(separator: "\n")
  }

  /// Nil at the end of the input.
  private func ask(_ question: String) -> String? {
    let bytes = Array(question.utf8)
    _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    // Nothing of what is typed later may be taken from the screen.
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(0, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return answer.isEmpty ? nil : String(decoding: answer, as: UTF8.self) }
      if byte == 0x0a { return String(decoding: answer, as: UTF8.self) }
      if answer.count < 100 { answer.append(byte) }
    }
  }
}
