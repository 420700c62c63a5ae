import SigningKit
import SuiteTesting
import Testing

/// The same keys and signatures, made and checked by another program: the `openssl` command.
struct OpenSSLCommandTests {
  struct Scheme: Sendable, CustomTestStringConvertible {
    let type: KeyType
    let making: [String]
    let signing: [String]
    var testDescription: String { type.description }
  }

  static let pss = [
    "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:32", "-pkeyopt", "rsa_mgf1_md:sha256",
  ]
  static let schemes = [
    Scheme(type: .ed25519, making: ["-algorithm", "ED25519"], signing: []),
    Scheme(
      type: .p256, making: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], signing: ["-digest", "sha256"]),
    Scheme(
      type: .rsa(bits: 2048), making: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
      signing: ["-digest", "sha256"] + pss),
    Scheme(
      type: .rsa(bits: 3072), making: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
      signing: ["-digest", "sha256"] + pss),
  ]
  static let message = Array("quem dá mais?".utf8)

  @discardableResult
  private func openssl(_ arguments: [String], in folder: ScratchFolder) throws -> CommandRun {
    let run = try CommandRun(["openssl"] + arguments, in: folder.path)
    try #require(run.status == 0, "openssl \(arguments.joined(separator: " ")): \(run.errors) \(run.text)")
    return run
  }

  @Test(arguments: schemes, [nil, "aes-256-cbc", "scrypt"])
  func `Keys and signatures of the command are accepted`(_ scheme: Scheme, _ cipher: String?) throws {
    let folder = try ScratchFolder()
    try openssl(["genpkey", "-out", "plain.pem"] + scheme.making, in: folder)
    let locking = cipher.map { $0 == "scrypt" ? ["-scrypt"] : ["-v2", $0] } ?? ["-nocrypt"]
    try openssl(["pkcs8", "-topk8", "-in", "plain.pem", "-out", "key.pem", "-passout", "pass:segredo"] + locking, in: folder)
    let key = try PrivateKey(pem: folder.read("key.pem"), passphrase: cipher.map { _ in Array("segredo".utf8) })
    #expect(key.type == scheme.type)
    let shown = try openssl(["pkey", "-in", "plain.pem", "-pubout"], in: folder)
    #expect(shown.output == key.publicKey.pem)
    try folder.write(Self.message, "message")
    try openssl(
      ["pkeyutl", "-sign", "-rawin", "-inkey", "plain.pem", "-in", "message", "-out", "signature"] + scheme.signing, in: folder)
    #expect(try key.publicKey.isValid(folder.read("signature"), for: Self.message))
  }

  @Test(arguments: schemes, [nil, "segredo"])
  func `The command accepts our keys and signatures`(_ scheme: Scheme, _ passphrase: String?) throws {
    let folder = try ScratchFolder()
    let key = try PrivateKey.generate(scheme.type)
    try folder.write(key.pem(passphrase: passphrase.map { Array($0.utf8) }), "key.pem")
    try folder.write(key.publicKey.pem, "public.pem")
    try folder.write(Self.message, "message")
    try folder.write(key.sign(Self.message), "signature")
    try openssl(
      ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public.pem", "-in", "message", "-sigfile", "signature"]
        + scheme.signing, in: folder)
    let shown = try openssl(["pkey", "-in", "key.pem", "-passin", "pass:\(passphrase ?? "")", "-pubout"], in: folder)
    #expect(shown.output == key.publicKey.pem)
    try openssl(["pkey", "-in", "key.pem", "-passin", "pass:\(passphrase ?? "")", "-check", "-noout"], in: folder)
  }

  /// Each is a valid RSA signature of these bytes by this key, in another scheme than the house's.
  static let otherSchemes: [(String, [String])] = [
    ("PKCS #1 v1.5", ["-digest", "sha256"]),
    ("PSS with a salt of 20", ["-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:20"]),
    ("PSS with no salt", ["-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:0"]),
    ("PSS with the longest salt", ["-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:max"]),
    ("PSS with MGF1 of SHA-1", ["-digest", "sha256"] + pss.map { $0 == "rsa_mgf1_md:sha256" ? "rsa_mgf1_md:sha1" : $0 }),
    ("PSS with SHA-384", ["-digest", "sha384"] + pss),
  ]

  @Test(arguments: otherSchemes)
  func `RSA signatures of any other scheme are refused`(_ name: String, _ signing: [String]) throws {
    let folder = try ScratchFolder()
    let key = try PrivateKey.generate(.rsa(bits: 2048))
    try folder.write(key.pem(passphrase: nil), "key.pem")
    try folder.write(Self.message, "message")
    let files = ["-rawin", "-inkey", "key.pem", "-in", "message"]
    try openssl(["pkeyutl", "-sign", "-out", "signature"] + files + signing, in: folder)
    try openssl(["pkeyutl", "-verify", "-sigfile", "signature"] + files + signing, in: folder)
    #expect(try !key.publicKey.isValid(folder.read("signature"), for: Self.message))
  }
}
