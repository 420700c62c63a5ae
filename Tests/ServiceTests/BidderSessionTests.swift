import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionClient

@Suite("a bidder's session")
struct BidderSessionTests {
  @Test func `asks in the same order in every process`() throws {
    let keys = SimulatedKeys()
    try keys.register("ms_lance")
    try keys.register("ms_leilao")
    let names = (10..<40).map { "leilao-\($0 * 17 % 41)" }
    var session = BidderSession(interest: .everything, seed: 1)
    _ = session.handle(.link(.up), at: Build.clock())
    for name in names {
      let sealed = try keys.voice("ms_leilao").seal(Build.scheduling(Build.terms(AuctionID(stringLiteral: name))))
      _ = session.handle(.link(.statement(try HouseStatement(sealed.evidence.bytes, ring: keys.ring))), at: Build.clock())
      let opening = Build.terms(AuctionID(stringLiteral: name))
      let opened = try keys.voice("ms_leilao").seal(
        Opening(
          auction: opening.auction, edition: sealed.digest, opensAt: opening.opensAt, closesAt: opening.closesAt,
          scheduling: sealed.evidence, clock: Build.clock()))
      _ = session.handle(.link(.statement(try HouseStatement(opened.evidence.bytes, ring: keys.ring))), at: Build.clock())
    }
    // None of it is answered: all is asked again.
    let again = session.handle(.tick, at: Build.clock(.seconds(4))).compactMap { output -> String? in
      guard case .ask(let query) = output, case .blocks(let auction, _) = query.subject else { return nil }
      return auction.text
    }
    #expect(again == names)
  }

  @Test func `asks about many auctions no faster than the house answers one user`() throws {
    let keys = SimulatedKeys()
    try keys.register("ms_leilao")
    var session = BidderSession(interest: .everything, seed: 1)
    _ = session.handle(.link(.up), at: Build.clock())
    func blocks(_ input: BidderSession.Input, after elapsed: Interval = .zero) -> Int {
      session.handle(input, at: Build.clock(elapsed)).count {
        if case .ask(let query) = $0, case .blocks = query.subject { true } else { false }
      }
    }
    var asked = 0
    for number in 0..<150 {
      let terms = Build.terms(AuctionID(stringLiteral: "leilao-\(number)"))
      let sealed = try keys.voice("ms_leilao").seal(Build.scheduling(terms))
      let opened = try keys.voice("ms_leilao").seal(
        Opening(
          auction: terms.auction, edition: sealed.digest, opensAt: terms.opensAt, closesAt: terms.closesAt,
          scheduling: sealed.evidence, clock: Build.clock()))
      for _ in 0..<3 {
        asked += blocks(.link(.statement(try HouseStatement(opened.evidence.bytes, ring: keys.ring))))
      }
    }
    #expect(asked == 100, "each auction once, and no more at once")
    #expect(try #require(session.wakeUp) <= Build.clock(.milliseconds(100)).instant)
    #expect(blocks(.tick, after: .seconds(1)) == 10)
    #expect(blocks(.tick, after: .seconds(2)) == 10)
  }

  @Test func `asks about what is open before how anything ended`() {
    var questions = OpenQuestions(seed: 1)
    func name(_ number: Int) -> AuctionID { AuctionID(stringLiteral: "leilao-\(number)") }
    func due(_ elapsed: Interval) -> [Query.Subject] {
      questions.due(at: Build.noon + elapsed, nextBlock: { _ in 0 }, urgency: { _ in .now }, besides: { _ in nil }).map(\.subject)
    }
    for number in 0..<150 { questions.want(name(number), .later) }
    questions.want("moto", .now)
    // Wanted again, and now urgently.
    questions.want(name(149), .now)
    let first = due(.zero)
    #expect(first.count == 100)
    #expect(first.prefix(3) == [.blocks("moto", from: 0), .blocks(name(149), from: 0), .blocks(name(0), from: 0)])
    questions.want("bicicleta", .now)
    #expect(due(.milliseconds(100)) == [.blocks("bicicleta", from: 0)])
  }

  @Test func `repeats a question that nobody answers, more and more slowly, and takes whichever answer comes`() throws {
    var questions = OpenQuestions(seed: 1)
    func due(_ now: Timestamp) -> [Query] {
      questions.due(at: now, nextBlock: { _ in 0 }, urgency: { _ in .now }, besides: { _ in nil })
    }
    let first = questions.ask(.auctions(after: nil), at: Build.noon)
    var now = Build.noon
    for pause in [500, 1_000, 2_000, 4_000, 4_000] as [Int64] {
      #expect(due(now + .milliseconds(pause - 1)).isEmpty)
      now = now + .milliseconds(pause)
      #expect(due(now).map(\.id) == [first.id] && questions.wakeUp ?? now > now)
    }
    #expect(questions.subject(of: first.id) == .auctions(after: nil))
    questions.take(first.id)
    #expect(questions.subject(of: first.id) == nil && due(now + .seconds(100)).isEmpty)
  }

  @Test func `is live when the chain breaks that it was waiting for`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    let client = AskingClient(bench)
    client.hears = { $0.topic != .blocks }
    try client.give(.link(.up))
    #expect(!client.isLive && client.asked.last == .blocks("moto", from: 0))
    let blocks = bench.service.store.all("bloco", "moto")
    let ring = bench.world.keys.ring
    try client.give(.link(.statement(try HouseStatement(try #require(blocks.first).body, ring: ring))))
    #expect(!client.isLive)
    guard case .block(let block) = try HouseStatement(try #require(blocks.last).body, ring: ring).fact else {
      throw Missing("a block")
    }
    let lie = Block(
      auction: block.auction, edition: block.edition, number: 1, previous: Build.digest("another"), content: block.content,
      clock: block.clock)
    let sealed = try bench.world.keys.voice("ms_lance").seal(lie)
    try client.give(.link(.statement(try HouseStatement(sealed.evidence.bytes, ring: ring))))
    #expect(client.session.auctions["moto"]?.health != .whole && client.isLive)
  }

  @Test func `bids in the fifty-first open auction at once, and then reads what was before`() throws {
    let bench = try BooksBench.open(opened: false)
    let names = (10..<62).map { AuctionID(stringLiteral: "lote-\($0)") }
    for (number, name) in names.enumerated() {
      let terms = Build.terms(name)
      try bench.calendar(Build.scheduling(terms))
      try bench.open(terms)
      bench.world.time.advance(by: .seconds(number == 0 ? 1 : 0))
      let edition = try bench.world.keys.voice("ms_leilao").seal(Build.scheduling(terms)).digest
      // Bids no faster than a bidder may.
      bench.after(.milliseconds(200))
      for (round, amount) in [Money(100_00), Money(120_00)].enumerated() {
        let bid = Build.bid(
          amount, by: round == 0 ? "alpha" : "beta", id: Build.bidID(UInt64(2 * number + round) + 1), auction: name,
          edition: edition, clock: ClockReading(bench.world.time.now, uncertainty: .milliseconds(2), status: .synchronized))
        try bench.send(bid)
      }
    }
    let client = AskingClient(bench)
    client.hears = { _ in !client.isLive }
    try client.give(.link(.up))
    let last = try #require(names.last)
    #expect(client.isLive && client.session.auctions[last]?.bids.isEmpty == true)
    #expect(client.session.auctions[last]?.price == 120_00 && client.session.auctions[names[0]]?.bids.count == 2)

    client.hears = { _ in true }
    for _ in 0..<50 {
      bench.world.time.advance(by: .milliseconds(100))
      try client.give(.tick)
    }
    #expect(client.session.auctions.values.allSatisfy { $0.terms.auction == "moto" || $0.bids.count == 2 })
    var past: [AuctionID: [PrincipalID]] = [:]
    for case .past(let auction, let changes) in client.told {
      past[auction] = changes.compactMap { if case .bid(let bid) = $0 { bid.bidder } else { nil } }
    }
    #expect(past == [names[50]: ["alpha", "beta"], names[51]: ["alpha", "beta"]])
    let asked = client.asked.count
    for _ in 0..<20 {
      bench.world.time.advance(by: .milliseconds(100))
      try client.give(.tick)
    }
    #expect(client.asked.count == asked, "each is read once")
  }

  @Test func `asks for an end that does not come every ten seconds, and sleeps meanwhile`() throws {
    let bench = try BooksBench.open()
    let client = AskingClient(bench)
    try client.give(.link(.up))
    bench.after(.seconds(606))
    var asked = 0
    client.hears = {
      if $0.topic == .blocks { asked += 1 }
      return true
    }
    for round in 1...3 {
      try client.give(.tick)
      #expect(asked == round)
      try client.give(.tick)
      let next = try #require(client.session.wakeUp)
      #expect(asked == round && next > bench.world.time.now)
      bench.world.time.advance(by: .seconds(10))
    }
  }

  @Test func `takes an answer that comes after the question was put off, and asks again for what was missed meanwhile`() {
    var questions = OpenQuestions(seed: 1)
    func due(_ elapsed: Interval) -> [Query] {
      questions.due(at: Build.noon + elapsed, nextBlock: { _ in 0 }, urgency: { _ in .now }, besides: { _ in nil })
    }
    questions.want("moto", .now)
    let first = due(.zero)
    // The pace is used up: nothing can be asked again for now.
    for number in 0..<200 { questions.want(AuctionID(stringLiteral: "leilao-\(number)"), .now) }
    #expect(first.count == 1 && due(.milliseconds(1)).count == 99)
    #expect(due(.milliseconds(501)).allSatisfy { $0.id != first[0].id })
    questions.want("moto", .now)
    #expect(questions.subject(of: first[0].id) == .blocks("moto", from: 0))
    questions.take(first[0].id)
    #expect(questions.subject(of: first[0].id) == nil && questions.isAskingForBlocks(of: "moto"))
  }

  @Test func `asks about a bid under one id until it is answered or forgotten`() {
    var questions = OpenQuestions(seed: 1)
    let subject = Query.Subject.bid("alpha", Build.bidID(1))
    let first = questions.ask(subject, at: Build.noon)
    #expect(questions.wakeUp == nil, "it is not asked again by itself")
    #expect(questions.ask(subject, at: Build.noon + .seconds(2)) == first)
    questions.forget(subject)
    #expect(questions.subject(of: first.id) == nil)
    #expect(questions.ask(subject, at: Build.noon + .seconds(4)) != first)
  }

  @Test(arguments: [Interval.milliseconds(700), .seconds(3), .seconds(9)])
  func `learns everything from a house that answers late, and does not ask without end`(latency: Interval) throws {
    let bench = try BooksBench.open()
    let accepted = try bench.place(100_00)
    let refused = try bench.place(50_00, number: 2)
    let client = AskingClient(bench)
    client.latency = latency
    try client.give(.link(.up))
    try client.pass(latency + latency + .seconds(1))
    #expect(client.isLive && client.session.auctions["moto"]?.price == 100_00)
    for bid in [accepted, refused] {
      // Nothing else tells: the block was known before, and the receipt was lost.
      try client.give(.submit(bid, try bench.world.keys.voice("alpha").seal(bid)))
      try client.give(.published(bid.id, .lost))
      try client.give(.published(bid.id, .confirmed))
    }
    try client.pass(latency + .seconds(5))
    #expect(client.outcomes.contains(.accepted(block: 1)))
    #expect(client.outcomes.contains { if case .refused = $0 { true } else { false } })
    let asked = client.asked.count
    try client.pass(.seconds(20))
    #expect(client.outcomes.count == 2 && client.asked.count == asked, "what is answered is not asked again")
  }

  // MARK: - Who passes answers on and would deceive

  /// A house with a block, a bid that it refused, and a client that has the rest.
  private static func deceived(
    _ passesOn: @escaping (BooksBench, Query, SnapshotReply) throws -> SnapshotReply
  ) throws -> (bench: BooksBench, client: AskingClient, refused: Bid) {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "beta", number: 1)
    let refused = try bench.place(50_00, number: 2)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    client.passesOn = { try passesOn(bench, $0, $1) }
    return (bench, client, refused)
  }

  @Test func `does not take a block for the decision on a bid that does not stand in it`() throws {
    let (bench, client, bid) = try Self.deceived { bench, _, reply in
      let block = bench.service.store.all("bloco", "moto").map { Evidence($0.body) }
      return SnapshotReply(reply.envelope, envelopes: [try #require(block.last)])
    }
    try client.give(.inquire("alpha", bid.id))
    try client.pass(.seconds(10))
    #expect(!client.told.contains { if case .decision = $0 { true } else { false } })
    #expect(client.told.contains { if case .dropped = $0 { true } else { false } })
    client.passesOn = { $1 }
    try client.pass(.seconds(4))
    var decisions: [Refusal] = []
    for case .decision(bid.id, let statement, _) in client.told {
      if case .refused(let receipt)? = statement?.fact { decisions.append(receipt.reason) }
    }
    #expect(decisions == [.belowMinimum])
    _ = bench
  }

  @Test func `does not take the answer to another question under its own question's id`() throws {
    let (bench, client, bid) = try Self.deceived { bench, query, reply in
      guard case .bid(_, let id) = query.subject else { return reply }
      // Signed by the house: it has decided no bid of that name by beta.
      _ = try bench.ask(Query(id: query.id, subject: .bid("beta", id)))
      return try SnapshotReply(parsing: try #require(bench.replies.last).body)
    }
    try client.give(.submit(bid, try bench.world.keys.voice("alpha").seal(bid)))
    try client.give(.published(bid.id, .confirmed))
    try client.pass(.seconds(60))
    #expect(client.outcomes.isEmpty)
    client.passesOn = { $1 }
    try client.pass(.seconds(4))
    #expect(client.outcomes.count == 1 && client.outcomes.allSatisfy { if case .refused = $0 { true } else { false } })
  }

  @Test(arguments: [Query.Topic.auctions, .blocks])
  func `is not live on an answer of which a part was taken away`(topic: Query.Topic) throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    let client = AskingClient(bench)
    client.passesOn = { query, reply in
      query.topic == topic ? SnapshotReply(reply.envelope, envelopes: Array(reply.envelopes.dropLast())) : reply
    }
    try client.give(.link(.up))
    try client.pass(.seconds(10))
    #expect(!client.isLive)
    client.passesOn = { $1 }
    try client.pass(.seconds(5))
    #expect(client.isLive && client.session.auctions["moto"]?.price == 100_00)
  }

  @Test func `knows its own bid by what it says, and not by its name alone`() throws {
    let bench = try BooksBench.open()
    let client = AskingClient(bench)
    try client.give(.link(.up))
    client.hears = { _ in false }
    let mine = try bench.bid(100_00, number: 1)
    try client.give(.submit(mine, try bench.world.keys.voice("alpha").seal(mine)))
    // Whoever saw it under way says something else under its name.
    try bench.send(try bench.bid(120_00, by: "beta", number: 1))
    try bench.send(Build.bid(1_00, by: "beta", id: mine.id, edition: try bench.edition, clock: bench.service.clock.now()))
    let ring = bench.world.keys.ring
    for delivery in bench.heard { try client.give(.link(.statement(try HouseStatement(delivery.body, ring: ring)))) }
    #expect(client.session.auctions["moto"]?.leader == "beta" && client.outcomes.isEmpty)
    #expect(try !bench.receipts.isEmpty)
  }

  @Test func `leaves off asking about a bid that was refused so long ago that its receipt is no longer kept`() throws {
    let bench = try BooksBench.open()
    let end = Build.noon + .seconds(600)
    bench.after(end + .seconds(1) - bench.world.time.now)
    try bench.close(at: end)
    let refused = try bench.place(50_00)
    bench.after(.seconds(25 * 3_600))
    let client = AskingClient(bench)
    try client.give(.link(.up))
    try client.give(.submit(refused, try bench.world.keys.voice("alpha").seal(refused)))
    try client.give(.published(refused.id, .confirmed))
    try client.pass(.seconds(3))
    #expect(client.outcomes == [.refusedLongAgo])
    let asked = client.asked.count
    try client.pass(.seconds(20))
    #expect(client.asked.count == asked)
  }
}
