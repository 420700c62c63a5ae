import AuctionFacts
import AuctionSigning
import AuctionWire
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting

/// Makes a good ledger a bad one: by its lines, or as the house itself that lies under its own keys.
struct LedgerForge {
  let bench: BooksBench
  let statements: [HouseStatement]
  let keys: SimulatedKeys

  init(_ scene: LedgerScene) throws {
    bench = try scene.play()
    keys = bench.world.keys
    statements = try bench.statements()
  }

  func voice(_ owner: PrincipalID) throws -> Voice { try keys.voice(owner) }
  var house: Voice { get throws { try voice(HousePrincipal.msLance) } }
  var calendar: Voice { get throws { try voice(HousePrincipal.msLeilao) } }

  // MARK: - Lines

  func lines() throws -> [[UInt8]] {
    guard let copy = LedgerCopy(statements, keys: keys.ring) else { throw Missing("a ledger") }
    return copy.lines
  }

  static func bytes(_ lines: [[UInt8]]) -> [UInt8] { lines.flatMap { $0 + [0x0a] } }

  /// The file with its lines changed.
  func lines(_ change: (inout [[UInt8]]) throws -> Void) throws -> [UInt8] {
    var lines = try lines()
    try change(&lines)
    return Self.bytes(lines)
  }

  /// The place of the first line that says this kind.
  func place(of kind: Kind, in lines: [[UInt8]], skipping count: Int = 0) throws -> Int {
    let places = lines.indices.filter { (try? Envelope(parsing: lines[$0]))?.kind == kind }
    guard places.count > count else { throw Missing("\(kind) \(count)") }
    return places[count]
  }

  /// The header with a text in it replaced.
  static func header(_ lines: inout [[UInt8]], _ old: String, _ new: String) throws {
    let text = String(decoding: lines[0], as: UTF8.self)
    guard let range = text.firstRange(of: old) else { throw Missing(old) }
    lines[0] = Array(text.replacing(old, with: new, subrange: range.lowerBound..<text.endIndex, maxReplacements: 1).utf8)
  }

  // MARK: - Statements

  /// What a ledger says, to be changed and said again by the house.
  struct Story {
    var blocks: [Block]
    var receipts: [Receipt]
    /// Blocks get the numbers of their places, and name those before them.
    var isLinked = true
    /// The result names the receipts as they are.
    var isCommitted = true
    /// Numbers of records of the clock and receipts that are lost, as the house says it in the end.
    var seal: (LedgerSeal) -> LedgerSeal = { $0 }

    /// Every entry of a block.
    func entries(_ block: Int) throws -> [BlockEntry] {
      guard case .entries(let entries) = blocks[block].content else { throw Missing("entries") }
      return entries
    }

    mutating func set(_ block: Int, _ entries: [BlockEntry]) { blocks[block] = blocks[block].with(content: .entries(entries)) }

    /// Changes what stands in an entry and after it.
    mutating func change(
      _ block: Int, _ entry: Int, fact: BlockEntry.Fact? = nil, price: Money?? = nil, leader: PrincipalID?? = nil,
      minimum: Money? = nil,
      closesAt: Timestamp? = nil, isReserveMet: Bool? = nil
    ) throws {
      var entries = try entries(block)
      let old = entries[entry]
      entries[entry] = BlockEntry(
        fact: fact ?? old.fact, price: price ?? old.price, leader: leader ?? old.leader, minimum: minimum ?? old.minimum,
        closesAt: closesAt ?? old.closesAt, isReserveMet: isReserveMet ?? old.isReserveMet)
      set(block, entries)
    }

    var last: Int { blocks.count - 1 }

    var ending: (result: AuctionResult, evidence: Evidence?) {
      get throws {
        guard case .closing(let result, let evidence) = blocks[last].content else { throw Missing("a result") }
        return (result, evidence)
      }
    }

    mutating func end(_ change: (AuctionResult, Evidence?) throws -> (AuctionResult, Evidence?)) throws {
      let (result, evidence) = try ending
      let (said, by) = try change(result, evidence)
      blocks[last] = blocks[last].with(content: .closing(said, by))
    }

    /// The bid in an entry.
    func bid(_ block: Int, _ entry: Int) throws -> (bid: Bid, receivedAt: Timestamp) {
      guard case .bid(let evidence, let at) = try entries(block)[entry].fact else { throw Missing("a bid") }
      return (try Bid(try Envelope(evidence)), at)
    }
  }

  func story() -> Story {
    var story = Story(blocks: [], receipts: [])
    for statement in statements {
      switch statement.fact {
      case .block(let block): story.blocks.append(block)
      case .refused(let receipt): story.receipts.append(receipt)
      default: break
      }
    }
    guard case .closing(let result, _)? = story.blocks.last?.content else { return story }
    story.receipts = Array(story.receipts.prefix(Int(result.refusedBids)))
    return story
  }

  /// The whole ledger said again, as the house would: each block naming the one before, under its own key.
  func lie(_ change: (inout Story) throws -> Void) throws -> [UInt8] {
    var story = story()
    try change(&story)
    return try told(story, by: try house, keys: keys.ring)
  }

  func told(_ story: Story, by house: Voice, keys ring: KeyRing) throws -> [UInt8] {
    let receipts = story.receipts.map { house.seal($0) }
    var said: [HouseStatement] = []
    for (place, block) in story.blocks.enumerated() {
      var block = block
      if story.isLinked { block = block.with(number: Int64(place), previous: said.last?.digest ?? block.edition) }
      if story.isCommitted, case .closing(let result, let evidence) = block.content {
        let committed = result.with(
          refusedBids: Int64(receipts.count), refusals: SHA256.of(receipts.flatMap { $0.digest.bytes }))
        block = block.with(content: .closing(committed, evidence))
      }
      said.append(try HouseStatement(trusted: house.seal(block).evidence))
    }
    let last = said.last
    said += try receipts.map { try HouseStatement(trusted: $0.evidence) }
    if case .block(let block)? = last?.fact, case .closing = block.content, let digest = last?.digest {
      let seal = story.seal(
        LedgerSeal(
          auction: block.auction, edition: block.edition, head: Seen(block: block.number, digest: digest), lostReceipts: 0,
          clockRecords: nil, clock: block.clock))
      said.append(try HouseStatement(trusted: house.seal(seal).evidence))
    }
    guard let copy = LedgerCopy(said, keys: ring) else { throw Missing("a ledger") }
    // Whatever the result says: every receipt that was told is in the file.
    return copy.encoded()
  }

  func sealed(_ bid: Bid, by signer: PrincipalID? = nil) throws -> Evidence {
    try voice(signer ?? bid.bidder).seal(bid).evidence
  }
}

extension Block {
  func with(number: Int64? = nil, previous: Digest? = nil, content: Content? = nil, clock: ClockReading? = nil) -> Block {
    Block(
      auction: auction, edition: edition, number: number ?? self.number, previous: previous ?? self.previous,
      content: content ?? self.content, clock: clock ?? self.clock)
  }
}

extension AuctionResult {
  func with(
    outcome: Outcome? = nil, winner: PrincipalID?? = nil, amount: Money?? = nil, acceptedBids: Int64? = nil,
    refusedBids: Int64? = nil,
    refusals: Digest? = nil, closesAt: Timestamp? = nil
  ) -> AuctionResult {
    AuctionResult(
      outcome: outcome ?? self.outcome, winner: winner ?? self.winner, amount: amount ?? self.amount,
      acceptedBids: acceptedBids ?? self.acceptedBids, refusedBids: refusedBids ?? self.refusedBids,
      refusals: refusals ?? self.refusals, closesAt: closesAt ?? self.closesAt)
  }
}

extension Bid {
  func with(
    id: BidID? = nil, edition: Edition? = nil, bidder: PrincipalID? = nil, amount: Money? = nil, seen: Seen?? = nil,
    clock: ClockReading? = nil, commitment: Digest?? = nil
  ) -> Bid {
    Bid(
      id: id ?? self.id, auction: auction, edition: edition ?? self.edition, bidder: bidder ?? self.bidder,
      amount: amount ?? self.amount, seen: seen ?? self.seen, clock: clock ?? self.clock,
      maximumCommitment: commitment ?? maximumCommitment)
  }

  func committing(to secret: Secret) -> Bid {
    with(commitment: .some(SHA256.of(secret.commitment(to: id, of: bidder, in: edition))))
  }
}
