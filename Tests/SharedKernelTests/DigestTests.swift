import SharedKernel
import Testing

struct DigestTests {
  static let bytes: [UInt8] = (0..<32).map { $0 &* 37 &+ 5 }

  @Test func `a digest keeps its thirty-two bytes and its text`() throws {
    let digest = try #require(Digest(DigestTests.bytes))
    #expect(digest.bytes == DigestTests.bytes)
    #expect(digest.hex.count == 64 && Digest(hex: digest.hex) == digest)
    #expect(digest.description == digest.hex)
    #expect(digest.hex.hasPrefix("052a4f74"))
  }

  @Test(arguments: 0..<32) func `every byte counts`(index: Int) throws {
    var other = DigestTests.bytes
    other[index] ^= 1
    #expect(Digest(other) != Digest(DigestTests.bytes))
    #expect(Set([Digest(other), Digest(DigestTests.bytes), Digest(other)]).count == 2)
  }

  @Test(arguments: [0, 31, 33, 64]) func `other lengths are no digest`(count: Int) {
    #expect(Digest([UInt8](repeating: 7, count: count)) == nil)
    #expect(Digest(hex: String(repeating: "07", count: count)) == nil)
  }

  @Test(arguments: ["0G", "AB", " 1", "0x", "é"]) func `only lower-case hexadecimal is read`(text: String) {
    #expect(Hex.decode(text) == nil)
    #expect(Digest(hex: text + String(repeating: "0", count: 64 - text.count)) == nil)
  }

  @Test func `hexadecimal is written and read back`() {
    let all = (UInt8.min...UInt8.max).map { $0 }
    #expect(Hex.decode(Hex.encode(all)) == all)
    #expect(Hex.encode([0x00, 0x0f, 0xf0, 0xff]) == "000ff0ff")
    #expect(Hex.decode("") == [] && Hex.decode("0") == nil)
  }
}
