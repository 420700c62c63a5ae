// AuctionSigning: where the published language meets the keys. Seals what a program says under its own key, opens what
// others say against the key ring and the table of who may say what. Decides nothing, sends nothing.

package import AuctionFacts
package import AuctionWire
package import ServiceKit
package import SharedKernel
import SigningKit

/// The ids under which the house itself speaks.
package enum HousePrincipal {
  package static let msLeilao = known(Service.msLeilao.rawValue)
  package static let msLance = known(Service.msLance.rawValue)
  package static let msNotificacao = known(Service.msNotificacao.rawValue)
  package static let `operator` = known("operador")
  /// The seller of what the house sells for itself.
  package static let house = known("casa")

  private static func known(_ id: String) -> PrincipalID {
    guard let principal = PrincipalID(id) else { preconditionFailure("\(id) is a principal's id") }
    return principal
  }
}

extension Voice {
  /// Spells and signs a statement.
  package func seal(_ statement: some WireValue) -> Sealed {
    statement.enveloped(keyID: keyID) { sign($0) }.sealed { SHA256.of($0) }
  }

  /// A bid as it is published: with what opens its commitment beside it, outside the signature.
  package func seal(_ bid: Bid, with secret: Secret?) -> Sealed {
    let envelope = bid.enveloped(keyID: keyID) { sign($0) }
    guard let secret else { return envelope.sealed { SHA256.of($0) } }
    return Sealed(
      digest: SHA256.of(envelope.payload), evidence: Evidence(envelope.with(secret).encoded(withSecret: true)))
  }

  /// Signs what has been spelled.
  package func seal(_ kind: Kind, _ payload: [UInt8]) -> Evidence {
    Envelope.seal(kind, payload: payload, keyID: keyID) { sign($0) }.evidence
  }

  /// Signs statements together, in their order. Only a service may. Signed again among others, one has another signature.
  package func seal(_ statements: [(kind: Kind, payload: [UInt8])]) -> [Evidence] {
    stride(from: 0, to: statements.count, by: Self.signedTogether).flatMap { start in
      let some = statements[start..<min(start + Self.signedTogether, statements.count)]
      let signatures = BatchSignature.sign(some.map { Envelope.pae($0.kind, $0.payload) }) { sign($0) }
      return zip(some, signatures).map { statement, signature in
        Envelope(kind: statement.kind, payload: statement.payload, keyID: keyID, signature: signature).evidence
      }
    }
  }

  /// Each doubling takes 32 bytes more of every envelope; beyond this it saves hardly anything.
  private static let signedTogether = 16
}

extension Secret {
  /// What the terms of an auction scheduled with that nonce name as `reserva_compromisso`.
  package func reserveDigest(to auction: AuctionID, nonce: [UInt8]) -> Digest {
    SHA256.of(reserveCommitment(to: auction, nonce: nonce))
  }
}
