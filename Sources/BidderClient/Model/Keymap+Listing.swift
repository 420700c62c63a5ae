package import SharedKernel

// The key table for reading: on the help page and on the command line.

extension Keymap.Binding {
  /// Its keys, as they are called on the screen.
  package var names: String { keys.map(Keymap.name).joined(separator: " ") }
}

extension Keymap {
  /// Every binding in every context in which it counts, context by context.
  package static var listing: [(context: Context, binding: Binding)] {
    Context.allCases.flatMap { context in bindings.filter { $0.contexts.contains(context) }.map { (context, $0) } }
  }

  /// A line of the listing.
  package static func line(_ context: Context, _ binding: Binding, _ language: Language) -> String {
    padded(Words.context(context, language), 12) + padded(binding.names, 16) + Words.help(binding.command, language)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.unicodeScalars.count, 1))
  }
}

extension Words {
  /// What has the keys.
  package static func context(_ context: Keymap.Context, _ language: Language) -> String {
    switch context {
    case .list: language.choose("lista", "list")
    case .armed: language.choose("armado", "armed")
    case .bidBox: language.choose("lance", "bid")
    case .confirm: language.choose("confirmação", "confirm")
    case .filter: language.choose("filtro", "filter")
    case .notices: language.choose("avisos", "notices")
    case .terms: language.choose("regras", "rules")
    case .help: language.choose("ajuda", "help")
    case .quit: language.choose("saída", "quit")
    }
  }
}
