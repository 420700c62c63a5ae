import Glibc
import SuiteTesting
import Synchronization
import Testing

@testable import NTPKit

/// That no server is asked twice in 64 s by the programs of one user: at once, one after the other, whatever they call it.
struct CourtesyTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  var path: String { folder.path + "/relogio" }
  func address(_ host: Int) throws -> SocketAddress {
    try #require(SocketAddress.resolve(NTPServer("192.0.2.\(host)"), numericOnly: true).first)
  }
  func file(_ names: String = "a.example") throws -> AnchorFile {
    AnchorFile(path: path, servers: [try NTPServer(names)], bootID: "boot")
  }
  /// As a program asks strangers' servers, though these are on this machine, and leaves them alone for hours: no test takes that long.
  func courteous(_ addresses: [String]) throws -> TrustedClockOptions {
    var options = try TrustedClockOptions.loopback(addresses, anchorFile: path)
    options.fastLoopbackPolling = false
    options.pace.floor = 10_000 * second
    return options
  }

  @Test func `an address asked by one is not asked by another within 64 s, whatever servers that one has`() throws {
    let (one, other) = (try file(), try file("b.example"))
    let (a, b) = (try address(1), try address(2))
    #expect(try one.takeTurn(for: a, floor: 64 * second, at: 100 * second) == .granted)
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 101 * second) == .notBefore(164 * second))
    #expect(try other.takeTurn(for: b, floor: 64 * second, at: 101 * second) == .granted)
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 164 * second) == .granted)
    #expect(try one.takeTurn(for: a, floor: 64 * second, at: 165 * second) == .notBefore(228 * second))
    // Turns and anchors keep each other.
    let anchor = Anchor(bootMicroseconds: 165_000_000, unixMicroseconds: 1, uncertaintyMicroseconds: 1)
    #expect(try one.store(anchor, at: 166 * second))
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 166 * second) == .notBefore(228 * second))
    #expect(one.anchor() == anchor && other.anchor() == nil)
  }

  @Test func `a server that asked one for less is left alone by all, and by a damaged file no longer than it could ask`() throws {
    let (one, other, a) = (try file(), try file("b.example"), try address(1))
    try one.rest(a, until: 1_124 * second, at: 100 * second)
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 200 * second) == .notBefore(1_124 * second))
    try one.rest(a, until: .max / 2, at: 100 * second)
    let longest = 200 * second + PollSchedule.longestInterval
    #expect(try other.takeTurn(for: a, floor: 64 * second, at: 200 * second) == .notBefore(longest))
  }

  @Test func `while another process has the file, nobody is asked and nothing is kept`() throws {
    let (file, a) = (try file(), try address(1))
    let other = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(other) }
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    #expect(try file.takeTurn(for: a, floor: second, at: second) == .busy)
    #expect(try !file.store(Anchor(bootMicroseconds: 1, unixMicroseconds: 1, uncertaintyMicroseconds: 1), at: second))
    #expect(flock(other, LOCK_UN) == 0)
    #expect(try file.takeTurn(for: a, floor: second, at: second) == .granted)
  }

  @Test func `of many that want to ask at the same moment, one does`() async throws {
    let a = try address(1)
    let files = try (0..<8).map { _ in try file() }
    let granted = try await withThrowingTaskGroup(of: Int.self) { group in
      for file in files {
        group.addTask {
          var granted = 0
          for round in 1...200 as ClosedRange<Int64> {
            var turn = AnchorFile.Turn.busy
            while turn == .busy { turn = try file.takeTurn(for: a, floor: 64 * second, at: round * 64 * second) }
            if turn == .granted { granted += 1 }
          }
          return granted
        }
      }
      return try await group.reduce(0, +)
    }
    // Who is behind the others' rounds finds their later turns taken.
    #expect((1...200).contains(granted))
    #expect(try file().takeTurn(for: a, floor: 64 * second, at: 200 * 64 * second) == .notBefore(201 * 64 * second))
  }

  @Test func `two programs that start together ask once, and the second holds over from what the first learns`() async throws {
    let server = try FakeNTPServer.honest()
    let clocks = try (0..<2).map { _ in TrustedClock(try courteous([server.address])) }
    for clock in clocks { clock.start() }
    defer { for clock in clocks { clock.stop() } }
    var statuses: [Reading.Status] = []
    for clock in clocks { statuses.append(await clock.waitUntilReady(within: .seconds(600)).status) }
    for clock in clocks { clock.stop() }
    #expect(statuses.count { $0 == .synchronized } == 1 && statuses.count { $0 == .holdover } == 1)
    #expect((1...4).contains(server.questions.count), "one burst")
  }

  @Test(arguments: ["127.0.0.1", "127.1"])
  func `a program that starts after another, with more servers, asks those that are new`(host: String) async throws {
    let silent = try FakeNTPServer { _ in [] }
    let first = TrustedClock(try courteous([silent.address]))
    first.start()
    try await until("asked") { !silent.questions.isEmpty }
    first.stop()
    let asked = silent.questions.count
    let new = try FakeNTPServer { _ in [] }
    let second = TrustedClock(try courteous(["\(host):\(silent.port)", new.address]))
    second.start()
    defer { second.stop() }
    // In the order of the list: when the new one is asked, the other's turn was considered.
    try await until("the new one is asked") { !new.questions.isEmpty }
    #expect(silent.questions.count == asked)
    #expect(second.report.servers.first?.standing == .untried)
  }

  @Test func `a server that said RATE is not asked by the next start either`() async throws {
    let server = try FakeNTPServer { [.honest(to: $0) { ($0.leap, $0.stratum, $0.referenceID) = (3, 0, 0x5241_5445) }] }
    let before = bootNanoseconds()
    let first = TrustedClock(try courteous([server.address]))
    first.start()
    try await until("it said so") { first.report.servers.first?.standing == .kissed(.rate) }
    first.stop()
    let record = try #require(AnchorRecord(parsing: String(decoding: folder.read("relogio"), as: UTF8.self)))
    let rest = try #require(record.rests[server.address]) - before / 1_000
    #expect(rest >= 20_000_000_000, "twice as long as before: \(rest) µs")
    let marker = try FakeNTPServer { _ in [] }
    let next = TrustedClock(try courteous([server.address, marker.address]))
    next.start()
    defer { next.stop() }
    try await until("the other is asked") { !marker.questions.isEmpty }
    #expect(server.questions.count == 1)
  }
}
