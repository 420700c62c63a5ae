import Glibc
import SuiteTesting
import Synchronization
import Testing

@testable import NTPKit

struct TrustedClockTests {
  @Test func `one liar of four changes nothing, even when it answers first`() async throws {
    let liar = try FakeNTPServer.honest(offset: 3_600 * second)
    let honest = try [-2, 0, 2].map { try FakeNTPServer.honest(offset: $0 * millisecond, after: .milliseconds(30)) }
    let clock = TrustedClock(try .loopback([liar.address] + honest.map(\.address)))
    defer { clock.stop() }
    let before = wallMicroseconds()
    let reading = await clock.waitUntilReady(within: .seconds(60))
    let after = wallMicroseconds()
    #expect(reading.status == .synchronized)
    #expect(
      (before - reading.uncertaintyMicroseconds...after + reading.uncertaintyMicroseconds).contains(reading.unixMicroseconds))
    #expect(reading.uncertaintyMicroseconds < 500_000)
    try await until("all four judged") {
      clock.report.servers.map(\.standing) == [.outvoted, .chosen, .chosen, .chosen]
    }
    let offset = try #require(clock.report.servers.first?.sample?.offsetMicroseconds)
    #expect(abs(offset - 3_600_000_000) < 1_000_000)
  }

  @Test func `two against two is no majority`() async throws {
    let servers = try [0, 0, 3_600, 3_600].map { try FakeNTPServer.honest(offset: $0 * second) }
    let clock = TrustedClock(try .loopback(servers.map(\.address)))
    clock.start()
    defer { clock.stop() }
    try await until("no majority") { clock.report.servers.allSatisfy { $0.standing == .noMajority } }
    try await until("asked again") { servers.allSatisfy { $0.questions.count >= 5 } }
    #expect(clock.report.status == .unsynchronized)
  }

  @Test func `a liar that outlives the honest does not take the clock over`() async throws {
    let liar = try FakeNTPServer.honest(offset: 3_600 * second)
    let honest = try (0..<3).map { _ in try FakeNTPServer.honest() }
    let clock = TrustedClock(try .loopback([liar.address] + honest.map(\.address)))
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    for server in honest { server.stop() }
    try await until("the honest are forgotten") { clock.report.servers.dropFirst().allSatisfy { $0.reachability == 0 } }
    try await until("the liar is heard alone") { clock.report.servers.first?.standing == .noMajority }
    try await until("holdover") { clock.report.status == .holdover }
    #expect(abs(clock.now().unixMicroseconds - wallMicroseconds()) < 5_000_000)
  }

  @Test func `when all servers are gone the clock holds over, less certain with time`() async throws {
    let server = try FakeNTPServer.honest()
    let clock = TrustedClock(try .loopback([server.address]))
    let seen = Mutex<[Reading.Status]>([])
    clock.onChange = { report in seen.withLock { $0.append(report.status) } }
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    server.stop()
    try await until("holdover") { seen.withLock { $0.last } == .holdover }
    let (early, report) = (clock.now(), clock.report)
    #expect(early.status == .holdover && early.isUsable)
    try await until("more uncertain") { clock.now().uncertaintyMicroseconds > early.uncertaintyMicroseconds }
    #expect((clock.report.ageMicroseconds ?? 0) > (report.ageMicroseconds ?? 0))
    #expect(seen.withLock { $0 } == [.unsynchronized, .synchronized, .holdover])
  }

  @Test func `servers that jump back do not take the clock with them`() async throws {
    let server = try FakeNTPServer.honest()
    let clock = TrustedClock(try .loopback([server.address]))
    defer { clock.stop() }
    var last = await clock.waitUntilReady(within: .seconds(60)).unixMicroseconds
    server.behave { [.honest(to: $0, offset: -3_600 * second)] }
    // The samples from before outvote nobody: eight polls later the server's word is the new one.
    try await until("unsynchronised") {
      let reading = clock.now()
      #expect(reading.unixMicroseconds >= last)
      last = reading.unixMicroseconds
      return reading.status == .unsynchronized
    }
    #expect(abs(last - wallMicroseconds()) < 5_000_000)
  }

  @Test func `readings of many threads are in one order`() async throws {
    let clock = TrustedClock(TrustedClockOptions(source: .none, anchorFile: nil))
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var last = Int64.min
          for _ in 0..<20_000 {
            let now = clock.now().unixMicroseconds
            if now < last { return false }
            last = now
          }
          return true
        }
      }
      for await isOrdered in group { #expect(isOrdered) }
    }
  }

  @Test func `without servers it is the system's clock, ready at once, with nothing opened`() async {
    let clock = TrustedClock(TrustedClockOptions(source: .none, anchorFile: nil))
    let before = wallMicroseconds()
    let reading = await clock.waitUntilReady()
    #expect((before...wallMicroseconds()).contains(reading.unixMicroseconds))
    #expect(reading.status == .systemClock && reading.uncertaintyMicroseconds == 0)
    #expect(clock.report.servers.isEmpty && clock.report.status == .systemClock && clock.report.ageMicroseconds == nil)
    #expect(ClockState(servers: [], acceptsSystemClock: true).wakeUp == nil)
    clock.stop()
  }

  @Test func `servers not insisted on give way to the system's clock, and are still asked`() async throws {
    let server = try FakeNTPServer { _ in [] }
    var options = try TrustedClockOptions.loopback([server.address])
    options.source = .servers(options.source.servers, insisted: false)
    options.patience = .milliseconds(200)
    let clock = TrustedClock(options)
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .systemClock)
    server.behave { [.honest(to: $0)] }
    try await until("synchronised after all") { clock.now().status == .synchronized }
  }

  @Test func `insisted servers are waited for, until the bound`() async throws {
    let server = try FakeNTPServer { _ in [] }
    var options = try TrustedClockOptions.loopback([server.address])
    options.patience = .zero
    let clock = TrustedClock(options)
    defer { clock.stop() }
    let reading = await clock.waitUntilReady(within: .milliseconds(100))
    #expect(reading.status == .unsynchronized && !reading.isUsable)
    async let later = clock.waitUntilReady()
    server.behave { [.honest(to: $0)] }
    #expect(await later.status == .synchronized)
  }

  @Test func `whoever waits is let go of by a stop, and by being cancelled`() async throws {
    let server = try FakeNTPServer { _ in [] }
    let clock = TrustedClock(try .loopback([server.address]))
    let cancelled = Task { await clock.waitUntilReady() }
    cancelled.cancel()
    #expect(await cancelled.value.status == .unsynchronized)
    let waiting = Task { await clock.waitUntilReady() }
    try await until("asked") { !server.questions.isEmpty }
    clock.stop()
    #expect(await waiting.value.status == .unsynchronized)
    #expect(await clock.waitUntilReady().status == .unsynchronized)
    clock.stop()
  }

  @Test func `the next start on this boot holds over from the anchor and sends nothing`() async throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/a/b/relogio"
    let server = try FakeNTPServer.honest(offset: 500 * second)
    let first = TrustedClock(try .loopback([server.address], anchorFile: path))
    #expect(await first.waitUntilReady(within: .seconds(60)).status == .synchronized)
    first.stop()
    #expect(first.report.anchorProblem == nil)
    let asked = server.questions.count
    var options = try TrustedClockOptions.loopback([server.address], anchorFile: path)
    options.fastLoopbackPolling = false
    let second = TrustedClock(options)
    let reading = await second.waitUntilReady()
    second.stop()
    #expect(reading.status == .holdover)
    #expect(abs(reading.unixMicroseconds - 500_000_000 - wallMicroseconds()) < 5_000_000)
    #expect(server.questions.count == asked)
    for name in ["a/b/relogio", "a/b/relogio.lock"] { unlink(folder.path + "/" + name) }
    rmdir(folder.path + "/a/b")
    rmdir(folder.path + "/a")
  }

  @Test func `what another process learns is used in place of asking`() async throws {
    let folder = try ScratchFolder()
    let server = try FakeNTPServer.honest()
    var options = try TrustedClockOptions.loopback([server.address], anchorFile: folder.path + "/relogio")
    options.fastLoopbackPolling = false
    let file = try #require(AnchorFile(path: folder.path + "/relogio", servers: options.source.servers))
    let address = try #require(SocketAddress.resolve(options.source.servers[0], numericOnly: true).first)
    #expect(try file.takeTurn(for: address, floor: second, at: bootNanoseconds()) != .busy)
    let clock = TrustedClock(options)
    // What was known first, and how much had been asked by then: the clock's own turn comes later, however late this test runs on.
    let first = Mutex<(status: Reading.Status, asked: Int)?>(nil)
    clock.onChange = { report in
      guard report.status != .unsynchronized else { return }
      first.withLock { $0 = $0 ?? (report.status, server.questions.count) }
    }
    clock.start()
    defer { clock.stop() }
    let made = bootNanoseconds()
    let estimate = Estimate(offset: wallMicroseconds() * 1_000 - made, halfWidth: millisecond, madeAt: made)
    #expect(try file.store(Anchor(estimate), at: made))
    _ = await clock.waitUntilReady()
    try await until("the change is told") { first.withLock { $0 != nil } }
    #expect(first.withLock { $0?.status } == .holdover)
    #expect(first.withLock { $0?.asked } == 0)
  }

  @Test(arguments: [true, false])
  func `who has no time of its own left looks at what others have learnt, each second`(isStale: Bool) throws {
    let folder = try ScratchFolder()
    let servers = [try NTPServer("127.0.0.1:9")]
    let options = TrustedClockOptions(source: .servers(servers, insisted: false), anchorFile: folder.path + "/relogio")
    let state = ClockState(servers: servers, acceptsSystemClock: false)
    let file = try #require(AnchorFile(path: folder.path + "/relogio", servers: servers))
    let poller = Poller(state, options, servers: servers, file: file, anchorAge: nil)
    let now = bootNanoseconds()
    // Too uncertain to be of use, or on the system's clock.
    let known = Estimate(offset: 0, halfWidth: 2 * second, madeAt: now)
    state.contents.withLock {
      if isStale { $0.discipline.accept(known, freshUntil: nil, at: now) } else { $0.discipline.acceptsSystemClock = true }
    }
    #expect(state.report().status == (isStale ? .unsynchronized : .systemClock))
    #expect(try file.store(Anchor(Estimate(offset: 7 * second, halfWidth: millisecond, madeAt: now)), at: now))
    poller.readFileIfNeeded(at: poller.startedAt + second)
    #expect(state.report().status == .holdover)
    #expect(state.contents.withLock { $0.discipline.estimate?.offset } == 7 * second)
  }

  @Test func `the same server under two names has one vote`() async throws {
    let server = try FakeNTPServer.honest()
    let clock = TrustedClock(try .loopback(["127.0.0.1:\(server.port)", "127.1:\(server.port)"]))
    clock.start()
    defer { clock.stop() }
    try await until("the second is the first") {
      clock.report.servers.map(\.standing) == [.chosen, .sameAsAnother]
    }
  }

  @Test func `a name is resolved beside the polling, and its addresses are tried in turn`() async throws {
    let server = try FakeNTPServer.honest()
    // The hosts file answers, with ::1 too, where nobody listens.
    let clock = TrustedClock(try .loopback(["localhost:\(server.port)"]))
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
  }

  @Test func `a clock that is let go of ends its thread`() throws {
    let server = try FakeNTPServer { _ in [] }
    weak var gone: TrustedClock?
    do {
      let clock = TrustedClock(try .loopback([server.address]))
      clock.start()
      gone = clock
    }
    #expect(gone == nil)
  }
}
