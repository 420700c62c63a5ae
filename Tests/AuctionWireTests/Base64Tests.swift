import AuctionWire
import Foundation
import Testing

@Suite struct `Base 64` {
  // RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `gives the published values both ways`(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test(arguments: 0..<70)
  func `agrees with another implementation at every length`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 250) }
    #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString())
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    #expect(Base64.encodedCount(count) == Base64.encode(bytes).utf8.count)
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zm8", "Zm9vZg", "=", "==", "===", "====", "Z===", "Zg==Zg==", "Zm=v", "Zh==", "Zm9=", "Zm9v\n", " Zm9v",
    "Zm-v", "Zm_v", "Zm9v====", "Zém9v", "Zm\u{0}v",
  ])
  func `refuses every other spelling`(text: String) { #expect(Base64.decode(text) == nil) }
}
