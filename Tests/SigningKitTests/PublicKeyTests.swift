import SigningKit
import SuiteTesting
import Testing

struct PublicKeyTests {
  static let types: [KeyType] = [.ed25519, .p256, .rsa(bits: 2048)]

  @Test(arguments: types)
  func `A key survives its own PEM and DER`(_ type: KeyType) throws {
    let key = try PrivateKey.generate(type).publicKey
    #expect(key.type == type)
    #expect(try PublicKey(pem: key.pem) == key)
    #expect(try PublicKey(spki: key.spki) == key)
    #expect(key.id == SHA256.digest(key.spki))
    #expect(try Set([key, PublicKey(pem: key.pem), PrivateKey.generate(type).publicKey]).count == 2)
  }

  @Test(arguments: types, [-1, 1, 5])
  func `One key and nothing else is accepted`(_ type: KeyType, _ extra: Int) throws {
    let spki = try PrivateKey.generate(type).publicKey.spki
    let wrong = extra < 0 ? Array(spki.dropLast(-extra)) : spki + [UInt8](repeating: 0, count: extra)
    let kind = signingError { () throws(SigningError) in try PublicKey(spki: wrong) }
    #expect(kind == (extra < 0 ? .notAKey : .notCanonical))
    #expect(signingError { () throws(SigningError) in try PublicKey(spki: spki + spki) } == .notCanonical)
  }

  static let modulus: [UInt8] = {
    // The modulus of a real key would do as well, but soundness is looked at after spelling and size.
    [0xc5] + [UInt8](repeating: 0x5a, count: 254) + [0x01]
  }()
  static let e = hex("010001")

  static let misspelt: [(String, [UInt8], SigningError.Kind)] = [
    ("nothing", [], .notAKey),
    ("junk", hex("deadbeef"), .notAKey),
    ("a length past its end", hex("3084ffffffff"), .notAKey),
    ("an Ed25519 point of 31 bytes", hex("3029300506032b6570032000") + [UInt8](repeating: 9, count: 31), .notAKey),
    ("Ed25519 with parameters", hex("302c300706032b65700500032100") + SignatureVectorTests.ed25519[0].point, .notAKey),
    ("Ed25519 with a y off the curve", DER.ed25519Key([2] + [UInt8](repeating: 0, count: 31)), .notAKey),
    ("a long form of a length", hex("30812a300506032b6570032100") + SignatureVectorTests.ed25519[0].point, .notCanonical),
    ("a point off the curve", DER.p256Key([4] + [UInt8](repeating: 7, count: 64)), .notAKey),
    ("the point at infinity", DER.p256Key([0]), .notCanonical),
    ("a compressed point", DER.p256Key([3] + SignatureVectorTests.point[1...32]), .notCanonical),
    ("a hybrid point", DER.p256Key([7] + SignatureVectorTests.point.dropFirst()), .notCanonical),
    ("RSA without NULL", DER.rsaKey(modulus: modulus, exponent: e, parameters: []), .notCanonical),
    ("RSA of 1024 bits", DER.rsaKey(modulus: Array(modulus.prefix(127)) + [1], exponent: e), .rsaTooSmall),
    ("RSA of 2047 bits", DER.rsaKey(modulus: [0x75] + modulus.dropFirst(), exponent: e), .rsaTooSmall),
    ("RSA of 4104 bits", DER.rsaKey(modulus: modulus + modulus + [1], exponent: e), .typeNotAccepted),
    ("an even modulus", DER.rsaKey(modulus: modulus.dropLast() + [2], exponent: e), .weakKey),
    ("an even exponent", DER.rsaKey(modulus: modulus, exponent: hex("010002")), .weakKey),
    ("an exponent of 1", DER.rsaKey(modulus: modulus, exponent: [1]), .weakKey),
    ("an exponent that makes verifying dear", DER.rsaKey(modulus: modulus, exponent: hex("0100000001")), .weakKey),
  ]

  @Test(arguments: misspelt)
  func `What is no key, or a key spelt in another way, is refused`(_ name: String, _ spki: [UInt8], _ kind: SigningError.Kind) {
    #expect(signingError { () throws(SigningError) in try PublicKey(spki: spki) } == kind)
  }

  @Test(arguments: types, [1, 2, 3] as [UInt64])
  func `Any bytes are judged without a trap, and what is accepted is spelt as it was`(_ type: KeyType, _ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let key = try PrivateKey.generate(type).publicKey
    for _ in 0..<300 {
      var (spki, pem) = (key.spki, key.pem)
      for _ in 0...Int.random(in: 0...2, using: &random) {
        // Mostly the head, where the structure is.
        spki[Int.random(in: 0..<min(40, spki.count), using: &random)] = .random(in: 0...255, using: &random)
        pem[Int.random(in: 0..<pem.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      if let other = try? PublicKey(spki: spki) { #expect(other.spki == spki) }
      if let other = try? PublicKey(pem: pem) { #expect(try PublicKey(pem: other.pem) == other) }
    }
  }

  /// The points of small order, their second signs and second spellings: under each, forging is easy or an id is not unique.
  static let weak = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ]

  @Test(arguments: weak)
  func `An Ed25519 key under which signatures prove nothing is refused`(_ point: String) {
    #expect(signingError { () throws(SigningError) in try PublicKey(spki: DER.ed25519Key(hex(point))) } == .weakKey)
  }

  @Test func `PEM holds exactly one public key`() throws {
    let key = try PrivateKey.generate(.ed25519)
    let pem = key.publicKey.pem
    #expect(try PublicKey(pem: Array("cliente_alpha, from her hand\n".utf8) + pem) == key.publicKey)
    #expect(signingError { () throws(SigningError) in try PublicKey(pem: pem + pem) } == .notCanonical)
    #expect(signingError { () throws(SigningError) in try PublicKey(pem: []) } == .notAKey)
    #expect(signingError { () throws(SigningError) in try PublicKey(pem: Array(pem.dropLast(30))) } == .notAKey)
    #expect(signingError { () throws(SigningError) in try PublicKey(pem: key.pem(passphrase: nil)) } == .notAKey)
    #expect(signingError { () throws(SigningError) in try PublicKey(pem: [UInt8](repeating: 0x41, count: 20_000)) } == .notAKey)
  }

  @Test(arguments: ["ed448", "x25519", "dsa", "rsa-pss", "P-384", "secp256k1"])
  func `Other types and curves are refused by name`(_ type: String) throws {
    let folder = try ScratchFolder()
    let making =
      switch type {
      case "P-384", "secp256k1": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(type)"]
      case "dsa": ["-paramfile", "dsa.pem"]
      default: ["-algorithm", type]
      }
    if type == "dsa" {
      let made = try CommandRun(
        "openssl", "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", "dsa.pem",
        in: folder.path)
      try #require(made.status == 0, "\(made.errors)")
    }
    let made = try CommandRun(["openssl", "genpkey", "-out", "private.pem"] + making, in: folder.path)
    try #require(made.status == 0, "\(made.errors)")
    let shown = try CommandRun("openssl", "pkey", "-in", "private.pem", "-pubout", "-out", "public.pem", in: folder.path)
    try #require(shown.status == 0, "\(shown.errors)")
    let pem = try folder.read("public.pem")
    let secret = try folder.read("private.pem")
    #expect(signingError { () throws(SigningError) in try PublicKey(pem: pem) } == .typeNotAccepted)
    #expect(signingError { () throws(SigningError) in try PrivateKey(pem: secret, passphrase: nil) } == .typeNotAccepted)
  }

  @Test func `A curve described instead of named is refused`() throws {
    let folder = try ScratchFolder()
    let made = try CommandRun(
      "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit",
      "-out", "private.pem", in: folder.path)
    try #require(made.status == 0, "\(made.errors)")
    let shown = try CommandRun("openssl", "pkey", "-in", "private.pem", "-pubout", in: folder.path)
    let kind = signingError { () throws(SigningError) in try PublicKey(pem: shown.output) }
    #expect(kind == .notCanonical || kind == .typeNotAccepted)
  }

  @Test(arguments: types)
  func `Threads share a key`(_ type: KeyType) async throws {
    let key = try PrivateKey.generate(type)
    let valid = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<4 {
        group.addTask {
          var valid = 0
          for i in 0..<50 {
            let message = Array("\(worker) \(i)".utf8)
            let signature = try key.sign(message)
            if key.publicKey.isValid(signature, for: message), !key.publicKey.isValid(signature, for: message + [0]) {
              valid += 1
            }
          }
          return valid
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(valid == 200)
  }
}
