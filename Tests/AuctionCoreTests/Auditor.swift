import AuctionCore
import AuctionFacts
import SharedKernel
import Testing

/// Reads what a book-keeper says and checks, statement by statement, what must hold of every ledger.
struct Auditor {
  /// What has been said of one auction.
  struct Ledger {
    var blocks: [Block] = []
    var digests: [Digest] = []
    var receipts: [Receipt] = []
    var price: Money?
    var leader: PrincipalID?
    var hasRevealed = false
    var closesAt: Timestamp?
    var stamps: Set<Timestamp> = []
    var lastReceived: Timestamp?
    var returned: Timestamp?
    var activeKeys: Set<KeyRecord> = []
    var result: AuctionResult?

    var head: Seen? { digests.last.map { Seen(block: Int64(digests.count - 1), digest: $0) } }
    /// The block that ends the ledger, if it has ended.
    var isClosed: Bool { result != nil }
  }

  let scribe: ToyScribe
  private(set) var ledgers: [AuctionID: Ledger] = [:]

  init(_ scribe: ToyScribe) { self.scribe = scribe }

  subscript(auction: AuctionID) -> Ledger { ledgers[auction] ?? Ledger() }

  mutating func read(_ outputs: [BookKeeper.Output]) {
    for output in outputs {
      switch output {
      case .block(let auction, let number, let sealed), .revelation(let auction, let number, let sealed),
        .result(let auction, let number, let sealed):
        read(auction, number, sealed)
      case .refused(let receipt, _):
        guard let auction = receipt.auction, let number = receipt.number else { continue }
        ledgers[auction, default: Ledger()].receipts.append(receipt)
        #expect(number == Int64(self[auction].receipts.count), "receipts are numbered from 1 without a gap")
        #expect(receipt.afterBlock == self[auction].head?.block, "a receipt names the head")
        stamp(auction, receipt.receivedAt)
      case .extended(let said, _):
        let auction = said.auction
        #expect(said.block == self[auction].head?.block, "an extension follows its block at once")
        #expect(said.closesAt == self[auction].closesAt, "an extension says the end that its block says")
      case .accepted(let bid, let number):
        #expect(number == Int64(self[bid.auction].blocks.count), "an accepted bid stands in the block to come")
      case .resultAgain(let auction, let number, _):
        #expect(self[auction].result != nil && self[auction].head?.block == number, "only what was said can be repeated")
      case .extendedAgain(let said, _):
        #expect(self[said.auction].closesAt == said.closesAt, "only what was said can be repeated")
      }
    }
  }

  private mutating func read(_ auction: AuctionID, _ number: Int64, _ sealed: Spelled) {
    guard let block = scribe.block(sealed.digest) else {
      Issue.record("a block that nobody sealed")
      return
    }
    let ledger = self[auction]
    #expect(block.number == number && number == Int64(ledger.blocks.count), "blocks are numbered without a gap")
    #expect(block.previous == ledger.digests.last ?? block.edition, "a block names the one before it")
    #expect(!ledger.isClosed, "nothing follows the closing block")
    if let previous = ledger.blocks.last { #expect(block.clock.instant >= previous.clock.instant, "clocks do not go back") }

    switch block.content {
    case .opening: #expect(number == 0, "the opening is block 0")
    case .entries(let entries):
      #expect(number > 0 && (1...Block.maximumEntries).contains(entries.count))
      for entry in entries { read(entry, of: auction) }
    case .closing(let result, let evidence):
      #expect(number > 0, "the closing block follows the opening")
      #expect(result.winner == (result.outcome == .sold ? ledger.leader : nil), "the winner led at the end")
      #expect(result.amount == (result.outcome == .sold ? ledger.price : nil))
      #expect(result.refusedBids == Int64(ledger.receipts.count))
      if result.outcome != .cancelled, evidence != nil {
        #expect(block.clock.instant > result.closesAt, "the end comes after the end")
      }
      ledgers[auction]?.result = result
    }
    if let last = self[auction].lastReceived { #expect(block.clock.instant >= last, "a block is not earlier than its bids") }
    if let back = self[auction].returned {
      #expect(block.clock.instant >= back, "a block is not earlier than the house was back")
    }
    ledgers[auction, default: Ledger()].blocks.append(block)
    ledgers[auction]?.digests.append(sealed.digest)
  }

  private mutating func read(_ entry: BlockEntry, of auction: AuctionID) {
    var ledger = self[auction]
    if let end = ledger.closesAt { #expect(entry.closesAt >= end, "the end never moves back") }
    ledger.closesAt = entry.closesAt
    switch entry.fact {
    case .bid(_, let receivedAt):
      #expect(entry.price ?? .zero >= ledger.price ?? .zero, "no accepted bid lowers the price")
      if let leader = entry.leader, leader != ledger.leader {
        #expect(ledger.activeKeys.contains { $0.owner == leader }, "a bidder's key stands before its bid")
      }
      #expect(!ledger.hasRevealed, "no bid follows what was revealed")
      #expect(receivedAt <= entry.closesAt)
      ledgers[auction] = ledger
      stamp(auction, receivedAt)
      ledger = self[auction]
    case .key(let key):
      #expect(entry.price == ledger.price, "only a bid moves the price")
      if key.standing == .active {
        #expect(ledger.activeKeys.insert(key).inserted, "a key is named once")
      } else {
        let active = KeyRecord(owner: key.owner, keyID: key.keyID, spki: key.spki, standing: .active)
        #expect(ledger.activeKeys.remove(active) != nil, "only a key that is named is revoked")
      }
    case .revealed, .reserveRevealed: ledger.hasRevealed = true
    case .outage(_, let to):
      #expect(entry.price == ledger.price, "only a bid moves the price")
      ledger.returned = max(ledger.returned ?? to, to)
    case .suspended, .resumed: #expect(entry.price == ledger.price, "only a bid moves the price")
    case .voided(_, let receivedAt):
      #expect(entry.closesAt == self[auction].closesAt ?? entry.closesAt, "a voided bid does not move the end")
      #expect(!ledger.hasRevealed && (entry.price == nil) == (entry.leader == nil))
      ledgers[auction] = ledger
      stamp(auction, receivedAt)
      ledger = self[auction]
    }
    (ledger.price, ledger.leader) = (entry.price, entry.leader)
    ledgers[auction] = ledger
  }

  private mutating func stamp(_ auction: AuctionID, _ instant: Timestamp) {
    let isNew = ledgers[auction, default: Ledger()].stamps.insert(instant).inserted
    #expect(isNew, "no two things of an auction were received at one instant")
    if let back = self[auction].returned, !self[auction].isClosed {
      #expect(instant >= back, "nothing is received in an absence")
    }
    let last = self[auction].lastReceived ?? instant
    ledgers[auction]?.lastReceived = max(instant, last)
  }
}
