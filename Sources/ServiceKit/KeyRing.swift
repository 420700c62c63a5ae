package import SharedKernel
package import SigningKit

/// The public keys that a program knows, by key id.
package struct KeyRing: Sendable {
  package struct Member: Sendable {
    package let owner: PrincipalID
    package let key: PublicKey
    /// A revoked key still tells whose it was.
    package var isRevoked: Bool
  }

  package private(set) var members: [Digest: Member] = [:]

  package init() {}

  /// Whatever the folder holds; files that are no usable key are left out (the folder names them as problems).
  package init(_ keys: [(id: String, key: PublicKey)]) {
    for (id, key) in keys {
      guard let owner = PrincipalID(id) else { continue }
      add(owner: owner, key: key)
    }
  }

  package mutating func add(owner: PrincipalID, key: PublicKey) {
    guard let id = Digest(key.id) else { return }
    members[id] = Member(owner: owner, key: key, isRevoked: false)
  }

  package mutating func revoke(_ id: Digest) { members[id]?.isRevoked = true }

  package func member(_ id: Digest) -> Member? { members[id] }

  /// Whether `signature` over `message` is the unrevoked key's; nil when no such key is known.
  package func check(_ id: Digest, _ signature: [UInt8], over message: [UInt8]) -> PrincipalID? {
    guard let member = members[id], !member.isRevoked, member.key.isValid(signature, for: message) else { return nil }
    return member.owner
  }
}

extension SHA256 {
  /// SHA-256 as the house's digest.
  package static func of(_ bytes: [UInt8]) -> Digest {
    guard let digest = Digest(SHA256.digest(bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }
}

extension UniqueID {
  /// A random (version 4) UUID.
  package static func random() -> UniqueID {
    guard let id = UniqueID(random: SecureRandom.bytes(16)) else { preconditionFailure("sixteen bytes make a UUID") }
    return id
  }
}
