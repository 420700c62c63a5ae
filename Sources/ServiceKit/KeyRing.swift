package import SharedKernel
package import SigningKit
import Synchronization

/// The public keys that a program knows, by key id.
package struct KeyRing: Sendable {
  package struct Member: Sendable {
    package let owner: PrincipalID
    package let key: PublicKey
    /// Until when it spoke for its owner: only what it said up to then is believed. Nil: it speaks now.
    package let retiredAt: Timestamp?

    package init(owner: PrincipalID, key: PublicKey, retiredAt: Timestamp?) {
      (self.owner, self.key, self.retiredAt) = (owner, key, retiredAt)
    }

    /// How long after its retirement a key may still be taken for standing: whoever listens reads the folder again within moments,
    /// but may be held up between that and its stamp.
    private static let notice = Interval.seconds(60)

    /// Whether what was taken at that reading may have been taken while the key stood.
    package func stood(at clock: ClockReading) -> Bool { retiredAt.map { clock.earliest <= $0 + Self.notice } ?? true }
  }

  package private(set) var members: [Digest: Member] = [:]
  private let verified = VerifiedBatches()

  /// Ids whose key is another's already: a key speaks for one principal only.
  package private(set) var shared: [PrincipalID] = []

  package init() {}

  /// Whatever the folder holds; files that are no usable key are left out (the folder names them as problems). A key that
  /// stands under several ids is the house's before a bidder's, and otherwise the first one's.
  /// - Parameter retired: former keys of the house's services and operators; one that stands again counts as standing.
  package init(_ keys: [(id: String, key: PublicKey)], retired: [Member] = []) {
    let owned = keys.compactMap { entry in PrincipalID(entry.id).map { (owner: $0, key: entry.key) } }
    let (bidders, house) = (owned.filter { $0.owner.role == .bidder }, owned.filter { $0.owner.role != .bidder })
    for (owner, key) in house + bidders { add(Member(owner: owner, key: key, retiredAt: nil)) }
    for member in retired where member.owner.role != .bidder {
      guard let id = Digest(member.key.id), members[id] == nil else { continue }
      members[id] = member
    }
  }

  private mutating func add(_ member: Member) {
    guard let id = Digest(member.key.id) else { return }
    guard members[id] == nil else { return shared.append(member.owner) }
    members[id] = member
  }

  /// Whose signature this is over `message`; nil when no such key is known or the signature is not its own. A service may have signed
  /// it together with others.
  package func check(_ id: Digest, _ signature: [UInt8], over message: [UInt8]) -> Member? {
    guard let member = members[id] else { return nil }
    if member.owner.role == .service, let batch = BatchSignature(signature, over: message) {
      return verified.isValid(batch, by: member.key) ? member : nil
    }
    return member.key.isValid(signature, for: message) ? member : nil
  }
}

/// The batches that were verified last: what was signed together mostly comes together, and is verified once.
private final class VerifiedBatches: Sendable {
  private struct Verified: Hashable {
    let batch: BatchSignature
    let key: [UInt8]
  }

  private let last = Mutex<(batches: [Verified], next: Int)>(([], 0))
  private let kept = 64

  func isValid(_ batch: BatchSignature, by key: PublicKey) -> Bool {
    let asked = Verified(batch: batch, key: key.id)
    if last.withLock({ $0.batches.contains(asked) }) { return true }
    guard key.isValid(batch.signature, for: batch.signedMessage) else { return false }
    last.withLock { last in
      if last.batches.count < kept { last.batches.append(asked) } else { last.batches[last.next] = asked }
      last.next = (last.next + 1) % kept
    }
    return true
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
