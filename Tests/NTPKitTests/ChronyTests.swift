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
}
