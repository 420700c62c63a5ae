import AuctionCore
import AuctionFacts
import AuctionService
import AuctionSigning
import AuctionWire
import JournalKit
import LedgerProof
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@testable import AuctionClient
@testable import BidService

/// ms-leilao is told to pass a lot on.
@Suite("A lot to be passed on")
struct LotToPassOnTests {
  private let bench: CalendarBench

  /// An auction that alpha has won.
  init() throws {
    let world = SimulatedWorld()
    for id: PrincipalID in ["ms_lance", "operador", "alpha"] { try world.keys.register(id) }
    let service = try SimulatedService(HousePrincipal.msLeilao, in: world, clock: SimulatedClock(world.time), queue: .msLeilao) {
      CalendarDesk(voice: $0) { Array(1...16) }
    }
    bench = try CalendarBench(world, service)
    let terms = Build.terms(opensAt: Build.noon + .seconds(10), lasting: .seconds(60))
    try give(Build.schedule(terms, clock: clock))
    bench.after(.seconds(200))
  }

  private var clock: ClockReading { bench.service.clock.now() }

  private func give(_ command: Command, signer: PrincipalID = "operador") throws {
    bench.say(.command(command, try bench.world.keys.voice(signer).seal(command)), as: "operador")
  }

  private var edition: Edition { get throws { try bench.statement(try #require(bench.said(.scheduled).first)).digest } }

  /// What ms-lance says of the end.
  private func finish(_ outcome: AuctionResult.Outcome = .sold) throws -> Digest {
    let isSold = outcome == .sold
    let block = Block(
      auction: "moto", edition: try edition, number: 2, previous: Build.digest("x"),
      content: .closing(
        AuctionResult(
          outcome: outcome, winner: isSold ? "alpha" : nil, amount: isSold ? 500_00 : nil, acceptedBids: 2, refusedBids: 0,
          refusals: Build.digest("r"), closesAt: Build.noon + .seconds(70)),
        Evidence(try #require(bench.said(.closed).last).body)), clock: clock)
    let sealed = try bench.world.keys.voice("ms_lance").seal(block)
    bench.say(Publishing(OutgoingMessage.event(block, sealed)), as: "ms_lance")
    return sealed.digest
  }

  private func command(
    _ number: UInt64, _ result: Digest, from: PrincipalID?, to: PrincipalID, _ amount: Money = 400_00
  ) throws -> Command {
    let passing = PassingOn(
      auction: "moto", edition: try edition, result: result, from: from, to: to, amount: amount, reason: "não pagou")
    return Command(id: Build.commandID(number), action: .passOn(passing), clock: clock)
  }

  private var answers: [CommandRefusal?] {
    get throws {
      try bench.facts(.commandAnswered).compactMap { if case .answered(let answer) = $0 { answer.refusal } else { nil } }
    }
  }
  /// Each once: what nobody has confirmed is said again after a restart, in the same bytes.
  private var passings: [PassedOn] {
    get throws {
      var said: [[UInt8]] = []
      for delivery in bench.said(.passedOn) where !said.contains(delivery.body) { said.append(delivery.body) }
      return try said.compactMap {
        if case .passedOn(let said) = try HouseStatement($0, ring: bench.world.keys.ring).fact { said } else { nil }
      }
    }
  }

  @Test func `says so once, with the answer, also when the command comes again, before and after a restart`() throws {
    let first = try command(5, try finish(), from: "alpha", to: "beta")
    for _ in 0..<2 { try give(first) }
    bench.restart()
    try give(first)
    #expect(try passings.count == 1 && passings.first?.sequence == 2 && passings.first?.passing == first.passing)
    #expect(try answers.suffix(3) == [nil, nil, nil])
    let delivery = try #require(bench.said(.passedOn).first)
    #expect(delivery.properties.messageID == "moto:calendario:2" && delivery.properties.correlationID == "moto")
    #expect(delivery.properties.headers[MessageProperties.copyHeader] != nil, "to the partition that holds it")
  }

  @Test func `goes on from there after a restart, and when the journal was compacted`() throws {
    let result = try finish()
    try give(try command(5, result, from: "alpha", to: "beta"))
    bench.restart()
    try give(try command(6, result, from: "alpha", to: "gamma"))
    try give(try command(7, result, from: "beta", to: "gamma"))
    #expect(try answers.suffix(2) == [.wrongHolder, nil] && passings.map(\.sequence) == [2, 3])

    let scratch = try ScratchFolder()
    let journal = try makeJournal(bench.service.store.contents, in: scratch.path)
    #expect(throws: Never.self) {
      _ = try CalendarJournal.audit(try JournalReader(path: journal.path), keys: bench.world.keys.ring) { _ in }
    }
    #expect(try CalendarJournal.compact(journal, closedBefore: Build.noon + .seconds(9_999)) { _ in }.auctions == 1)
    var entries: [Entry] = []
    try journal.forEachEntry(from: 1) { entries.append($0) }
    let closed = try entries.compactMap { entry -> ClosedEntry? in
      guard entry.kind == "encerrado", case .closed(let closed) = try CalendarDesk.decode(entry) else { return nil }
      return closed
    }
    #expect(closed.map(\.lot?.holder) == ["gamma"] && closed.first?.lot?.winner == "alpha")
    #expect(try closed.first?.lot?.passings == passings && passings.count == 2)
    #expect(closed.first?.lot?.result == result && closed.first?.lot?.amount == 400_00)
  }

  @Test func `refuses what does not follow from what it heard`() throws {
    let nothing = Build.digest("nada")
    try give(try command(4, nothing, from: "alpha", to: "beta"))
    let result = try finish()
    try give(try command(5, nothing, from: "alpha", to: "beta"))
    try give(try command(6, result, from: "beta", to: "gamma"))
    try give(try command(7, result, from: "alpha", to: "beta", 500_01))
    try give(try command(8, result, from: "alpha", to: "casa"))
    #expect(try answers.suffix(5) == [.notOver, .wrongResult, .wrongHolder, .wrongAmount, .wrongRecipient])
    #expect(try passings.isEmpty)
  }

  @Test func `has nothing to say of what nobody has bid on`() throws {
    try give(try command(5, try finish(.noBids), from: nil, to: "beta"))
    #expect(try answers.last == .nothingToPassOn && passings.isEmpty)
  }

  @Test(arguments: ["alpha", "ms_lance"] as [PrincipalID])
  func `is an operator's to command, and nobody else's`(signer: PrincipalID) throws {
    try give(try command(5, try finish(), from: "alpha", to: "beta"), signer: signer)
    #expect(try bench.reasons == [Rejection.Reason.wrongSpeaker.rawValue] && passings.isEmpty)
  }
}

extension Command {
  fileprivate var passing: PassingOn? { if case .passOn(let passing) = action { passing } else { nil } }
}

/// What ms-lance keeps of it, and what a follower believes.
@Suite("A lot that was passed on")
struct PassedOnTests {
  private let bench: BooksBench

  /// beta has won for 500,00, alpha would have had it for 200,00, gamma for 100,00.
  init() throws {
    bench = try BooksBench.open(bidders: ["alpha", "beta", "gamma"])
    try bench.place(100_00, by: "gamma", number: 1)
    try bench.place(200_00, by: "alpha", number: 2)
    try bench.place(500_00, by: "beta", number: 3)
    try bench.closeAtTheEnd()
    bench.forget()
  }

  private func said(
    from: PrincipalID? = "beta", to: PrincipalID = "alpha", _ amount: Money = 200_00, sequence: Int64 = 5, result: Digest? = nil,
    edition: Edition? = nil, reason: String = "não pagou"
  ) throws -> PassedOn {
    let passing = PassingOn(
      auction: "moto", edition: try edition ?? bench.edition, result: try result ?? (#require(bench.head).digest), from: from,
      to: to, amount: amount, reason: reason)
    return PassedOn(passing, sequence: sequence, clock: bench.service.clock.now())
  }

  private func passings(from first: Int64 = 0) throws -> [PassedOn] {
    let answer = try #require(try bench.ask(.blocks("moto", from: first)))
    #expect(answer.answers(.blocks("moto", from: first)))
    return answer.statements.compactMap(\.passedOn)
  }

  private func audit() throws {
    let scratch = try ScratchFolder()
    let journal = try makeJournal(bench.service.store.contents, in: scratch.path)
    _ = try BooksJournal.audit(try JournalReader(path: journal.path), keys: bench.world.keys.ring) { _ in }
    _ = try BooksJournal.compact(journal, closedBefore: Build.noon + .seconds(99_999)) { _ in }
    _ = try BooksJournal.audit(try JournalReader(path: journal.path), keys: bench.world.keys.ring) { _ in }
  }

  // MARK: ms-lance

  @Test func `is told to who comes later, and stands in no ledger`() throws {
    let before = try bench.ledgerFile()
    let (first, second) = (try said(), try said(from: "alpha", to: "gamma", 100_00, sequence: 6))
    for statement in [first, first, second] { try bench.calendar(statement) }
    #expect(bench.dead.isEmpty)
    for _ in 0..<2 {
      let summary = try #require(try bench.summary())
      #expect(summary.passedOn?.id == "gamma" && summary.passedOn?.amount == 100_00 && summary.passedOn?.sequence == 6)
      #expect(summary.leader == "beta" && summary.price == 500_00, "the bids are as they were")
      let head = try #require(summary.head).block
      #expect(
        try passings() == [first, second] && passings(from: head) == [first, second]
          && passings(from: head + 1) == [first, second])
      #expect(try bench.ledgerFile() == before)
      bench.restart()
    }
    try audit()
  }

  @Test func `that does not follow from the books has no effect`() throws {
    for statement in [
      try said(result: Build.digest("x")), try said(edition: Build.digest("x")), try said(from: "alpha", to: "gamma"),
      try said(from: nil), try said(to: "casa"), try said(500_01), try said(sequence: 1),
    ] {
      try bench.calendar(statement)
    }
    #expect(try bench.summary()?.passedOn == nil && passings().isEmpty)
    try bench.calendar(try said())
    try bench.calendar(try said(from: "alpha", to: "gamma", 200_01, sequence: 6))
    #expect(try passings().count == 1)
    // Of one that goes on there is nothing to pass on.
    let open = try BooksBench.open()
    try open.place(100_00, by: "alpha", number: 1)
    try open.calendar(
      PassedOn(
        PassingOn(
          auction: "moto", edition: try open.edition, result: try #require(open.head).digest, from: nil, to: "alpha",
          amount: 100_00,
          reason: "?"), sequence: 9, clock: open.service.clock.now()))
    #expect(try open.summary()?.passedOn == nil)
  }

  @Test(arguments: ["alpha", "ms_lance", "operador"] as [PrincipalID])
  func `is ms-leilao's word and nobody else's`(signer: PrincipalID) throws {
    try bench.world.keys.register("operador")
    bench.service.keysChanged()
    bench.settle()
    let statement = try said()
    bench.say(Publishing(OutgoingMessage.event(statement, try bench.world.keys.voice(signer).seal(statement))), as: "ms_leilao")
    #expect(bench.reasons == [Rejection.Reason.wrongSpeaker.rawValue])
    #expect(try bench.summary()?.passedOn == nil)
  }

  @Test func `is listed for a day from then on`() throws {
    bench.after(.seconds(100_000))
    #expect(try bench.summary() == nil)
    try bench.calendar(try said())
    #expect(try bench.summary()?.passedOn?.id == "alpha")
    bench.after(.seconds(86_000))
    #expect(try bench.summary() != nil)
    bench.after(.seconds(1_000))
    #expect(try bench.summary() == nil)
  }

  // MARK: A follower

  private func words(_ statements: [PassedOn]) throws -> String? {
    var auction = try bench.follow(bench.ledger)
    for statement in statements { _ = auction.take(statement) }
    if case .broken(let words) = auction.health { return words }
    #expect(auction.passedOn.count <= statements.count)
    return nil
  }

  @Test func `is believed only as what the bids come to`() throws {
    let (first, second) = (try said(), try said(from: "alpha", to: "gamma", 100_00, sequence: 6))
    var auction = try bench.follow(bench.ledger)
    guard case .applied([.passedOn(first.passing)]) = auction.take(first) else { throw Missing("a change") }
    guard case .alreadyKnown = auction.take(first) else { throw Missing("that it is known") }
    guard case .applied = auction.take(second) else { throw Missing("a change") }
    #expect(auction.health == .whole && auction.holder == "gamma" && auction.passedOn == [first, second])

    let (follows, bids) = ("um repasse que não segue do resultado", "um repasse que não é o que os lances dão")
    #expect(try words([said(result: Build.digest("x"))]) == follows)
    #expect(try words([said(to: "beta")]) == follows)
    #expect(try words([said(500_01)]) == follows)
    #expect(try words([said(99_99)]) == follows, "less than the opening price")
    #expect(try words([said(to: "gamma")]) == bids)
    #expect(try words([said(200_01)]) == bids)
    #expect(try words([said(199_99)]) == bids)
    #expect(try words([said(), said(from: "alpha", to: "delta", 100_00, sequence: 6)]) == bids, "who has bid nothing")
    #expect(try words([said(), said(from: "alpha", to: "gamma", 200_01, sequence: 6)]) == follows)
    #expect(try words([said(), said(from: "alpha", to: "gamma", 100_01, sequence: 6)]) == bids, "the second one too")
    #expect(try words([first, second, said(from: "gamma", to: "delta", 100_00, sequence: 7)]) == bids, "nobody is left")
    #expect(try words([second]) == nil, "whoever passes answers on may leave one out")
    // What another reader took without knowing the bids.
    var other = try bench.follow(bench.ledger)
    other.passedOn = [try said(199_99)]
    #expect(try bench.follow(bench.ledger).passedOn(as: other).health != .whole)
    other.passedOn = [first, second]
    #expect(try bench.follow(bench.ledger).passedOn(as: other).passedOn == [first, second])
    for sequence in [5, 6] as [Int64] {
      #expect(
        try words([said(), said(to: "gamma", 100_00, sequence: sequence)]) == "um lote repassado da mesma pessoa a duas")
    }
    #expect(try words([said(edition: Build.digest("x"))]) == nil, "another auction's")
  }

  @Test func `is not foretold of what was cancelled, whose secrets stay secrets`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, upTo: 300_00, by: "alpha", number: 1)
    try bench.place(0, upTo: 250_00, by: "beta", number: 2)
    try bench.calendar(Build.notice(.cancel(reason: "x"), edition: try bench.edition, clock: bench.service.clock.now()))
    let auction = try bench.follow(bench.ledger)
    #expect(auction.health == .whole && auction.result?.outcome == .cancelled && auction.heirs == nil)
  }

  @Test func `of which one was missed is asked for`() throws {
    let second = try said(from: "alpha", to: "gamma", 100_00, sequence: 6)
    var auction = try bench.follow(bench.ledger)
    guard case .gap = auction.take(second) else { throw Missing("a gap") }
    #expect(auction.health == .whole && auction.passedOn.isEmpty)
    var early = try bench.follow(Array(bench.ledger.dropLast()))
    guard case .gap = early.take(second) else { throw Missing("a gap") }
  }

  @Test func `after the reserve was not met goes to the leader, and then to the one behind him`() throws {
    let terms = Build.terms(
      format: .vickrey, rules: AuctionRules(reserveCommitment: LedgerScene.kept.reserveDigest(to: "moto", nonce: Build.nonce)))
    let bench = try BooksBench.open(terms, reserve: LedgerScene.kept)
    try bench.place(0, upTo: 240_00, by: "alpha", number: 1)
    try bench.place(0, upTo: 220_00, by: "beta", number: 2)
    try bench.closeAtTheEnd()
    func said(_ from: PrincipalID?, _ to: PrincipalID, _ amount: Money, _ sequence: Int64) throws -> PassedOn {
      PassedOn(
        PassingOn(
          auction: "moto", edition: try bench.edition, result: try #require(bench.head).digest, from: from, to: to,
          amount: amount,
          reason: "?"), sequence: sequence, clock: bench.service.clock.now())
    }
    var auction = try bench.follow(bench.ledger, of: terms)
    #expect(auction.result?.outcome == .conditional && auction.holder == nil)
    _ = auction.take(try said(nil, "alpha", 220_00, 5))
    _ = auction.take(try said("alpha", "beta", 100_00, 6))
    #expect(auction.health == .whole && auction.holder == "beta")
    for (to, amount) in [("beta", 100_00), ("alpha", 219_99), ("alpha", 220_01)] as [(PrincipalID, Money)] {
      var auction = try bench.follow(bench.ledger, of: terms)
      _ = auction.take(try said(nil, to, amount, 5))
      #expect(auction.health != .whole, "\(to) \(amount)")
    }
    try bench.calendar(try said(nil, "alpha", 220_00, 5))
    #expect(try bench.summary()?.passedOn?.id == "alpha")
  }

  @Test func `is told to a client that comes later, and to one that did not hear it`() throws {
    let client = AskingClient(bench)
    try client.give(.link(.up))
    try client.pass(.seconds(3))
    #expect(client.session.auctions["moto"]?.result?.winner == "beta")
    // Nobody passes on what ms-leilao says here: the list tells that there was something.
    try bench.calendar(try said())
    try client.pass(.seconds(120))
    #expect(client.session.auctions["moto"]?.holder == "alpha")
    let second = try said(from: "alpha", to: "gamma", 100_00, sequence: 6)
    try bench.calendar(second)
    let late = AskingClient(bench)
    try late.give(.link(.up))
    try late.pass(.seconds(3))
    #expect(late.session.auctions["moto"]?.passedOn.map(\.passing.to) == ["alpha", "gamma"])
    let third = try bench.world.keys.voice("ms_leilao").seal(second).evidence.bytes
    let statement = try HouseStatement(whole: third, from: .notificacoes, ring: bench.world.keys.ring)
    let forgetful = AskingClient(bench)
    try forgetful.give(.link(.up))
    try forgetful.pass(.seconds(3))
    try forgetful.give(.link(.statement(statement)))
    #expect(forgetful.session.auctions["moto"]?.passedOn.count == 2 && forgetful.session.auctions["moto"]?.health == .whole)
  }

  @Test func `is no fault where a house that has forgotten it says it again`() throws {
    let (first, again) = (try said(), try said(sequence: 1_000_005))
    let second = try said(from: "alpha", to: "gamma", 100_00, sequence: 6)
    var auction = try bench.follow(bench.ledger)
    for statement in [first, second, again] { _ = auction.take(statement) }
    #expect(auction.health == .whole && auction.holder == "gamma" && auction.passedOn == [again, second])
    for statement in [first, second, again] {
      guard case .alreadyKnown = auction.take(statement) else { throw Missing("that it is known") }
    }
    // The same words of another restoration, from the same copies.
    for statement in [
      try said(from: "alpha", to: "gamma", 100_00, sequence: 1_000_006), try said(sequence: 1_000_005, reason: "sumiu"),
    ] {
      guard case .alreadyKnown = auction.take(statement) else { throw Missing("that it is known") }
    }
    #expect(auction.health == .whole)
    // Numbers that do not rise any more lose nothing on the way to somebody else.
    #expect(try bench.follow(bench.ledger).passedOn(as: auction).passedOn == auction.passedOn)
  }

  @Test func `goes on in the books of a house whose calendar counts as it did before`() throws {
    try bench.calendar(try said(sequence: 1_000_005))
    let second = try said(from: "alpha", to: "gamma", 100_00, sequence: 1_000_005)
    for statement in [second, try said(sequence: 1_000_006, reason: "sumiu"), second] { try bench.calendar(statement) }
    #expect(try bench.summary()?.passedOn?.id == "gamma" && passings().count == 2)
    try audit()
    let client = AskingClient(bench)
    try client.give(.link(.up))
    try client.pass(.seconds(3))
    #expect(client.session.auctions["moto"]?.holder == "gamma")
  }

  @Test func `of which whoever passes the answer on leaves out a part, is asked for again`() throws {
    for statement in [try said(), try said(from: "alpha", to: "gamma", 100_00, sequence: 6)] { try bench.calendar(statement) }
    let client = AskingClient(bench)
    var isHonest = false
    client.passesOn = { query, reply in
      guard case .blocks = query.subject, !isHonest else { return reply }
      return SnapshotReply(reply.envelope, envelopes: Array(reply.envelopes.dropLast(2)) + reply.envelopes.suffix(1))
    }
    try client.give(.link(.up))
    try client.pass(.seconds(3))
    let seen = try #require(client.session.auctions["moto"])
    #expect(seen.health == .whole && seen.passedOn.isEmpty && seen.result != nil)
    isHonest = true
    try client.pass(.seconds(120))
    #expect(client.session.auctions["moto"]?.passedOn.map(\.passing.to) == ["alpha", "gamma"])
  }

  @Test func `is no answer about another auction`() throws {
    let foreign = PassedOn(
      PassingOn(
        auction: "carro", edition: try bench.edition, result: try #require(bench.head).digest, from: "beta", to: "alpha",
        amount: 200_00, reason: "?"), sequence: 5, clock: bench.service.clock.now())
    let sealed = try bench.world.keys.voice("ms_leilao").seal(foreign)
    let subject = Query.Subject.blocks("moto", from: 0)
    let answer = try #require(
      try bench.ask(Query(id: .random(), subject: subject, about: "moto")) {
        SnapshotReply($0.envelope, envelopes: $0.envelopes + [sealed.evidence])
      })
    #expect(!answer.answers(subject))
  }

  @Test func `goes from hand to hand no more often in the books than in the calendar`() throws {
    for outcome in [AuctionResult.Outcome.sold, .conditional] {
      let result = AuctionResult(
        outcome: outcome, winner: outcome == .sold ? "beta" : nil, amount: outcome == .sold ? 500_00 : nil, acceptedBids: 1,
        refusedBids: 0, refusals: Build.digest("r"), closesAt: Build.noon)
      var lot = try #require(FinishedLot(result, digest: Build.digest("d"), seller: "dona", price: 500_00))
      for number in 0...FinishedLot.mostPassings {
        let said = PassedOn(
          PassingOn(
            auction: "moto", edition: Build.digest("e"), result: lot.result, from: lot.holder,
            to: try #require(PrincipalID("b\(number)")), amount: 1_00, reason: "?"), sequence: Int64(number + 1),
          clock: bench.service.clock.now())
        #expect(lot.refusal(of: said.passing) == (number < FinishedLot.mostPassings ? nil : .nothingToPassOn))
        if number < FinishedLot.mostPassings { lot.pass(said) }
      }
      #expect(lot.passings.count == FinishedLot.mostPassings)
    }
  }

  @Test func `can be foretold from the ledger's file`() throws {
    let proof = LedgerProof(try bench.ledgerFile(), pinned: bench.pinned)
    #expect(proof.heirs == [Heir(bidder: "alpha", amount: 200_00), Heir(bidder: "gamma", amount: 100_00)])
  }
}
