package import TerminalKit

/// The key table: one value from which dispatch, footer and help are made.
///
/// No binding needs Alt, a function key (F1 is only another name for `?`), a chord or a mouse, so that tmux, a Brazilian
/// keyboard and a telephone can all bid.
package enum Keymap {
  /// What the keys act on.
  package enum Context: Hashable, Sendable, CaseIterable { case list, armed, bidBox, confirm, filter, notices, terms, help, quit }

  package struct Binding: Hashable, Sendable {
    package let keys: [Input]
    package let command: Command
    package let contexts: Set<Context>
    /// Where its hint stands in the footer, and when it has to go: 0 never, then the highest first. Nil: help only.
    package let hint: Hint?
  }

  package struct Hint: Hashable, Sendable {
    package let priority: Int
    package let isRight: Bool
  }

  /// Where letters are typed or mean something else than in the list, so that other keys help and leave.
  private static let typed: Set<Context> = [.armed, .confirm, .filter]

  package static let bindings: [Binding] = [
    binding([.key(.up), .character("k")], .previous, [.list, .notices, .terms, .help]),
    binding([.key(.down), .character("j")], .next, [.list, .notices, .terms, .help], hint: 3),
    binding([.key(.pageUp)], .pageUp, [.list, .notices, .terms, .help]),
    binding([.key(.pageDown)], .pageDown, [.list, .notices, .terms, .help]),
    binding([.key(.home), .character("g")], .first, [.list, .notices, .terms, .help]),
    binding([.key(.end), .character("G")], .last, [.list, .notices, .terms, .help]),
    binding([.character("b"), .key(.enter)], .bid, [.list], hint: 1),
    binding([.character("+"), .character("=")], .raise, [.list], hint: 2),
    binding([.character("+"), .character("=")], .raise, [.armed, .bidBox]),
    binding([.character("-")], .lower, [.armed, .bidBox]),
    binding([.character("/")], .filter, [.list, .notices, .help], hint: 5),
    binding([.character("s")], .sort, [.list], hint: 6),
    binding([.character("S")], .reverseSort, [.list]),
    binding([.character("1")], .tabOpen, [.list]),
    binding([.character("2")], .tabMine, [.list]),
    binding([.character("3")], .tabClosed, [.list]),
    binding([.character("f")], .follow, [.list], hint: 7),
    binding([.character("i")], .terms, [.list]),
    binding([.character("n")], .notices, [.list], hint: 4),
    binding([.character("N")], .newestNotice, [.list]),
    binding([.character("m")], .sound, [.list], hint: 8, right: true),
    binding([.character("M")], .mouse, [.list]),
    binding([.character("p")], .freeze, [.list]),
    binding([.character("R")], .reconnect, [.list]),
    binding([.character("L")], .language, [.list]),
    binding([.key(.enter)], .send, [.armed, .confirm], hint: 1),
    binding([.key(.enter)], .send, [.bidBox]),
    binding([.key(.up)], .raise, [.bidBox]),
    binding([.key(.down)], .lower, [.bidBox]),
    binding([.key(.pageUp)], .raiseMore, [.bidBox]),
    binding([.key(.pageDown)], .lowerMore, [.bidBox]),
    binding([.key(.tab)], .secrecy, [.bidBox]),
    binding([.character("v")], .useSuggestion, [.confirm]),
    binding([.key(.backspace), .key(.delete)], .erase, [.bidBox, .confirm, .filter]),
    binding([.key(.enter)], .acceptFilter, [.filter], hint: 1),
    binding([.character("c")], .markRead, [.notices], hint: 2),
    binding([.character("s"), .character("y")], .leave, [.quit]),
    binding([.key(.f1)], .help, typed, hint: 2, right: true),
    binding([.key(.escape)], .cancel, typed, hint: 0, right: true),
    binding([.key(.escape)], .cancel, Set(Context.allCases).subtracting(typed)),
    binding([.character("q")], .cancel, [.notices, .terms, .help, .quit], hint: 0, right: true),
    binding([.character("?"), .key(.f1)], .cancel, [.help]),
    binding([.character("?")], .help, [.list, .notices, .terms], hint: 0, right: true),
    binding([.key(.f1)], .help, [.list, .bidBox, .notices, .terms]),
    binding([.key(.redraw)], .redraw, Set(Context.allCases)),
    binding([.key(.suspend)], .suspend, Set(Context.allCases)),
    binding([.character("q")], .quit, [.list], hint: 0, right: true),
    binding([.interrupt], .interrupt, Set(Context.allCases)),
  ]

  private static func binding(
    _ keys: [Input], _ command: Command, _ contexts: Set<Context>, hint: Int? = nil, right: Bool = false
  ) -> Binding {
    Binding(keys: keys, command: command, contexts: contexts, hint: hint.map { Hint(priority: $0, isRight: right) })
  }

  package static func command(for input: Input, in context: Context) -> Command? {
    bindings.first { $0.contexts.contains(context) && $0.keys.contains(input) }?.command
  }

  /// How a key is called on the screen.
  package static func name(of input: Input) -> String {
    switch input {
    case .character(let scalar): String(Character(scalar))
    case .interrupt: "Ctrl-C"
    case .paste, .click, .wheel, .withoutMouse, .focus, .resize, .terminate, .closed: ""
    case .key(let key):
      switch key {
      case .up: "↑"
      case .down: "↓"
      case .left: "Left"
      case .right: "Right"
      case .pageUp: "PgUp"
      case .pageDown: "PgDn"
      case .home: "Home"
      case .end: "End"
      case .enter: "Enter"
      case .escape: "Esc"
      case .backspace: "Bksp"
      case .delete: "Del"
      case .tab: "Tab"
      case .backTab: "S-Tab"
      case .f1: "F1"
      case .redraw: "Ctrl-L"
      case .suspend: "Ctrl-Z"
      }
    }
  }
}

extension Model {
  /// The help page: every command with its keys, those that count here first.
  func helpLines(from here: Keymap.Context) -> [(keys: String, words: String)] {
    let bindings = Keymap.bindings.filter { $0.contexts.contains(here) } + Keymap.bindings.filter { !$0.contexts.contains(here) }
    var lines: [(command: Command, keys: [String])] = []
    for binding in bindings {
      let names = binding.keys.map(Keymap.name)
      if let place = lines.firstIndex(where: { $0.command == binding.command }) {
        lines[place].keys += names.filter { !lines[place].keys.contains($0) }
      } else {
        lines.append((binding.command, names))
      }
    }
    return lines.map { ($0.keys.joined(separator: " "), Words.help($0.command, settings.language)) }
  }

  /// Its rows, in two columns where there is room.
  var helpRows: Int {
    let count = foundHelp(from: .list).count
    return size.width >= 80 ? (count + 1) / 2 : count
  }

  package var context: Keymap.Context {
    if isSearching { return .filter }
    return switch mode {
    case .list: .list
    case .filter: .filter
    case .armed: .armed
    case .bidBox: .bidBox
    case .confirm: .confirm
    case .notices: .notices
    case .terms: .terms
    case .help: .help
    case .quit: .quit
    }
  }
}
