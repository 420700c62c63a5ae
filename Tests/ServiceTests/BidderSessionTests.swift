import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
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
    #expect(questions.take(first.id) == .auctions(after: nil))
    #expect(questions.take(first.id) == nil && due(now + .seconds(100)).isEmpty)
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
    for case .past(let auction, let bids) in client.told { past[auction] = bids.map(\.bidder) }
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
}
