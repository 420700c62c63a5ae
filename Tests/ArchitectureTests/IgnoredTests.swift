import Foundation
import SuiteTesting
import Testing

@Suite("What git never takes")
struct IgnoredTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: root + "/.git"), "only where the sources are a git repository"),
    arguments: [
      "keys/private/ana.pem", "keys/public/ana.pem", "keys/retired/ms_lance-2026-11-21T12:00:00Z.pem", ".leilao/ms_lance.sqlite",
      ".leilao/broker/cookie",
    ])
  func `are keys and what a house writes beside them`(path: String) throws {
    #expect(try git(path) == 0)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: root + "/.git"), "only where the sources are a git repository"))
  func `is not what tells of them`() throws {
    #expect(try git("keys/README.md") == 1)
  }

  private func git(_ path: String) throws -> Int32 {
    try CommandRun("git", "-c", "safe.directory=*", "-C", Self.root, "check-ignore", "-q", "--no-index", path).status
  }
}
