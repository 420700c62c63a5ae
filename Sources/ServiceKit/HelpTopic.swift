package import ArgumentParser

/// `help SUBCOMMAND`: the parser answers with the general help when there is no such subcommand, as if all were well.
package enum HelpTopic {
  /// Ends the program where help about nothing is asked for, with a usage error; and where the parser, of a program without
  /// subcommands, knows no `help`.
  static func check(_ words: [String], of root: any ParsableCommand.Type) {
    guard words.first == "help" else { return }
    guard let unknown = unknown(words.dropFirst(), in: root) else {
      guard root.configuration.subcommands.isEmpty else { return }
      tell(ParserWords.said(root.helpMessage(), in: .current))
      CommandRunner.leave(.ok)
    }
    let program = root.configuration.commandName ?? ""
    CommandRunner.complain(
      said(
        "não há o subcomando “\(unknown)”; os que há: \(program) --help",
        "there is no subcommand “\(unknown)”; those that there are: \(program) --help"))
    CommandRunner.leave(.usage)
  }

  /// The first word that names no subcommand of the one before.
  package static func unknown(_ words: some Sequence<String>, in root: any ParsableCommand.Type) -> String? {
    var command = root
    for word in words where word != "help" && !word.hasPrefix("-") {
      let next = command.configuration.subcommands.first {
        $0.configuration.commandName == word || $0.configuration.aliases.contains(word)
      }
      guard let next else { return word }
      command = next
    }
    return nil
  }
}
