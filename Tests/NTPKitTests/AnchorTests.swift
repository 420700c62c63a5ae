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
  static let later = 2_000 * second

  func file(_ boot: String = "boot-1", servers: [NTPServer] = Self.servers) -> AnchorFile {
    AnchorFile(path: path, servers: servers, bootID: boot)
  }

  @Test func `a record survives being written and read`() throws {
    var record = AnchorRecord(bootID: "boot-1")
    #expect(AnchorRecord(parsing: record.text) == record)
    record.keep(Self.anchor, of: AnchorRecord.key(of: Self.servers.reversed()))
    record.rest("192.0.2.1:123", until: 1_684_000_000, at: 1_620_000_000)
    record.rest("[2001:db8::1]:123", until: 1_620_000_001, at: 1_620_000_000)
    #expect(AnchorRecord(parsing: record.text) == record)
    #expect(
      record.text == """
        leilao-relogio 2
        boot boot-1
        anchor 1620000000 1795219447000000 5213 a.example,b.example
        rest 1684000000 192.0.2.1:123
        rest 1620000001 [2001:db8::1]:123

        """)
  }

  @Test func `rests that are over are forgotten, none is cut short, and nothing grows without end`() {
    var record = AnchorRecord(bootID: "b")
    record.rest("a", until: 100, at: 0)
    record.rest("a", until: 50, at: 0)
    #expect(record.rests == ["a": 100])
    record.rest("b", until: 300, at: 100)
    #expect(record.rests == ["b": 300])
    for i in 0..<2_000 as Range<Int64> {
      record.rest("\(i)", until: 1_000 + i, at: 200)
      record.keep(Anchor(bootMicroseconds: i, unixMicroseconds: 1, uncertaintyMicroseconds: 1), of: "\(i)")
    }
    #expect(record.rests.count == AnchorRecord.mostRests && record.rests["1999"] == 2_999)
    #expect(record.anchors.count == AnchorRecord.mostAnchors && record.anchors["1999"] != nil)
    #expect(AnchorRecord(parsing: record.text) == record)
  }

  @Test(arguments: [
    "", "\n", "leilao-relogio 2\n", "leilao-relogio 1\nboot x\n", "leilao-relogio 2\nboot \n", "leilao-relogio 2\nboot x",
    "leilao-relogio 2\nboot x\nrest -1 a\n", "leilao-relogio 2\nboot x\nrest 0 a\nrest 0 a\n",
    "leilao-relogio 2\nboot x\nanchor 1 2 3\n", "leilao-relogio 2\nboot x\nanchor 1 2 3 \n",
    "leilao-relogio 2\nboot x\nanchor 1 2 3 a\nanchor 1 2 3 a\n",
    "leilao-relogio 2\nboot x\nanchor 1 2 99999999999999999999 a\n", "leilao-relogio 2\nboot x\nelse\n",
    "leilao-relogio 2\nboot x\n" + (0...AnchorRecord.mostRests).map { "rest 1 \($0)\n" }.joined(),
  ])
  func `what is not exactly a record is none`(text: String) {
    #expect(AnchorRecord(parsing: text) == nil)
  }

  @Test("a damaged record is none, or one that does no harm", arguments: [9, 10] as [UInt64])
  func damaged(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    var record = AnchorRecord(bootID: "b")
    record.keep(Self.anchor, of: "a")
    record.rest("a", until: 5, at: 0)
    for _ in 0..<5_000 {
      var bytes = Array(record.text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 32...126, using: &dice)
      }
      let now = Int64.random(in: 0...1_000_000 * second, using: &dice)
      let estimate = AnchorRecord(parsing: String(decoding: bytes, as: UTF8.self))?.anchors.values.first?.estimate(at: now)
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
    #expect(try file().store(Self.anchor, at: Self.later))
    #expect(file().anchor() == Self.anchor)
    #expect(file("boot-2").anchor() == nil)
    #expect(file(servers: [Self.servers[0]]).anchor() == nil)
    #expect(file(servers: Self.servers.reversed()).anchor() == Self.anchor)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `a later anchor is not replaced by an earlier one, but by the next boot's`() throws {
    #expect(try file().store(Self.anchor, at: Self.later))
    var earlier = Self.anchor
    earlier.bootMicroseconds -= 1
    #expect(try file().store(earlier, at: Self.later))
    #expect(file().anchor() == Self.anchor)
    #expect(try file("boot-2").store(earlier, at: Self.later))
    #expect(file("boot-2").anchor() == earlier)
  }

  @Test func `a file that others may write, or a link, counts as missing`() throws {
    #expect(try file().store(Self.anchor, at: Self.later))
    chmod(path, 0o666)
    #expect(file().anchor() == nil)
    chmod(path, 0o600)
    #expect(file().anchor() != nil)
    rename(path, path + ".real")
    symlink(path + ".real", path)
    #expect(file().anchor() == nil)
  }

  @Test func `programs with other servers keep an anchor each`() throws {
    let one = file(servers: [Self.servers[0]])
    #expect(try file().store(Self.anchor, at: Self.later) && one.store(Self.anchor, at: Self.later))
    #expect(one.anchor() == Self.anchor && file().anchor() == Self.anchor)
  }

  @Test func `an anchor from the future, in a damaged file, does not stand in the way of the next`() throws {
    var future = Self.anchor
    future.bootMicroseconds = Self.later / 1_000 + 1
    #expect(try file().store(future, at: Self.later))
    #expect(try file().store(Self.anchor, at: Self.later))
    #expect(file().anchor() == Self.anchor)
  }

  @Test func `what is cached is told to whoever asks for the same servers, without a clock`() throws {
    let source = TimeSource.servers(Self.servers, insisted: true)
    #expect(CachedTime(of: source, in: path) == nil && CachedTime(of: source, in: nil) == nil)
    let now = bootNanoseconds()
    let estimate = Estimate(offset: wallMicroseconds() * 1_000 - now, halfWidth: 5 * millisecond, madeAt: now)
    #expect(try #require(AnchorFile(path: path, servers: Self.servers)).store(Anchor(estimate), at: now))
    let cached = try #require(CachedTime(of: source, in: path))
    #expect(cached.reading.status == .holdover && cached.reading.uncertaintyMicroseconds >= 5_000)
    #expect(cached.ageMicroseconds >= 0 && abs(cached.reading.unixMicroseconds - wallMicroseconds()) < 60_000_000)
    #expect(CachedTime(of: .servers([Self.servers[0]], insisted: true), in: path) == nil)
    #expect(CachedTime(of: .none, in: path) == nil)
  }

  @Test func `where the user's cache cannot be written, what is agreed on is kept in the folder that is given`() {
    #expect(AnchorFile.isWritable(path) && !AnchorFile.isWritable("/proc/leilao/relogio"))
  }

  @Test func `a link or a pipe in a draft's place is not written through`() throws {
    let draft = "\(path).\(getpid()).draft"
    symlink(path + ".victim", draft)
    #expect(try file().store(Self.anchor, at: Self.later))
    #expect(file().anchor() == Self.anchor && access(path + ".victim", F_OK) != 0)
    #expect(mkfifo(draft, 0o600) == 0)
    #expect(try file().store(Self.anchor, at: Self.later))
    #expect(access(draft, F_OK) != 0)
  }

  @Test func `a place that cannot be written is said`() {
    let file = AnchorFile(path: "/proc/leilao/relogio", servers: Self.servers, bootID: "x")
    #expect(throws: AnchorFile.Failure.self) { _ = try file.store(Self.anchor, at: Self.later) }
  }
}
