import AuctionClient
import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@testable import AuctionService
@testable import BidService

/// Journals as whole histories leave them: checked against themselves, spoiled, and compacted.
@Suite("A journal")
struct JournalTests {
  private let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  private func journal(_ contents: SimulatedStore.Contents, _ name: String = "data") throws -> Journal {
    try makeJournal(contents, in: scratch.file(name))
  }

  private func audit(_ journal: Journal, _ keys: KeyRing) throws -> JournalTally {
    try BooksJournal.audit(try JournalReader(path: journal.path), keys: keys) { _ in }
  }

  /// The books that follow from a journal.
  private func books(_ journal: Journal, _ keys: SimulatedKeys) throws -> BidDesk {
    try books(journal, try keys.voice(HousePrincipal.msLance))
  }

  private func books(_ journal: Journal, _ voice: Voice) throws -> BidDesk {
    try BidDesk(voice: voice, profile: .shared, limiter: RateLimiter(perSecond: 20, burst: 40)).takingUp(journal)
  }

  /// Accepted and refused bids, closed, with something left to be sent.
  private func story() throws -> (contents: SimulatedStore.Contents, keys: SimulatedKeys) {
    let bench = try BooksBench.open()
    try bench.place(100_00, number: 1)
    try bench.place(50_00, by: "beta", number: 2)
    try bench.place(110_00, by: "beta", number: 3)
    try bench.place(60_00, by: "alpha", number: 4)
    bench.service.publishing?.lose("cut")
    bench.after(Build.noon + .seconds(601) - bench.world.time.now)
    try bench.close(at: Build.noon + .seconds(600))
    return (bench.service.store.contents, bench.world.keys)
  }

  @Test func `that was left alone agrees with itself, and says what was looked at`() throws {
    let (contents, keys) = try story()
    #expect(contents.outbox.isEmpty == false)
    let tally = try audit(try journal(contents), keys.ring)
    #expect(tally.count("entradas") == Int64(contents.entries.count))
    #expect(tally.count("leiloes") == 1)
    #expect(tally.count("blocos") == Int64(contents.documents.filter { $0.collection == "bloco" }.count))
    #expect((tally.count("lances_aceitos"), tally.count("recusas"), tally.count("recibos")) == (2, 2, 2))
    #expect(tally.count("por_enviar") == Int64(contents.outbox.count))
  }

  /// What somebody with the disk in his hands could do.
  enum Harm: CaseIterable {
    case lostBlock, otherBlock, swappedBlocks, addedBlock, otherScheduling, otherReceipt, lostReceipt, otherRefusedBid, lostBid
    case forgedBid, lostOpening, forgedOpening, lostSealing, forgedSealing, earlySealing, forgedStatement, forgedRefusal,
      otherMessage, strangeMessage
    case unreadableEntry
  }

  /// A block's entry before that of the last bid in it.
  private func sealedEarly(_ entries: [Entry]) -> [Entry] {
    var entries = entries
    if let place = entries.firstIndex(where: { $0.kind == "bloco" }) { entries.swapAt(place - 1, place) }
    return entries
  }

  private func harm(_ kind: Harm, _ contents: SimulatedStore.Contents) -> SimulatedStore.Contents {
    func entries(_ kind: String, _ change: (Entry) -> Entry?) -> SimulatedStore.Contents {
      var isDone = false
      let changed = contents.entries.compactMap { entry -> Entry? in
        guard entry.kind == kind, !isDone else { return entry }
        isDone = true
        return change(entry)
      }
      return contents.with(entries: changed)
    }
    func body(_ number: Int64) -> [UInt8]? { contents.documents.first { $0.collection == "bloco" && $0.number == number }?.body }
    /// Flips one bit of the signature: the last member of the envelope.
    func spoiled(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      let place = bytes.count - 12
      bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      return bytes
    }
    func message(_ change: (OutboxMessage) -> OutgoingMessage) -> SimulatedStore.Contents {
      contents.with(
        outbox: contents.outbox.enumerated().map {
          $0.offset == 0 ? OutboxMessage(id: 1, message: change($0.element)) : $0.element
        })
    }
    func altered(_ kind: String) -> SimulatedStore.Contents {
      entries(kind) { entry in
        Entry(number: entry.number, kind: entry.kind, body: entry.body.dropLast() + [entry.body.last.map { $0 ^ 1 } ?? 0])
      }
    }
    return switch kind {
    case .lostBlock: contents.altering("bloco", 1) { _ in nil }
    case .otherBlock: contents.altering("bloco", 1, spoiled)
    case .swappedBlocks: contents.altering("bloco", 1) { _ in body(2) }
    case .addedBlock:
      contents.with(documents: contents.documents + [Document(collection: "bloco", key: "moto", number: 9, body: body(2) ?? [])])
    case .otherScheduling: contents.altering("agendamento", 0, spoiled)
    case .otherReceipt: contents.altering("recibo", 1, spoiled)
    case .lostReceipt: contents.altering("recibo", 2) { _ in nil }
    case .otherRefusedBid: contents.altering("lance_recusado", 1, spoiled)
    case .lostBid: entries("aceito") { _ in nil }
    case .forgedBid: altered("aceito")
    case .lostOpening: entries("aberto") { _ in nil }
    case .forgedOpening: altered("aberto")
    case .lostSealing: entries("bloco") { _ in nil }
    case .forgedSealing: altered("bloco")
    case .earlySealing: contents.with(entries: sealedEarly(contents.entries))
    case .forgedStatement: entries("calendario") { Entry(number: $0.number, kind: $0.kind, body: spoiled($0.body)) }
    case .forgedRefusal: altered("recusa")
    case .otherMessage:
      message {
        OutgoingMessage(exchange: $0.exchange, routingKey: $0.routingKey, messageID: $0.messageID, body: spoiled($0.body))
      }
    case .strangeMessage:
      message { OutgoingMessage(exchange: "amq.topic", routingKey: $0.routingKey, messageID: $0.messageID, body: $0.body) }
    case .unreadableEntry: entries("chave") { Entry(number: $0.number, kind: "nunca", body: $0.body) }
    }
  }

  @Test(arguments: Harm.allCases) func `that was changed is found out`(_ kind: Harm) throws {
    let (contents, keys) = try story()
    let spoiled = try journal(harm(kind, contents))
    #expect(throws: (any Error).self) { try audit(spoiled, keys.ring) }
  }

  @Test func `with another end for an auction that nobody has bid on is not taken up`() throws {
    let bench = try BooksBench.open()
    let contents = bench.service.store.contents
    let forged = try contents.entries.map { entry -> Entry in
      guard case .opened(let opening)? = entry.kind == "aberto" ? try BidEntry(entry) : nil else { return entry }
      let other = PastOpening(
        auction: opening.auction, opensAt: opening.opensAt, closesAt: opening.closesAt + .seconds(60), block: opening.block)
      return Entry(number: entry.number, kind: entry.kind, body: BidEntry.opened(other).entry.body)
    }
    #expect(forged != contents.entries)
    _ = try books(try journal(contents), bench.world.keys)
    let other = try journal(contents.with(entries: forged), "forged")
    #expect(throws: Failure.self) { try books(other, bench.world.keys) }
  }

  @Test func `with another price for an open auction is not taken up`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    let contents = bench.service.store.contents
    let forged = try contents.entries.map { entry -> Entry in
      guard entry.kind == "aceito", case .accepted(let bid) = try BidEntry(entry) else { return entry }
      let other = PastBid(
        auction: bid.auction, bidder: bid.bidder, bid: bid.bid, digest: bid.digest, amount: 900_00, receivedAt: bid.receivedAt,
        newKey: bid.newKey)
      return Entry(number: entry.number, kind: entry.kind, body: BidEntry.accepted(other).entry.body)
    }
    _ = try books(try journal(contents), bench.world.keys)
    let other = try journal(contents.with(entries: forged), "forged")
    #expect(throws: Failure.self) { try books(other, bench.world.keys) }
  }

  /// The story's keys, but `owner` speaks under another one since `instant`.
  private func ring(
    _ keys: SimulatedKeys, replacing owner: PrincipalID, by successor: PublicKey? = nil, at instant: Timestamp
  ) throws -> KeyRing {
    let former = KeyRing.Member(owner: owner, key: try keys.voice(owner).key.publicKey, retiredAt: instant)
    let others = keys.ring.members.values.filter { $0.owner != owner }
    return KeyRing(
      others.map { ($0.owner.text, $0.key) } + (successor.map { [(owner.text, $0)] } ?? []), retired: [former])
  }

  @Test func `with a result that is to be said again under a new key agrees with itself`() throws {
    let (contents, keys) = try story()
    let journal = try journal(contents)
    let voice = try Voice(principal: HousePrincipal.msLance, key: .generate(.ed25519))
    var desk = try books(journal, voice)
    // The calendar has not heard it and closes once more.
    let close = try #require(contents.entries.last { $0.kind == "calendario" })
    let clock = Build.clock(.seconds(7_200))
    let turn = desk.decide([.statement(try HouseStatement(trusted: Evidence(close.body)))], away: nil, at: clock)
    #expect(turn.outgoing.map(\.routingKey) == [Kind.awarded.routingKey])
    _ = try journal.commit(
      Commit(
        entries: [(TurnRecord.kind, TurnRecord.encode(clock))] + turn.entries.map { ($0.kind, $0.body) },
        outbox: turn.outgoing))
    let ring = try ring(
      keys, replacing: HousePrincipal.msLance, by: voice.key.publicKey, at: Build.noon + .seconds(3_600))
    #expect(try audit(journal, ring).count("por_enviar") == Int64(contents.outbox.count + 1))
  }

  @Test func `is right about a service's key that was replaced after what it said, and wrong about one replaced before`() throws {
    let (contents, keys) = try story()
    let journal = try journal(contents)
    for service in [HousePrincipal.msLeilao, HousePrincipal.msLance] {
      _ = try audit(journal, try ring(keys, replacing: service, at: Build.noon + .seconds(3_600)))
      let early = try ring(keys, replacing: service, at: Build.noon - .seconds(3_600))
      #expect(throws: Failure.self) { try audit(journal, early) }
    }
  }

  @Test func `with a statement of ms-leilao's under a key retired before is found out, though each scheduling is older`() throws {
    let (contents, keys) = try story()
    let journal = try journal(contents)
    // The scheduling is of before noon's opening; the close is of ten minutes later.
    let between = try ring(keys, replacing: HousePrincipal.msLeilao, at: Build.noon + .seconds(300))
    let failure = #expect(throws: Failure.self) { try audit(journal, between) }
    #expect(failure?.sentence.contains("entrada") == true, "\(String(describing: failure))")
  }

  @Test func `with a message under a key retired before it was said is found out, and with one of before is not`() throws {
    let (contents, keys) = try story()
    let reader = try JournalReader(path: try journal(contents).path)
    func pending(_ instant: Timestamp) throws -> Int64 {
      let ring = try ring(keys, replacing: HousePrincipal.msLance, at: instant)
      return try OutboxAudit(reader, keys: ring, speaker: HousePrincipal.msLance).run()
    }
    #expect(try pending(Build.noon + .seconds(3_600)) == Int64(contents.outbox.count))
    #expect(throws: Failure.self) { try pending(Build.noon - .seconds(3_600)) }
  }

  @Test func `of ms-leilao with a command under a key retired long before is found out, and with one of moments after is not`()
    throws
  {
    let keys = SimulatedKeys()
    try keys.register("operador")
    let command = Build.schedule(Build.terms("moto"), id: Build.commandID(1), clock: Build.clock())
    let sealed = try keys.voice("operador").seal(command)
    let turn = Build.clock(.seconds(3_600))
    let journal = try Journal.open(folder: scratch.file("calendar"), name: "ms_leilao", waitingForLock: false) { _ in }
    let entry = CalendarInput.command(sealed.evidence, nonce: [UInt8](repeating: 1, count: 16)).entry
    _ = try journal.commit(Commit(entries: [(TurnRecord.kind, TurnRecord.encode(turn)), (entry.kind, entry.body)]))
    func commands(_ instant: Timestamp) throws -> Int64? {
      let ring = try ring(keys, replacing: "operador", at: instant)
      return try CalendarJournal.audit(try JournalReader(path: journal.path), keys: ring) { _ in }.count("comandos_assinados")
    }
    #expect(try commands(turn.instant) == 1)
    #expect(try commands(turn.earliest - .seconds(60)) == 1, "a service may hear of it a moment later")
    let failure = #expect(throws: Failure.self) { try commands(turn.earliest - .seconds(61)) }
    #expect(failure?.sentence.contains("já não valia") == true, "\(String(describing: failure))")
  }

  @Test func `of another house's key is found out`() throws {
    let (contents, _) = try story()
    #expect(throws: Failure.self) { try audit(try journal(contents), SimulatedKeys(seed: 99).ring) }
  }

  @Test func `of another service is told as such`() throws {
    let (contents, keys) = try story()
    let journal = try journal(contents)
    let failure = #expect(throws: Failure.self) {
      try CalendarJournal.audit(try JournalReader(path: journal.path), keys: keys.ring) { _ in }
    }
    #expect(failure?.sentence.contains("ms-leilao") == true, "\(String(describing: failure))")
  }

  // MARK: - Compacted

  private static let farAway = Timestamp(microseconds: Int64.max / 2)

  @Test func `compacted is smaller, gives equal books, and agrees with itself`() throws {
    let (contents, keys) = try story()
    let journal = try journal(contents)
    let before = try books(journal, keys)
    let outcome = try compact(BooksJournal.self, journal)
    #expect(outcome.auctions == 1 && outcome.parts.map(\.count) == [4])
    #expect(outcome.entriesAfter < outcome.entriesBefore)
    let after = try books(journal, keys)
    #expect(after.keeper == before.keeper)
    for document in contents.documents where ["bloco", "agendamento"].contains(document.collection) {
      #expect(try journal.document(document.collection, document.key, document.number) == document.body)
    }
    #expect(try journal.documents("lance_recusado", "moto", from: 0, limit: 10).isEmpty)
    let receipts = contents.documents.filter { $0.collection == "recibo" }
    #expect(try journal.documents("recibo", "moto", from: 0, limit: 10) == receipts && receipts.count == 2)
    let tally = try audit(journal, keys.ring)
    #expect((tally.count("lances_aceitos"), tally.count("recusas"), tally.count("recibos")) == (2, 2, 2))
    #expect(try compact(BooksJournal.self, journal).auctions == 0, "there is nothing left to do")
  }

  /// Its auctions have lost all of their receipts, and their entries do not speak of it.
  @Test func `compacted by a program up to version 5 is read, and is whole without the receipts`() throws {
    let (contents, keys) = try story()
    let journal = try journal(contents)
    _ = try compact(BooksJournal.self, journal)
    let (compacted, counted) = (try self.contents(journal), 12)
    let older = try self.journal(
      compacted.with(
        entries: compacted.entries.map { entry in
          entry.kind == "encerrado" ? Entry(number: entry.number, kind: entry.kind, body: entry.body.dropLast(counted)) : entry
        }, documents: compacted.documents.filter { $0.collection != "recibo" }), "older")
    let tally = try audit(older, keys.ring)
    #expect((tally.count("lances_aceitos"), tally.count("recusas"), tally.count("recibos")) == (2, 2, 0))
    let again = try self.journal(compacted.with(documents: compacted.documents.filter { $0.collection != "recibo" }), "lost")
    #expect(throws: Failure.self) { try audit(again, keys.ring) }
  }

  @Test func `that would not be the same when compacted stays as it is, and is not called broken`() throws {
    let journal = try journal(try story().0)
    let before = try contents(journal).entries
    let failure = #expect(throws: Failure.self) {
      try Compaction(journal, from: 0) { count, _ in count += 1 }
        .rewrite(isSame: { _ in false }, progress: { _ in }) { $0.entries.map { NewEntry(kind: $0.kind, body: $0.body) } }
    }
    #expect(failure?.status == .ioError)
    #expect(failure?.sentence.contains("nada foi mudado") == true && failure?.sentence.contains("não confere") == false)
    #expect(try contents(journal).entries == before)
  }

  @Test func `compacted forgets who was turned away more than a day before`() throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 1, burst: 1))
    for number: UInt64 in 1...2 { try bench.place(100_00, number: number) }
    bench.after(Build.noon + .seconds(601) - bench.world.time.now)
    try bench.close(at: Build.noon + .seconds(600))
    func kinds(before instant: Timestamp, _ name: String) throws -> [String] {
      let journal = try journal(bench.service.store.contents, name)
      _ = try compact(BooksJournal.self, journal, before: instant)
      return try contents(journal).entries.map(\.kind)
    }
    #expect(try kinds(before: Build.noon + .seconds(86_400), "early").contains("dispensado"))
    #expect(try !kinds(before: Build.noon + .seconds(86_700), "late").contains("dispensado"))
  }

  @Test func `compacted still decides every bid as before`() throws {
    let bench = try BooksBench.open()
    let accepted = try bench.place(100_00, number: 1)
    let refused = try bench.place(50_00, by: "beta", number: 2)
    bench.after(Build.noon + .seconds(601) - bench.world.time.now)
    try bench.close(at: Build.noon + .seconds(600))
    let journal = try journal(bench.service.store.contents)
    _ = try compact(BooksJournal.self, journal)
    // The service goes on from the compacted journal.
    bench.service.crash(flushing: 0, losingPower: false)
    bench.service.store.restore(try contents(journal), appending: [])
    bench.service.start()
    bench.settle()
    bench.forget()
    for bid in [accepted, refused] { bench.say(try bench.sealed(bid), as: "cliente") }
    #expect(bench.heard.isEmpty, "they were decided")
    try bench.place(900_00, by: "alpha", number: 1)
    try bench.place(900_00, by: "alpha", number: 7)
    #expect(try bench.receipts.map(\.reason) == [.reusedID, .closed])
    #expect(try bench.receipts.map(\.number) == [2, 3], "the count goes on")
    try bench.calendar(Build.scheduling())
    try bench.open()
    #expect(try bench.blocks.isEmpty, "an id serves once")
    guard case .bid(_, _, let verdict)? = try bench.ask(.bid("alpha", accepted.id))?.snapshot.content else {
      throw Missing("an answer")
    }
    #expect(verdict == .accepted)
  }

  @Test func `keeps the bids of auctions that are open or were closed lately`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    let open = try journal(bench.service.store.contents, "open")
    let nothing = try compact(BooksJournal.self, open)
    #expect((nothing.auctions, nothing.entriesBefore, nothing.entriesAfter) == (0, open.entryCount, open.entryCount))
    #expect(nothing.parts.map(\.name) == ["lances_compactados"] && nothing.parts.map(\.count) == [0])
    let (contents, _) = try story()
    let closed = try journal(contents, "closed")
    #expect(try compact(BooksJournal.self, closed, before: Build.noon + .seconds(600)).auctions == 0)
    #expect(closed.entryCount == Int64(contents.entries.count))
  }

  /// Whatever a history held: keys revoked, outages, restarts, several auctions, ids used twice.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `of a whole history agrees, and compacted gives equal books`(_ seed: UInt64) throws {
    let house = try SimulatedHouse(seed: seed)
    house.run()
    let keys = house.world.keys
    for bidder in house.bidders.map(\.id) { try keys.register(bidder) }
    let calendar = try makeJournal(house.calendar.store.contents, in: scratch.file("calendar"), as: HousePrincipal.msLeilao)
    _ = try CalendarJournal.audit(try JournalReader(path: calendar.path), keys: keys.ring) { _ in }
    try compactCalendar(calendar, keys.ring)

    let contents = house.books.store.contents
    let journal = try journal(contents)
    let whole = try audit(journal, keys.ring)
    let before = try books(journal, keys)
    let older = try self.journal(contents.asVersion2(), "version 2")
    #expect(try books(older, keys).keeper == before.keeper)
    #expect(try audit(older, keys.ring).count("lances_aceitos") == whole.count("lances_aceitos"))
    let outcome = try compact(BooksJournal.self, journal)
    guard outcome.auctions > 0 else { return }
    let after = try books(journal, keys)
    // Who was told a passing refusal longer ago than a day before the cut is forgotten.
    let cut = Self.farAway - BookKeeper.turnedAwayFor
    #expect(after.keeper.forgettingTurnedAway(before: cut) == before.keeper.forgettingTurnedAway(before: cut))
    let compacted = try audit(journal, keys.ring)
    for name in ["leiloes", "blocos", "lances_aceitos", "recusas"] {
      #expect(compacted.count(name) == whole.count(name), "\(name)")
    }
    #expect(
      outcome.parts.map(\.count) == [(whole.count("lances_aceitos") ?? 0) + (whole.count("recusas") ?? 0)]
        || outcome.auctions < whole.count("leiloes") ?? 0)
    for bidder in house.bidders {
      for (bid, _) in bidder.submitted {
        #expect(after.keeper.decision(of: bid.bidder, bid: bid.id) == before.keeper.decision(of: bid.bidder, bid: bid.id))
      }
    }
  }

  private func compact(
    _ owner: (some JournalOwner).Type, _ journal: Journal, before instant: Timestamp = farAway
  ) throws -> CompactionOutcome {
    try owner.compact(journal, closedBefore: instant) { _ in }
  }

  private func compactCalendar(_ journal: Journal, _ keys: KeyRing) throws {
    func calendar() throws -> AuctionCore.Calendar {
      var recorded = RecordedCalendar(AuctionCore.Calendar(scribe: .unsigned))
      _ = try JournalReader(path: journal.path).forEachTurn(progress: { _ in }) { turn in
        for entry in turn.entries { _ = try recorded.replay(entry, at: turn.clock) }
      }
      return recorded.calendar
    }
    let before = try calendar()
    let over = before.closed(before: Self.farAway)
    let outcome = try compact(CalendarJournal.self, journal)
    #expect(outcome.auctions == Int64(over.count))
    #expect(try calendar() == before)
    _ = try CalendarJournal.audit(try JournalReader(path: journal.path), keys: keys) { _ in }
    let again = try compact(CalendarJournal.self, journal)
    #expect((again.auctions, again.entriesBefore, again.entriesAfter) == (0, outcome.entriesAfter, outcome.entriesAfter))
    #expect(again.parts.map(\.name) == ["comandos_compactados"])
    // A command that scheduled what nothing happened to becomes two entries: the auction, and its answer.
    #expect(outcome.entriesAfter <= outcome.entriesBefore + outcome.auctions)
  }

  private func contents(_ journal: Journal) throws -> SimulatedStore.Contents {
    var entries: [Entry] = []
    try journal.forEachEntry(from: 1) { entries.append($0) }
    let documents = try ["bloco", "recibo", "agendamento", "lance_recusado"].flatMap { collection in
      try journal.keys(collection, after: nil, limit: 100).flatMap {
        try journal.documents(collection, $0, from: 0, limit: 1_000)
      }
    }
    return SimulatedStore.Contents(
      entries: entries, documents: documents, outbox: try journal.pendingOutbox(after: 0, limit: 1_000))
  }
}
