import AuctionClient
import ServiceKit
import SharedKernel
import SigningKit

/// A bidder's key pair, made and written.
struct NewPair {
  let bidder: PrincipalID
  let key: PrivateKey
  let type: KeyType
  let privateFile: String
  let publicFile: String
  /// What else the key folder lacks before the house can be heard.
  private let missing: String?

  /// - Parameter type: nil: that of the key that is replaced, or ed25519.
  init(_ bidder: PrincipalID, in settings: HouseSettings, type: KeyType?, passphrase: [UInt8]?, replacing replaces: Bool) throws {
    let former = replaces ? try? settings.keys.publicKey(of: bidder.text).type : nil
    self.type = type ?? former ?? .ed25519
    key = try PrivateKey.generate(self.type)
    do {
      try settings.keys.writePair(key, for: bidder.text, passphrase: passphrase, replacing: replaces)
    } catch {
      let mend = said("; para trocar o par: --substituir", "; to change the pair: --replace")
      let failure: any Error = error.kind == .alreadyExists ? Failure(.usage, said(error) + mend) : error
      throw failure
    }
    self.bidder = bidder
    missing = (try? BidderAccess.keys(settings)).flatMap { HouseKeys.missing(in: $0.ring, of: settings.keyPath) }
    (privateFile, publicFile) = (settings.keys.privateFile(bidder.text), settings.keys.publicFile(bidder.text))
  }

  /// Where they are, and what the house needs.
  var sentence: String {
    said(
      """
      chaves de \(bidder) criadas:
        privada  \(privateFile) (não mostre a ninguém)
        pública  \(publicFile) (é a que a casa precisa ter)
      Entregue a pública à casa, que a põe em keys/public/\(bidder).pem; até lá ela recusa os lances (usuario_desconhecido).
      """,
      """
      keys of \(bidder) made:
        private  \(privateFile) (show it to nobody)
        public   \(publicFile) (the house needs this one)
      Hand the public one to the house, which puts it into keys/public/\(bidder).pem; until then it refuses the bids (usuario_desconhecido).
      """)
      + (missing.map { "\n\($0) " + said("Peça à casa as chaves públicas dela.", "Ask the house for its public keys.") } ?? "")
  }
}
