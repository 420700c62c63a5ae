import CSodium

/// Ed25519 (RFC 8032 §5.1) by libsodium, which verifies in about half the time that OpenSSL 3.0 takes and signs the same bytes.
///
/// It takes nothing that OpenSSL does not: it besides refuses small-order points in a signature. Keys are read, spelled and
/// judged by `EVPKey`, like all others; OpenSSL only does not look whether a point is on the curve.
enum Ed25519 {
  /// Chooses the implementation for this processor; calling it again does nothing.
  private static let isReady = sodium_init() >= 0

  /// A public key's 32 bytes.
  struct Verifier: Sendable {
    private let point: [UInt8]

    /// Nil where they are no point of the curve.
    init?(point: some Collection<UInt8>) {
      let point = Array(point)
      var twice = point
      guard Ed25519.isReady, point.count == Int(crypto_sign_PUBLICKEYBYTES), crypto_core_ed25519_add(&twice, point, point) == 0
      else { return nil }
      self.point = point
    }

    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
      signature.count == Int(crypto_sign_BYTES)
        && crypto_sign_verify_detached(signature, message, UInt64(message.count), point) == 0
    }
  }

  /// A private key's seed with its public half; wiped when it goes.
  final class Signer: Sendable {
    nonisolated(unsafe) private let secret: UnsafeMutablePointer<UInt8>
    private static let count = Int(crypto_sign_SECRETKEYBYTES)

    /// - Parameter seed: 32 bytes, wiped here.
    init?(seed: inout [UInt8]) {
      defer { sodium_memzero(&seed, seed.count) }
      guard Ed25519.isReady, seed.count == Int(crypto_sign_SEEDBYTES) else { return nil }
      secret = .allocate(capacity: Self.count)
      var point = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
      crypto_sign_seed_keypair(&point, secret, seed)
    }

    deinit {
      sodium_memzero(secret, Self.count)
      secret.deallocate()
    }

    func sign(_ message: [UInt8]) -> [UInt8] {
      var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
      crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
      return signature
    }
  }
}
