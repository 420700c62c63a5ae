// SigningKit: keys, signatures, digests and the folder of key files, over OpenSSL 3.
//
// It knows no auctions, no envelopes and no registry of who owns which key: it answers "is this signature of these
// bytes by this key" and keeps key files safely. Raw OpenSSL pointers never leave `EVPKey`.

/// The signature schemes of the house; the scheme follows from the key, never from a message.
package enum KeyType: Sendable, Hashable {
  /// Pure Ed25519 (RFC 8032): deterministic, 64 bytes.
  case ed25519
  /// ECDSA on P-256 with SHA-256, DER. Not unique: (r, s) and (r, n − s) are both valid, so never use it as an id.
  case p256
  /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 8017 §8.1), 2048 to 4096 bits.
  case rsa(bits: Int)

  static let acceptedRSABits = 2048...4096
}

extension KeyType: CustomStringConvertible {
  package var description: String {
    switch self {
    case .ed25519: "Ed25519"
    case .p256: "P-256"
    case .rsa(let bits): "RSA \(bits)"
    }
  }
}
