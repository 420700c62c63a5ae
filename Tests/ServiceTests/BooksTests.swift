import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// ms-lance alone: what it says for what it hears.
@Suite("ms-lance")
struct BooksTests {
  enum Poison: CaseIterable {
    case nothing, junk, unknownKey, forged, othersName, noUser, otherKind, junkUnderGoodKey, operatorsBid, eventOnBids,
      bidOnEvents
  }

  @Test(arguments: Poison.allCases)
  func `buries poison with its reason and goes on`(poison: Poison) throws {
    let bench = try BooksBench.open()
    try bench.world.keys.register("operador")
    bench.service.keysChanged()
    let (message, user, reason) = try message(poison, bench)
    bench.say(message, as: user)
    #expect(bench.reasons == [reason])
    #expect(bench.dead.first?.properties.messageID == "veneno")

    try bench.place(100_00, number: 50)
    #expect(try bench.blocks.count == 1)
    #expect(bench.world.broker.depth(.lanceRealizado) == 0 && bench.service.isRunning)
  }

  @Test func `takes a bid's secret off before it puts it aside, and puts aside as it came what is no envelope`() throws {
    let bench = try BooksBench.open()
    let good = try Envelope(parsing: try bench.sealed(try bench.bid(100_00)).body)
    let secret = try #require(Secret(amount: 500_00, salt: [UInt8](repeating: 0xab, count: 16)))
    let forged = Envelope(
      kind: good.kind, payload: good.payload, keyID: good.keyID, signature: [UInt8](repeating: 1, count: 64), secret: secret)
    let sent = forged.encoded(withSecret: true)
    // A member too many: no envelope, but what is a secret can be told. Without one it stays as it came.
    let strange = Array("{\"x\":1,".utf8) + sent.dropFirst()
    let harmless = Array("{\"x\":1,".utf8) + forged.encoded().dropFirst()
    for body in [sent, strange, harmless] {
      bench.say(
        Publishing(exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true, body: body),
        as: "cliente")
    }
    #expect(bench.reasons == ["assinatura_invalida", "formato", "formato"])
    #expect(bench.dead.map(\.body) == [forged.encoded(), forged.encoded(), harmless])
  }

  /// The broker's bindings may be broken for a while: what is lost of the calendar the opening brings, but not the reserve.
  @Test(arguments: [false, true])
  func `keeps a reserve that is there before its auction, and believes no other`(isRestarted: Bool) throws {
    let bench = try BooksBench.open(Build.terms("carro"))
    let (reserve, other) = (Build.secret(250_00), Build.secret(900_00))
    let terms = Build.terms(
      rules: AuctionRules(reserveCommitment: reserve.reserveDigest(to: "moto", nonce: Build.nonce)))
    let edition = try bench.world.keys.voice(HousePrincipal.msLeilao).seal(Build.scheduling(terms)).digest
    try bench.tell(other, edition: Build.digest("outra"))
    try bench.tell(reserve, edition: edition)
    if isRestarted { bench.restart() }
    try bench.open(terms)
    #expect(try bench.summary()?.status == .open && bench.summary()?.isReserveMet == false)
    bench.after(.seconds(1))
    try bench.place(250_00, number: 1)
    #expect(try bench.summary()?.isReserveMet == true)
    bench.restart()
    #expect(try bench.summary()?.isReserveMet == true && bench.service.failures == [])
  }

  private func message(_ poison: Poison, _ bench: BooksBench) throws -> (Publishing, user: String, reason: String) {
    let bid = try bench.bid(100_00)
    let alpha = try bench.world.keys.voice("alpha")
    func publish(_ body: [UInt8], user: String? = "cliente") -> Publishing {
      Publishing(
        exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
        properties: MessageProperties(messageID: "veneno", userID: user, isPersistent: true), body: body)
    }
    func sealed(_ bid: Bid, _ signer: PrincipalID) throws -> [UInt8] {
      try bench.world.keys.voice(signer).seal(bid).evidence.bytes
    }
    switch poison {
    case .nothing: return (publish([]), "cliente", "formato")
    case .junk: return (publish(Array("{\"payload\":{}}".utf8)), "cliente", "formato")
    case .unknownKey: return (publish(try sealed(bid, "estranho")), "cliente", "usuario_desconhecido")
    case .forged:
      return (publish(bid.enveloped(keyID: alpha.keyID) { alpha.sign($0 + [0]) }.encoded()), "cliente", "assinatura_invalida")
    case .othersName: return (publish(try sealed(bid, "beta")), "cliente", "identidade_divergente")
    case .noUser: return (publish(try sealed(bid, "alpha"), user: nil), "cliente", "identidade_divergente")
    case .otherKind: return (publish(alpha.seal(Build.scheduling()).evidence.bytes), "cliente", "formato")
    case .junkUnderGoodKey:
      let envelope = Envelope.seal(.bidPlaced, payload: Array("{}".utf8), keyID: alpha.keyID) { alpha.sign($0) }
      return (publish(envelope.encoded()), "cliente", "formato")
    case .operatorsBid: return (publish(try sealed(bid, "operador")), "cliente", "usuario_desconhecido")
    case .eventOnBids:
      return (publish(try bench.world.keys.voice("ms_leilao").seal(Build.scheduling()).evidence.bytes), "cliente", "formato")
    case .bidOnEvents:
      var message = publish(try sealed(bid, "alpha"), user: nil)
      (message.exchange, message.routingKey) = (Exchange.leilao.rawValue, RoutingKey.opened)
      return (message, "ms_leilao", "origem")
    }
  }

  @Test func `refuses with a signed receipt on the house's exchange, numbered and kept`() throws {
    let bench = try BooksBench.open()
    let bid = try bench.place(50_00)
    #expect(bench.heard.map(\.exchange) == [Exchange.leilao.rawValue] && bench.keys == [RoutingKey.bidRefused])
    let receipt = try #require(try bench.receipts.first)
    #expect(receipt.reason == .belowMinimum && receipt.number == 1 && receipt.bid == bid.id && receipt.minimum == 100_00)
    #expect(try bench.ask(.bid("alpha", bid.id))?.statements.first?.digest == bench.statement(bench.heard[0]).digest)
    #expect(bench.replies.count == 1, "the receipt went to the topic; only the query was answered")
  }

  @Test func `answers who cannot be known only where it asked to be answered`() throws {
    let bench = try BooksBench.open()
    bench.say(try bench.sealed(try bench.bid(100_00, by: "estranho")), as: "cliente")
    #expect(bench.said(.bidRefused).isEmpty)
    let reply = try #require(bench.replies.first)
    guard case .refused(let receipt) = try bench.statement(reply).fact else { throw Missing("a receipt") }
    #expect(receipt.reason == .unknownBidder && receipt.bidder == nil && receipt.bid == nil && receipt.number == nil)
  }

  @Test func `refuses unknown auctions and other editions, and keeps no more than that it did`() throws {
    let bench = try BooksBench.open()
    let other = Build.bid(id: Build.bidID(2), auction: "outro", edition: Build.digest("x"), clock: bench.service.clock.now())
    let edition = Build.bid(id: Build.bidID(3), edition: Build.digest("x"), clock: bench.service.clock.now())
    let entries = bench.service.store.entryKinds
    for bid in [other, edition] { bench.say(try bench.sealed(bid), as: "cliente") }
    #expect(try bench.receipts.map(\.reason) == [.unknownAuction, .wrongEdition])
    #expect(try bench.receipts.allSatisfy { $0.number == nil })
    #expect(bench.service.store.entryKinds == entries + ["turno", "dispensado", "turno", "dispensado"])
    #expect(bench.service.store.all("recibo", "moto").isEmpty)
    guard case .bid(_, _, let decision)? = try bench.ask(.bid("alpha", other.id))?.snapshot.content else {
      throw Missing("an answer")
    }
    #expect(decision == .unknown)
  }

  @Test func `decides a bid once, however often it arrives`() throws {
    let bench = try BooksBench.open()
    let bid = try bench.place(100_00)
    let entries = bench.service.store.entryKinds
    bench.forget()
    for _ in 0..<3 { bench.say(try bench.sealed(bid), as: "cliente") }
    #expect(bench.heard.isEmpty && bench.replies.isEmpty)
    #expect(bench.service.store.entryKinds == entries)
  }

  @Test func `a decided bid that comes again is no new bid, not even for the limit of its bidder's pace`() throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 1, burst: 1))
    let bid = try bench.place(100_00)
    bench.forget()
    bench.say(try bench.sealed(bid), as: "cliente")
    #expect(bench.heard.isEmpty, "it was accepted: a receipt would deny it")
  }

  @Test(arguments: IdentityProfile.allCases)
  func `sheds what comes too fast, with one receipt a second`(profile: IdentityProfile) throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 1, burst: 1), profile: profile)
    for number: UInt64 in 1...4 { try bench.place(100_00, number: number) }
    #expect(try bench.blocks.count == 1)
    #expect(try bench.receipts.map(\.reason) == [.rateLimit])
    #expect(bench.dead.isEmpty)
  }

  @Test func `whoever the broker vouches for is shed before a signature is checked or a letter put aside`() throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 1, burst: 1), profile: .own)
    try bench.place(100_00, number: 1)
    let junk = Publishing(
      exchange: Exchange.lances.rawValue, routingKey: RoutingKey.bidPlaced, isMandatory: true,
      properties: MessageProperties(userID: "alpha", isPersistent: true), body: Array("lixo".utf8))
    for _ in 0..<5 { bench.say(junk, as: "alpha") }
    #expect(try bench.receipts.map(\.reason) == [.rateLimit])
    #expect(try bench.receipts.allSatisfy { $0.bidder == "alpha" && $0.bid == nil })
    #expect(bench.dead.isEmpty)
    // Another's bucket is another's.
    try bench.place(110_00, by: "beta", number: 2)
    #expect(try bench.blocks.count == 2)
  }

  enum Passing: CaseIterable { case unknownAuction, rateLimit, unopened, revokedKey }

  @Test(arguments: Passing.allCases, [false, true])
  func `what a bidder was refused for a passing reason is not taken when it comes again`(reason: Passing, restarted: Bool) throws
  {
    let bench = try BooksBench.open(
      limiter: RateLimiter(perSecond: 1, burst: 1), opened: reason != .unknownAuction,
      profile: reason == .unopened ? .own : .shared)
    let refused: Bid
    switch reason {
    case .unknownAuction:
      // ms-leilao was heard by its bidders before it was heard here.
      let terms = Build.terms("violao")
      let edition = try bench.world.keys.voice(HousePrincipal.msLeilao).seal(Build.scheduling(terms)).digest
      refused = Build.bid(100_00, id: Build.bidID(9), auction: "violao", edition: edition, clock: bench.service.clock.now())
      try bench.send(refused)
      try bench.calendar(Build.scheduling(terms))
      try bench.open(terms)
    case .rateLimit, .unopened:
      try bench.place(100_00, by: "alpha", number: 8)
      refused = try bench.place(200_00, by: "alpha", number: 9)
      try bench.place(110_00, by: "beta", number: 10)
    case .revokedKey:
      bench.world.keys.remove("alpha")
      bench.service.keysChanged()
      refused = try bench.place(100_00, by: "alpha", number: 9)
      try bench.world.keys.register("alpha")
      bench.service.keysChanged()
    }
    #expect(try bench.receipts.map(\.bid) == [refused.id])
    bench.after(.seconds(2))
    if restarted { bench.restart() }
    bench.forget()
    try bench.send(refused)
    #expect(bench.heard.isEmpty && bench.replies.isEmpty)

    bench.after(.seconds(2))
    let again = Build.bid(
      refused.amount, by: refused.bidder, id: Build.bidID(11), auction: refused.auction, edition: refused.edition,
      seen: refused.seen, clock: bench.service.clock.now())
    try bench.send(again)
    #expect(try bench.blocks.last?.auction == refused.auction, "it would have been taken")
  }

  @Test func `whoever signs with a revoked key is shed like anybody`() throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 1, burst: 2))
    try bench.place(100_00, number: 1)
    bench.world.keys.remove("alpha")
    bench.service.keysChanged()
    bench.forget()
    for number: UInt64 in 2...6 { try bench.place(200_00, number: number) }
    #expect(try bench.receipts.map(\.reason) == [.revokedKey, .rateLimit])
    #expect(bench.reasons == ["chave_revogada"], "one dead letter, not five")
  }

  @Test func `answers from what is committed`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    bench.queue(try bench.sealed(try bench.bid(110_00, by: "beta", number: 2)), as: "cliente")
    let answer = try #require(try bench.ask(.blocks("moto", from: 0)))
    guard case .blocks(_, _, let head) = answer.snapshot.content else { throw Missing("blocks") }
    #expect(Int64(answer.statements.count) == (head?.block ?? -1) + 1)
    #expect(answer.statements.last?.digest == head?.digest)
    guard case .auctions(let all)? = try bench.ask(.auctions(after: nil))?.snapshot.content else { throw Missing("auctions") }
    #expect(all.map(\.auction) == ["moto"] && all.first?.head == bench.head)
    #expect(try bench.ask(.blocks("nenhum", from: 0))?.statements.isEmpty == true)
  }

  @Test func `drops a query that asks to be answered anywhere but directly`() throws {
    let bench = try BooksBench.open()
    bench.say(
      Publishing(
        exchange: Exchange.consultas.rawValue, routingKey: RoutingKey.query,
        properties: MessageProperties(replyTo: Queue.lanceRealizado.rawValue),
        body: Query(id: Build.uniqueID(1), subject: .auctions(after: nil)).encoded()), as: "cliente")
    #expect(bench.replies.isEmpty && bench.world.broker.depth(.leilaoConsulta) == 0 && bench.heard.isEmpty)
  }

  @Test func `hears of keys that come and go`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "gamma", number: 1)
    #expect(bench.reasons == ["usuario_desconhecido"])

    try bench.world.keys.register("gamma")
    bench.service.keysChanged()
    try bench.place(100_00, by: "gamma", number: 2)
    #expect(try bench.blocks.count == 1)

    bench.world.keys.remove("gamma")
    bench.service.keysChanged()
    bench.settle()
    guard case .entries(let entries)? = try bench.blocks.last?.content, case .key(let record)? = entries.last?.fact else {
      throw Missing("a block that revokes the key")
    }
    #expect(record.owner == "gamma" && record.standing == .revoked)
    try bench.place(120_00, by: "gamma", number: 3)
    #expect(try bench.receipts.last?.reason == .revokedKey)
    #expect(bench.reasons.last == "chave_revogada")

    bench.restart()
    bench.forget()
    try bench.place(130_00, by: "gamma", number: 4)
    #expect(bench.reasons == ["chave_revogada"], "a restart remembers whose key it was")
  }

  @Test func `a bid that was decided stays decided when its key is gone and it comes again`() throws {
    let bench = try BooksBench.open()
    let bid = try bench.place(100_00)
    bench.world.keys.remove("alpha")
    bench.service.keysChanged()
    bench.settle()
    bench.forget()
    bench.say(try bench.sealed(bid), as: "cliente")
    #expect(bench.heard.isEmpty, "neither a receipt against an accepted bid nor a dead letter")
  }

  @Test func `closes once, and says the same again to who asks again`() throws {
    let bench = try BooksBench.open(Build.terms(rules: AuctionRules(extensionWindow: .zero)))
    let scheduled = try bench.ask(.auctions(after: nil))
    guard case .auctions(let all)? = scheduled?.snapshot.content, let edition = all.first?.edition else {
      throw Missing("the edition")
    }
    bench.after(.seconds(601))
    bench.forget()
    let notice = Build.notice(.close(closesAt: Build.noon + .seconds(600)), edition: edition, clock: bench.service.clock.now())
    for _ in 0..<3 { try bench.calendar(notice) }
    let results = bench.said(.awarded)
    #expect(results.count == 3 && Set(results.map(\.body)).count == 1)
    #expect(Set(results.map(\.properties.messageID)) == ["moto:1"])
  }

  @Test func `does not know what it does not hold, however often it is told`() throws {
    let bench = try BooksBench.open()
    let dutch = Build.terms("holandes", format: .dutch)
    for _ in 0..<2 { try bench.calendar(Build.scheduling(dutch)) }
    try bench.open(dutch)
    #expect(bench.service.isRunning && bench.service.failures == [])
    guard case .auctions(let all)? = try bench.ask(.auctions(after: nil))?.snapshot.content else { throw Missing("auctions") }
    #expect(all.map(\.auction) == ["moto"])
  }
}
