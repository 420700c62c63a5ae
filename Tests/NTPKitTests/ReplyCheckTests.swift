import NTPKit
import SuiteTesting
import Testing

struct ReplyCheckTests {
  static let nonce: UInt64 = 0x0123_4567_89ab_cdef
  static let unix: Int64 = 1_795_219_500
  /// The request left 100 s after the machine had started, when UTC was `unix`.
  static let sentAt: Nanoseconds = 100 * second
  static let check = ReplyCheck(nonce: nonce, sentAt: sentAt, pivot: 1_795_219_447)

  static func time(_ afterSending: Nanoseconds) -> NTPTimestamp {
    NTPTimestamp(nanoseconds: (unix + 2_208_988_800) * second + afterSending)
  }

  /// A good answer: 10 ms there, 1 ms in the server, 10 ms back.
  static func good(_ edit: (inout NTPPacket) -> Void = { _ in }) -> [UInt8] {
    var packet = NTPPacket.blank
    (packet.version, packet.mode, packet.stratum, packet.precision) = (4, 4, 2, -20)
    (packet.rootDelay, packet.rootDispersion) = (0x0290, 0x0148)
    packet.origin = NTPTimestamp(bits: nonce)
    (packet.receive, packet.transmit, packet.reference) = (time(10 * millisecond), time(11 * millisecond), time(-60 * second))
    edit(&packet)
    return packet.bytes
  }

  static let roundTrip: Nanoseconds = 21 * millisecond

  func verdict(_ bytes: [UInt8], after elapsed: Nanoseconds = Self.roundTrip) -> ReplyCheck.Verdict {
    Self.check.judge(bytes, receivedAt: Self.sentAt + elapsed)
  }

  @Test func `a good answer becomes a sample`() throws {
    guard case .sample(let sample) = verdict(Self.good()) else {
      Issue.record("refused: \(verdict(Self.good()))")
      return
    }
    #expect(abs(sample.offset - (Self.unix - 100) * second) <= 1)
    #expect(abs(sample.delay - 20 * millisecond) <= 1)
    #expect(sample.stratum == 2)
    #expect(sample.takenAt == Self.sentAt + Self.roundTrip)
    // (10.01 ms root delay + 20 ms) / 2 + 5.005 ms dispersion + 2^-20 s + 1 µs + 50 ppm of 21 ms.
    let expected: Nanoseconds = 5_004_883 + 10_000_000 + 5_004_883 + 953 + 1_000 + 1_050
    #expect(abs(sample.halfWidth - expected) <= 10)
  }

  @Test func `a server's own claims of perfection are not believed below a millisecond`() {
    let bytes = Self.good {
      ($0.rootDelay, $0.rootDispersion) = (0, 0)
      ($0.receive, $0.transmit) = (Self.time(0), Self.time(0))
    }
    guard case .sample(let sample) = verdict(bytes, after: 0) else {
      Issue.record("refused")
      return
    }
    #expect(sample.halfWidth == millisecond)
    // Below the server's resolution of 2^-20 s and ours of 1 µs.
    #expect(sample.delay == 953 + 1_000)
  }

  @Test func `a delay below zero is clamped, and stated as error`() {
    let bytes = Self.good { $0.transmit = Self.time(41 * millisecond) }
    guard case .sample(let sample) = verdict(bytes) else {
      Issue.record("refused")
      return
    }
    #expect(sample.delay == 953 + 1_000)
    #expect(sample.halfWidth > 10 * millisecond)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    var after: Nanoseconds = ReplyCheckTests.roundTrip
    let verdict: ReplyCheck.Verdict
    var testDescription: String { name }
    init(_ name: String, _ bytes: [UInt8], after: Nanoseconds = ReplyCheckTests.roundTrip, _ verdict: ReplyCheck.Verdict) {
      (self.name, self.bytes, self.after, self.verdict) = (name, bytes, after, verdict)
    }
  }

  static let foreign = NTPTimestamp(bits: nonce ^ 1)
  static func kiss(_ code: UInt32, leap: UInt8 = 3, _ edit: (inout NTPPacket) -> Void = { _ in }) -> [UInt8] {
    good {
      ($0.leap, $0.stratum, $0.referenceID) = (leap, 0, code)
      edit(&$0)
    }
  }

  static let cases: [Case] = [
    Case("empty", [], .ignored(.tooShort)),
    Case("47 bytes", Array(good().prefix(47)), .ignored(.tooShort)),
    Case("mode 1", good { $0.mode = 1 }, .ignored(.notAServerReply)),
    Case("mode 2", good { $0.mode = 2 }, .ignored(.notAServerReply)),
    Case("mode 3", good { $0.mode = 3 }, .ignored(.notAServerReply)),
    Case("mode 5", good { $0.mode = 5 }, .ignored(.notAServerReply)),
    Case("version 2", good { $0.version = 2 }, .ignored(.unknownVersion)),
    Case("version 5", good { $0.version = 5 }, .ignored(.unknownVersion)),
    Case("foreign origin", good { $0.origin = foreign }, .ignored(.foreignOrigin)),
    Case("origin 0", good { $0.origin = NTPTimestamp(bits: 0) }, .ignored(.foreignOrigin)),
    Case("DENY to another", kiss(0x4445_4e59) { $0.origin = foreign }, .ignored(.foreignOrigin)),
    Case("DENY", kiss(0x4445_4e59), .kiss(.deny)),
    Case("RSTR", kiss(0x5253_5452), .kiss(.restrict)),
    Case("RATE", kiss(0x5241_5445), .kiss(.rate)),
    Case("RATE without times", kiss(0x5241_5445) { ($0.receive.bits, $0.transmit.bits) = (0, 0) }, .kiss(.rate)),
    Case("XABC", kiss(0x5841_4243, leap: 0), .refused(.stratumOutOfRange)),
    Case("NTSN", kiss(0x4e54_534e), .refused(.serverUnsynchronized)),
    Case("receive 0", good { $0.receive.bits = 0 }, .refused(.timeMissing)),
    Case("transmit 0", good { $0.transmit.bits = 0 }, .refused(.timeMissing)),
    Case("leap 3", good { $0.leap = 3 }, .refused(.serverUnsynchronized)),
    Case("leap 3, stratum 0, no reference", kiss(0), .refused(.serverUnsynchronized)),
    Case("stratum 0", good { $0.stratum = 0 }, .refused(.stratumOutOfRange)),
    Case("stratum 16", good { $0.stratum = 16 }, .refused(.stratumOutOfRange)),
    Case("stratum 255", good { $0.stratum = 255 }, .refused(.stratumOutOfRange)),
    Case("dispersion 2 s", good { $0.rootDispersion = 0x20000 }, .refused(.rootDistanceTooLarge)),
    Case("distance just 1 s", good { ($0.rootDelay, $0.rootDispersion) = (0x10000, 0x8000) }, .refused(.rootDistanceTooLarge)),
    Case("all ones", good { ($0.rootDelay, $0.rootDispersion) = (.max, .max) }, .refused(.rootDistanceTooLarge)),
    Case("sent before received", good { $0.transmit = time(9 * millisecond) }, .refused(.processingImplausible)),
    Case("5 s in the server", good { $0.transmit = time(5 * second) }, after: 5 * second, .refused(.processingImplausible)),
    Case("half the scale in the server", good { $0.transmit.bits ^= 1 << 63 }, .refused(.processingImplausible)),
    Case("delay 900 ms", good(), after: 901 * millisecond, .refused(.delayTooLarge)),
    Case("delay just over 500 ms", good(), after: 501 * millisecond + 1_000, .refused(.delayTooLarge)),
  ]

  @Test(arguments: cases)
  func `what is wrong with an answer is named, in the order of the list`(_ example: Case) {
    #expect(verdict(example.bytes, after: example.after) == example.verdict)
  }

  static let accepted: [Case] = [
    Case("version 3", good { $0.version = 3 }, .ignored(.tooShort)),
    Case("leap 1", good { $0.leap = 1 }, .ignored(.tooShort)),
    Case("stratum 15", good { $0.stratum = 15 }, .ignored(.tooShort)),
    Case("a MAC behind it", good() + [UInt8](repeating: 0xAA, count: 20), .ignored(.tooShort)),
    Case("delay 500 ms", good(), after: 501 * millisecond - 1_000, .ignored(.tooShort)),
    Case("no reference time", good { $0.reference.bits = 0 }, .ignored(.tooShort)),
    Case("resolution 2^127 s", good { $0.precision = 127 }, .ignored(.tooShort)),
    Case("resolution 2^-128 s", good { $0.precision = -128 }, .ignored(.tooShort)),
  ]

  @Test(arguments: accepted)
  func `what is unusual but right is taken`(_ example: Case) {
    guard case .sample = verdict(example.bytes, after: example.after) else {
      Issue.record("\(verdict(example.bytes, after: example.after))")
      return
    }
  }

  @Test("an answer of the next era is placed there", arguments: [2_085_978_495, 2_085_978_497, 2_354_413_952] as [Int64])
  func nextEra(unix: Int64) {
    let bytes = Self.good {
      let time = NTPTimestamp(nanoseconds: (unix + 2_208_988_800) * second)
      ($0.receive, $0.transmit) = (time, time)
    }
    guard case .sample(let sample) = verdict(bytes, after: 0) else {
      Issue.record("\(verdict(bytes, after: 0))")
      return
    }
    #expect(abs(sample.offset + Self.sentAt - unix * second) <= 1)
  }

  @Test("no 48 bytes trap, with or without the right nonce", arguments: [7, 8] as [UInt64])
  func fuzz(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    var samples = 0
    for _ in 0..<20_000 {
      let check = ReplyCheck(
        nonce: dice.next(), sentAt: .random(in: 0...(1 << 58), using: &dice), pivot: Int64(bitPattern: dice.next()))
      var packet = NTPPacket([UInt8]((0..<48).map { _ in UInt8.random(in: 0...255, using: &dice) })) ?? .blank
      if Int.random(in: 0..<8, using: &dice) > 0 {
        (packet.mode, packet.version, packet.origin.bits) = (4, 4, check.nonce)
        if Bool.random(using: &dice) { (packet.leap, packet.stratum, packet.rootDelay, packet.rootDispersion) = (0, 3, 5, 5) }
        if Bool.random(using: &dice) { packet.transmit.bits = packet.receive.bits &+ dice.next() >> 40 }
      }
      if case .sample(let sample) = check.judge(packet.bytes, receivedAt: check.sentAt + .random(in: 0...second, using: &dice)) {
        samples += 1
        #expect(sample.halfWidth >= Sample.leastHalfWidth && sample.delay > 0)
      }
    }
    #expect(samples > 1_000)
  }
}
