import Foundation

/// Files beside the tests that hold the contract's bytes. `ATUALIZAR=1` writes them anew.
enum Golden {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
  static let isRewriting = ProcessInfo.processInfo.environment["ATUALIZAR"] == "1"

  static func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: "\(name).json")))
  }

  static func write(_ bytes: [UInt8], to file: URL) throws {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// The names of the files, without their ending.
  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }.map { $0.deletingPathExtension().lastPathComponent }.sorted()
  }
}
