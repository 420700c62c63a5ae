import SharedKernel
import SigningKit
import SuiteTesting
import Testing

struct PrivateKeyTests {
  static let message = Array("lance".utf8)

  @Test(arguments: PublicKeyTests.types, [nil, "segredo", "ção 🔑", String(repeating: "x", count: 1024)])
  func `A key survives its own PEM, with a passphrase and without`(_ type: KeyType, _ passphrase: String?) throws {
    let key = try PrivateKey.generate(type)
    let secret = passphrase.map { Array($0.utf8) }
    let pem = try key.pem(passphrase: secret)
    #expect(pem.starts(with: (secret == nil ? "-----BEGIN PRIVATE" : "-----BEGIN ENCRYPTED PRIVATE").utf8))
    let again = try PrivateKey(pem: pem, passphrase: secret)
    #expect(again.publicKey == key.publicKey)
    #expect(again.type == type)
    #expect(key.publicKey.isValid(try again.sign(Self.message), for: Self.message))
  }

  @Test func `A passphrase that is missing and one that is wrong are told apart`() throws {
    let pem = try PrivateKey.generate(.ed25519).pem(passphrase: Array("right".utf8))
    #expect(signingError { () throws(SigningError) in try PrivateKey(pem: pem, passphrase: nil) } == .passphraseNeeded)
    for wrong in ["wrong", "", "right ", "Right"] {
      #expect(
        signingError { () throws(SigningError) in try PrivateKey(pem: pem, passphrase: Array(wrong.utf8)) } == .passphraseWrong)
    }
  }

  @Test func `A key without a passphrase opens with any`() throws {
    let key = try PrivateKey.generate(.ed25519)
    #expect(try PrivateKey(pem: key.pem(passphrase: nil), passphrase: Array("any".utf8)).publicKey == key.publicKey)
  }

  @Test(arguments: [0, 1025])
  func `A passphrase that protects nothing is not used`(_ length: Int) throws {
    let key = try PrivateKey.generate(.ed25519)
    let kind = signingError { () throws(SigningError) in try key.pem(passphrase: [UInt8](repeating: 0x61, count: length)) }
    #expect(kind == .passphraseNotAccepted)
  }

  @Test(arguments: [(1024, SigningError.Kind.rsaTooSmall), (2047, .rsaTooSmall), (4097, .typeNotAccepted), (-1, .rsaTooSmall)])
  func `RSA has 2048 to 4096 bits`(_ bits: Int, _ kind: SigningError.Kind) {
    #expect(signingError { () throws(SigningError) in try PrivateKey.generate(.rsa(bits: bits)) } == kind)
  }

  @Test func `A small RSA key of another's making is refused`() throws {
    let made = try CommandRun("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
    try #require(made.status == 0, "\(made.errors)")
    #expect(signingError { () throws(SigningError) in try PrivateKey(pem: made.output, passphrase: nil) } == .rsaTooSmall)
  }

  @Test func `What is no private key is refused, and told why`() throws {
    let key = try PrivateKey.generate(.ed25519)
    for wrong in [[], Array("hello".utf8), key.publicKey.pem, pem("PRIVATE KEY", "AAAA"), pem("ENCRYPTED PRIVATE KEY", "AAAA")] {
      #expect(signingError { () throws(SigningError) in try PrivateKey(pem: wrong, passphrase: [1]) } == .notAKey)
    }
    let traditional = try CommandRun("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout")
    #expect(throws: SigningError.self) { try PrivateKey(pem: traditional.output, passphrase: nil) }
    do throws(SigningError) {
      _ = try PrivateKey(pem: traditional.output, passphrase: nil)
    } catch {
      #expect(error.kind == .notAKey)
      #expect(error.description.contains("EC PRIVATE KEY") && error.description.contains("openssl pkcs8 -topk8"))
    }
  }

  @Test func `Halves that do not belong together are refused`() throws {
    // RFC 5915 inside PKCS#8: the private number of one key with the public point of another.
    let scalar = hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
    func file(_ point: [UInt8]) -> [UInt8] {
      let inner = DER.sequence(DER.integer([1]), DER.tagged(0x04, scalar), DER.tagged(0xa1, DER.bits(point)))
      let outer = DER.sequence(
        DER.tagged(0x02, [0]), hex("301306072a8648ce3d020106082a8648ce3d030107"), DER.tagged(0x04, inner))
      return pem("PRIVATE KEY", SignatureVectorTests.base64(outer))
    }
    let key = try PrivateKey(pem: file(SignatureVectorTests.point), passphrase: nil)
    #expect(key.publicKey.spki == DER.p256Key(SignatureVectorTests.point))
    let other = try PrivateKey.generate(.p256).publicKey.spki.suffix(65)
    #expect(signingError { () throws(SigningError) in try PrivateKey(pem: file(Array(other)), passphrase: nil) } != nil)
  }

  @Test func `An error carries what OpenSSL said, keeps it from people, and leaves nothing to the next`() throws {
    let key = try PrivateKey.generate(.ed25519)
    let locked = try key.pem(passphrase: [1])
    do throws(SigningError) {
      _ = try PrivateKey(pem: locked, passphrase: [2])
      Issue.record("a wrong passphrase opened the key")
    } catch {
      // Once in 256 times the padding looks right, and then it is the contents that make no sense.
      #expect(!error.openSSL.isEmpty)
      #expect(error.openSSL.allSatisfy { $0.hasPrefix("error:") && !error.sentence.portuguese.contains($0) })
    }
    do throws(SigningError) {
      _ = try PrivateKey.generate(.rsa(bits: 1))
      Issue.record("an RSA key of one bit was made")
    } catch { #expect(error.openSSL == []) }
  }

  @Test func `Ed25519 gives the same signature every time`() throws {
    let key = try PrivateKey.generate(.ed25519)
    #expect(try key.sign(Self.message) == key.sign(Self.message))
  }
}
