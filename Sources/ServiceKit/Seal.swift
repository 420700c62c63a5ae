package import SharedKernel
package import SigningKit

/// A program's own voice: its id, its private key, and the id of that key.
package struct Voice: Sendable {
  package let principal: PrincipalID
  package let key: PrivateKey
  package let keyID: Digest

  package init(principal: PrincipalID, key: PrivateKey) throws {
    guard let id = Digest(key.publicKey.id) else {
      throw Failure(.configuration, said("a chave de \(principal) não tem id", "the key of \(principal) has no id"))
    }
    (self.principal, self.key, self.keyID) = (principal, key, id)
  }

  /// - Precondition: the key signs; a service's Ed25519 key always does.
  package func sign(_ message: [UInt8]) -> [UInt8] {
    do {
      return try key.sign(message)
    } catch {
      preconditionFailure("\(principal) cannot sign: \(error)")
    }
  }
}
