package import ServiceKit
package import SharedKernel
import SigningKit

/// The keys of a simulated house: each follows from its owner's id and the seed alone.
package final class SimulatedKeys: @unchecked Sendable {
  private let seed: UInt64
  private var known: [PrincipalID: Voice] = [:]
  /// Whose public keys stand in the key folder.
  package private(set) var registered: Set<PrincipalID> = [] { didSet { (changes, cached) = (changes + 1, nil) } }
  private var everRegistered: Set<PrincipalID> = []
  /// Those that spoke for the house before.
  private var retired: [KeyRing.Member] = []
  /// How often a key was put there or taken away.
  private(set) var changes: Int64 = 0
  private var cached: KeyRing?

  package init(seed: UInt64 = 1) { self.seed = seed }

  /// The key pair of a principal, whether it is registered or not.
  package func voice(_ owner: PrincipalID) throws -> Voice {
    if let voice = known[owner] { return voice }
    var random = SeededRandom(seed: owner.text.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 })
    let voice = try Voice(principal: owner, key: Self.ed25519(random.bytes(32)))
    known[owner] = voice
    return voice
  }

  /// Another key pair of a principal's, in the place of the one it has had.
  package func renew(_ owner: PrincipalID) throws {
    var random = SeededRandom(seed: owner.text.utf8.reduce(~seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 })
    known[owner] = try Voice(principal: owner, key: Self.ed25519(random.bytes(32)))
    try register(owner)
    (changes, cached) = (changes + 1, nil)
  }

  /// Another key pair of one of the house's; what was said under the former one up to that instant stays its word.
  package func rotate(_ owner: PrincipalID, at instant: Timestamp) throws {
    retired.append(KeyRing.Member(owner: owner, key: try voice(owner).key.publicKey, retiredAt: instant))
    try renew(owner)
  }

  /// Puts the public key into the folder.
  package func register(_ owner: PrincipalID) throws {
    _ = try voice(owner)
    everRegistered.insert(owner)
    registered.insert(owner)
  }

  package func remove(_ owner: PrincipalID) { registered.remove(owner) }

  /// What the folder holds now.
  package var ring: KeyRing {
    if let cached { return cached }
    let ring = ring(of: registered)
    cached = ring
    return ring
  }

  /// As if no key had ever been taken away.
  var everyRing: KeyRing { ring(of: everRegistered) }

  private func ring(of owners: Set<PrincipalID>) -> KeyRing {
    KeyRing(owners.sorted().compactMap { owner in known[owner].map { (owner.text, $0.key.publicKey) } }, retired: retired)
  }

  /// PKCS#8 of an Ed25519 key that begins with these 32 bytes (RFC 8410 section 7).
  private static func ed25519(_ secret: [UInt8]) throws -> PrivateKey {
    let prefix: [UInt8] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
    let body = Self.base64(prefix + secret)
    return try PrivateKey(pem: Array("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n".utf8), passphrase: nil)
  }

  /// Forty-eight bytes are sixteen groups of three: no padding, one line.
  private static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
      for shift in [18, 12, 6, 0] { out.append(alphabet[Int(group >> UInt32(shift) & 63)]) }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
