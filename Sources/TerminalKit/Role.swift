/// What a cell means; how that looks is the theme's affair.
package enum Role: UInt8, Hashable, Sendable, CaseIterable {
  case normal, title, muted, bar, selected, good, won, bad, warn, danger, flash, error

  /// One character for each role, for dumps.
  package var letter: Character {
    switch self {
    case .normal: "."
    case .title: "T"
    case .muted: "m"
    case .bar: "B"
    case .selected: "S"
    case .good: "g"
    case .won: "W"
    case .bad: "b"
    case .warn: "w"
    case .danger: "d"
    case .flash: "f"
    case .error: "e"
    }
  }
}

/// Attributes and colours of a role. A colour is an index of the terminal's palette; nil is the terminal's own.
package struct Style: Hashable, Sendable {
  package var bold = false
  package var underline = false
  package var reverse = false
  package var foreground: Int16?
  package var background: Int16?
}

/// How many colours are used.
package enum ColorDepth: Hashable, Sendable, CaseIterable {
  /// Attributes only: not one colour sequence is sent.
  case mono
  case sixteen
  case indexed256

  package enum Choice: Hashable, Sendable, CaseIterable { case never, auto, always }

  /// `choice` over `NO_COLOR` (no-color.org: only a value that is not empty counts) over what the terminal can do.
  package init(choice: Choice, noColor: String?, terminalColors: Int) {
    let able: ColorDepth = terminalColors >= 256 ? .indexed256 : terminalColors >= 8 ? .sixteen : .mono
    switch choice {
    case .never: self = .mono
    case .always: self = able
    case .auto: self = (noColor ?? "").isEmpty ? able : .mono
    }
  }
}

/// Which colours, where the terminal has any.
package enum Theme: Hashable, Sendable, CaseIterable {
  /// Blue and orange, which colour-blind readers tell apart; of a terminal with few colours blue and yellow.
  case blueOrange
  /// Green and red as the terminal's own palette has them, which its owner may have chosen for contrast.
  case palette
}

extension Style {
  /// The colours of a theme on a terminal.
  private enum Paint {
    case none, palette, blueYellow, blueOrange

    init(_ depth: ColorDepth, _ theme: Theme?) {
      switch (depth, theme) {
      case (.mono, _): self = .none
      case (.sixteen, .palette), (.sixteen, nil), (.indexed256, .palette): self = .palette
      case (.sixteen, .blueOrange): self = .blueYellow
      case (.indexed256, .blueOrange), (.indexed256, nil): self = .blueOrange
      }
    }
  }

  /// Cells that state something set both colours, so that they read on light and on dark backgrounds.
  ///
  /// - Parameter theme: nil: blue and orange where there are 256 colours, otherwise the palette.
  package init(_ role: Role, depth: ColorDepth, theme: Theme? = nil) {
    let paint = Paint(depth, theme)
    switch role {
    case .normal: break
    case .title: bold = true
    case .muted: if paint == .blueOrange { foreground = 245 }
    case .bar, .selected, .flash: reverse = true
    case .good, .won:
      bold = paint == .none
      reverse = role == .won
      set(paint, palette: (0, 2), blueYellow: (7, 4), blueOrange: (231, 25))
    case .bad:
      bold = paint != .blueOrange
      underline = paint == .none
      set(paint, palette: (7, 1), blueYellow: (0, 3), blueOrange: (16, 214))
    case .warn:
      bold = paint == .none
      set(paint, palette: (0, 3), blueYellow: (0, 7), blueOrange: (16, 229))
    case .danger:
      bold = paint != .blueOrange
      reverse = paint == .none
      set(paint, palette: (7, 1), blueYellow: (0, 3), blueOrange: (16, 208))
    case .error:
      bold = paint == .none
      set(paint, palette: (7, 1), blueYellow: (7, 1), blueOrange: (231, 160))
    }
  }

  private mutating func set(
    _ paint: Paint, palette: (Int16, Int16), blueYellow: (Int16, Int16), blueOrange: (Int16, Int16)
  ) {
    switch paint {
    case .none: break
    case .palette: (foreground, background) = palette
    case .blueYellow: (foreground, background) = blueYellow
    case .blueOrange: (foreground, background) = blueOrange
    }
  }
}
