import SigningKit
import SuiteTesting
import Testing

/// Published signatures, and what an attacker can make of a valid one.
struct SignatureVectorTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let seed: [UInt8], point: [UInt8], message: [UInt8], signature: [UInt8]
  }

  /// RFC 8032 §7.1.
  static let ed25519 = [
    Vector(
      testDescription: "TEST 1",
      seed: hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
      point: hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
      message: [],
      signature: hex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
      )),
    Vector(
      testDescription: "TEST 2",
      seed: hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
      point: hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
      message: hex("72"),
      signature: hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
      )),
    Vector(
      testDescription: "TEST 3",
      seed: hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
      point: hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"),
      message: hex("af82"),
      signature: hex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
      )),
    Vector(
      testDescription: "TEST SHA(abc)",
      seed: hex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"),
      point: hex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"),
      message: hex(
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
      ),
      signature: hex(
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
      )),
  ]

  /// The PEM of an Ed25519 seed (RFC 8410 §7), by way of the only door there is.
  static func key(seed: [UInt8]) throws -> PrivateKey {
    try PrivateKey(pem: pem("PRIVATE KEY", base64(hex("302e020100300506032b657004220420") + seed)), passphrase: nil)
  }

  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).map { i in
      let group = bytes[i..<min(i + 3, bytes.count)]
      let value = (0..<3).reduce(0) { $0 << 8 | (i + $1 < bytes.count ? Int(bytes[i + $1]) : 0) }
      return String((0..<4).map { $0 <= group.count ? digits[value >> (18 - 6 * $0) & 63] : "=" })
    }.joined()
  }

  @Test(arguments: ed25519)
  func `Ed25519 signs and verifies as RFC 8032 says`(_ vector: Vector) throws {
    let key = try Self.key(seed: vector.seed)
    #expect(key.publicKey.spki == DER.ed25519Key(vector.point))
    #expect(try key.sign(vector.message) == vector.signature)
    let other = try PublicKey(spki: DER.ed25519Key(vector.point))
    #expect(other.isValid(vector.signature, for: vector.message))
    #expect(!other.isValid(vector.signature, for: vector.message + [0]))
  }

  @Test(arguments: ed25519)
  func `An Ed25519 signature with S + L in the place of S is refused`(_ vector: Vector) throws {
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    let forged = vector.signature.prefix(32) + sum(Array(vector.signature.suffix(32)), order)
    #expect(try !PublicKey(spki: DER.ed25519Key(vector.point)).isValid(Array(forged), for: vector.message))
  }

  @Test(arguments: ed25519, [0, 1, 31, 32, 62, 63])
  func `An Ed25519 signature with one bit turned is refused`(_ vector: Vector, _ byte: Int) throws {
    let key = try PublicKey(spki: DER.ed25519Key(vector.point))
    for bit in 0..<8 {
      var forged = vector.signature
      forged[byte] ^= 1 << bit
      #expect(!key.isValid(forged, for: vector.message))
    }
  }

  @Test(arguments: [0, 1, 32, 63, 65, 128, 100_000])
  func `Bytes of any other length are no Ed25519 signature`(_ length: Int) throws {
    let vector = try #require(Self.ed25519.first)
    let padded = vector.signature + [UInt8](repeating: 0, count: 100_000)
    #expect(try !PublicKey(spki: DER.ed25519Key(vector.point)).isValid(Array(padded.prefix(length)), for: vector.message))
  }

  // RFC 6979 §A.2.5, SHA-256, "sample".
  static let point =
    hex("04")
    + hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
    + hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
  static let r = hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716")
  static let s = hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
  static let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
  static let sample = Array("sample".utf8)

  @Test func `P-256 verifies the signature of RFC 6979`() throws {
    let key = try PublicKey(spki: DER.p256Key(Self.point))
    #expect(key.type == .p256)
    #expect(key.isValid(DER.signature(r: Self.r, s: Self.s), for: Self.sample))
    #expect(!key.isValid(DER.signature(r: Self.r, s: Self.s), for: Array("test".utf8)))
  }

  @Test func `A P-256 signature is not unique, so that nobody takes it for an id`() throws {
    let key = try PublicKey(spki: DER.p256Key(Self.point))
    #expect(key.isValid(DER.signature(r: Self.r, s: difference(Self.order, Self.s)), for: Self.sample))
  }

  static let misspelt: [(String, [UInt8])] = [
    ("nothing", []),
    ("a byte after it", DER.signature(r: r, s: s) + [0]),
    ("r and s without DER", r + s),
    ("a long form of a short length", [0x30, 0x81] + DER.signature(r: r, s: s).dropFirst()),
    ("a needless leading zero", DER.sequence(DER.tagged(0x02, [0, 0] + r), DER.integer(s))),
    ("a negative r", DER.sequence(DER.tagged(0x02, r), DER.integer(s))),
    ("r = 0", DER.signature(r: [], s: s)),
    ("s = 0", DER.signature(r: r, s: [])),
    ("r = n", DER.signature(r: order, s: s)),
    ("s = n", DER.signature(r: r, s: order)),
    ("both 0", hex("3006020100020100")),
    ("a third number", DER.sequence(DER.integer(r), DER.integer(s), DER.integer([1]))),
    ("cut short", DER.signature(r: r, s: s).dropLast()),
    ("a length past its end", hex("3084ffffffff")),
  ]

  @Test(arguments: misspelt)
  func `A P-256 signature spelt in any other way is refused`(_ name: String, _ signature: [UInt8]) throws {
    #expect(try !PublicKey(spki: DER.p256Key(Self.point)).isValid(signature, for: Self.sample))
  }

  @Test func `Any bytes are judged without a trap`() throws {
    var random = SeededRandom(seed: 0x1e11a0)
    for key in try [PrivateKey.generate(.p256), .generate(.ed25519), .generate(.rsa(bits: 2048))] {
      let signature = try key.sign(Self.sample)
      for _ in 0..<200 {
        var forged = signature
        for _ in 0...Int.random(in: 0...3, using: &random) {
          switch Int.random(in: 0...2, using: &random) {
          case 0: forged.removeLast(Int.random(in: 0...min(4, forged.count), using: &random))
          case 1: forged.append(.random(in: 0...255, using: &random))
          default: if let i = forged.indices.randomElement(using: &random) { forged[i] ^= .random(in: 1...255, using: &random) }
          }
        }
        #expect(forged == signature || !key.publicKey.isValid(forged, for: Self.sample))
      }
      #expect(key.publicKey.isValid(signature, for: Self.sample))
    }
  }
}
