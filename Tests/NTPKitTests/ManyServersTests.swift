import NTPKit
import SuiteTesting
import Testing

/// Liars among several servers, over real sockets.
struct ManyServersTests {
  static let hour = 3_600 * second

  func clock(_ servers: [FakeNTPServer]) throws -> TrustedClock { TrustedClock(try .loopback(servers.map(\.address))) }

  /// Whether what a reading states holds the system's clock, which the honest fake servers serve.
  func expectTruthful(_ clock: TrustedClock) {
    let before = wallMicroseconds()
    let reading = clock.now()
    let after = wallMicroseconds()
    #expect(
      (before - reading.uncertaintyMicroseconds...after + reading.uncertaintyMicroseconds).contains(reading.unixMicroseconds),
      "\(reading)")
  }

  @Test func `two liars of five, in league, change nothing`() async throws {
    let liars = try (0..<2).map { _ in try FakeNTPServer.honest(offset: Self.hour) }
    let honest = try (0..<3).map { _ in try FakeNTPServer.honest(after: .milliseconds(20)) }
    let clock = try clock(liars + honest)
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    try await until("all judged") {
      clock.report.servers.map(\.standing) == [.outvoted, .outvoted, .chosen, .chosen, .chosen]
    }
    expectTruthful(clock)
    #expect(clock.now().uncertaintyMicroseconds < 500_000)
  }

  @Test func `two liars of five, in league, win nothing when an honest one falls silent`() async throws {
    let liars = try (0..<2).map { _ in try FakeNTPServer.honest(offset: Self.hour) }
    let honest = try (0..<3).map { _ in try FakeNTPServer.honest() }
    let clock = try clock(liars + honest)
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    for server in honest { server.stop() }
    try await until("the honest are forgotten") { clock.report.servers.dropFirst(2).allSatisfy { $0.reachability == 0 } }
    try await until("the liars are heard alone") {
      clock.report.servers.prefix(2).allSatisfy { $0.standing == .noMajority }
    }
    expectTruthful(clock)
    #expect(clock.report.status != .synchronized || clock.now().uncertaintyMicroseconds < 500_000)
  }

  @Test func `the lone answer of four at a first start decides nothing, and the others set all right`() async throws {
    let liar = try FakeNTPServer.honest(offset: Self.hour)
    let late = try (0..<3).map { _ in try FakeNTPServer { _ in [] } }
    let clock = try clock([liar] + late)
    clock.start()
    defer { clock.stop() }
    try await until("it is heard alone") {
      clock.report.servers.map(\.standing) == [.noMajority, .noAnswer, .noAnswer, .noAnswer]
    }
    try await until("for as long as it is remembered") { clock.report.servers.first?.reachability == 0xFF }
    #expect(clock.report.status == .unsynchronized)
    for server in late { server.behave { [.honest(to: $0)] } }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    expectTruthful(clock)
  }

  @Test func `when nobody ever answers there is no time, and each of them is named`() async throws {
    let servers = try (0..<4).map { _ in try FakeNTPServer { _ in [] } }
    let clock = try clock(servers)
    clock.start()
    defer { clock.stop() }
    try await until("all silent") { clock.report.servers.allSatisfy { $0.standing == .noAnswer } }
    #expect(clock.now().status == .unsynchronized && clock.now().uncertaintyMicroseconds == Reading.unknownUncertainty)
  }

  @Test func `when all four fall silent the clock holds over, ever less certain and still right`() async throws {
    let servers = try (0..<4).map { _ in try FakeNTPServer.honest() }
    let clock = try clock(servers)
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    for server in servers { server.behave { _ in [] } }
    try await until("holdover") { clock.report.status == .holdover }
    let early = clock.now()
    try await until("more uncertain") { clock.now().uncertaintyMicroseconds > early.uncertaintyMicroseconds }
    expectTruthful(clock)
  }

  @Test(arguments: [Self.hour, -Self.hour, 300 * millisecond])
  func `one of four that steps while it is being asked is outvoted from then on`(step: Nanoseconds) async throws {
    let servers = try (0..<4).map { _ in try FakeNTPServer.honest() }
    let clock = try clock(servers)
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    try await until("all chosen") { clock.report.servers.allSatisfy { $0.standing == .chosen } }
    // Once between receiving and sending, and in every answer from then on.
    let stepping = servers[0].questions.count
    servers[0].behave { question in
      [
        .honest(to: question, offset: question.number > stepping ? step : 0) {
          if question.number == stepping { $0.transmit = NTPTimestamp(bits: $0.transmit.bits &+ UInt64(bitPattern: step << 2)) }
        }
      ]
    }
    try await until("outvoted") { clock.report.servers.map(\.standing) == [.outvoted, .chosen, .chosen, .chosen] }
    expectTruthful(clock)
    #expect(clock.report.status == .synchronized)
  }

  @Test(arguments: [true, false])
  func `a path that is slow one way only is within what is stated`(outward: Bool) async throws {
    let slowness: Nanoseconds = 300 * millisecond
    // What is slow on its way out is received, by the server's right clock, when it has come.
    let server = try FakeNTPServer.honest(offset: outward ? slowness : 0, after: .nanoseconds(slowness))
    let clock = try clock([server])
    defer { clock.stop() }
    let reading = await clock.waitUntilReady(within: .seconds(60))
    #expect(reading.status == .synchronized && reading.uncertaintyMicroseconds >= slowness / 2_000)
    for _ in 0..<20 { expectTruthful(clock) }
  }

  @Test(arguments: [(300 * millisecond, true), (3 * second, false)])
  func `a negative delay is stated as error, and beyond a second is of no use`(held: Nanoseconds, isUsable: Bool) async throws {
    // It says that it kept the question for so long, and answers at once.
    let server = try FakeNTPServer {
      [.honest(to: $0) { $0.transmit = NTPTimestamp(bits: $0.transmit.bits + UInt64(held / millisecond) << 32 / 1_000) }]
    }
    let clock = try clock([server])
    clock.start()
    defer { clock.stop() }
    try await until("heard") { clock.report.servers.first?.standing == .chosen }
    expectTruthful(clock)
    #expect(clock.now().uncertaintyMicroseconds >= held / 2_000)
    #expect((clock.report.status == .synchronized) == isUsable)
  }
}
