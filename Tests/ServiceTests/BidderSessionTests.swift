import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

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
