import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@testable import BidService

/// A bid that an operator voids: what ms-lance makes of the command that ms-leilao hands on, and what a follower believes of it.
@Suite("A voided bid")
struct VoidedBidTests {
  private let bench: BooksBench

  init() throws { bench = try BooksBench.open() }

  /// An auction with two bids, the second one voided, and a third, each in a block of its own.
  private func history() throws -> [Block] {
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(900_00, by: "beta", number: 2)
    try bench.void(2, of: "beta")
    try bench.place(110_00, by: "beta", number: 3)
    let blocks = try bench.ledger
    #expect(try blocks.count == 5 && bench.follow(blocks).health == .whole)
    return blocks
  }

  private func problem(_ blocks: [Block]) throws -> String? {
    if case .broken(let words) = try bench.follow(blocks).health { words } else { nil }
  }

  /// What ms-lance said, without what it heard.
  private var said: [String] { bench.keys.filter { $0 != RoutingKey.voidBid } }

  // MARK: ms-lance

  @Test func `counts no longer, also after a restart, and the journal agrees with itself`() throws {
    _ = try history()
    let summary = try #require(try bench.summary())
    #expect(summary.price == 110_00 && summary.leader == "beta" && summary.minimum == 120_00)
    bench.restart()
    #expect(try bench.summary() == summary && bench.service.failures == [])
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.closeAtTheEnd()
    let followed = try bench.follow(bench.ledger)
    #expect(followed.health == .whole && followed.result?.winner == "beta" && followed.result?.amount == 110_00)
    #expect(followed.result?.acceptedBids == 2 && followed.acceptedBids == 2)
    #expect(followed.bids.map(\.isVoided) == [false, true, false])

    let scratch = try ScratchFolder()
    let journal = try makeJournal(bench.service.store.contents, in: scratch.path)
    let tally = try BooksJournal.audit(try JournalReader(path: journal.path), keys: bench.world.keys.ring) { _ in }
    #expect(tally.count("lances_aceitos") == 3)
    // Without the operator's key nobody can say that an operator wanted it.
    bench.world.keys.remove(HousePrincipal.operator)
    #expect(throws: Failure.self) {
      _ = try BooksJournal.audit(try JournalReader(path: journal.path), keys: bench.world.keys.ring) { _ in }
    }
    let outcome = try BooksJournal.compact(journal, closedBefore: Build.noon + .seconds(9_999)) { _ in }
    #expect(outcome.auctions == 1)
  }

  @Test func `is voided once, however often the command comes, and no end moves`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    bench.forget()
    let command = try bench.voiding(1, of: "alpha")
    for _ in 0..<2 { try bench.handOn(command) }
    try bench.handOn(try bench.voiding(1, of: "alpha", id: 1_900))
    bench.restart()
    try bench.handOn(command)
    // Restarted, it says again what nobody had confirmed, and nothing else.
    #expect(try bench.ledger.count == 3 && bench.blocks.allSatisfy { $0.number <= 2 } && !said.contains(RoutingKey.extended))
    #expect(bench.dead.isEmpty)
  }

  @Test func `of an auction that is over, was never there, or of a bid that was refused, is nothing`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(50_00, by: "beta", number: 2)
    bench.forget()
    try bench.void(2, of: "beta")
    try bench.void(3, of: "alpha")
    try bench.handOn(try bench.voiding(1, of: "alpha", auction: "carro"))
    #expect(said.isEmpty)
    try bench.closeAtTheEnd()
    bench.forget()
    try bench.void(1, of: "alpha")
    #expect(said.isEmpty)
    #expect(try bench.summary()?.price == 100_00 && bench.summary()?.ending?.outcome == .sold)
  }

  @Test(arguments: ["alpha", "ms_leilao", "ms_lance"] as [PrincipalID])
  func `is an operator's word and nobody else's`(signer: PrincipalID) throws {
    try bench.place(100_00, by: "alpha", number: 1)
    bench.forget()
    try bench.handOn(try bench.voiding(1, of: "alpha"), signedBy: signer)
    #expect(bench.reasons == [Rejection.Reason.wrongSpeaker.rawValue])
    #expect(try bench.summary()?.price == 100_00)
  }

  @Test func `under a signature that is not its own, or from bidders' exchange, is put aside`() throws {
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.void(7, of: "alpha")
    bench.forget()
    let voice = try bench.world.keys.voice(HousePrincipal.operator)
    let command = try bench.voiding(1, of: "alpha")
    let forged = Envelope.seal(.voidBid, payload: command.payload, keyID: voice.keyID) { voice.sign($0 + [0]) }
    bench.say(
      Publishing(OutgoingMessage.event(command, Sealed(digest: SHA256.of(command.payload), evidence: forged.evidence))),
      as: "ms_leilao")
    bench.say(
      Publishing(
        exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
        properties: MessageProperties(messageID: command.messageID, userID: "cliente", isPersistent: true),
        body: voice.seal(command).evidence.bytes),
      as: "cliente")
    #expect(bench.reasons == [Rejection.Reason.invalidSignature.rawValue, Refusal.malformed.wireName])
    #expect(try bench.summary()?.price == 100_00)
  }

  @Test func `with what commits to something is revealed, and its place is taken by its bidder's earlier one`() throws {
    let terms = Build.terms(format: .sealed)
    let bench = try BooksBench.open(terms)
    try bench.place(0, upTo: 200_00, by: "alpha", number: 1)
    try bench.place(0, upTo: 900_00, by: "alpha", number: 2)
    try bench.void(2, of: "alpha")
    bench.restart()
    try bench.closeAtTheEnd()
    let followed = try bench.follow(bench.ledger, of: terms)
    #expect(followed.health == .whole && followed.result?.amount == 200_00 && followed.result?.acceptedBids == 1)
  }

  // MARK: A follower

  /// The entry that voids, changed.
  private func lying(_ blocks: [Block], _ change: (BlockEntry) throws -> BlockEntry) throws -> String? {
    guard case .entries(let entries) = blocks[3].content else { throw Missing("entries") }
    let block = blocks[3]
    let changed = Block(
      auction: block.auction, edition: block.edition, number: block.number, previous: block.previous,
      content: .entries(try entries.map(change)), clock: block.clock)
    return try problem(Array(blocks[..<3]) + [changed])
  }

  private func with(
    _ entry: BlockEntry, _ fact: BlockEntry.Fact? = nil, price: Money?? = nil, leader: PrincipalID?? = nil,
    closesAt: Timestamp? = nil
  ) -> BlockEntry {
    BlockEntry(
      fact: fact ?? entry.fact, price: price ?? entry.price, leader: leader ?? entry.leader, minimum: entry.minimum,
      closesAt: closesAt ?? entry.closesAt, isReserveMet: entry.isReserveMet)
  }

  private func voided(_ number: UInt64, of bidder: PrincipalID, like entry: BlockEntry, edition: Edition? = nil) throws
    -> BlockEntry
  {
    guard let at = entry.fact.receivedAt else { throw Missing("a stamp") }
    let voiding = Voiding(
      auction: "moto", edition: try edition ?? bench.edition, bid: Build.bidID(number), bidder: bidder, reason: "?")
    let command = Command(id: Build.commandID(5), action: .void(voiding), clock: bench.service.clock.now())
    let evidence = try bench.world.keys.voice(HousePrincipal.operator).seal(command).evidence
    return with(entry, .voided(evidence, receivedAt: at))
  }

  @Test func `is believed only as what stands there, with what the others come to, and with the end that there was`() throws {
    let blocks = try history()
    let words = "um lance anulado que não confere"
    #expect(try lying(blocks) { try voided(3, of: "beta", like: $0) } == words, "it is not there yet")
    #expect(try lying(blocks) { try voided(2, of: "alpha", like: $0) } == words, "another's")
    #expect(try lying(blocks) { try voided(2, of: "beta", like: $0, edition: Build.digest("x")) } == words)
    #expect(try lying(blocks) { with($0, price: .some(900_00), leader: .some("beta")) } == words, "it counts all the same")
    #expect(try lying(blocks) { with($0, price: .some(101_00)) } == words)
    #expect(try lying(blocks) { with($0, price: .some(nil), leader: .some(nil)) } == words)
    #expect(try lying(blocks) { with($0, closesAt: $0.closesAt + .microseconds(1)) } == words)
    #expect(try lying(blocks) { with($0, closesAt: $0.closesAt - .microseconds(1)) } == "o fim voltou atrás")
    // Once more.
    let later = ClockReading(blocks[3].clock.instant + .seconds(1), uncertainty: .zero, status: .synchronized)
    guard case .entries(let entries) = blocks[3].content, let entry = entries.first,
      case .voided(let evidence, _) = entry.fact
    else { throw Missing("a voided bid") }
    let again = Block(
      auction: "moto", edition: try bench.edition, number: 4, previous: Build.digest("x"),
      content: .entries([with(entry, .voided(evidence, receivedAt: later.instant))]), clock: later)
    #expect(try problem(Array(blocks[..<4]) + [again]) == words)
  }

  @Test func `is believed under an operator's key alone`() throws {
    _ = try history()
    let body = bench.service.store.all("bloco", "moto")[3].body
    let keys = bench.world.keys
    #expect(throws: Never.self) { try HouseStatement(whole: body, ring: keys.ring) }
    keys.remove(HousePrincipal.operator)
    #expect(throws: Rejection.self) { try HouseStatement(whole: body, ring: keys.ring) }
    #expect(throws: Never.self, "the services hear each other") { try HouseStatement(body, ring: keys.ring) }
    guard case .block(let block) = try HouseStatement(body, ring: keys.ring).fact, case .entries(let entries) = block.content,
      case .voided(let evidence, let at)? = entries.first?.fact
    else { throw Missing("a voided bid") }
    // A key that was replaced speaks for what was said while it stood.
    let said = try Command(try Envelope(evidence)).clock.instant
    for (retiredAt, isBelieved) in [(said, true), (said - .microseconds(1), false)] {
      let former = KeyRing.Member(
        owner: HousePrincipal.operator, key: try keys.voice(HousePrincipal.operator).key.publicKey, retiredAt: retiredAt)
      let house = try ["ms_lance", "ms_leilao"].map { ($0, try keys.voice(PrincipalID(stringLiteral: $0)).key.publicKey) }
      let ring = KeyRing(house, retired: [former])
      #expect(((try? HouseStatement(whole: body, ring: ring)) != nil) == isBelieved)
      #expect(((try? HouseStatement(evidence.bytes, from: .leilao, ring: ring)) != nil) == isBelieved, "as ms-lance hears it")
    }
    for signer: PrincipalID in ["alpha", "ms_lance", "ms_leilao"] {
      let command = try keys.voice(signer).seal(.voidBid, try Envelope(evidence).payload)
      let forged = Block(
        auction: block.auction, edition: block.edition, number: block.number, previous: block.previous,
        content: .entries([with(entries[0], .voided(command, receivedAt: at))]), clock: block.clock)
      let sealed = try keys.voice("ms_lance").seal(forged).evidence.bytes
      #expect(throws: Rejection.self, "\(signer)") { try HouseStatement(whole: sealed, ring: keys.ring) }
    }
  }

  @Test func `whose price a house makes up under secret maxima is found when they are revealed`() throws {
    try bench.place(100_00, upTo: 300_00, by: "alpha", number: 1)
    try bench.place(0, upTo: 250_00, by: "beta", number: 2)
    try bench.void(2, of: "beta")
    try bench.closeAtTheEnd()
    let blocks = try bench.ledger
    #expect(try bench.follow(blocks).health == .whole)
    let lying = blocks.enumerated().map { number, block in
      guard number > 2, case .entries(let entries) = block.content else { return block }
      return Block(
        auction: block.auction, edition: block.edition, number: block.number, previous: block.previous,
        content: .entries(entries.map { with($0, price: .some(150_00)) }), clock: block.clock)
    }
    #expect(try problem(Array(lying.dropLast())) == nil, "until then it could be")
    #expect(try problem(lying) == "o resultado não é o da corrente")
    // Somebody else leads, of whom no bid is left.
    let other =
      try Array(blocks[..<3]) + [
        {
          guard case .entries(let entries) = blocks[3].content else { throw Missing("entries") }
          return Block(
            auction: "moto", edition: try bench.edition, number: 3, previous: blocks[3].previous,
            content: .entries(entries.map { with($0, leader: .some("beta")) }), clock: blocks[3].clock)
        }()
      ]
    #expect(try problem(other) == "um lance anulado que não confere")
  }

  /// Alpha outbid nobody but beta: without that bid it leads with one that goes further than its turn asked for.
  @Test(arguments: [nil, 250_00, 900_00])
  func `leaves a leader who went further than he had to, and a reserve makes the price then`(reserve: Int64?) throws {
    let secret = reserve.map { Build.secret($0) }
    let commitment = secret?.reserveDigest(to: "moto", nonce: Build.nonce)
    let terms = Build.terms(rules: AuctionRules(reserveCommitment: commitment))
    let bench = try BooksBench.open(terms, reserve: secret)
    for (number, amount) in ([100_00, 200_00, 300_00] as [Money]).enumerated() {
      try bench.place(amount, by: number == 1 ? "beta" : "alpha", number: UInt64(number) + 1)
      bench.after(.seconds(1))
    }
    try bench.void(2, of: "beta")
    let price: Int64 = reserve == 250_00 ? 250_00 : 100_00
    #expect(try bench.summary()?.price == Money(minorUnits: price) && bench.summary()?.leader == "alpha")
    bench.after(.seconds(1))
    try bench.place(260_00, by: "beta", number: 4)
    #expect(try bench.summary()?.price == 270_00 && bench.summary()?.leader == "alpha")
    try bench.closeAtTheEnd()
    let followed = try bench.follow(bench.ledger, of: terms)
    #expect(followed.health == .whole && followed.result?.outcome == (reserve == 900_00 ? .conditional : .sold))
    // Another price is found out, at once or at the end.
    let lying = try bench.ledger.map { block in
      guard case .entries(let entries) = block.content, case .voided? = entries.first?.fact else { return block }
      return block.with(content: .entries(entries.map { with($0, price: .some(Money(minorUnits: price + 10_00))) }))
    }
    #expect(try bench.follow(lying, of: terms).health != .whole)
  }

  @Test func `of a sealed auction tells late comers no price, and a reserve that is not met no winner`() throws {
    let secret = Build.secret(300_00)
    let terms = Build.terms(
      format: .sealed, rules: AuctionRules(reserveCommitment: secret.reserveDigest(to: "moto", nonce: Build.nonce)))
    let bench = try BooksBench.open(terms, reserve: secret)
    let summary = try #require(try bench.summary())
    try bench.place(0, upTo: 200_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 400_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.void(2, of: "beta")
    try bench.closeAtTheEnd()
    var auction = FollowedAuction(Build.scheduling(terms), summary: summary, asOf: bench.service.clock.now(), replayingFrom: nil)
    for document in bench.service.store.all("bloco", "moto") {
      let statement = try HouseStatement(document.body, ring: bench.world.keys.ring)
      guard case .block(let block) = statement.fact else { continue }
      if case .entries(let entries) = block.content, case .voided? = entries.first?.fact {
        var lied = auction
        let lie = entries.map { with($0, price: .some(900_00), leader: .some("alpha")) }
        _ = lied.take(block.with(content: .entries(lie)), digest: statement.digest)
        #expect(lied.health == .broken("um lance anulado que não confere"))
      }
      _ = auction.take(block, digest: statement.digest)
    }
    #expect(auction.health == .whole && auction.result?.outcome == .conditional, "\(auction.health)")
  }

  @Test(arguments: [AuctionFormat.english, .sealed])
  func `that a follower never saw is taken on trust`(format: AuctionFormat) throws {
    let terms = Build.terms(format: format)
    let bench = try BooksBench.open(terms)
    let openly: Int64 = format == .english ? 100_00 : 0
    try bench.place(openly, upTo: 300_00, by: "alpha", number: 1)
    try bench.place(openly, upTo: 900_00, by: "beta", number: 2)
    let before = try #require(try bench.summary())
    try bench.void(2, of: "beta")
    let after = try #require(try bench.summary())
    try bench.closeAtTheEnd()
    for summary in [before, after] {
      var auction = FollowedAuction(
        Build.scheduling(terms), summary: summary, asOf: bench.service.clock.now(), replayingFrom: nil)
      for document in bench.service.store.all("bloco", "moto") {
        let statement = try HouseStatement(document.body, ring: bench.world.keys.ring)
        if case .block(let block) = statement.fact { _ = auction.take(block, digest: statement.digest) }
      }
      #expect(auction.health == .whole && auction.result?.winner == "alpha", "\(auction.health)")
    }
  }
}
