package import ArgumentParser
package import SharedKernel

/// `--idioma`: the language of everything that the program says, over that of the locale.
package struct LanguageOption: ParsableArguments {
  package enum Choice: String, CaseIterable, ExpressibleByArgument {
    case pt, en

    var language: Language {
      switch self {
      case .pt: .portuguese
      case .en: .english
      }
    }
  }

  @Option(
    name: .spoken("idioma", "language"),
    help: ArgumentHelp(
      said(
        "Idioma; sem isto, o do locale (LC_ALL, LC_MESSAGES, LANG).",
        "Language; otherwise the locale's (LC_ALL, LC_MESSAGES, LANG)."),
      valueName: said("IDIOMA", "LANGUAGE")))
  package var choice: Choice?

  package init() {}
}

extension Language {
  /// What the option names, wherever it stands on a command line. It is read before the parser reads it, because what is wrong with the
  /// rest must be said in that language too.
  package init?(arguments: [String]) {
    let words = Array(arguments.prefix { $0 != "--" })
    for (place, word) in words.enumerated() {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = parts.first, ["--idioma", "--language"].contains(name) else { continue }
      let value = parts.count == 2 ? parts[1] : words.dropFirst(place + 1).first
      if let choice = value.flatMap(LanguageOption.Choice.init) {
        self = choice.language
        return
      }
    }
    return nil
  }
}
