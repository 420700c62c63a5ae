import ArgumentParser
import ServiceKit
import SharedKernel
import TerminalKit

/// `--tema`
enum ThemeChoice: CaseIterable, ExpressibleByArgument {
  case colourBlind, palette, mono

  private var words: Sentence {
    switch self {
    case .colourBlind: Sentence("daltonico", "colour-blind")
    case .palette: Sentence("paleta", "palette")
    case .mono: Sentence(verbatim: "mono")
    }
  }

  init?(argument: String) {
    guard let found = Self.allCases.first(where: { [$0.words.portuguese, $0.words.english].contains(argument) }) else {
      return nil
    }
    self = found
  }

  static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) }
  var defaultValueDescription: String { said(words) }
}
