import SharedKernel

// What is looked for on a page: lines that do not have it are not shown.

/// A word, while it is typed and after that.
package struct Search: Hashable, Sendable {
  package var text = ""
  package var isTyped = true

  static let limit = 40
}

extension Model {
  /// Whether keys are letters of what is looked for.
  var isSearching: Bool { search?.isTyped ?? false }

  /// The notices of the page.
  var foundNotices: [Notice] {
    guard let wanted = wantedOnPage else { return picture.notices.all }
    return picture.notices.all.filter { has($0, wanted) }
  }

  /// The lines of the help.
  func foundHelp(from here: Keymap.Context) -> [(keys: String, words: String)] {
    guard let wanted = wantedOnPage else { return helpLines(from: here) }
    return helpLines(from: here).filter { fold($0.keys + " " + $0.words).contains(wanted) }
  }

  /// Whether a new notice will stand on the page.
  func isFound(_ notice: Notice) -> Bool { wantedOnPage.map { has(notice, $0) } ?? true }

  private var wantedOnPage: String? { search.map { fold($0.text) }.flatMap { $0.isEmpty ? nil : $0 } }

  private func has(_ notice: Notice, _ wanted: String) -> Bool {
    fold(line(notice)).contains(wanted) || fold(notice.title).contains(wanted)
  }

  mutating func search(_ command: Command) {
    switch command {
    case .acceptFilter: if search?.text.isEmpty ?? true { search = nil } else { search?.isTyped = false }
    case .erase: if search?.text.isEmpty == false { search?.text.unicodeScalars.removeLast() }
    case .cancel: search = nil
    default: return
    }
    showTop()
  }

  mutating func search(typing scalar: Unicode.Scalar) {
    guard let text = search?.text, text.unicodeScalars.count < Search.limit else { return }
    search?.text.unicodeScalars.append(scalar)
    showTop()
  }

  private mutating func showTop() {
    switch mode {
    case .notices: mode = .notices(scroll: 0, fresh: 0)
    case .help(_, let back): mode = .help(scroll: 0, back: back)
    case .list, .filter, .armed, .bidBox, .confirm, .terms, .quit: break
    }
  }
}
