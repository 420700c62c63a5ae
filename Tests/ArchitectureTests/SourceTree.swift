// ArchitectureTests: what the compiler does not hold. Reads the sources as text and checks them against Sources/README.md and
// the rules in `Rule.swift`; each rule also has a test on a planted text that breaks it.

import Foundation

/// The Swift files under `Sources`, each with the target whose folder it lies in.
struct SourceTree: Sendable {
  struct File: Sendable {
    let path: String
    let target: String
    let source: SwiftSource
  }

  let files: [File]
  /// The folders directly under `Sources`.
  let targets: Set<String>
  /// The map, as it stands in `Sources/README.md`.
  let readme: String

  static func ofThisPackage() throws -> SourceTree {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try SourceTree(at: root.appending(path: "Sources"))
  }

  init(at folder: URL) throws {
    let manager = FileManager.default
    let names = try manager.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") && !$0.contains(".") }
    targets = Set(names)
    readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    files = try names.sorted().flatMap { target in
      let inside = try manager.subpathsOfDirectory(atPath: folder.appending(path: target).path)
      return try inside.filter { $0.hasSuffix(".swift") }.sorted().map { name in
        let text = try String(contentsOf: folder.appending(path: target).appending(path: name), encoding: .utf8)
        return File(path: "Sources/\(target)/\(name)", target: target, source: SwiftSource(text))
      }
    }
  }
}
