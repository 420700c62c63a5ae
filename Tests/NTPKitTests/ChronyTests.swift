import NTPKit
import SuiteTesting
import Testing

/// Against a real chronyd, which serves this machine's clock on loopback.
struct ChronyTests {
  /// Whether a reading taken between two looks at the system's clock holds it within what it states.
  func expectTruthful(_ clock: TrustedClock) {
    let before = wallMicroseconds()
    let reading = clock.now()
    let after = wallMicroseconds()
    #expect(reading.status == .synchronized)
    #expect(
      (before - reading.uncertaintyMicroseconds...after + reading.uncertaintyMicroseconds).contains(reading.unixMicroseconds))
    #expect(reading.uncertaintyMicroseconds < 500_000)
  }

  @Test func `a real server is within the clock's own stated uncertainty`() async throws {
    let chrony = try PrivateChrony()
    let clock = TrustedClock(try .loopback([chrony.address]))
    defer { clock.stop() }
    let reading = await clock.waitUntilReady(within: .seconds(60))
    #expect(reading.status == .synchronized, "\(clock.report)\n\(chrony.log)")
    for _ in 0..<100 { expectTruthful(clock) }
    try await until("eight good polls") { clock.report.servers.first?.reachability == 0xFF }
    expectTruthful(clock)
    let server = try #require(clock.report.servers.first)
    #expect(server.standing == .chosen && server.sample?.stratum == 8)
    chrony.stop()
  }

  @Test func `one liar among real servers, IPv4 and IPv6, changes nothing`() async throws {
    let (one, two) = (try PrivateChrony(), try PrivateChrony())
    let liar = try FakeNTPServer.honest(offset: -86_400 * second)
    let clock = TrustedClock(try .loopback([one.address, liar.address, one.address6, two.address]))
    defer { clock.stop() }
    let reading = await clock.waitUntilReady(within: .seconds(60))
    #expect(reading.status == .synchronized, "\(clock.report)\n\(one.log)\n\(two.log)")
    expectTruthful(clock)
    try await until("all four judged") { clock.report.servers.map(\.standing) == [.chosen, .outvoted, .chosen, .chosen] }
  }

  @Test(arguments: [3_600, -3_600])
  func `a real server that is an hour wrong, among three that are right, is outvoted`(lie: Int) async throws {
    let honest = try (0..<3).map { _ in try PrivateChrony() }
    let liar = try PrivateChrony(lyingBy: lie)
    let clock = TrustedClock(try .loopback([liar.address] + honest.map(\.address)))
    defer { clock.stop() }
    let reading = await clock.waitUntilReady(within: .seconds(60))
    #expect(reading.status == .synchronized, "\(clock.report)\n\(liar.log)")
    try await until("all four judged") { clock.report.servers.map(\.standing) == [.outvoted, .chosen, .chosen, .chosen] }
    for _ in 0..<100 { expectTruthful(clock) }
    let offset = try #require(clock.report.servers.first?.sample?.offsetMicroseconds)
    #expect(abs(offset - Int64(lie) * 1_000_000) < 1_000_000, "the liar must have lied")
    for server in honest + [liar] { server.stop() }
  }

  @Test func `a real server that is an hour wrong and answers alone of four decides nothing`() async throws {
    let liar = try PrivateChrony(lyingBy: 3_600)
    let silent = try (0..<3).map { _ in try FakeNTPServer { _ in [] } }
    let clock = TrustedClock(try .loopback([liar.address] + silent.map(\.address)))
    clock.start()
    defer { clock.stop() }
    // Its word was heard without the others' once every one of them had the time to answer.
    try await until("it is heard and not followed") {
      clock.report.servers.map(\.standing) == [.noMajority, .noAnswer, .noAnswer, .noAnswer]
    }
    try await until("nor after eight polls") { clock.report.servers.first?.reachability == 0xFF }
    #expect(clock.report.status == .unsynchronized)
  }
}
