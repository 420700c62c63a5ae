/// Stand-ins of the same width for terminals that show ASCII only.
package enum Ascii {
  /// The text in stand-ins.
  package static func text(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.flatMap { $0 == "±" ? ["+", "-"] : [standIn(for: $0)] }))
  }

  /// One ASCII character that takes the place of the scalar: its own letter without the mark, a likeness, or `?`.
  package static func standIn(for scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII { return scalar }
    if let letter = Composition.letter(of: scalar) { return letter }
    if (0x2800...0x28ff).contains(scalar.value) { return standIn(forDots: UInt8(scalar.value - 0x2800)) }
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
    case "±": return "-"
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

extension Ascii {
  /// Of a braille cell: how high its dots stand.
  private static func standIn(forDots dots: UInt8) -> Unicode.Scalar {
    let rows: [Bool] = [dots & 0x09, dots & 0x12, dots & 0x24, dots & 0xc0].map { $0 != 0 }
    guard let top = rows.firstIndex(of: true), let bottom = rows.lastIndex(of: true) else { return " " }
    switch (top, bottom) {
    case (0, 0): return "'"
    case (3, 3): return "_"
    case (0...2, 1...2): return top == 0 && bottom == 2 ? "|" : "-"
    case (2, 3): return "."
    default: return "|"
    }
  }
}

extension Frame {
  /// The same frame in ASCII, cell for cell: a wide character becomes two, and so does `±`, for which a blank beside it goes.
  package var ascii: Frame {
    var out = self
    for y in 0..<size.height {
      defer { out.spellSigns(y, in: self) }
      for x in 0..<size.width {
        let cell = self[x, y]
        let source = cell.width == 0 && x > 0 ? self[x - 1, y].scalar : cell.scalar
        out[x, y] = Cell(scalar: Ascii.standIn(for: source), role: cell.role, width: 1)
      }
    }
    return out
  }

  /// Makes `+-` of what was `±` in this row: one of two blanks before it goes, or else of two behind it, or else the
  /// only one.
  private mutating func spellSigns(_ y: Int, in original: Frame) {
    func isGap(_ x: Int) -> Bool { self[x, y].scalar == " " && self[x + 1, y].scalar == " " }
    for x in 0..<size.width where original[x, y].scalar == "±" {
      let plus = Cell(scalar: "+", role: self[x, y].role, width: 1)
      if let gap = (0..<max(x - 1, 0)).last(where: isGap) {
        for column in gap..<x - 1 { self[column, y] = self[column + 1, y] }
        self[x - 1, y] = plus
      } else if let gap = (x + 1..<max(size.width - 1, x + 1)).first(where: isGap) {
        for column in stride(from: gap, to: x, by: -1) { self[column, y] = self[column - 1, y] }
        self[x, y] = plus
      } else if self[x - 1, y].scalar == " ", x > 0 {
        self[x - 1, y] = plus
      }
    }
  }
}
