import NTPKit
import SuiteTesting
import Testing

struct NTPPacketTests {
  @Test func `a request says nothing but its nonce`() {
    let bytes = NTPPacket.request(nonce: 0x0102_0304_0506_0708)
    #expect(bytes.count == 48)
    #expect(bytes[0] == 0x23)
    #expect(bytes[3] == 0x20)
    #expect(bytes.enumerated().allSatisfy { [0, 3].contains($0.offset) || $0.offset >= 40 || $0.element == 0 })
    #expect(Array(bytes.suffix(8)) == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func `the fields of an unsynchronised chronyd's answer`() throws {
    let hex = "e40000e60001000000010000000000000000000000000000603c3201a39da7a1eeab5f2dedc66379eeab5f2dedca6684"
    let bytes = stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    let packet = try #require(NTPPacket(bytes))
    #expect(packet.leap == 3 && packet.version == 4 && packet.mode == 4)
    #expect(packet.stratum == 0 && packet.poll == 0 && packet.precision == -26)
    #expect(packet.rootDelay == 0x10000 && packet.rootDispersion == 0x10000 && packet.referenceID == 0)
    #expect(packet.reference.bits == 0)
    #expect(packet.origin.bits == 0x603c_3201_a39d_a7a1)
    #expect(packet.receive.bits == 0xeeab_5f2d_edc6_6379)
    #expect(packet.transmit.bits == 0xeeab_5f2d_edca_6684)
    #expect(packet.bytes == bytes)
  }

  @Test(arguments: [0, 1, 47])
  func `fewer than 48 bytes are no header`(count: Int) {
    #expect(NTPPacket([UInt8](repeating: 0xFF, count: count)) == nil)
  }

  @Test("any 48 bytes and more are read, and written back the same", arguments: [6] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 48...80, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
      #expect(try #require(NTPPacket(bytes)).bytes == Array(bytes.prefix(48)))
    }
  }

  @Test(
    "short format in nanoseconds",
    arguments: [(0, 0), (1, 15_259), (0x8000, 500_000_000), (0xffff_0000, 65_535_000_000_000)] as [(UInt32, Nanoseconds)])
  func short(bits: UInt32, nanoseconds: Nanoseconds) {
    #expect(NTPPacket.nanoseconds(short: bits) == nanoseconds)
  }

  @Test(
    "kiss codes",
    arguments: [
      ("RATE", 0x5241_5445), ("DENY", 0x4445_4e59), ("RSTR", 0x5253_5452), ("NTSN", 0x4e54_534e), ("INIT", 0x494e_4954),
      ("STEP", 0x5354_4550),
    ]
      as [(String, UInt32)])
  func kiss(letters: String, bits: UInt32) {
    #expect(letters.utf8.reduce(0) { $0 << 8 | UInt32($1) } == bits)
    let known: [String: KissCode] = ["RATE": .rate, "DENY": .deny, "RSTR": .restrict]
    #expect(KissCode(rawValue: bits) == known[letters])
  }
}
