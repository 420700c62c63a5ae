/// One place on the screen.
package struct Cell: Hashable, Sendable {
  package let scalar: Unicode.Scalar
  package let role: Role
  /// 1, 2 for the left half of a wide character, 0 for its right half.
  package let width: UInt8

  package static let blank = Cell(scalar: " ", role: .normal, width: 1)
}

/// A screen as a value: exactly `size` cells. Nothing can be drawn outside it, whatever is asked.
package struct Frame: Hashable, Sendable {
  package let size: Size
  private var cells: [Cell]
  /// Where the terminal's cursor stands; nil hides it.
  package var cursor: (x: Int, y: Int)? {
    get { place.map { ($0 % max(size.width, 1), $0 / max(size.width, 1)) } }
    set {
      place = newValue.flatMap { contains($0.x, $0.y) ? $0.y * size.width + $0.x : nil }
    }
  }
  private var place: Int?

  package init(_ size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.width * size.height)
  }

  /// Outside the frame a cell is blank, and setting it has no effect.
  package subscript(x: Int, y: Int) -> Cell {
    get { contains(x, y) ? cells[y * size.width + x] : .blank }
    set { if contains(x, y) { cells[y * size.width + x] = newValue } }
  }

  private func contains(_ x: Int, _ y: Int) -> Bool { x >= 0 && x < size.width && y >= 0 && y < size.height }

  /// Writes text from column `x` on, made safe first and clipped to the frame and to `limit` cells; answers the column after it.
  @discardableResult
  package mutating func put(_ x: Int, _ y: Int, _ text: String, _ role: Role = .normal, limit: Int = .max) -> Int {
    put(x, y, SafeText.glyphs(text), role, limit: limit)
  }

  @discardableResult
  package mutating func put(_ x: Int, _ y: Int, _ glyphs: [Glyph], _ role: Role = .normal, limit: Int = .max) -> Int {
    guard y >= 0, y < size.height else { return x + glyphs.reduce(0) { $0 + $1.width } }
    let end = min(size.width, limit < size.width - x ? x + limit : size.width)
    var column = x
    for glyph in glyphs {
      guard column + glyph.width <= end else { break }
      if glyph.width == 1, column >= 0, cells[y * size.width + column].width == 1 {
        cells[y * size.width + column] = Cell(scalar: glyph.scalar, role: role, width: 1)
        column += 1
        continue
      }
      clear(column, y)
      if glyph.width == 2 {
        clear(column + 1, y)
        self[column + 1, y] = Cell(scalar: " ", role: role, width: 0)
      }
      // The left half of a wide character outside the frame leaves a blank.
      if column >= 0 || glyph.width == 1 {
        self[column, y] = Cell(scalar: glyph.scalar, role: role, width: UInt8(glyph.width))
      } else {
        self[column + 1, y] = Cell(scalar: " ", role: role, width: 1)
      }
      column += glyph.width
    }
    return column
  }

  /// Gives a whole row, or part of it, another role; the text stays.
  package mutating func paint(_ y: Int, _ role: Role, from x: Int = 0, to end: Int = .max) {
    for column in max(x, 0)..<max(min(end, size.width), max(x, 0)) {
      let cell = self[column, y]
      self[column, y] = Cell(scalar: cell.scalar, role: role, width: cell.width)
    }
  }

  /// Blanks a rectangle.
  package mutating func erase(x: Int, y: Int, width: Int, height: Int) {
    for row in max(y, 0)..<max(min(y + height, size.height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + width, size.width), max(x, 0)) {
        clear(column, row)
        self[column, row] = .blank
      }
    }
  }

  /// Half a wide character must not stay behind.
  private mutating func clear(_ x: Int, _ y: Int) {
    switch self[x, y].width {
    case 0: self[x - 1, y] = Cell(scalar: " ", role: self[x - 1, y].role, width: 1)
    case 2: self[x + 1, y] = Cell(scalar: " ", role: self[x + 1, y].role, width: 1)
    default: break
    }
  }

  package func row(_ y: Int) -> ArraySlice<Cell> {
    y >= 0 && y < size.height ? cells[y * size.width..<(y + 1) * size.width] : []
  }

  /// The rows as text, each exactly as wide as the frame.
  package var text: [String] {
    (0..<size.height).map { y in
      String(String.UnicodeScalarView(row(y).filter { $0.width > 0 }.map(\.scalar)))
    }
  }

  /// The rows as role letters (`Role.letter`).
  package var roles: [String] { (0..<size.height).map { y in String(row(y).map(\.role.letter)) } }

  /// Text block and role block, for files that people compare.
  package var dump: String {
    (["\(size.width)x\(size.height)"] + text.map { "|" + $0 + "|" } + [""] + roles.map { "|" + $0 + "|" } + [""])
      .joined(separator: "\n")
  }
}
