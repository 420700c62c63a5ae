/// Stand-ins of the same width for terminals that show ASCII only.
package enum Ascii {
  /// One ASCII character that takes the place of the scalar: its own letter without the mark, a likeness, or `?`.
  package static func standIn(for scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII { return scalar }
    if let letter = Composition.letter(of: scalar) { return letter }
    switch scalar {
    case "\u{a0}": return " "
    case "★": return "*"
    case "▼", "↓": return "v"
    case "▲", "↑": return "^"
    case "·", "…", "▂", "▃": return "."
    case "○": return "o"
    case "●": return "@"
    case "✓": return "W"
    case "✗": return "L"
    case "│": return "|"
    case "─", "▄", "▅", "–", "—", "−": return "-"
    case "┌", "┐", "└", "┘": return "+"
    case "▁": return "_"
    case "▆", "▇": return "="
    case "█": return "#"
    case "±": return "~"
    case "×": return "x"
    case "‘", "’": return "'"
    case "“", "”", "«", "»": return "\""
    case "€": return "E"
    case "£": return "L"
    case "¥": return "Y"
    case "ª", "æ": return "a"
    case "º", "°", "ø": return "o"
    case "Æ": return "A"
    case "Ø": return "O"
    case "ß": return "s"
    case "đ", "ð": return "d"
    case "ł": return "l"
    default: return "?"
    }
  }
}

extension Frame {
  /// The same frame in ASCII, cell for cell; a wide character becomes two.
  package var ascii: Frame {
    var out = self
    for y in 0..<size.height {
      for x in 0..<size.width {
        let cell = self[x, y]
        let source = cell.width == 0 && x > 0 ? self[x - 1, y].scalar : cell.scalar
        out[x, y] = Cell(scalar: Ascii.standIn(for: source), role: cell.role, width: 1)
      }
    }
    return out
  }
}
