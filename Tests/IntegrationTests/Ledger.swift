import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// The whole ledger of an auction as the house gives it out, and proof that it holds: every signature, the chain from the
/// opening on, the winner. Written from PROTOCOL.md's sentences, without the client's own verifier.
struct Ledger {
  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  struct AcceptedBid: Hashable {
    let bid: Bid
    let block: Int64
  }

  private(set) var blocks: [Block] = []
  private(set) var accepted: [AcceptedBid] = []
  /// What the house says that its time rested on.
  private(set) var clockRecords: [ClockRecord] = []
  private(set) var receipts: [Receipt] = []
  private(set) var result: AuctionResult?
  private(set) var head: Digest?
  /// Under which keys ms-lance signed all this.
  private(set) var speakers: Set<Digest> = []
  /// How often the ledger says that the house was away.
  private(set) var outages = 0
  private var receiptDigests: [Digest] = []
  /// The bidders' keys as the ledger names them.
  private var bidderKeys: [Digest: (owner: PrincipalID, key: PublicKey)] = [:]

  var clocks: [ClockReading] { blocks.map(\.clock) }

  /// Asks for all of it and proves it.
  init(_ auction: String, from visitor: Visitor) async throws {
    guard let id = AuctionID(auction) else { throw Broken(description: "\(auction) is no id") }
    var held: Int64 = 0
    var promised: Seen?
    while true {
      let (snapshot, envelopes) = try await visitor.ask(.ledger(id, after: held))
      guard case .ledger(id, held, let head) = snapshot.content else { throw Broken(description: "another answer: \(snapshot)") }
      promised = head
      for evidence in envelopes { try take(evidence, keys: KeyFolder(path: visitor.house.keys)) }
      held += Int64(envelopes.count)
      if !snapshot.more { break }
    }
    guard head == promised?.digest, blocks.last?.number == promised?.block else {
      throw Broken(
        description: "the chain ends with block \(blocks.count - 1), the house promised \(String(describing: promised))")
    }
    try proveOnceOnly()
    try proveResult()
  }

  func decision(of bid: String) -> (block: Int64?, refusal: Refusal?)? {
    if let found = accepted.first(where: { $0.bid.id.description == bid }) { return (found.block, nil) }
    if let found = receipts.first(where: { $0.bid?.description == bid }) { return (nil, found.reason) }
    return nil
  }

  private mutating func take(_ evidence: Evidence, keys: KeyFolder) throws {
    let envelope = try Self.verified(evidence, by: "ms_lance", keys)
    guard envelope.kind.speaker == .msLance else { throw Broken(description: "\(envelope.kind.rawValue) by ms-lance") }
    speakers.insert(envelope.keyID)
    let digest = SHA256.of(envelope.payload)
    if envelope.kind == .bidRefused {
      let receipt = try Receipt(envelope)
      guard receipt.number == Int64(receipts.count + 1) else {
        throw Broken(description: "receipt \(String(describing: receipt.number)) out of order")
      }
      receipts.append(receipt)
      receiptDigests.append(digest)
    } else if envelope.kind == .clockSynchronized {
      clockRecords.append(try ClockRecord(envelope))
    } else if envelope.kind == .ledgerClosed {
      guard try LedgerSeal(envelope).head.digest == head else { throw Broken(description: "the seal of another ledger") }
    } else {
      let block = try Block(envelope)
      try append(block, keys: keys)
      head = digest
    }
  }

  private mutating func append(_ block: Block, keys: KeyFolder) throws {
    guard block.number == Int64(blocks.count), block.previous == head ?? block.edition, result == nil else {
      throw Broken(description: "block \(block.number) does not continue block \(blocks.count - 1)")
    }
    switch block.content {
    case .opening(let evidence):
      let opening = try Opening(Self.verified(evidence, by: "ms_leilao", keys))
      guard blocks.isEmpty, opening.edition == block.edition else { throw Broken(description: "an opening that does not match") }
    case .entries(let entries):
      guard !blocks.isEmpty else { throw Broken(description: "bids before the opening") }
      for entry in entries { try append(entry, in: block) }
    case .closing(let result, nil):
      self.result = result
    case .closing(let result, let evidence?):
      // A house that went on from a copy of its journal gives the auction up itself.
      let envelope = try Envelope(evidence)
      let isGivenUp = try envelope.kind == .cancelled && envelope.keyID.bytes == keys.publicKey(of: "ms_lance").id
      _ = try Self.verified(evidence, by: isGivenUp ? "ms_lance" : "ms_leilao", keys)
      self.result = result
    }
    blocks.append(block)
  }

  private mutating func append(_ entry: BlockEntry, in block: Block) throws {
    switch entry.fact {
    case .bid(let evidence, _):
      let envelope = try Envelope(evidence)
      let bid = try Bid(envelope)
      guard let (owner, key) = bidderKeys[envelope.keyID], owner == bid.bidder,
        key.isValid(envelope.signature, for: envelope.preAuthenticationEncoding)
      else { throw Broken(description: "bid \(bid.id) without its bidder's signature") }
      guard bid.edition == block.edition, entry.leader == bid.bidder, entry.price == bid.amount else {
        throw Broken(description: "bid \(bid.id) did not do what the block says")
      }
      if let before = accepted.last, bid.amount <= before.bid.amount {
        throw Broken(description: "the price did not rise with \(bid.id)")
      }
      accepted.append(AcceptedBid(bid: bid, block: block.number))
    case .outage: outages += 1
    case .key(let record):
      let key = try PublicKey(spki: record.spki)
      guard Digest(key.id) == record.keyID else { throw Broken(description: "a key of \(record.owner) that is not its own") }
      bidderKeys[record.keyID] = record.standing == .active ? (record.owner, key) : nil
    case .suspended, .resumed, .voided, .revealed, .reserveRevealed: break
    }
  }

  private static func verified(_ evidence: Evidence, by principal: String, _ keys: KeyFolder) throws -> Envelope {
    let envelope = try Envelope(evidence)
    let former = try keys.retiredKeys().keys.filter { $0.id == principal }.map(\.key)
    let known = try [keys.publicKey(of: principal)] + former
    guard known.contains(where: { $0.signed(envelope) }) else {
      throw Broken(description: "\(envelope.kind.rawValue) without the signature of \(principal)")
    }
    return envelope
  }

  private func proveOnceOnly() throws {
    // Another bid under a used id is refused under that id.
    let ids = accepted.map(\.bid.id) + receipts.filter { $0.reason != .reusedID }.compactMap(\.bid)
    guard Set(ids).count == ids.count else { throw Broken(description: "a bid was decided twice") }
  }

  private func proveResult() throws {
    guard let result else { return }
    // Bids that came after the close have receipts too, which the result cannot count.
    let counted = receiptDigests.prefix(Int(result.refusedBids))
    guard result.acceptedBids == Int64(accepted.count), result.refusals == SHA256.of(counted.flatMap(\.bytes)),
      receipts.dropFirst(counted.count).allSatisfy({ $0.reason == .closed })
    else { throw Broken(description: "the result counts other bids than the ledger has: \(result)") }
    switch result.outcome {
    case .sold:
      guard let last = accepted.last?.bid, result.winner == last.bidder, result.amount == last.amount else {
        throw Broken(description: "the winner is not the highest bidder: \(result)")
      }
    case .noBids: guard accepted.isEmpty else { throw Broken(description: "without bids, but there are some") }
    case .cancelled, .conditional: break
    }
  }
}
