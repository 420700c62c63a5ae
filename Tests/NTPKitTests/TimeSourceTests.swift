import NTPKit
import SharedKernel
import Testing

struct TimeSourceTests {
  @Test(
    "servers as they may be written",
    arguments: [
      ("a.st1.ntp.br", "a.st1.ntp.br", 123), ("a.st1.ntp.br:123", "a.st1.ntp.br", 123), ("127.0.0.1:11123", "127.0.0.1", 11123),
      ("[::1]:11123", "::1", 11123), ("[::1]", "::1", 123), ("::1", "::1", 123), ("fe80::1%eth0", "fe80::1%eth0", 123),
      ("localhost:65535", "localhost", 65535), ("A.ST1.Ntp.BR", "a.st1.ntp.br", 123), ("FE80::A%Eth0", "fe80::a%Eth0", 123),
      ("ntp_1-x", "ntp_1-x", 123),
    ])
  func written(text: String, host: String, port: UInt16) throws {
    let server = try NTPServer(text)
    #expect(server.host == host && server.port == port)
    #expect(try NTPServer(server.description) == server)
  }

  @Test(
    "what is no server is refused with what was seen",
    arguments: [
      ("", .empty), (":123", .badHost(":123")), ("a b", .badHost("a b")), ("http://x:1", .badHost("http://x:1")),
      ("a..b", .badHost("a..b")), ("-a", .badHost("-a")), ("ação.br", .badHost("ação.br")), ("[::1", .badHost("[::1")),
      ("[::1]x", .badHost("[::1]x")), ("[host]:1", .badHost("[host]:1")), (":::", .badHost(":::")), ("1:2:3", .badHost("1:2:3")),
      ("a\u{0}b", .badHost("a\u{0}b")), ("a:0", .badPort("a:0")), ("a:", .badPort("a:")), ("a:65536", .badPort("a:65536")),
      ("a:+1", .badPort("a:+1")), ("a:1x", .badPort("a:1x")), ("[::1]:", .badPort("[::1]:")),
      (String(repeating: "a", count: 64), .badHost(String(repeating: "a", count: 64))),
    ] as [(String, NTPServer.Problem)])
  func refused(text: String, problem: NTPServer.Problem) {
    #expect(throws: problem) { try NTPServer(text) }
    #expect(!problem.description.isEmpty)
  }

  @Test func `LEILAO_NTP names the source`() throws {
    #expect(try TimeSource(environment: nil) == .standard)
    #expect(try TimeSource(environment: "none") == .none)
    #expect(try TimeSource(environment: " none ") == .none)
    let two = [try NTPServer("127.0.0.1:11123"), try NTPServer("[::1]:11123")]
    #expect(try TimeSource(environment: "127.0.0.1:11123, [::1]:11123,127.0.0.1:11123") == .servers(two, insisted: true))
    #expect(throws: NTPServer.Problem.empty) { try TimeSource(environment: "") }
    #expect(throws: NTPServer.Problem.empty) { try TimeSource(environment: "a,,b") }
    #expect(throws: NTPServer.Problem.noneAmongServers) { try TimeSource(environment: "none,a.st1.ntp.br") }
    let many = (1...17).map { "s\($0)" }.joined(separator: ",")
    #expect(throws: NTPServer.Problem.tooMany(17)) { try TimeSource(environment: many) }
  }

  @Test func `the standard is ntp.br's stratum 1, not insisted on`() {
    guard case .servers(let servers, insisted: false) = TimeSource.standard else {
      Issue.record("insisted on, or none")
      return
    }
    #expect(servers.map(\.description) == ["a.st1.ntp.br", "b.st1.ntp.br", "c.st1.ntp.br", "d.st1.ntp.br"])
  }
}
