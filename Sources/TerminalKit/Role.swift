/// What a cell means; how that looks is the theme's affair.
package enum Role: UInt8, Hashable, Sendable, CaseIterable {
  case normal, title, muted, bar, selected, good, bad, warn, danger, flash, error

  /// One character for each role, for dumps.
  package var letter: Character {
    switch self {
    case .normal: "."
    case .title: "T"
    case .muted: "m"
    case .bar: "B"
    case .selected: "S"
    case .good: "g"
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

extension Style {
  /// Cells that state something set both colours, so that they read on light and on dark backgrounds; the 256-colour set
  /// keeps to blue and orange, which colour-blind readers tell apart.
  package init(_ role: Role, depth: ColorDepth) {
    switch role {
    case .normal: break
    case .title: bold = true
    case .muted: if depth == .indexed256 { foreground = 245 }
    case .bar, .selected, .flash: reverse = true
    case .good:
      bold = depth == .mono
      paint(depth, sixteen: (0, 2), indexed256: (231, 25))
    case .bad:
      bold = depth != .indexed256
      underline = depth == .mono
      paint(depth, sixteen: (7, 1), indexed256: (16, 214))
    case .warn:
      bold = depth == .mono
      paint(depth, sixteen: (0, 3), indexed256: (16, 229))
    case .danger:
      bold = depth != .indexed256
      reverse = depth == .mono
      paint(depth, sixteen: (7, 1), indexed256: (16, 208))
    case .error:
      bold = depth == .mono
      paint(depth, sixteen: (7, 1), indexed256: (231, 160))
    }
  }

  private mutating func paint(_ depth: ColorDepth, sixteen: (Int16, Int16), indexed256: (Int16, Int16)) {
    switch depth {
    case .mono: break
    case .sixteen: (foreground, background) = sixteen
    case .indexed256: (foreground, background) = indexed256
    }
  }
}
