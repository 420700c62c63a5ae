import COpenSSL

/// A key that signs. Safe to use from several threads.
package final class PrivateKey: Sendable {
  private let key: EVPKey
  /// Of an Ed25519 key.
  private let signer: Ed25519.Signer?
  package let publicKey: PublicKey

  package static func generate(_ type: KeyType) throws(SigningError) -> PrivateKey {
    try PrivateKey(EVPKey.generated(type))
  }

  /// From PEM with exactly one PKCS#8 key; the passphrase of a key that is not encrypted is ignored.
  package convenience init(pem: [UInt8], passphrase: [UInt8]?) throws(SigningError) {
    let block = try PEMBlock(pem)
    switch block.label {
    case "PRIVATE KEY": try self.init(EVPKey(pkcs8: block.der, isEncrypted: false, passphrase: nil))
    case "ENCRYPTED PRIVATE KEY": try self.init(EVPKey(pkcs8: block.der, isEncrypted: true, passphrase: passphrase))
    default:
      throw SigningError(
        .notAKey,
        "um bloco chamado \(block.label); é aceito PKCS#8 (PRIVATE KEY ou ENCRYPTED PRIVATE KEY), "
          + "que `openssl pkcs8 -topk8` faz de outras chaves privadas",
        "a block named \(block.label); accepted is PKCS#8 (PRIVATE KEY or ENCRYPTED PRIVATE KEY), "
          + "which `openssl pkcs8 -topk8` makes of other private keys")
    }
  }

  /// A file can hold halves that do not belong together: then nothing it signs would ever be valid, so it is refused here.
  private init(_ key: EVPKey) throws(SigningError) {
    self.key = key
    var seed = key.type == .ed25519 ? try key.ed25519Seed() : []
    signer = Ed25519.Signer(seed: &seed)
    publicKey = try PublicKey(spki: key.spki())
    let probe = SecureRandom.bytes(32)
    guard publicKey.isValid(try sign(probe), for: probe) else {
      throw SigningError(
        .weakKey, "a metade privada e a metade pública da chave \(key.type) não formam um par",
        "the private and the public half of the \(key.type) key do not belong together")
    }
  }

  package var type: KeyType { key.type }

  /// PKCS#8 in PEM; with a passphrase (1 to 1024 bytes) under AES-256-CBC and scrypt, which takes a noticeable moment on purpose.
  package func pem(passphrase: [UInt8]?) throws(SigningError) -> [UInt8] {
    try key.privatePEM(passphrase: passphrase)
  }

  /// The signature in the form that `KeyType` names. Only Ed25519 gives the same bytes every time.
  package func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
    if let signer { signer.sign(message) } else { try key.sign(message) }
  }
}
