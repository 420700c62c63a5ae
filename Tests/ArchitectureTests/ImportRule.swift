/// Each `import` of a file against the table.
struct ImportRule {
  let table: ImportTable

  /// The modules that a source imports, however the line is written: with access, attribute, kind, over several lines.
  static func imports(of source: SwiftSource) -> [(line: Int, module: String)] {
    let kinds: Set = ["typealias", "struct", "class", "enum", "protocol", "let", "var", "func"]
    let words = source.words
    return words.indices.compactMap { index in
      guard words[index].text == "import", words[index].before != ".", words[index].before != "`" else { return nil }
      let named = words[(index + 1)...].first { !kinds.contains($0.text) }
      return named.map { (words[index].line, $0.text) }
    }
  }

  func violations(in file: SourceTree.File) -> [Violation] {
    guard let allowed = table.allowed(for: file.target) else {
      return [Violation(path: file.path, line: 1, what: "\(file.target) has no row in Sources/README.md")]
    }
    return Self.imports(of: file.source).filter { !allowed.contains($0.module) }.map {
      Violation(
        path: file.path, line: $0.line,
        what: "\(file.target) imports \($0.module), may import \(allowed.sorted().joined(separator: ", "))")
    }
  }
}
