package import SharedKernel

/// What a line of text asks of the terminal. Both languages are always taken.
package enum PlainCommand: Hashable, Sendable {
  case list(Model.Tab)
  case show(String)
  case bid(String, amount: String)
  case maximum(String, amount: String)
  /// With the amount, where it is to be typed again.
  case confirm(String?)
  case giveUp
  case follow(String)
  case notices
  case reconnect
  case help
  case quit

  package enum Problem: Error, Hashable, Sendable {
    case unknown(String)
    /// How it is said.
    case incomplete(Sentence)
  }

  private enum Verb: CaseIterable {
    case list, show, bid, maximum, confirm, giveUp, follow, notices, reconnect, help, quit

    var words: Sentence {
      switch self {
      case .list: Sentence("listar", "list")
      case .show: Sentence("ver", "show")
      case .bid: Sentence("lance", "bid")
      case .maximum: Sentence("maximo", "maximum")
      case .confirm: Sentence("confirmar", "confirm")
      case .giveUp: Sentence("desistir", "cancel")
      case .follow: Sentence("seguir", "follow")
      case .notices: Sentence("avisos", "notices")
      case .reconnect: Sentence("reconectar", "reconnect")
      case .help: Sentence("ajuda", "help")
      case .quit: Sentence("sair", "quit")
      }
    }

    /// What stands behind the word.
    var rest: Sentence {
      switch self {
      case .list: Sentence("[abertos|meus|encerrados]", "[open|mine|closed]")
      case .show, .follow: Sentence("LOTE", "LOT")
      case .bid, .maximum: Sentence("LOTE VALOR", "LOT AMOUNT")
      case .confirm: Sentence("[VALOR]", "[AMOUNT]")
      case .giveUp, .notices, .reconnect, .help, .quit: Sentence(verbatim: "")
      }
    }

    var meaning: Sentence {
      switch self {
      case .list: Sentence("os leilões", "the auctions")
      case .show: Sentence("tudo de um lote", "all of a lot")
      case .bid: Sentence("dar um lance", "bid")
      case .maximum: Sentence("até onde a casa vai, em segredo", "how far the house goes, in secret")
      case .confirm: Sentence("enviar o perguntado; se alto, com o valor", "send it; a high one with its amount")
      case .giveUp: Sentence("não enviar o perguntado", "do not send it")
      case .follow: Sentence("seguir ou deixar de seguir", "follow, or stop")
      case .notices: Sentence("os avisos de novo", "the notices again")
      case .reconnect: Sentence("tentar a conexão agora", "try to connect now")
      case .help: Sentence("isto", "this")
      case .quit: Sentence("sair", "leave")
      }
    }

    func line(_ language: Language) -> String {
      let rest = rest.said(in: language)
      return words.said(in: language) + (rest.isEmpty ? "" : " " + rest)
    }
  }

  /// Nil: the line is empty.
  package init?(_ line: String) throws(Problem) {
    let words = line.split { $0.isWhitespace }.map(String.init)
    guard let first = words.first else { return nil }
    let word = first.lowercased()
    guard let verb = Verb.allCases.first(where: { [$0.words.portuguese, $0.words.english].contains(word) }) else {
      throw .unknown(first)
    }
    let incomplete = Problem.incomplete(Sentence(verb.line(.portuguese), verb.line(.english)))
    func one() throws(Problem) -> String {
      guard words.count == 2 else { throw incomplete }
      return words[1]
    }
    /// An amount may have its symbol before it, with a blank.
    func two() throws(Problem) -> (String, String) {
      guard words.count >= 3 else { throw incomplete }
      return (words[1], words[2...].joined(separator: " "))
    }
    func alone(_ command: PlainCommand) throws(Problem) -> PlainCommand {
      guard words.count == 1 else { throw incomplete }
      return command
    }
    switch verb {
    case .list:
      guard words.count <= 2 else { throw incomplete }
      let tabs: [(Model.Tab, [String])] = [
        (.open, ["abertos", "open"]), (.mine, ["meus", "mine"]), (.closed, ["encerrados", "closed"]),
      ]
      guard words.count == 2 else {
        self = .list(.open)
        return
      }
      guard let tab = tabs.first(where: { $0.1.contains(words[1].lowercased()) })?.0 else { throw incomplete }
      self = .list(tab)
    case .show: self = .show(try one())
    case .bid:
      let (lot, amount) = try two()
      self = .bid(lot, amount: amount)
    case .maximum:
      let (lot, amount) = try two()
      self = .maximum(lot, amount: amount)
    case .confirm: self = .confirm(words.count == 1 ? nil : words.dropFirst().joined(separator: " "))
    case .giveUp: self = try alone(.giveUp)
    case .follow: self = .follow(try one())
    case .notices: self = try alone(.notices)
    case .reconnect: self = try alone(.reconnect)
    case .help: self = try alone(.help)
    case .quit: self = try alone(.quit)
    }
  }

  /// A line for each.
  package static func help(_ language: Language) -> [String] {
    let width = Verb.allCases.map { $0.line(language).count }.max() ?? 0
    return Verb.allCases.map { verb in
      let line = verb.line(language)
      return line + String(repeating: " ", count: width - line.count + 2) + verb.meaning.said(in: language)
    }
  }
}
