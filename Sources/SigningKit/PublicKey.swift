import COpenSSL

/// A key that verifies. Two keys are equal when their SubjectPublicKeyInfo is; each key has exactly one accepted spelling.
package final class PublicKey: Sendable {
  private let key: EVPKey
  /// Of an Ed25519 key.
  private let verifier: Ed25519.Verifier?
  /// SubjectPublicKeyInfo, canonical DER.
  package let spki: [UInt8]
  /// SHA-256 of `spki`, 32 bytes: what `keyid` is in a signature.
  package let id: [UInt8]
  /// `-----BEGIN PUBLIC KEY-----` and so on.
  package let pem: [UInt8]

  /// From PEM with exactly one SubjectPublicKeyInfo.
  package convenience init(pem: [UInt8]) throws(SigningError) {
    let block = try PEMBlock(pem)
    guard block.label == "PUBLIC KEY" else {
      throw SigningError(
        .notAKey, "um bloco chamado \(block.label); é aceita uma chave pública em SubjectPublicKeyInfo (PUBLIC KEY)",
        "a block named \(block.label); accepted is a public key in SubjectPublicKeyInfo (PUBLIC KEY)")
    }
    try self.init(spki: block.der)
  }

  /// From DER with exactly one SubjectPublicKeyInfo and nothing after it.
  ///
  /// Every other spelling of the same key is refused, so that one key cannot appear under two ids; so are keys under which
  /// signatures prove nothing.
  package init(spki: [UInt8]) throws(SigningError) {
    key = try EVPKey(spki: spki)
    guard (try? key.spki()) == spki, Self.isSpelledCanonically(spki, key.type) else {
      throw SigningError(
        .notCanonical, "uma chave pública \(key.type) escrita de outro modo que o seu DER canônico",
        "a \(key.type) public key in another spelling than its canonical DER")
    }
    guard key.isSound, key.type != .ed25519 || Ed25519Point.isStrong(spki.suffix(32)) else {
      throw SigningError(
        .weakKey, "uma chave pública \(key.type) sob a qual assinaturas não provam nada",
        "a \(key.type) public key under which signatures prove nothing")
    }
    verifier = try key.type == .ed25519 ? Self.verifier(spki.suffix(32)) : nil
    self.spki = spki
    id = SHA256.digest(spki)
    pem = try key.publicPEM()
  }

  private static func verifier(_ point: some Collection<UInt8>) throws(SigningError) -> Ed25519.Verifier {
    guard let verifier = Ed25519.Verifier(point: point) else {
      throw SigningError(
        .notAKey, "32 bytes que não são um ponto da curva Ed25519", "32 bytes that are no point of the curve Ed25519")
    }
    return verifier
  }

  /// Encoding again keeps some choices (compressed points, explicit curves), so those are compared with the one form.
  private static func isSpelledCanonically(_ spki: [UInt8], _ type: KeyType) -> Bool {
    switch type {
    case .ed25519: spki.count == 44
    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 ‖ x ‖ y } } (RFC 5480 §2)
    case .p256:
      spki.count == 91
        && spki.starts(with: [
          0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
          0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
        ])
    case .rsa: true
    }
  }

  package var type: KeyType { key.type }

  /// Whether the signature is of these bytes by this key. Never throws: bytes that are no signature are not valid.
  package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    verifier?.isValid(signature, for: message) ?? key.isValid(signature, for: message)
  }
}

extension PublicKey: Hashable {
  package static func == (a: PublicKey, b: PublicKey) -> Bool { a.spki == b.spki }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
