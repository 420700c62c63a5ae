import ArgumentParser

/// What `--generate-completion-script` writes: the parser's own script, to which are added the command that is meant where none is
/// named, and the names that commands have in the other language. The parser's knows neither.
///
/// Before the parser's functions look at what was typed, the first word is put right: a command's other name becomes the one that they
/// know, and where the word is no command's, the default one's name is put before it.
enum CompletionScript {
  /// Nil: these words ask for none, or for a shell that is not known, which the parser says.
  static func asked(by words: [String], of root: any ParsableCommand.Type) -> String? {
    guard let first = words.first, first.hasPrefix(option) else { return nil }
    let name =
      first == option
      ? words.dropFirst().first : first.dropFirst(option.count).first == "=" ? String(first.dropFirst(option.count + 1)) : nil
    guard let name, let shell = CompletionShell.allCases.first(where: { $0.rawValue == name }) else { return nil }
    return text(for: shell, of: root)
  }

  private static let option = "--generate-completion-script"

  static func text(for shell: CompletionShell, of root: any ParsableCommand.Type) -> String {
    let script = root.completionScript(for: shell)
    guard let program = root.configuration.commandName else { return script }
    let commands = root.configuration.subcommands.map { $0.configuration }
    let names = commands.compactMap(\.commandName) + ["help"]
    let others = commands.flatMap { command in command.aliases.map { (other: $0, name: command.commandName ?? "") } }
    let meant = root.configuration.defaultSubcommand?.configuration.commandName
    switch shell {
    case .bash: return script + bash(program, names, others, meant)
    case .fish: return fish(script, program, names, others, meant)
    case .zsh: return zsh(script, program, names, others, meant)
    default: return script
    }
  }

  private typealias Others = [(other: String, name: String)]

  /// Called in the place of the parser's function, with the words of the line put right.
  private static func bash(_ program: String, _ names: [String], _ others: Others, _ meant: String?) -> String {
    """

    _\(program)_named() {
        local word="${COMP_WORDS[1]-}" name=''
        if [[ "${COMP_CWORD}" -gt 1 || "${word}" = -* ]]; then
            local rest="${COMP_LINE#*"${COMP_WORDS[0]}"}"
            local before="${COMP_LINE%"${rest}"}"
            case "${word}" in
            \(names.joined(separator: "|"))) ;;
    \(others.map { "        \($0.other)) name=\($0.name) ;;" }.joined(separator: "\n"))
            *)
    \(meant.map { """
                COMP_WORDS=("${COMP_WORDS[0]}" \($0) "${COMP_WORDS[@]:1}")
                COMP_CWORD=$((COMP_CWORD + 1))
                COMP_LINE="${before} \($0)${rest}"
                COMP_POINT=$((COMP_POINT + \($0.utf8.count + 1)))
    """ } ?? "            :")
                ;;
            esac
            if [[ -n "${name}" ]]; then
                COMP_WORDS[1]="${name}"
                COMP_LINE="${before}${rest/"${word}"/"${name}"}"
                COMP_POINT=$((COMP_POINT + ${#name} - ${#word}))
            fi
        fi
        _\(program) "${COMP_WORDS[0]}" "${2-}" "${COMP_WORDS[COMP_CWORD - 1]}"
    }

    complete -o filenames -F _\(program)_named \(program)
    """
  }

  /// Within the function that reads the words before the cursor.
  private static func fish(_ script: String, _ program: String, _ names: [String], _ others: Others, _ meant: String?) -> String {
    let read = "    set -l unparsed_tokens (__\(program)_tokens -pc)\n"
    let named =
      """
          if set -q unparsed_tokens[2]; or string match -q -- '-*' (commandline -ct)
              switch "$unparsed_tokens[2]"
              case \(names.joined(separator: " "))
      \(others.map { "        case \($0.other)\n            set unparsed_tokens[2] \($0.name)" }.joined(separator: "\n"))
              case '*'
                  \(meant.map { "set unparsed_tokens $unparsed_tokens[1] \($0) $unparsed_tokens[2..]" } ?? "")
              end
          end

      """
    return script.replacing(read, with: read + named)
  }

  /// Around the parser's function, which gets another name.
  private static func zsh(_ script: String, _ program: String, _ names: [String], _ others: Others, _ meant: String?) -> String {
    let head = "\n_\(program)() {\n"
    let named =
      """

      _\(program)() {
          if (( CURRENT > 2 )) || [[ "${words[2]}" = -* ]]; then
              case "${words[2]}" in
              \(names.joined(separator: "|"))) ;;
      \(others.map { "        \($0.other)) words[2]=\($0.name) ;;" }.joined(separator: "\n"))
              *)
      \(meant.map { """
                  words=("${words[1]}" \($0) "${(@)words[2,-1]}")
                  (( CURRENT++ ))
      """ } ?? "            :")
                  ;;
              esac
          fi
          __\(program)_commands "${@}"
      }

      """
    return script.replacing(head, with: named + "\n__\(program)_commands() {\n", maxReplacements: 1)
  }
}
