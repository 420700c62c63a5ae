import SigningKit
import Testing

struct SHA256Tests {
  /// FIPS 180-4 examples, and the million of the NIST test set.
  static let vectors: [(text: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]

  @Test(arguments: vectors)
  func `Digests as published`(_ text: String, _ digest: String) {
    #expect(SHA256.digest(Array(text.utf8)) == hex(digest))
  }

  @Test(arguments: 0...8)
  func `Parts are digested as one`(_ cut: Int) {
    let bytes = Array("leilao!!".utf8)
    #expect(SHA256.digest([Array(bytes.prefix(cut)), [], Array(bytes.dropFirst(cut))]) == SHA256.digest(bytes))
  }

  @Test func `Random bytes have the length asked for and do not repeat`() {
    #expect(SecureRandom.bytes(0) == [])
    #expect(SecureRandom.bytes(33).count == 33)
    #expect(SecureRandom.bytes(16) != SecureRandom.bytes(16))
  }
}
