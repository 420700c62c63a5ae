import SharedKernel

/// A price over time, drawn in dots: braille, each cell two dots wide and four high. It holds from one bid to the next, so that it is a
/// line of steps.
struct PriceChart {
  struct Point: Equatable {
    let at: Timestamp
    /// In minor units.
    let price: Int64
  }

  let low: Int64
  let high: Int64
  let from: Timestamp
  let to: Timestamp
  private let points: [Point]

  /// - Parameter points: in their order; nil where there is no line to draw: fewer than two of them, or all at one instant.
  init?(_ points: [Point]) {
    guard let first = points.first, let last = points.last, first.at < last.at, let low = points.map(\.price).min(),
      let high = points.map(\.price).max()
    else { return nil }
    (self.points, self.low, self.high, from, to) = (points, low, high, first.at, last.at)
  }

  /// Rows of cells, the highest price in the first one's uppermost dots.
  func rows(width: Int, height: Int) -> [String] {
    guard width > 0, height > 0 else { return [] }
    let (columns, lines) = (width * 2, height * 4)
    var cells = [[UInt8]](repeating: [UInt8](repeating: 0, count: width), count: height)
    var before: Int?
    var place = 0
    for column in 0..<columns {
      let level = level(at: column, of: columns, lines, &place)
      // What lies between two steps belongs to the later one.
      for dot in min(level, before ?? level)...max(level, before ?? level) {
        let line = lines - 1 - dot
        cells[line / 4][column / 2] |= Self.dots[line % 4][column % 2]
      }
      before = level
    }
    return cells.map { row in
      String(String.UnicodeScalarView(row.compactMap { $0 == 0 ? " " : Unicode.Scalar(0x2800 + UInt32($0)) }))
    }
  }

  /// How high the line stands in a column of dots; `place` is of the last point by then.
  private func level(at column: Int, of columns: Int, _ lines: Int, _ place: inout Int) -> Int {
    let span = (to - from).microseconds
    // Spans are of hours or days: hundreds of columns of them fit.
    let instant = columns > 1 ? from + .microseconds(span / Int64(columns - 1) * Int64(column)) : to
    let now = column == columns - 1 ? to : instant
    while place + 1 < points.count, points[place + 1].at <= now { place += 1 }
    guard high > low else { return 0 }
    // Amounts stay under 2^53, and lines are few.
    return Int(((points[place].price - low) * Int64(lines - 1) + (high - low) / 2) / (high - low))
  }

  /// Bits of a braille cell, by line and column of dots (Unicode 15, 2800–28FF).
  private static let dots: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
}
