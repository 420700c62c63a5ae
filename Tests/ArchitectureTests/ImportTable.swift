/// What each target may import, read from the table of `Sources/README.md`.
struct ImportTable {
  struct Row: Equatable {
    let layer: Int
    let targets: [String]
    let mayImport: [String]
  }

  let rows: [Row]

  /// What every target may import, as the README says below its table; the pure ones have no `Glibc`.
  static let everywhere: Set<String> = ["Swift", "Synchronization"]
  static let pure: Set<String> = ["SharedKernel", "AuctionFacts", "AuctionCore", "AuctionWire"]

  /// Reads the rows that start with a layer's number: `| 2 | `A` `B` | what they hold | C, D |`.
  init(markdown: String) {
    rows = markdown.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
      guard cells.count == 6, let layer = Int(cells[1]) else { return nil }
      return Row(
        layer: layer, targets: cells[2].split(separator: " ").map { $0.filter { $0 != "`" } },
        mayImport: cells[4].split(separator: ",").map { $0.trimmed })
    }
  }

  var targets: [String] { rows.flatMap(\.targets) }

  /// The modules that `target` may import; nil when the table has no row for it.
  func allowed(for target: String) -> Set<String>? {
    guard let row = rows.first(where: { $0.targets.contains(target) }) else { return nil }
    let floor = Self.pure.contains(target) ? Self.everywhere : Self.everywhere.union(["Glibc"])
    return row.mayImport.reduce(into: floor) { $0.formUnion(meaning(of: $1, in: row)) }
  }

  /// The modules behind one entry of the last column: a name, or one of the phrases that stand for several.
  private func meaning(of entry: String, in row: Row) -> Set<String> {
    switch entry {
    case "system libraries", "libc", "standard library": []
    case "kits": modules { $0.layer < row.layer }.filter { $0.hasSuffix("Kit") }
    case _ where entry.hasPrefix("layers 1 to "):
      modules { (1..<row.layer).contains($0.layer) && "\($0.layer)" <= entry.suffix(1) }
    case "their library": modules { $0.layer == row.layer - 1 }
    default: [entry]
    }
  }

  private func modules(where matches: (Row) -> Bool) -> Set<String> { Set(rows.filter(matches).flatMap(\.targets)) }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
