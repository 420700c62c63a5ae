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

/// Secret maxima and sealed amounts, from the bid to what a follower makes of them once they are revealed.
@Suite("Secret bids")
struct SecretTests {
  private static let salt = String(repeating: "ab", count: 16)

  private func end(_ bench: BooksBench, _ terms: AuctionTerms) throws {
    bench.after(.seconds(1_000))
    try bench.close(at: try #require(try bench.summary()?.closesAt))
  }

  @Test(arguments: [AuctionFormat.english, .sealed, .vickrey])
  func `are said to nobody before the end, outlive a restart, and are revealed to everybody`(format: AuctionFormat) throws {
    let terms = Build.terms(format: format)
    let bench = try BooksBench.open(terms)
    let openly: Int64 = format == .english ? 100_00 : 0
    try bench.place(openly, upTo: 300_00, by: "alpha", number: 1)
    bench.restart()
    try bench.place(openly, upTo: 200_00, by: "beta", number: 2)
    try bench.place(openly, upTo: 90_00, by: "beta", number: 3)
    let whatIsHeard =
      bench.heard.map(\.body) + bench.dead.map(\.body)
      + bench.service.store.contents.documents.filter {
        $0.collection != "lance_recusado"
      }.map(\.body)
    for body in whatIsHeard {
      let payload = (try? Envelope(parsing: body))?.payload ?? []
      for bytes in [body, payload] { #expect(!String(decoding: bytes, as: UTF8.self).contains(Self.salt)) }
    }
    #expect(try bench.summary()?.price == (format == .english ? 210_00 : nil))
    let following = try bench.follow(bench.ledger, of: terms)
    #expect(following.health == .whole && following.price == (format == .english ? 210_00 : nil))

    try end(bench, terms)
    let ended = try bench.follow(bench.ledger, of: terms)
    #expect(ended.health == .whole && ended.result?.outcome == .sold && ended.result?.winner == "alpha")
    #expect(ended.result?.amount == [.english: 210_00, .sealed: 300_00, .vickrey: 200_00][format])
    let result = try bench.summary()
    bench.restart()
    #expect(try bench.summary() == result && bench.service.failures == [])
  }

  @Test func `of what is bought at once are revealed before the result, and after a restart too`() throws {
    let terms = Build.terms(rules: AuctionRules(buyNow: 250_00))
    let bench = try BooksBench.open(terms)
    try bench.place(100_00, upTo: 400_00, by: "alpha", number: 1)
    try bench.place(110_00, upTo: 245_00, by: "beta", number: 2)
    let ended = try bench.follow(bench.ledger, of: terms)
    #expect(ended.health == .whole && ended.result?.winner == "alpha" && ended.result?.amount == 250_00)
    let result = try bench.summary()
    bench.restart()
    #expect(try bench.summary() == result)
    try bench.place(110_00, upTo: 500_00, by: "beta", number: 3)
    #expect(try bench.receipts.last?.reason == .closed)
  }

  @Test func `a secret that does not fit its commitment opens nothing`() throws {
    let bench = try BooksBench.open()
    let bid = try bench.bid(100_00)
    let committed = bid.with(
      commitment: .some(SHA256.of(Build.secret(300_00).commitment(to: bid.id, of: "beta", in: bid.edition))))
    bench.say(
      .bid(committed, try bench.world.keys.voice("alpha").seal(committed, with: Build.secret(300_00)), as: "cliente"),
      as: "cliente")
    #expect(try bench.receipts.map(\.reason) == [.badCommitment])
  }

  enum Lie: CaseIterable {
    case otherSecret, oneKept, allKept, othersTurn, bidAfter, otherPrice, otherLeader, toldEarly
  }

  @Test(arguments: Lie.allCases, [AuctionFormat.english, .vickrey])
  func `a house that lies about them is found out when they are revealed`(lie: Lie, format: AuctionFormat) throws {
    let terms = Build.terms(format: format)
    let bench = try BooksBench.open(terms)
    let openly: Int64 = format == .english ? 100_00 : 0
    try bench.place(openly, upTo: 300_00, by: "alpha", number: 1)
    try bench.place(openly, upTo: 200_00, by: "beta", number: 2)
    try end(bench, terms)
    var blocks = try bench.ledger
    #expect(try bench.follow(blocks, of: terms).health == .whole)
    let (bids, secrets) = (blocks[1...2], 3)
    func entries(_ number: Int) -> [BlockEntry] {
      if case .entries(let entries) = blocks[number].content { entries } else { [] }
    }
    func change(_ number: Int, _ changed: [BlockEntry]) {
      let old = blocks[number]
      blocks[number] = Block(
        auction: old.auction, edition: old.edition, number: old.number, previous: old.previous, content: .entries(changed),
        clock: old.clock)
    }
    func with(
      _ entry: BlockEntry, _ fact: BlockEntry.Fact? = nil, price: Money?? = nil, leader: PrincipalID?? = nil
    ) -> BlockEntry {
      BlockEntry(
        fact: fact ?? entry.fact, price: price ?? entry.price, leader: leader ?? entry.leader, minimum: entry.minimum,
        closesAt: entry.closesAt)
    }
    let revealed = entries(secrets)
    var words = "um segredo de"
    switch lie {
    case .otherSecret:
      guard case .revealed(let bid, let bidder, _) = revealed[1].fact else { throw Missing("a secret") }
      change(secrets, [revealed[0], with(revealed[1], .revealed(bid, of: bidder, Build.secret(199_00)))])
    case .oneKept:
      change(secrets, [revealed[0]])
      words = "resultado"
    case .allKept:
      blocks.remove(at: secrets)
      words = "resultado"
    case .othersTurn: change(secrets, revealed.reversed())
    case .bidAfter:
      change(secrets, revealed + [entries(2)[entries(2).count - 1]])
      words = "depois do que se revelou"
    case .otherPrice:
      // Beta goes further than the price that the house made of it.
      let number = format == .english ? 2 : secrets
      let lying = entries(number)
      change(number, lying.dropLast() + [with(lying[lying.count - 1], price: 150_00)])
      if format == .english { change(secrets, revealed.map { with($0, price: 150_00) }) }
      words = format == .english ? "resultado" : words
    case .otherLeader:
      let number = format == .english ? 2 : secrets
      change(
        number,
        entries(number).map { entry in
          if case .key = entry.fact { entry } else { with(entry, leader: .some("beta")) }
        })
      if format == .english { change(secrets, revealed.map { with($0, leader: .some("beta")) }) }
      words = format == .english ? "resultado" : words
    case .toldEarly:
      guard format != .english else { return }
      change(
        1,
        entries(1).map { entry in
          if case .bid = entry.fact { with(entry, price: 300_00, leader: .some("alpha")) } else { entry }
        })
      words = "selado"
    }
    #expect(bids.count == 2)
    guard case .broken(let reason) = try bench.follow(blocks, of: terms).health else {
      Issue.record("believed")
      return
    }
    #expect(reason.contains(words), "\(reason)")
  }

  @Test func `a follower that saw nothing of them before the end takes them on trust`() throws {
    let terms = Build.terms(format: .sealed)
    let bench = try BooksBench.open(terms)
    try bench.place(0, upTo: 300_00, by: "alpha", number: 1)
    let summary = try #require(try bench.summary())
    try end(bench, terms)
    var auction = FollowedAuction(Build.scheduling(terms), summary: summary, asOf: bench.service.clock.now(), replayingFrom: nil)
    for document in bench.service.store.all("bloco", "moto") {
      let statement = try HouseStatement(document.body, ring: bench.world.keys.ring)
      if case .block(let block) = statement.fact { _ = auction.take(block, digest: statement.digest) }
    }
    #expect(auction.health == .whole && auction.result?.winner == "alpha" && auction.price == 300_00)
  }
}
