/// How a terminal is told to show a notice outside of its window. None can be asked, so its name decides.
package enum DesktopNotice: Hashable, Sendable, CaseIterable {
  case osc9, osc777, osc99

  /// Nil where the name says nothing: the bell has to do.
  package init?(environment: (String) -> String?) {
    func has(_ name: String) -> Bool { !(environment(name) ?? "").isEmpty }
    let (term, program) = (environment("TERM") ?? "", environment("TERM_PROGRAM") ?? "")
    if term.hasPrefix("xterm-kitty") || has("KITTY_WINDOW_ID") {
      self = .osc99
    } else if ["xterm-ghostty", "wezterm", "foot", "rxvt", "konsole"].contains(where: term.hasPrefix)
      || ["ghostty", "WezTerm"].contains(program)
      || ["GHOSTTY_RESOURCES_DIR", "WEZTERM_PANE", "KONSOLE_VERSION"].contains(where: has)
    {
      self = .osc777
    } else if ["iTerm.app", "WarpTerminal"].contains(program) || environment("LC_TERMINAL") == "iTerm2" {
      self = .osc9
    } else {
      return nil
    }
  }

  /// The whole sequence. The text can end it nowhere: it holds no control character and no `;`.
  package func sequence(_ text: String, title: String, inTmux: Bool) -> String {
    let (text, title) = (Self.plain(text), Self.plain(title))
    let command =
      switch self {
      case .osc9: "9;\(title): \(text)"
      case .osc777: "777;notify;\(title);\(text)"
      case .osc99: "99;;\(title): \(text)"
      }
    let sequence = "\u{1b}]\(command)\u{1b}\\"
    // What tmux is to hand on to the terminal outside; it does where `allow-passthrough` is on.
    return inTmux ? "\u{1b}Ptmux;" + sequence.replacing("\u{1b}", with: "\u{1b}\u{1b}") + "\u{1b}\\" : sequence
  }

  private static func plain(_ text: String) -> String {
    String(SafeText.glyphs(text).map { $0.scalar == ";" ? Glyph(scalar: ",", width: 1) : $0 })
  }
}
