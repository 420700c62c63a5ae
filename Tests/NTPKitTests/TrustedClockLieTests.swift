import NTPKit
import SharedKernel
import SuiteTesting
import Testing

/// What one server may do, through real sockets: each of the fake server's cases, and what the clock makes of it.
struct TrustedClockLieTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let behaviour: FakeNTPServer.Behaviour
    let standing: ServerStanding

    init(_ name: String, _ standing: ServerStanding, _ behaviour: @escaping FakeNTPServer.Behaviour) {
      (testDescription, self.standing, self.behaviour) = (name, standing, behaviour)
    }

    static func edit(_ name: String, _ standing: ServerStanding, _ edit: @escaping @Sendable (inout NTPPacket) -> Void) -> Lie {
      Lie(name, standing) { [.honest(to: $0, edit)] }
    }

    static func kiss(_ name: String, _ standing: ServerStanding, _ code: UInt32, foreign: Bool = false, leap: UInt8 = 3) -> Lie {
      edit(name, standing) {
        ($0.leap, $0.stratum, $0.referenceID) = (leap, 0, code)
        if foreign { $0.origin.bits ^= 1 }
      }
    }
  }

  static let useless: [Lie] = [
    Lie("silent", .noAnswer) { _ in [] },
    Lie("from another port", .noAnswer) { [.honest(to: $0, from: .anotherPort)] },
    Lie("from another address", .noAnswer) { [.honest(to: $0, from: .anotherAddress)] },
    Lie("late", .noAnswer) { [.honest(to: $0, after: .milliseconds(2_500))] },
    Lie("47 bytes", .refused(.tooShort)) { [.init(Array(FakeNTPServer.Answer.honest(to: $0).bytes.dropLast()))] },
    Lie("an empty datagram", .refused(.tooShort)) { _ in [.init([])] },
    .edit("mode 1", .refused(.notAServerReply)) { $0.mode = 1 },
    .edit("mode 2", .refused(.notAServerReply)) { $0.mode = 2 },
    .edit("mode 3", .refused(.notAServerReply)) { $0.mode = 3 },
    .edit("mode 5", .refused(.notAServerReply)) { $0.mode = 5 },
    .edit("version 2", .refused(.unknownVersion)) { $0.version = 2 },
    .edit("version 5", .refused(.unknownVersion)) { $0.version = 5 },
    Lie("the question itself", .refused(.notAServerReply)) { [.init($0.bytes)] },
    .edit("foreign origin", .refused(.foreignOrigin)) { $0.origin.bits ^= 1 << 40 },
    .edit("leap 3", .refused(.serverUnsynchronized)) { $0.leap = 3 },
    .kiss("stratum 0, leap 3, no reference", .refused(.serverUnsynchronized), 0),
    .kiss("stratum 0, no reference", .refused(.stratumOutOfRange), 0, leap: 0),
    .kiss("XABC", .refused(.stratumOutOfRange), 0x5841_4243, leap: 0),
    .kiss("RATE", .kissed(.rate), 0x5241_5445),
    .kiss("DENY", .kissed(.deny), 0x4445_4e59),
    .kiss("RSTR", .kissed(.restrict), 0x5253_5452),
    .kiss("RATE to another", .refused(.foreignOrigin), 0x5241_5445, foreign: true),
    .kiss("DENY to another", .refused(.foreignOrigin), 0x4445_4e59, foreign: true),
    .kiss("RSTR to another", .refused(.foreignOrigin), 0x5253_5452, foreign: true),
    .edit("stratum 16", .refused(.stratumOutOfRange)) { $0.stratum = 16 },
    .edit("dispersion 2 s", .refused(.rootDistanceTooLarge)) { $0.rootDispersion = 0x20000 },
    .edit("sent before received", .refused(.processingImplausible)) { $0.transmit.bits -= 1 << 32 },
    .edit("a step of an hour forward between receiving and sending", .refused(.processingImplausible)) {
      $0.transmit.bits += 3_600 << 32
    },
    .edit("a step of an hour back between receiving and sending", .refused(.processingImplausible)) {
      $0.transmit.bits -= 3_600 << 32
    },
    .edit("5 s in the server", .refused(.processingImplausible)) { $0.transmit.bits += 5 << 32 },
    .edit("no transmit time", .refused(.timeMissing)) { $0.transmit.bits = 0 },
    .edit("no receive time", .refused(.timeMissing)) { $0.receive.bits = 0 },
    Lie("900 ms of delay", .refused(.delayTooLarge)) { [.honest(to: $0, after: .milliseconds(900))] },
  ]

  @Test(arguments: useless)
  func `an answer of no use is named, and the clock stays unsynchronised`(_ lie: Lie) async throws {
    let server = try FakeNTPServer(lie.behaviour)
    let clock = TrustedClock(try .loopback([server.address]))
    clock.start()
    defer { clock.stop() }
    try await until("\(lie.standing)") { clock.report.servers.first?.standing == lie.standing }
    let report = clock.report
    #expect(report.status == .unsynchronized && report.servers.first?.reachability == 0 && report.servers.first?.sample == nil)
    #expect(clock.now().uncertaintyMicroseconds == Reading.unknownUncertainty)
    server.stop()
  }

  static let useful: [Lie] = [
    Lie("good", .chosen) { [.honest(to: $0)] },
    Lie("with a MAC", .chosen) { [.init(FakeNTPServer.Answer.honest(to: $0).bytes + [UInt8](repeating: 7, count: 20))] },
    Lie("with a long tail", .chosen) { [.init(FakeNTPServer.Answer.honest(to: $0).bytes + [UInt8](repeating: 7, count: 1_000))] },
    .edit("version 3", .chosen) { $0.version = 3 },
    Lie("a forged one first", .chosen) { [.honest(to: $0) { $0.origin.bits ^= 1 }, .honest(to: $0)] },
    Lie("forged kisses first", .chosen) { question in
      (0..<100).map { _ in
        .honest(to: question, offset: 77) { ($0.origin.bits, $0.stratum, $0.referenceID) = (~$0.origin.bits, 0, 0x4445_4e59) }
      } + [.honest(to: question)]
    },
    Lie("junk of every kind first", .chosen) { question in
      [
        .init([]), .init([0x24]), .init(question.bytes), .honest(to: question) { $0.mode = 5 },
        .honest(to: question) { $0.version = 7 },
        .honest(to: question, from: .anotherPort), .honest(to: question, from: .anotherAddress), .honest(to: question),
      ]
    },
    Lie("twice", .chosen) { [.honest(to: $0), .honest(to: $0)] },
    Lie("then a liar's with the same nonce", .chosen) { [.honest(to: $0), .honest(to: $0, offset: 3_600 * second)] },
  ]

  @Test(arguments: useful)
  func `a good answer counts, whatever comes with it`(_ lie: Lie) async throws {
    let server = try FakeNTPServer(lie.behaviour)
    let clock = TrustedClock(try .loopback([server.address]))
    defer { clock.stop() }
    let before = wallMicroseconds()
    let reading = await clock.waitUntilReady(within: .seconds(60))
    let after = wallMicroseconds()
    #expect(reading.status == .synchronized)
    #expect(
      (before - reading.uncertaintyMicroseconds...after + reading.uncertaintyMicroseconds).contains(reading.unixMicroseconds))
    // The next question may be on its way already.
    try await until("\(lie.standing), and heard") {
      guard let heard = clock.report.servers.first else { return false }
      return heard.standing == lie.standing && heard.reachability & 1 == 1 && heard.address == server.address
    }
    server.stop()
  }

  @Test(arguments: [3_600 * second, -3_600 * second, 300_000_000 * second, 1_000_000_000 * second] as [Nanoseconds])
  func `the only server is believed, however far from the system's clock, the next era included`(offset: Nanoseconds) async throws
  {
    let server = try FakeNTPServer.honest(offset: offset)
    let clock = TrustedClock(try .loopback([server.address]))
    defer { clock.stop() }
    let reading = await clock.waitUntilReady(within: .seconds(60))
    #expect(reading.status == .synchronized)
    #expect(abs(reading.unixMicroseconds - offset / 1_000 - wallMicroseconds()) < 5_000_000)
    server.stop()
  }

  @Test func `a closed port is named`() async throws {
    let server = try FakeNTPServer { _ in [] }
    server.stop()
    let clock = TrustedClock(try .loopback([server.address]))
    clock.start()
    defer { clock.stop() }
    try await until("refused") {
      clock.report.servers.first?.standing == .unreachable(Sentence(system: "Connection refused"))
    }
    #expect(clock.report.status == .unsynchronized)
  }

  @Test func `every request has its own nonce and its own port, and tells nothing else`() async throws {
    let server = try FakeNTPServer.honest()
    let clock = TrustedClock(try .loopback([server.address]))
    clock.start()
    defer { clock.stop() }
    try await until("eight questions") { server.questions.count >= 8 }
    let questions = server.questions
    #expect(Set(questions.map(\.nonce)).count == questions.count)
    #expect(Set(server.senders).count > questions.count / 2)
    for question in questions { #expect(question.bytes == NTPPacket.request(nonce: question.nonce.bits)) }
  }

  @Test(arguments: [0x4445_4e59, 0x5253_5452] as [UInt32])
  func `a server that said to stop is left alone, and the others go on`(code: UInt32) async throws {
    let closed = try FakeNTPServer { [.honest(to: $0) { ($0.leap, $0.stratum, $0.referenceID) = (3, 0, code) }] }
    let open = try FakeNTPServer.honest()
    let clock = TrustedClock(try .loopback([closed.address, open.address]))
    clock.start()
    defer { clock.stop() }
    try await until("eight questions to the open one") { open.questions.count >= 8 }
    #expect(closed.questions.count == 1)
    #expect(clock.report.servers.map(\.standing) == [.kissed(KissCode(rawValue: code) ?? .rate), .chosen])
    #expect(clock.report.status == .synchronized)
  }

  @Test(arguments: [0x4445_4e59, 0x5253_5452] as [UInt32])
  func `servers that said to stop keep their seats: the liar that did not wins nothing`(code: UInt32) async throws {
    let closed = try (0..<3).map { _ in try FakeNTPServer.honest() }
    let liar = try FakeNTPServer.honest(offset: 3_600 * second)
    let clock = TrustedClock(try .loopback(closed.map(\.address) + [liar.address]))
    defer { clock.stop() }
    #expect(await clock.waitUntilReady(within: .seconds(60)).status == .synchronized)
    for server in closed { server.behave { [.honest(to: $0) { ($0.leap, $0.stratum, $0.referenceID) = (3, 0, code) }] } }
    let asked = liar.questions.count
    try await until("the liar alone is asked") { liar.questions.count >= asked + 12 && clock.report.status == .holdover }
    #expect(
      clock.report.servers.map(\.standing) == closed.map { _ in .kissed(KissCode(rawValue: code) ?? .rate) } + [.noMajority])
    #expect(clock.report.servers.prefix(3).allSatisfy { $0.sample == nil && $0.reachability == 0 })
    #expect(abs(clock.now().unixMicroseconds - wallMicroseconds()) < 5_000_000)
  }

  @Test func `at a first start, servers that said to stop leave the liar without a majority`() async throws {
    let closed = try (0..<3).map { _ in
      try FakeNTPServer { [.honest(to: $0) { ($0.leap, $0.stratum, $0.referenceID) = (3, 0, 0x4445_4e59) }] }
    }
    let liar = try FakeNTPServer.honest(offset: 3_600 * second)
    let clock = TrustedClock(try .loopback(closed.map(\.address) + [liar.address]))
    clock.start()
    defer { clock.stop() }
    try await until("heard alone") {
      clock.report.servers.map(\.standing) == [.kissed(.deny), .kissed(.deny), .kissed(.deny), .noMajority]
    }
    try await until("for as long as it is remembered") { clock.report.servers.last?.reachability == 0xFF }
    #expect(clock.report.status == .unsynchronized)
  }
}
