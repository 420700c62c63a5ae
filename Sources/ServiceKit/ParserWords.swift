package import SharedKernel

/// What ArgumentParser says by itself, in Portuguese: every phrase of its `HelpGenerator`, `HelpCommand`, `MessageInfo` and
/// `ErrorMessageGenerator` (version 1.8) that a reader can meet. Texts of ours are already in the reader's language.
package enum ParserWords {
  package static func said(_ text: String, in language: Language) -> String {
    switch language {
    case .english: text
    case .portuguese: phrases.reduce(text) { $0.replacing($1.english, with: $1.portuguese) }
    }
  }

  /// What the parser says, in the reader's language, with another sentence for its own: the usage below stays.
  static func message(_ sentence: String, insteadOfThatIn message: String) -> String {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    let usage = lines.drop { !$0.hasPrefix(said("Usage:", in: .current)) }
    return (["\(said("Error:", in: .current)) \(sentence)"] + usage.map(String.init)).joined(separator: "\n")
  }

  /// In the order in which they are looked for: what contains another comes before it. Help is wrapped, so a phrase of a value's
  /// description ends where a line may end.
  package static let phrases: [(english: String, portuguese: String)] = [
    // Help.
    ("OVERVIEW:", "RESUMO:"), ("USAGE:", "USO:"), ("ARGUMENTS:", "ARGUMENTOS:"), ("OPTIONS:", "OPÇÕES:"),
    ("SUBCOMMANDS:", "SUBCOMANDOS:"), ("<options>", "<opções>"), ("<subcommand>", "<subcomando>"),
    ("<subcommands>", "<subcomandos>"), ("Show help information.", "Mostra esta ajuda."),
    ("Show the version.", "Mostra a versão."), ("Show subcommand help information.", "Mostra a ajuda de um subcomando."),
    ("(values:", "(valores:"), ("default as flag:", "padrão sem valor:"), ("default:", "padrão:"),
    ("(default)\n", "(padrão)\n"), ("(default)", "(padrão) "), ("for detailed help.", "para a ajuda de cada um."),
    ("Unspecified version", "Versão não informada"),
    // Around an error.
    ("Usage:", "Uso:"), ("Error:", "Erro:"), ("Help:", "Ajuda:"), ("  See '", "  Veja '"),
    ("for more information.", "para saber mais."),
    // Errors.
    ("Unknown option '", "Opção desconhecida: '"), ("'. Did you mean '", "'. Seria '"), ("   or: ", "   ou: "),
    ("Missing value for '", "Falta o valor de '"), ("The option '", "A opção '"),
    ("' does not take any value, but '", "' não leva valor, mas veio '"), ("' was specified.", "'."),
    ("Unexpected argument '", "Argumento inesperado: '"), (" unexpected arguments: '", " argumentos inesperados: '"),
    ("Value to be set with flag '", "O valor da opção '"), ("Value to be set with position ", "O valor na posição "),
    ("' had already been set with flag '", "' já tinha sido dado pela opção '"),
    (" had already been set with position ", " já tinha sido dado na posição "),
    ("Missing expected argument '", "Falta o argumento '"), ("Missing one of: '", "Falta um destes: '"),
    ("Missing required subcommand.", "Falta o subcomando."), ("Invalid option: ", "Opção inválida: "),
    ("The value '", "O valor '"), ("' is invalid for '", "' não serve para '"), ("' is invalid.", "' não serve."),
    ("Please provide one of the following:", "Aceitos:"), ("Please provide one of '", "Aceitos: '"),
    ("' and '", "' e '"), ("' or '", "' ou '"),
    ("Can't generate completion scripts for '", "Não há script de completação para '"),
    ("Can't autodetect a supported shell.", "Não foi possível descobrir o shell."),
    ("Please use --generate-completion-script=<shell> with one of:", "Use --generate-completion-script=<shell> com um destes:"),
  ]
}
