package import ArgumentParser

/// The first option of a command line that its command does not know. The parser itself names it only when nothing else is
/// missing, and says of `lance --client x` that `--cliente` is missing.
package enum StrangeOption {
  package static func sentence(in arguments: [String], of root: any ParsableCommand.Type) -> String? {
    var command = root
    for argument in arguments {
      if argument == "--" { return nil }
      guard argument.hasPrefix("--") else {
        command = command.configuration.subcommands.first { $0.isCalled(argument) } ?? command
        continue
      }
      let name = String(argument.prefix { $0 != "=" })
      let known = knownOptions(of: command, of: root)
      guard !known.contains(name) else { continue }
      let nearest = known.filter { $0.hasPrefix(name) || name.hasPrefix($0) }.min { $0.count < $1.count }
      return said("Opção desconhecida: '\(name)'.", "Unknown option '\(name)'.")
        + (nearest.map { said(" Seria '\($0)'?", " Did you mean '\($0)'?") } ?? "")
    }
    return nil
  }

  /// Those that the help shows, of the command and of the one that is meant where none is named.
  private static func knownOptions(of command: any ParsableCommand.Type, of root: any ParsableCommand.Type) -> Set<String> {
    let meant = [command] + (command.configuration.defaultSubcommand.map { [$0] } ?? [])
    let help = meant.map { root.helpMessage(for: $0, includeHidden: true, columns: 1_000) }.joined(separator: "\n")
    let options = help.split { " ,\n[]()|".contains($0) }.filter { $0.hasPrefix("--") }.map(String.init)
    return Set(options).union(["--generate-completion-script"])
  }
}

extension ParsableCommand {
  fileprivate static func isCalled(_ name: String) -> Bool {
    configuration.commandName == name || configuration.aliases.contains(name)
  }
}
