import SharedKernel
import SuiteTesting
import Testing

@testable import MessagingKit

@Suite struct BrokerURLTests {
  @Test(arguments: [
    ("amqp://ms_lance:ms_lance@127.0.0.1:5672/leilao", false, "127.0.0.1", 5672, "ms_lance", "ms_lance", "leilao"),
    ("amqp://a:b@broker", false, "broker", 5672, "a", "b", "/"),
    ("amqp://a:b@broker:1/%2F", false, "broker", 1, "a", "b", "/"),
    ("amqp://a:b@broker/%2Fx", false, "broker", 5672, "a", "b", "/x"),
    ("amqp://a@broker/v", false, "broker", 5672, "a", "", "v"),
    ("amqp://a:@broker/v", false, "broker", 5672, "a", "", "v"),
    ("amqp://a:b:c@broker/v", false, "broker", 5672, "a", "b:c", "v"),
    ("amqp://jo%40e:p%3Aa%2Fss%25@broker:65535/v", false, "broker", 65_535, "jo@e", "p:a/ss%", "v"),
    ("amqp://leil%C3%A3o:x@broker/leil%c3%a3o", false, "broker", 5672, "leilão", "x", "leilão"),
    ("amqp://a:b@[::1]:5673/v", false, "::1", 5673, "a", "b", "v"),
    ("amqps://a:b@[fe80::1]/v", true, "fe80::1", 5671, "a", "b", "v"),
    ("amqps://broker.example/v", true, "broker.example", 5671, "", "", "v"),
  ])
  func `reads an address`(
    text: String, isTLS: Bool, host: String, port: Int, user: String, password: String, virtualHost: String
  ) throws {
    let url = try BrokerURL(text)
    #expect(url.isTLS == isTLS)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.user == user)
    #expect(url.password == password)
    #expect(url.virtualHost == virtualHost)
  }

  @Test(arguments: [
    ("", "without 'amqp://'"), ("localhost:5672", "without 'amqp://'"), ("http://a:b@h", "without 'amqp://'"),
    ("AMQP://a:b@h", "without 'amqp://'"), ("amqp://h", "no user"), ("amqp://:b@h", "an empty user"),
    ("amqp://a:b@", "the host ''"), ("amqp://a:b@:5672/v", "the host ''"), ("amqp://a:b@h:/v", "the port ''"),
    ("amqp://a:b@h:0/v", "the port '0'"), ("amqp://a:b@h:65536/v", "the port '65536'"), ("amqp://a:b@h:+1/v", "the port '+1'"),
    ("amqp://a:b@h:999999999999999999999/v", "the port"), ("amqp://a:b@h:5672x/v", "the port '5672x'"),
    ("amqp://a:b@::1/v", "the host ''"), ("amqp://a:b@[::1/v", "without its closing ']'"),
    ("amqp://a:b@[::1]x/v", "'x' after the host"),
    ("amqp://a:b@h/", "an empty virtual host"), ("amqp://a:b@h/v/w", "the virtual host 'v/w'"),
    ("amqp://a:b@h/v?heartbeat=1", "stands for something else"), ("amqp://a:b@h/v#x", "stands for something else"),
    ("amqp://a:b@c@h/v", "stands for something else"), ("amqp://a:b@h/a b", "stands for something else"),
    ("amqp://a:b@h/%", "two hexadecimal digits"), ("amqp://a:b@h/%2", "two hexadecimal digits"),
    ("amqp://a:b@h/%zz", "two hexadecimal digits"), ("amqp://a:b@h/%00", "without NUL"), ("amqp://a:b@h/%ff", "UTF-8"),
    ("amqp://a:b@h/" + String(repeating: "v", count: 256), "255 bytes"), (String(repeating: "x", count: 2_049), "2049 bytes"),
  ])
  func `refuses what is no address, and says why`(text: String, reason: String) {
    let problem = #expect(throws: BrokerURL.Problem.self) { try BrokerURL(text) }
    #expect(problem?.description.contains(reason) == true, "\(problem?.description ?? "")")
  }

  @Test(arguments: ["amqp://a:geheim@h", "amqp://a:geheim@[::1]:1/v", "amqps://a:geheim@h/%2F"])
  func `never shows the password`(text: String) throws {
    let url = try BrokerURL(text)
    #expect(!"\(url)".contains("geheim"))
    #expect(!url.redacted.contains("geheim"))
  }

  @Test(arguments: ["amqp://a:geheim%@h/v", "amqp://a:geheim?@h/v", "amqp://a:geheim%ff@h/v"])
  func `does not repeat a broken password`(text: String) {
    let problem = #expect(throws: BrokerURL.Problem.self) { try BrokerURL(text) }
    #expect(problem?.description.contains("the password") == true)
    #expect(problem?.description.contains("geheim") == false)
  }

  @Test func `shows the address so that it can be used again`() throws {
    #expect(try BrokerURL("amqp://a:b@[::1]").redacted == "amqp://a@[::1]:5672/%2F")
    #expect(try BrokerURL("amqps://h/v").redacted == "amqps://h:5671/v")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `random bytes are read or refused, never trapped on`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let alphabet = Array("amqps://%@:[]?#/\u{0}ã 0123456789abcf".unicodeScalars)
    for _ in 0..<2_000 {
      var text = Bool.random(using: &random) ? "amqp://" : ""
      for _ in 0..<Int.random(in: 0...24, using: &random) {
        text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
      }
      guard let url = try? BrokerURL(text) else { continue }
      #expect(!url.host.isEmpty && (1...65_535).contains(url.port) && !url.virtualHost.isEmpty)
    }
  }
}

/// Vigna's SeededRandom: what a seed gives is the same everywhere.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
