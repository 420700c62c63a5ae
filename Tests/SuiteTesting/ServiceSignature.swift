package import AuctionWire
package import SigningKit

extension PublicKey {
  /// Whether a service signed this with the key, alone or together with other statements.
  package func signed(_ envelope: Envelope) -> Bool {
    let message = envelope.preAuthenticationEncoding
    guard let batch = BatchSignature(envelope.signature, over: message) else { return isValid(envelope.signature, for: message) }
    return isValid(batch.signature, for: batch.signedMessage)
  }
}
