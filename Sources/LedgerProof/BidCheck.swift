import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// Each accepted bid is under a key that the ledger named for its bidder before, that was not revoked, and stands there once.
struct BidCheck {
  private var keys: [PrincipalID: (record: KeyRecord, key: PublicKey)] = [:]
  private var names: Set<Name> = []

  private struct Name: Hashable {
    let bidder: PrincipalID
    let bid: BidID
  }

  mutating func run(_ ledger: LedgerReading, _ findings: inout Findings) {
    for read in ledger.blocks {
      guard case .entries(let entries) = read.block.content else { continue }
      for entry in entries {
        switch entry.fact {
        case .key(let record): name(record, read.line, &findings)
        case .bid(let evidence, _): check(evidence, ledger.header, read.line, &findings)
        case .voided, .suspended, .resumed, .outage, .revealed, .reserveRevealed: break
        }
      }
    }
  }

  private mutating func name(_ record: KeyRecord, _ line: Int, _ findings: inout Findings) {
    guard let key = try? PublicKey(spki: record.spki), Digest(key.id) == record.keyID, record.owner.role == .bidder else {
      return findings.fault(
        .bids, line: line,
        Sentence("a chave de \(record.owner) não é o que o seu id diz", "the key of \(record.owner) is not what its id says"))
    }
    if record.standing == .revoked,
      keys[record.owner].map({ $0.record.keyID != record.keyID || $0.record.standing == .revoked }) ?? true
    {
      findings.fault(
        .bids, line: line,
        Sentence(
          "uma chave de \(record.owner) que não valia foi revogada", "a key of \(record.owner) that did not stand was revoked"))
    }
    keys[record.owner] = (record, key)
  }

  private mutating func check(_ evidence: Evidence, _ header: LedgerHeader, _ line: Int, _ findings: inout Findings) {
    findings.count(.bids)
    guard let envelope = try? Envelope(evidence), let bid = try? Bid(envelope) else {
      return findings.fault(.bids, line: line, Sentence("um lance ilegível", "a bid that cannot be read"))
    }
    func fault(_ portuguese: String, _ english: String) {
      findings.fault(
        .bids, line: line,
        Sentence("lance \(bid.id) de \(bid.bidder): \(portuguese)", "bid \(bid.id) of \(bid.bidder): \(english)"))
    }
    if bid.auction != header.auction || bid.edition != header.edition {
      fault("é de outro leilão ou edição", "it is of another auction or edition")
    }
    if !names.insert(Name(bidder: bid.bidder, bid: bid.id)).inserted {
      fault("já está no livro", "it stands in the ledger already")
    }
    guard let known = keys[bid.bidder] else {
      return fault("nenhuma chave sua foi registrada antes", "no key of his was registered before")
    }
    guard known.record.standing == .active else { return fault("a sua chave foi revogada", "his key had been revoked") }
    guard known.record.keyID == envelope.keyID,
      known.key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding)
    else { return fault("a assinatura não é da sua chave", "the signature is not of his key") }
  }
}
