import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// What a follower finds wrong with a ledger, however well the house has signed it.
@Suite("A followed auction")
struct FollowedAuctionTests {
  /// A whole ledger: opening, three bids of which each names the block before, and the result.
  private static func ledger() throws -> (bench: BooksBench, blocks: [Block]) {
    let bench = try BooksBench.open()
    for number in 0..<3 as Range<UInt64> {
      try bench.place(Build.money(100_00 + Int64(number) * 10_00), by: number == 1 ? "beta" : "alpha", number: number + 1)
    }
    let end = Build.noon + .seconds(600)
    bench.after(end + .seconds(1) - bench.world.time.now)
    try bench.close(at: end)
    return (bench, try bench.ledger)
  }

  private static func entries(_ block: Block, _ change: (BlockEntry) throws -> BlockEntry) rethrows -> Block {
    guard case .entries(let entries) = block.content else { return block }
    return Block(
      auction: block.auction, edition: block.edition, number: block.number, previous: block.previous,
      content: .entries(try entries.map(change)), clock: block.clock)
  }

  private static func entries(_ block: Block, _ entries: [BlockEntry]) -> Block {
    Block(
      auction: block.auction, edition: block.edition, number: block.number, previous: block.previous, content: .entries(entries),
      clock: block.clock)
  }

  private static func keeping(_ block: Block, _ isKept: (BlockEntry) -> Bool) -> Block {
    guard case .entries(let all) = block.content else { return block }
    return entries(block, all.filter(isKept))
  }

  private static func entry(
    _ entry: BlockEntry, fact: BlockEntry.Fact? = nil, price: Money? = nil, leader: PrincipalID?? = nil
  ) -> BlockEntry {
    BlockEntry(
      fact: fact ?? entry.fact, price: price ?? entry.price, leader: leader ?? entry.leader, minimum: entry.minimum,
      closesAt: entry.closesAt)
  }

  @Test func `is whole where nothing is wrong`() throws {
    let (bench, blocks) = try Self.ledger()
    var auction = FollowedAuction(Build.scheduling(), edition: try bench.edition)
    for block in blocks { _ = auction.take(block, digest: try bench.world.keys.voice("ms_lance").seal(block).digest) }
    #expect(blocks.count == 5 && auction.health == .whole && auction.status == .closed && auction.result?.winner == "alpha")
  }

  enum Lie: CaseIterable {
    case otherEdition, brokenChain, twoBlocks, otherOpening, fallenPrice, noLeader, unreadable, unsigned, otherKey, otherResult
    case history
    case unnamedKey, revokedKey, otherPrice, otherLeader, priceWithoutBid, noBids, otherCount, afterTheEnd
  }

  @Test(arguments: Lie.allCases)
  func `is broken by a lie of the house`(lie: Lie) throws {
    let (bench, blocks) = try Self.ledger()
    let third = blocks[3]
    func isBid(_ entry: BlockEntry) -> Bool { if case .bid = entry.fact { true } else { false } }
    var lying = blocks
    switch lie {
    case .otherEdition:
      lying[1] = Block(
        auction: "moto", edition: Build.digest("outra"), number: 1, previous: blocks[1].previous, content: blocks[1].content,
        clock: blocks[1].clock)
    case .brokenChain:
      var auction = FollowedAuction(Build.scheduling(), edition: try bench.edition)
      let voice = try bench.world.keys.voice("ms_lance")
      _ = auction.take(blocks[0], digest: voice.seal(blocks[0]).digest)
      let stray = Block(
        auction: "moto", edition: try bench.edition, number: 1, previous: Build.digest("x"), content: blocks[1].content,
        clock: blocks[1].clock)
      _ = auction.take(stray, digest: voice.seal(stray).digest)
      return try expectBroken(auction, lie)
    case .twoBlocks:
      var auction = try bench.follow(Array(blocks.prefix(2)))
      _ = auction.take(blocks[1], digest: Build.digest("another block 1"))
      return try expectBroken(auction, lie)
    case .otherOpening:
      lying[0] = Block(
        auction: "moto", edition: try bench.edition, number: 0, previous: blocks[0].previous,
        content: .opening(try Build.scheduling(Build.terms()).evidence(by: bench)), clock: blocks[0].clock)
    case .fallenPrice: lying[3] = Self.entries(third) { isBid($0) ? Self.entry($0, price: 1_00) : $0 }
    case .noLeader: lying[3] = Self.entries(third) { isBid($0) ? Self.entry($0, leader: .some(nil)) : $0 }
    case .unreadable:
      lying[3] = Self.entries(third) {
        guard case .bid(_, let at) = $0.fact else { return $0 }
        return Self.entry($0, fact: .bid(Evidence(Array("{}".utf8)), receivedAt: at))
      }
    case .unsigned:
      // Alpha's key is known from the first block; this is signed by another.
      let bid = Build.bid(120_00, id: Build.bidID(3), edition: try bench.edition, seen: nil, clock: third.clock)
      let forged = try bench.world.keys.voice("beta").seal(bid).evidence
      let envelope = try Envelope(forged)
      let alpha = try bench.world.keys.voice("alpha").keyID
      let relabelled = bid.enveloped(keyID: alpha) { _ in envelope.signature }
      lying[3] = Self.entries(third) {
        guard case .bid(_, let at) = $0.fact else { return $0 }
        return Self.entry($0, fact: .bid(Evidence(relabelled.encoded()), receivedAt: at))
      }
    case .otherKey:
      lying[1] = Self.entries(blocks[1]) {
        guard case .key(let record) = $0.fact else { return $0 }
        let other = KeyRecord(owner: record.owner, keyID: Build.digest("k"), spki: record.spki, standing: record.standing)
        return Self.entry($0, fact: .key(other))
      }
    case .otherResult:
      guard case .closing(let result, let evidence) = blocks[4].content else { throw Missing("a result") }
      let other = AuctionResult(
        outcome: .sold, winner: "beta", amount: result.amount, acceptedBids: result.acceptedBids,
        refusedBids: result.refusedBids, refusals: result.refusals, closesAt: result.closesAt)
      lying[4] = Block(
        auction: "moto", edition: try bench.edition, number: 4, previous: blocks[4].previous,
        content: .closing(other, evidence), clock: blocks[4].clock)
    case .history:
      // Alpha bid upon another block 2 than this follower was shown.
      let bid = Build.bid(
        120_00, id: Build.bidID(3), edition: try bench.edition, seen: Seen(block: 2, digest: Build.digest("another block 2")),
        clock: third.clock)
      let signed = try bench.world.keys.voice("alpha").seal(bid).evidence
      lying[3] = Self.entries(third) {
        guard case .bid(_, let at) = $0.fact else { return $0 }
        return Self.entry($0, fact: .bid(signed, receivedAt: at))
      }
    case .unnamedKey:
      // Beta's first bid, without the entry that names its key.
      lying[2] = Self.keeping(blocks[2], isBid)
    case .revokedKey:
      guard case .entries(let entries) = third.content, case .entries(let first) = blocks[1].content,
        case .key(let record)? = first.first?.fact, let before = first.last
      else { throw Missing("a key") }
      let revoked = KeyRecord(owner: record.owner, keyID: record.keyID, spki: record.spki, standing: .revoked)
      let now = Self.entry(before, fact: .key(revoked), price: 110_00, leader: "beta")
      lying[3] = Self.entries(third, [now] + entries)
    case .otherPrice: lying[3] = Self.entries(third) { isBid($0) ? Self.entry($0, price: 500_00) : $0 }
    case .otherLeader: lying[3] = Self.entries(third) { isBid($0) ? Self.entry($0, leader: "beta") : $0 }
    case .priceWithoutBid: lying[2] = Self.entries(blocks[2]) { isBid($0) ? $0 : Self.entry($0, price: 500_00) }
    case .noBids, .otherCount, .afterTheEnd:
      guard case .closing(let result, let evidence) = blocks[4].content else { throw Missing("a result") }
      let isSold = lie != .noBids
      let other = AuctionResult(
        outcome: isSold ? .sold : .noBids, winner: isSold ? result.winner : nil, amount: isSold ? result.amount : nil,
        acceptedBids: result.acceptedBids + (lie == .otherCount ? 1 : 0), refusedBids: result.refusedBids,
        refusals: result.refusals, closesAt: result.closesAt)
      lying[4] = Block(
        auction: "moto", edition: try bench.edition, number: 4, previous: blocks[4].previous,
        content: .closing(other, evidence), clock: blocks[4].clock)
      guard lie == .afterTheEnd else { break }
      lying.append(
        Block(
          auction: "moto", edition: try bench.edition, number: 5, previous: blocks[4].previous, content: third.content,
          clock: blocks[4].clock))
    }
    try expectBroken(bench.follow(lying), lie)
  }

  private func expectBroken(_ auction: FollowedAuction, _ lie: Lie) throws {
    guard case .broken(let reason) = auction.health else { throw Missing("what is wrong with \(lie)") }
    let words: [Lie: String] = [
      .otherEdition: "de outra edição", .brokenChain: "não continua", .twoBlocks: "dois blocos 1", .otherOpening: "abertura",
      .fallenPrice: "preço caiu", .noLeader: "sem líder", .unreadable: "ilegível", .unsigned: "sem assinatura válida",
      .otherKey: "chave que não confere", .otherResult: "resultado", .history: "viu outro bloco 2",
      .unnamedKey: "sem assinatura válida", .revokedKey: "sem assinatura válida", .otherPrice: "não é o do lance",
      .otherLeader: "não é o do lance", .priceWithoutBid: "mudou sem um lance", .noBids: "resultado", .otherCount: "resultado",
      .afterTheEnd: "depois do encerramento",
    ]
    #expect(reason.contains(try #require(words[lie])), "\(reason)")
  }

  @Test func `once broken asks for nothing more, and still ends`() throws {
    let (bench, blocks) = try Self.ledger()
    var auction = try bench.follow(Array(blocks.prefix(2)))
    _ = auction.take(blocks[1], digest: Build.digest("another block 1"))
    for block in blocks[2...3] {
      guard case .alreadyKnown = auction.take(block, digest: Build.digest("\(block.number)")) else { throw Missing("silence") }
    }
    guard case .applied(let changes) = auction.take(blocks[4], digest: Build.digest("4")) else { throw Missing("an end") }
    #expect(auction.status == .closed && auction.result?.winner == "alpha" && changes.count == 1)
    guard case .alreadyKnown = auction.take(blocks[4], digest: Build.digest("4")) else { throw Missing("silence") }
    #expect(auction.health != .whole)
  }

  @Test func `is broken by a block that is not the one that a summary vouched for`() throws {
    let (bench, blocks) = try Self.ledger()
    let summary = try #require(try bench.summary())
    let other = AuctionSummary(
      auction: summary.auction, edition: summary.edition, status: summary.status,
      head: Seen(block: 4, digest: Build.digest("another")), price: summary.price, leader: summary.leader,
      minimum: summary.minimum, closesAt: summary.closesAt, ending: summary.ending)
    var auction = FollowedAuction(Build.scheduling(), summary: other, asOf: Build.clock(), replayingFrom: 0)
    for block in blocks { _ = auction.take(block, digest: try bench.world.keys.voice("ms_lance").seal(block).digest) }
    guard case .broken(let reason) = auction.health else { throw Missing("what is wrong") }
    #expect(reason.contains("prometeu"))
  }

  @Test func `is broken by an end before the block that a summary vouched for`() throws {
    let (bench, blocks) = try Self.ledger()
    let summary = try #require(try bench.summary())
    let open = AuctionSummary(
      auction: summary.auction, edition: summary.edition, status: .open, head: Seen(block: 9, digest: Build.digest("9")),
      price: summary.price, leader: summary.leader, minimum: summary.minimum, closesAt: summary.closesAt, ending: nil)
    var auction = FollowedAuction(Build.scheduling(), summary: open, asOf: Build.clock(), replayingFrom: 0)
    for block in blocks { _ = auction.take(block, digest: try bench.world.keys.voice("ms_lance").seal(block).digest) }
    #expect(auction.health != .whole && auction.status == .closed)
  }

  @Test func `begun at the head holds bids against the keys that it saw named, and takes the others on trust`() throws {
    let (bench, blocks) = try Self.ledger()
    let voice = try bench.world.keys.voice("ms_lance")
    let head = Seen(block: 1, digest: voice.seal(blocks[1]).digest)
    let summary = try #require(try bench.summary())
    let then = AuctionSummary(
      auction: summary.auction, edition: summary.edition, status: .open, head: head, price: 100_00, leader: "alpha",
      minimum: 110_00, closesAt: summary.closesAt, ending: nil)
    var auction = FollowedAuction(Build.scheduling(), summary: then, asOf: Build.clock(), replayingFrom: nil)
    for block in blocks.dropFirst(2) { _ = auction.take(block, digest: voice.seal(block).digest) }
    #expect(auction.health == .whole && auction.result?.winner == "alpha" && auction.acceptedBids == 2)
  }

  @Test(arguments: [AuctionResult.Outcome.cancelled, .noBids])
  func `is broken by an ending that is not the one that a summary told`(outcome: AuctionResult.Outcome) throws {
    let (bench, blocks) = try Self.ledger()
    let summary = try #require(try bench.summary())
    let ending = AuctionSummary.Ending(outcome: outcome, at: summary.closesAt)
    let other = AuctionSummary(
      auction: summary.auction, edition: summary.edition, status: summary.status, head: summary.head, price: summary.price,
      leader: summary.leader, minimum: summary.minimum, closesAt: summary.closesAt, ending: ending)
    var auction = FollowedAuction(Build.scheduling(), summary: other, asOf: Build.clock(), replayingFrom: nil)
    #expect(auction.lacksResult && auction.nextBlock == 4)
    _ = auction.take(blocks[4], digest: try bench.world.keys.voice("ms_lance").seal(blocks[4]).digest)
    guard case .broken = auction.health else { throw Missing("what is wrong") }
    #expect(auction.result?.outcome == .sold && !auction.lacksResult, "over all the same")
  }

  @Test func `that was over when it was met still ends where its chain is broken`() throws {
    let (bench, blocks) = try Self.ledger()
    let summary = try #require(try bench.summary())
    var auction = FollowedAuction(Build.scheduling(), summary: summary, asOf: Build.clock(), replayingFrom: 0)
    #expect(auction.isCatchingUp)
    _ = auction.take(blocks[0], digest: Build.digest("another"))
    _ = auction.take(blocks[1], digest: Build.digest("still another"))
    guard case .broken = auction.health else { throw Missing("what is wrong") }
    guard case .applied(let changes) = auction.take(blocks[4], digest: Build.digest("the last")) else {
      throw Missing("the end")
    }
    #expect(auction.result?.outcome == .sold && !auction.isCatchingUp)
    #expect(changes.contains { if case .closed = $0 { true } else { false } })
  }
}

extension Scheduling {
  /// Signed by the calendar: not what an opening block holds.
  fileprivate func evidence(by bench: BooksBench) throws -> Evidence {
    try bench.world.keys.voice("ms_leilao").seal(self).evidence
  }
}
