import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// Reads one auction's stored blocks from the first to the head: each signed by the house, each naming the one before, each
/// bid signed by the key that stands before it in the chain.
struct LedgerAudit {
  private(set) var blocks: Int64 = 0
  private(set) var bids: Int64 = 0
  /// Without those that were voided.
  private var counted: Int64 = 0
  private let auction: AuctionSummary
  private let keys: KeyRing
  private var head: Seen?
  private var result: AuctionResult?
  private var recorded: [Digest: (record: KeyRecord, key: PublicKey)] = [:]

  init(_ auction: AuctionSummary, keys: KeyRing) { (self.auction, self.keys) = (auction, keys) }

  mutating func read(_ document: Document) throws {
    let name = "\(document.number) de \(auction.auction)"
    let english = "\(document.number) of \(auction.auction)"
    guard let statement = try? HouseStatement(document.body, ring: keys), case .block(let block) = statement.fact,
      block.auction == auction.auction, block.edition == auction.edition, block.number == document.number
    else {
      throw journalProblem(
        "o bloco \(name) não se lê ou não tem a assinatura da casa",
        "block \(english) cannot be read or is not signed by the house")
    }
    guard block.number == head.map({ $0.block + 1 }) ?? 0, block.previous == head?.digest ?? auction.edition, result == nil else {
      throw journalProblem("o bloco \(name) não continua o anterior", "block \(english) does not continue the one before")
    }
    switch block.content {
    case .opening: break
    case .entries(let entries):
      for entry in entries {
        if try isSound(entry.fact) { continue }
        throw journalProblem(
          "um lance do bloco \(name), ou o que o anula, não tem a assinatura da sua chave",
          "a bid in block \(english), or what voids it, is not signed by its key")
      }
    case .closing(let said, _): result = said
    }
    head = Seen(block: block.number, digest: statement.digest)
    blocks += 1
  }

  private mutating func isSound(_ fact: BlockEntry.Fact) throws -> Bool {
    switch fact {
    case .key(let record):
      guard let key = try? PublicKey(spki: record.spki), Digest(key.id) == record.keyID else { return false }
      recorded[record.keyID] = (record, key)
    case .bid(let evidence, _):
      (bids, counted) = (bids + 1, counted + 1)
      guard let envelope = try? Envelope(evidence), let bid = try? Bid(envelope), let known = recorded[envelope.keyID],
        known.record.standing == .active, known.record.owner == bid.bidder, bid.edition == auction.edition
      else { return false }
      return known.key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding)
    case .voided(let evidence, _):
      counted -= 1
      return HouseStatement(recorded: evidence.bytes, by: HousePrincipal.operator, keys: keys) != nil
    case .suspended, .resumed, .outage, .revealed, .reserveRevealed: break
    }
    return true
  }

  /// - Parameter compacted: the digests of the receipts, where their auction's entries were compacted.
  func finish(_ compacted: [Digest]?) throws {
    guard head == auction.head else {
      throw journalProblem(
        "a corrente de \(auction.auction) não termina onde as entradas dizem",
        "the chain of \(auction.auction) does not end where the entries say")
    }
    guard (result != nil) == (auction.status == .closed && head != nil) else {
      throw journalProblem("\(auction.auction) não tem o seu resultado", "\(auction.auction) lacks its result")
    }
    guard let result else { return }
    let receipts = compacted.map { SHA256.of($0.prefix(Int(result.refusedBids)).flatMap(\.bytes)) }
    guard result.acceptedBids == counted, receipts == nil || receipts == result.refusals else {
      throw journalProblem(
        "o resultado de \(auction.auction) conta outros lances ou outras recusas",
        "the result of \(auction.auction) counts other bids or other refusals")
    }
  }
}
