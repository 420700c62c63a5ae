import Glibc
import SuiteTesting
import Testing

@testable import NTPKit

struct AnchorTests {
  let folder = try? ScratchFolder()
  var path: String { (folder?.path ?? "/nonexistent") + "/relogio" }
  static let servers = [NTPServer(trusted: "a.example"), NTPServer(trusted: "b.example")]
  static let anchor = Anchor(
    bootMicroseconds: 1_620_000_000, unixMicroseconds: 1_795_219_447_000_000, uncertaintyMicroseconds: 5_213)
  static let hour = 3_600 * second

  func file(_ boot: String = "boot-1", servers: [NTPServer] = Self.servers) -> AnchorFile {
    AnchorFile(path: path, servers: servers, bootID: boot)
  }

  @Test func `a record survives being written and read`() throws {
    var record = AnchorRecord(bootID: "boot-1", servers: Self.servers)
    #expect(AnchorRecord(parsing: record.text) == record)
    record.anchor = Self.anchor
    record.lastAsked["a.example"] = 1_619_990_000
    #expect(AnchorRecord(parsing: record.text) == record)
    #expect(
      record.text == """
        leilao-relogio 1
        boot boot-1
        anchor 1620000000 1795219447000000 5213
        server 1619990000 a.example
        server 0 b.example

        """)
  }

  @Test(arguments: [
    "", "\n", "leilao-relogio 1\n", "leilao-relogio 2\nboot x\nserver 0 a\n", "leilao-relogio 1\nboot \nserver 0 a\n",
    "leilao-relogio 1\nboot x\nserver 0 a", "leilao-relogio 1\nboot x\nserver -1 a\n",
    "leilao-relogio 1\nboot x\nserver 0 a\nserver 0 a\n",
    "leilao-relogio 1\nboot x\nanchor 1 2\nserver 0 a\n", "leilao-relogio 1\nboot x\nanchor 1 2 3\nanchor 1 2 3\nserver 0 a\n",
    "leilao-relogio 1\nboot x\nanchor 1 2 99999999999999999999\nserver 0 a\n",
    "leilao-relogio 1\nboot x\nserver 0 a\nanchor 1 2 3\n",
    "leilao-relogio 1\nboot x\nserver 0 a\nelse\n",
  ])
  func `what is not exactly a record is none`(text: String) {
    #expect(AnchorRecord(parsing: text) == nil)
  }

  @Test("a damaged record is none, or one that does no harm", arguments: [9, 10] as [UInt64])
  func damaged(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    var record = AnchorRecord(bootID: "b", servers: Self.servers)
    record.anchor = Self.anchor
    for _ in 0..<5_000 {
      var bytes = Array(record.text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 32...126, using: &dice)
      }
      let now = Int64.random(in: 0...1_000_000 * second, using: &dice)
      let estimate = AnchorRecord(parsing: String(decoding: bytes, as: UTF8.self))?.anchor?.estimate(at: now)
      if let estimate { #expect(estimate.madeAt <= now && estimate.halfWidth(at: now) <= second) }
    }
  }

  @Test func `an anchor is held over from, its uncertainty grown`() throws {
    let later = 1_620 * second + Self.hour
    let estimate = try #require(Self.anchor.estimate(at: later))
    #expect(estimate.offset + later == 1_795_219_447 * second + Self.hour)
    #expect(estimate.halfWidth(at: later) == 5_213_000 + 180 * millisecond)
  }

  @Test func `an anchor from the future, too old or absurd is none`() {
    #expect(Self.anchor.estimate(at: 1_619 * second) == nil)
    #expect(Self.anchor.estimate(at: 30_000 * second) == nil)
    for (utc, uncertainty) in [(Int64.max, 1), (-1, 1), (1, .max), (1, -1), (1, 1_000_001)] as [(Int64, Int64)] {
      let absurd = Anchor(bootMicroseconds: 0, unixMicroseconds: utc, uncertaintyMicroseconds: uncertainty)
      #expect(absurd.estimate(at: second) == nil)
    }
  }

  @Test func `an estimate becomes an anchor that claims no more than it did`() throws {
    let estimate = Estimate(offset: 1_795_219_447 * second + 123_456_789, halfWidth: 5_000_001, madeAt: 77 * second + 999)
    let kept = try #require(Anchor(estimate).estimate(at: 78 * second))
    #expect(abs(kept.offset - estimate.offset) + estimate.halfWidth <= kept.halfWidth)
  }

  @Test func `the file gives back what was stored, on this boot and for these servers only`() throws {
    try file().store(Self.anchor)
    #expect(file().load()?.anchor == Self.anchor)
    #expect(file("boot-2").load() == nil)
    #expect(file(servers: [Self.servers[0]]).load() == nil)
    #expect(file(servers: Self.servers.reversed()).load()?.anchor == Self.anchor)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `a later anchor is not replaced by an earlier one, but by the next boot's`() throws {
    try file().store(Self.anchor)
    var earlier = Self.anchor
    earlier.bootMicroseconds -= 1
    try file().store(earlier)
    #expect(file().load()?.anchor == Self.anchor)
    try file("boot-2").store(earlier)
    #expect(file("boot-2").load()?.anchor == earlier)
  }

  @Test func `a file that others may write, or a link, counts as missing`() throws {
    try file().store(Self.anchor)
    chmod(path, 0o666)
    #expect(file().load() == nil)
    chmod(path, 0o600)
    #expect(file().load() != nil)
    rename(path, path + ".real")
    symlink(path + ".real", path)
    #expect(file().load() == nil)
  }

  @Test func `a server asked by one is not asked by another within 64 s`() throws {
    let (one, other) = (file(), file())
    let server = Self.servers[0]
    #expect(try one.takeTurn(for: server, floor: 64 * second, at: 100 * second) == .granted)
    #expect(try other.takeTurn(for: server, floor: 64 * second, at: 101 * second) == .askedAt(100 * second))
    #expect(try other.takeTurn(for: Self.servers[1], floor: 64 * second, at: 101 * second) == .granted)
    #expect(try other.takeTurn(for: server, floor: 64 * second, at: 164 * second) == .granted)
    #expect(try one.takeTurn(for: server, floor: 64 * second, at: 165 * second) == .askedAt(164 * second))
    // Turns and anchors keep each other.
    try one.store(Anchor(bootMicroseconds: 165_000_000, unixMicroseconds: 1, uncertaintyMicroseconds: 1))
    #expect(try other.takeTurn(for: server, floor: 64 * second, at: 166 * second) == .askedAt(164 * second))
    #expect(file().load()?.anchor != nil)
  }

  @Test func `a place that cannot be written is said`() {
    let file = AnchorFile(path: "/proc/leilao/relogio", servers: Self.servers, bootID: "x")
    #expect(throws: AnchorFile.Failure.self) { try file.store(Self.anchor) }
  }
}
