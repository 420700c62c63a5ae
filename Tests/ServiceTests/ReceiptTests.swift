import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import BidderClient
import Glibc
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// What a bidder keeps of what the house signed about him, and what it proves.
@Suite("A bidder's receipts")
struct ReceiptTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  // MARK: - What is kept

  /// What a bidder's session is told of, of all that the house says.
  private func concerning(_ bidder: PrincipalID, _ statements: [HouseStatement]) -> [HouseStatement] {
    var session = BidderSession(interest: .everything, seed: 1, bidder: bidder)
    _ = session.handle(.link(.up), at: Build.clock())
    return statements.flatMap { session.handle(.link(.statement($0)), at: Build.clock()) }.compactMap { output in
      if case .tell(.concerning(let statement)) = output { statement } else { nil }
    }
  }

  @Test func `are the blocks with his bids, the refusals of his bids, and the end`() throws {
    let bench = try LedgerScene.vendido.play()
    let statements = try bench.statements()
    func isOf(_ bidder: PrincipalID, _ statement: HouseStatement) throws -> Bool {
      switch statement.fact {
      case .refused(let receipt): return receipt.bidder == bidder
      case .block(let block):
        guard case .entries(let entries) = block.content else { return block.number > 0 }
        return try entries.contains { entry in
          guard case .bid(let evidence, _) = entry.fact else { return false }
          return try Bid(Envelope(evidence)).bidder == bidder
        }
      default: return false
      }
    }
    for bidder: PrincipalID in ["alpha", "beta"] {
      let kept = concerning(bidder, statements).map(\.digest)
      #expect(try kept == statements.filter { try isOf(bidder, $0) }.map(\.digest) && kept.count >= 4)
    }
    #expect(concerning("gama", statements).isEmpty, "who did not bid keeps nothing")
  }

  @Test func `are told of whether they were heard or asked for, also of one bid alone`() throws {
    let bench = try LedgerScene.vendido.play()
    var session = BidderSession(interest: .only(["moto"]), seed: 1, bidder: "alpha")
    var kept: [Digest] = []
    var outputs = session.handle(.link(.up), at: bench.service.clock.now())
    outputs += session.handle(.inquire("alpha", Build.bidID(1)), at: bench.service.clock.now())
    var rounds = 0
    while !outputs.isEmpty, rounds < 20 {
      rounds += 1
      var next: [BidderSession.Output] = []
      for output in outputs {
        switch output {
        case .tell(.concerning(let statement)): kept.append(statement.digest)
        case .ask(let query):
          let answer = try #require(try bench.ask(query))
          next += session.handle(.link(.snapshot(answer)), at: bench.service.clock.now())
        default: break
        }
      }
      outputs = next
    }
    let blocks = concerning("alpha", try bench.statements()).filter { if case .block = $0.fact { true } else { false } }
    #expect(Set(kept).isSuperset(of: blocks.map(\.digest)) && !blocks.isEmpty)
  }

  // MARK: - On disk

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func `are kept once, for the user alone, whoever writes, and a torn last line goes`() throws {
    let bench = try LedgerScene.vendido.play()
    let statements = concerning("alpha", try bench.statements())
    let path = scratch.file("dados/recibos/alpha")
    let file = path + "/moto.recibos"
    let folder = ReceiptFolder(path: path)
    folder.keep(statements[0])
    folder.keep(statements[0])
    #expect(mode(path) == 0o700 && mode(file) == 0o600)
    // Another program of his, and then one that ended while it wrote.
    ReceiptFolder(path: path).keep(statements[1])
    let whole = try scratch.read("dados/recibos/alpha/moto.recibos")
    try scratch.write(whole + Array("{\"payload\":\"abc".utf8), "dados/recibos/alpha/moto.recibos")
    #expect(try folder.receipts(of: "moto").count == 2, "what is torn is no receipt")
    for statement in statements { folder.keep(statement) }
    #expect(try folder.receipts(of: "moto") == statements.map { $0.envelope.evidence.bytes })
    #expect(ReceiptFolder(path: path).auctions == ["moto"])
  }

  @Test func `are bounded: what does not fit any more is not kept`() throws {
    let bench = try LedgerScene.vendido.play()
    let statements = concerning("alpha", try bench.statements())
    let path = scratch.file("alpha")
    #expect(mkdir(path, 0o700) == 0)
    let full = [UInt8](repeating: UInt8(ascii: "x"), count: ReceiptFolder.maximumBytes - 10) + [0x0a]
    try scratch.write(full, "alpha/moto.recibos")
    ReceiptFolder(path: path).keep(statements[0])
    #expect(try scratch.read("alpha/moto.recibos") == full)
  }

  @Test func `leave a file as it is that is larger than they may make it`() throws {
    let bench = try LedgerScene.vendido.play()
    let statement = concerning("alpha", try bench.statements())[0]
    let path = scratch.file("alpha")
    #expect(mkdir(path, 0o700) == 0)
    let large = Array(String(repeating: "x\n", count: ReceiptFolder.maximumBytes / 2 + 10).utf8) + Array("sem fim".utf8)
    try scratch.write(large, "alpha/moto.recibos")
    ReceiptFolder(path: path).keep(statement)
    #expect(try scratch.read("alpha/moto.recibos") == large)
  }

  @Test func `stand in nobody's way while another program holds the file`() throws {
    let bench = try LedgerScene.vendido.play()
    let statements = concerning("alpha", try bench.statements())
    let folder = ReceiptFolder(path: scratch.file("alpha"))
    folder.keep(statements[0])
    let other = open(scratch.file("alpha/moto.recibos"), O_RDONLY)
    defer { close(other) }
    #expect(flock(other, LOCK_EX) == 0)
    folder.keep(statements[1])
    #expect(try folder.receipts(of: "moto").count == 1)
    #expect(flock(other, LOCK_UN) == 0)
    folder.keep(statements[2])
    #expect(try folder.receipts(of: "moto") == statements.prefix(3).map { $0.envelope.evidence.bytes })
    #expect(flock(other, LOCK_EX) == 0)
    folder.keep(statements[3])
    #expect(flock(other, LOCK_UN) == 0)
    folder.complain()
    #expect(try folder.receipts(of: "moto").count == 4, "what waits is written in the end")
  }

  @Test func `go with the next one when the disk takes them again, and why it did not comes before where`() throws {
    let bench = try LedgerScene.vendido.play()
    let statements = concerning("alpha", try bench.statements())
    try scratch.write(Array("no folder".utf8), "alpha")
    let folder = ReceiptFolder(path: scratch.file("alpha"))
    guard case .failed(let why) = folder.keep(statements[0]) else { throw Program.Failure(description: "it was kept") }
    let words = String(cString: strerror(ENOTDIR))
    #expect(why.english.hasPrefix(words) && why.english.hasSuffix("alpha/moto.recibos"), "\(why)")
    #expect(unlink(scratch.file("alpha")) == 0)
    #expect(folder.keep(statements[1]) == .kept)
    #expect(try folder.receipts(of: "moto") == statements.prefix(2).map { $0.envelope.evidence.bytes })
  }

  // MARK: - Against a ledger

  private struct Trial {
    var confirmed = 0
    var equivocations: [(kept: HouseStatement, other: Evidence)] = []
    var omissions: [(kept: HouseStatement, other: Evidence)] = []
    var silent = 0
  }

  private func hold(_ receipts: [HouseStatement], against file: [UInt8], _ forge: LedgerForge) throws -> Trial {
    let ledger = try #require(WitnessedLedger(file, keys: forge.keys.ring))
    var trial = Trial()
    for statement in receipts {
      let kept = try #require(KeptReceipt(statement.envelope.evidence.bytes, keys: forge.keys.ring))
      switch ledger.standing(of: kept) {
      case .confirmed: trial.confirmed += 1
      case .equivocation(let other): trial.equivocations.append((statement, other))
      case .omission(let other): trial.omissions.append((statement, other))
      case .silent: trial.silent += 1
      }
    }
    return trial
  }

  /// Both were signed by the house, and they are not the same.
  private func expectProof(_ pair: (kept: HouseStatement, other: Evidence), _ forge: LedgerForge) throws {
    let other = try HouseStatement(pair.other.bytes, ring: forge.keys.ring)
    let kept = try HouseStatement(pair.kept.envelope.evidence.bytes, ring: forge.keys.ring)
    #expect(other.digest != kept.digest && other.auction == kept.auction)
  }

  @Test func `are all in the house's own ledger, but for what came after the result`() throws {
    let forge = try LedgerForge(.vendido)
    for bidder: PrincipalID in ["alpha", "beta"] {
      let receipts = concerning(bidder, forge.statements)
      let trial = try hold(receipts, against: try forge.bench.ledgerFile(), forge)
      let late = bidder == "beta" ? 1 : 0
      #expect(trial.confirmed == receipts.count - late && trial.silent == late)
      #expect(trial.equivocations.isEmpty && trial.omissions.isEmpty)
    }
  }

  /// A house that drops the last bid and signs the whole rest again: nothing in the ledger shows it.
  @Test func `prove a bid that the house accepted and then left out, where the ledger alone holds`() throws {
    let forge = try LedgerForge(.calado)
    let file = try forge.lie { story in
      story.blocks.remove(at: 4)
      for place in story.receipts.indices { story.receipts[place].afterBlock = 3 }
      story.receipts[0].minimum = 130_00
      story.receipts[1].minimum = 130_00
      story.receipts.removeAll { $0.bidder == "alpha" }
      story.receipts[0].number = 1
      story.receipts[0].reason = .belowMinimum
      try story.end { ($0.with(winner: .some("alpha"), amount: .some(120_00), acceptedBids: 3), $1) }
    }
    let proof = LedgerProof(file, pinned: forge.bench.pinned)
    #expect(proof.holds, "\(proof.findings.faults)")
    let trial = try hold(concerning("beta", forge.statements), against: file, forge)
    #expect(trial.equivocations.count + trial.omissions.count >= 3)
    for pair in trial.equivocations + trial.omissions { try expectProof(pair, forge) }
    // The accepted bid's block has the closing one in its place, and the refusal another receipt under its number.
    let kinds = trial.equivocations.map { $0.kept.envelope.kind }
    #expect(kinds.contains(.bidsAccepted) && kinds.contains(.bidRefused))
  }

  /// `cliente-tui recibos --livro` over what a bidder kept and that file: its exit code, and what it said line by line.
  private func hold(
    _ receipts: [HouseStatement], of bidder: PrincipalID, againstFile file: [UInt8], _ forge: LedgerForge, _ more: String...
  ) async throws -> (status: Program.Ending, lines: [String]) {
    let (keys, data) = (scratch.file("chaves"), scratch.file("dados"))
    try #require(mkdir(keys, 0o700) == 0 && mkdir(keys + "/public", 0o700) == 0)
    for key in forge.bench.houseKeys { try scratch.write(key.key.pem, "chaves/public/\(key.owner).pem") }
    let folder = ReceiptFolder(path: "\(data)/recibos/\(bidder)")
    for statement in receipts { folder.keep(statement) }
    let ledger = try scratch.write(file, "moto.livro")
    let program = try Program(
      [PrivateHouse.executables + "/cliente-tui", "recibos", "--livro", ledger] + more,
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": scratch.path, "LEILAO_KEYS": keys, "LEILAO_DATA": data, "LEILAO_NTP": "none",
      ])
    return (try await program.ending(), program.output.values + program.errors.values)
  }

  /// What is said of the receipts that the ledger contradicts, with both statements, which are the house's and differ.
  private func expectContradictions(
    _ lines: [String], _ verdict: String, _ receipts: [HouseStatement], _ forge: LedgerForge, count: Int
  ) throws {
    let places = lines.indices.filter { lines[$0].hasSuffix(": " + verdict) }
    #expect(places.count == count, "\(lines)")
    for place in places {
      let (kept, other) = ("  guardado: ", "  no livro: ")
      try #require(lines.count > place + 2 && lines[place + 1].hasPrefix(kept) && lines[place + 2].hasPrefix(other), "\(lines)")
      let statements = try [lines[place + 1].dropFirst(kept.count), lines[place + 2].dropFirst(other.count)].map {
        try HouseStatement(Array($0.utf8), ring: forge.keys.ring)
      }
      #expect(receipts.contains { $0.digest == statements[0].digest } && statements[0].digest != statements[1].digest)
    }
  }

  @Test func `show by the command two blocks under one number, both as they were signed`() async throws {
    let forge = try LedgerForge(.calado)
    let file = try forge.lie { try $0.change(3, 0, minimum: 140_00) }
    let receipts = concerning("alpha", forge.statements)
    let trial = try hold(receipts, against: file, forge)
    #expect(!trial.equivocations.isEmpty && trial.omissions.isEmpty)
    let run = try await hold(receipts, of: "alpha", againstFile: file, forge)
    #expect(run.status == .code(1))
    try expectContradictions(
      run.lines, "A CASA ASSINOU DUAS COISAS DIFERENTES", receipts, forge, count: trial.equivocations.count)
    #expect(run.lines.last == "\(receipts.count) recibos, \(trial.equivocations.count) contra o livro")
  }

  @Test func `show by the command what a ledger omits, both as they were signed`() async throws {
    let forge = try LedgerForge(.calado)
    let file = try forge.lie { try Self.endEarly(&$0) }
    let receipts = concerning("beta", forge.statements)
    let trial = try hold(receipts, against: file, forge)
    #expect(!trial.omissions.isEmpty)
    let run = try await hold(receipts, of: "beta", againstFile: file, forge)
    #expect(run.status == .code(1))
    try expectContradictions(run.lines, "O LIVRO OMITE O QUE A CASA ASSINOU", receipts, forge, count: trial.omissions.count)
    let all = trial.omissions.count + trial.equivocations.count
    #expect(run.lines.last == "\(receipts.count) recibos, \(all) contra o livro")
  }

  /// The second bid and what came after it were never there.
  private static func endEarly(_ story: inout LedgerForge.Story) throws {
    story.blocks.removeSubrange(2...4)
    story.receipts = []
    try story.end { ($0.with(winner: .some("alpha"), amount: .some(100_00), acceptedBids: 1), $1) }
  }

  @Test func `prove another block under the same number`() throws {
    let forge = try LedgerForge(.calado)
    let file = try forge.lie { try $0.change(3, 0, minimum: 140_00) }
    let trial = try hold(concerning("alpha", forge.statements), against: file, forge)
    let pair = try #require(trial.equivocations.first)
    #expect(pair.kept.envelope.kind == .bidsAccepted)
    try expectProof(pair, forge)
    // The block before that is as it was.
    #expect(trial.confirmed >= 1)
  }

  @Test func `prove a block that a closed ledger ends without`() throws {
    let forge = try LedgerForge(.calado)
    let file = try forge.lie { try Self.endEarly(&$0) }
    let trial = try hold(concerning("beta", forge.statements), against: file, forge)
    #expect(trial.omissions.contains { $0.kept.envelope.kind == .bidsAccepted })
    #expect(
      trial.omissions.contains { $0.kept.envelope.kind == .bidRefused },
      "a refusal from before the end that the result does not count")
    for pair in trial.omissions { try expectProof(pair, forge) }
  }

  /// Whoever passes a file on may have damaged it: only the house can leave out what its own chain does not miss.
  @Test func `accuse nobody where the file lacks a line`() throws {
    let forge = try LedgerForge(.vendido)
    let whole = String(decoding: try forge.bench.ledgerFile(), as: UTF8.self).split(separator: "\n").map(String.init)
    let mine = concerning("alpha", forge.statements) + concerning("beta", forge.statements)
    for place in whole.indices.dropFirst() {
      var lines = whole
      lines.remove(at: place)
      let trial = try hold(mine, against: Array((lines.joined(separator: "\n") + "\n").utf8), forge)
      #expect(trial.equivocations.isEmpty && trial.omissions.isEmpty, "without line \(place + 1)")
    }
  }

  /// A refusal without a number says nothing of the bid: it may be of somebody else's sending, or of one time of several.
  @Test func `accuse nobody by a refusal that stands in no ledger`() throws {
    let forge = try LedgerForge(.vendido)
    let accepted = forge.statements.compactMap { statement -> Bid? in
      guard case .block(let block) = statement.fact, case .entries(let entries) = block.content else { return nil }
      return entries.lazy.compactMap { entry -> Bid? in
        guard case .bid(let evidence, _) = entry.fact else { return nil }
        return (try? Envelope(evidence)).flatMap { try? Bid($0) }
      }.first
    }
    let bid = try #require(accepted.first)
    let receipts = try [Refusal.identityMismatch, .rateLimit].map { reason in
      let receipt = Receipt(
        auction: bid.auction, bid: bid.id, bidder: bid.bidder, bidDigest: SHA256.of(bid.payload), reason: reason,
        receivedAt: bid.clock.instant, clock: bid.clock)
      return try HouseStatement(forge.voice("ms_lance").seal(receipt).evidence.bytes, ring: forge.keys.ring)
    }
    let trial = try hold(receipts, against: try forge.bench.ledgerFile(), forge)
    #expect(trial.equivocations.isEmpty && trial.omissions.isEmpty && trial.silent == 2)
  }

  /// It said so itself: the closing block ends the auction for that.
  @Test func `accuse no house that went back to a copy of its journal`() throws {
    let forge = try LedgerForge(.restaurado)
    let file = try forge.bench.ledgerFile()
    let last = try #require(
      forge.statements.compactMap { statement -> (Block, HouseStatement)? in
        if case .block(let block) = statement.fact, case .closing = block.content { (block, statement) } else { nil }
      }.first)
    let lost = try ([0, 1] as [Int64]).map { later in
      let block = Block(
        auction: last.0.auction, edition: last.0.edition, number: last.0.number + later, previous: Build.digest("antes"),
        content: .entries([
          BlockEntry(
            fact: .outage(from: Build.noon, to: Build.noon + .seconds(9)), price: nil, leader: nil, minimum: 100_00,
            closesAt: Build.noon + .seconds(700))
        ]), clock: last.0.clock)
      return try HouseStatement(forge.voice("ms_lance").seal(block).evidence.bytes, ring: forge.keys.ring)
    }
    let trial = try hold(lost, against: file, forge)
    #expect(trial.equivocations.isEmpty && trial.omissions.isEmpty && trial.silent == 2)
  }

  @Test func `prove nothing against a ledger that was written before`() throws {
    let forge = try LedgerForge(.calado)
    let early = Array(forge.statements.prefix(3))
    let file = try #require(LedgerCopy(early, keys: forge.keys.ring)).encoded()
    let trial = try hold(concerning("beta", forge.statements), against: file, forge)
    #expect(trial.equivocations.isEmpty && trial.omissions.isEmpty && trial.confirmed == 1 && trial.silent >= 2)
  }

  @Test func `are not said to be confirmed by a ledger under keys that are not known`() throws {
    let forge = try LedgerForge(.chavesDaCasa)
    let file = try forge.bench.ledgerFile()
    #expect(try #require(WitnessedLedger(file, keys: forge.keys.ring)).lacksKeys == false)
    for missing in forge.bench.houseKeys {
      let ring = KeyRing([], retired: forge.bench.houseKeys.filter { $0.key != missing.key })
      #expect(try #require(WitnessedLedger(file, keys: ring)).lacksKeys)
    }
  }

  @Test func `count only under the house's signature, and so does the ledger`() throws {
    let forge = try LedgerForge(.calado)
    let mine = concerning("alpha", forge.statements)[0]
    let forged = try forge.voice("beta").seal(mine.envelope.kind, mine.envelope.payload)
    #expect(KeptReceipt(forged.bytes, keys: forge.keys.ring) == nil)
    #expect(KeptReceipt(Array("lixo".utf8), keys: forge.keys.ring) == nil)
    // Who writes another ledger under keys of his own proves nothing against the house.
    let other = SimulatedKeys(seed: 5)
    for id: PrincipalID in ["ms_lance", "ms_leilao"] { try other.register(id) }
    var story = forge.story()
    try story.change(1, 1, minimum: 150_00)
    let file = try forge.told(
      story, by: try other.voice("ms_lance"),
      keys: KeyRing([("ms_lance", try other.voice("ms_lance").key.publicKey), ("ms_leilao", try forge.calendar.key.publicKey)]))
    let trial = try hold([mine], against: file, forge)
    #expect(trial.equivocations.isEmpty && trial.omissions.isEmpty)
  }
}
