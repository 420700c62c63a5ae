import SharedKernel

/// That a bidder uses a key: two of them may have registered the same one. Made once for all books that name it.
final class KeyUse: Hashable, Sendable {
  let owner: PrincipalID
  let keyID: Digest

  init(owner: PrincipalID, keyID: Digest) { (self.owner, self.keyID) = (owner, keyID) }

  static func == (a: KeyUse, b: KeyUse) -> Bool { a === b || (a.keyID == b.keyID && a.owner == b.owner) }
  func hash(into hasher: inout Hasher) { hasher.combine(keyID) }
}

/// The uses that books have named.
struct KeyUses: Sendable {
  private var all: Set<KeyUse> = []

  mutating func shared(_ use: KeyUse) -> KeyUse { all.insert(use).memberAfterInsert }
}

extension KeyUses: Equatable {
  /// Which of them were ever named makes no difference to any book.
  static func == (a: KeyUses, b: KeyUses) -> Bool { true }
}
