import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

@testable import AuctionClient
@testable import BidderClient

/// What a terminal is told of a house that was there before it.
@Suite("A terminal's gateway")
struct TerminalGatewayTests {
  /// Where nothing can be kept: that must not keep a terminal from working.
  private static let nowhere = ReceiptFolder(path: "/dev/null/recibos")

  /// What the terminal of `alpha` hears when it starts now.
  private static func newcomer(to bench: BooksBench) throws -> [GatewayEvent] {
    let client = AskingClient(bench)
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    try client.give(.link(.up))
    for event in client.told { gateway.hear(event) }
    return inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
  }

  private static func isNews(_ event: GatewayEvent) -> Bool {
    switch event {
    case .bidAccepted, .extended, .closed, .chainBroken: true
    default: false
    }
  }

  @Test(arguments: [3, 1_003])
  func `tells yesterday's auction once, with how it ended, and as no news`(bids: Int) throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 100_000, burst: 100_000))
    for number in 0..<bids {
      let amount = try #require(Money(minorUnits: 100_00 + Int64(number) * 10_00))
      try bench.place(amount, by: number % 2 == 0 ? "alpha" : "beta", number: UInt64(number) + 1)
    }
    let end = Build.noon + .seconds(600)
    bench.after(end + .seconds(1) - bench.world.time.now)
    try bench.close(at: end)
    bench.after(.seconds(3_600))

    let events = try Self.newcomer(to: bench)
    #expect(!events.contains(where: Self.isNews))
    let views = events.compactMap { if case .auction(let view) = $0 { view } else { nil } }
    #expect(views.count == 1)
    let view = try #require(views.first)
    #expect(view.status == .closed && view.result?.outcome == .sold && view.result?.winner == "alpha" && view.chain == .whole)
  }

  @Test func `tells an open auction as it stands, with the bidder's own last bid`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(120_00, by: "beta", number: 2)
    let events = try Self.newcomer(to: bench)
    #expect(!events.contains(where: Self.isNews))
    let views = events.compactMap { if case .auction(let view) = $0 { view } else { nil } }
    #expect(views.count == 1 && views.first?.ownLast == 100_00 && views.first?.leader == "beta")
    #expect(events.last == .live)
  }

  @Test func `shows what is known while a partition does not answer, and does not call it all`() throws {
    let bench = try BooksBench.open(partition: Partition(1, of: 2))
    let client = AskingClient(bench)
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    try client.give(.link(.up))
    try client.pass(.seconds(1))
    for event in client.told { gateway.hear(event) }
    let events = inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    #expect(events.contains { if case .auction(let view) = $0 { view.terms.auction == "moto" } else { false } })
    #expect(events.contains(.resyncing(done: 1, total: 2)) && !events.contains(.live))
  }

  @Test(arguments: [nil, 900_00] as [Int64?])
  func `sends a bid that was refused for its clock once more, without claiming to know the time`(maximum: Int64?) throws {
    let bench = try BooksBench.open()
    let folder = try ScratchFolder()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox,
      receipts: ReceiptFolder(path: folder.path))
    let sent = Mutex<[(bid: Bid, sealed: Sealed)]>([])
    gateway.state.withLock { $0.send = { bid, sealed in sent.withLock { $0.append((bid, sealed)) } } }
    /// What the thread that sends does.
    func order(_ effect: Effect? = nil) {
      if let effect { gateway.perform(effect) }
      gateway.orders.takeAll(until: .now)?.forEach(gateway.submit)
    }
    gateway.hear(.auction(FollowedAuction(Build.scheduling(), edition: try bench.edition), []))
    gateway.hear(.live)
    func refuse(_ number: Int, _ reason: Refusal) -> [GatewayEvent] {
      _ = inbox.fetch()
      let (bid, sealed) = sent.withLock { $0[number] }
      var attempt = BidAttempt(bid: bid, digest: sealed.digest, at: bench.service.clock.now().instant)
      attempt.refused(
        Receipt(
          auction: "moto", reason: reason, receivedAt: bench.service.clock.now().instant, clock: bench.service.clock.now()))
      gateway.hear(.attempt(attempt))
      order()
      return inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    }
    let ticket = Ticket(1)
    order(.submitBid(ticket, "moto", 500_00, upTo: maximum.flatMap(Money.init(minorUnits:))))
    #expect(sent.withLock { $0.map(\.bid.clock.status) } == [.synchronized])
    let again = refuse(0, .implausibleClock)
    let bids = sent.withLock { $0.map(\.bid) }
    #expect(bids.map(\.clock.status) == [.synchronized, .unsynchronized] && Set(bids.map(\.id)).count == 2)
    #expect(bids.map(\.amount) == [500_00, 500_00] && bids.allSatisfy { ($0.maximumCommitment == nil) == (maximum == nil) })
    #expect(again == [.bid(ticket, .sent(bids[1].id))], "the refusal of the first is not told")
    // Whatever it is refused for now, that is told.
    #expect(refuse(1, .implausibleClock) == [.bid(ticket, .refused(.implausibleClock, minimum: nil))])
    order(.submitBid(Ticket(2), "moto", 500_00, upTo: nil))
    #expect(refuse(2, .rateLimit) == [.bid(Ticket(2), .refused(.rateLimit, minimum: nil))])
    #expect(sent.withLock { $0.count } == 3)
  }

  @Test func `tells that the broker gives no sign of life once all is current, and that it does again`() throws {
    let bench = try BooksBench.open()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    func told(_ event: BidderSession.Event) -> [GatewayEvent] {
      _ = inbox.fetch()
      gateway.hear(event)
      return inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    }
    let since = bench.service.clock.now().instant - .seconds(13)
    #expect(told(.connected) == [.connected])
    #expect(told(.silent(for: .seconds(13))) == [], "nothing is shown yet")
    #expect(told(.live) == [.live, .silent(since: since)], "one of two connections answered")
    #expect(told(.heard) == [.live])
    #expect(told(.silent(for: .seconds(13))) == [.silent(since: since)])
    _ = told(.disconnected(reason: "r", retryIn: .seconds(1)))
    _ = told(.connected)
    #expect(told(.heard) == [])
    #expect(told(.live) == [.live], "what was silent was another connection")
  }

  @Test func `tells how many auctions were brought up to date, where any were`() throws {
    let bench = try BooksBench.open()
    let events = try Self.newcomer(to: bench)
    #expect(events.suffix(2) == [.resyncing(done: 1, total: 1), .live])
  }

  @Test func `tells that an auction is suspended and goes on, each once`() throws {
    let bench = try BooksBench.open()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    let auction = FollowedAuction(Build.scheduling(), edition: try bench.edition)
    gateway.hear(.auction(auction, []))
    gateway.hear(.live)
    func told(_ changes: [FollowedAuction.Change]) -> [GatewayEvent] {
      _ = inbox.fetch()
      gateway.hear(.auction(auction, changes))
      return inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    }
    #expect(told([.suspended(reason: "conferência")]).contains(.suspended("moto", reason: "conferência", minimum: 100_00)))
    let end = Build.noon + .seconds(600)
    let goesOn = told([.resumed, .extended(from: end, to: end + .seconds(60), by: nil, cause: .resumption)])
    #expect(goesOn.contains { if case .resumed("moto", _) = $0 { true } else { false } })
    #expect(!goesOn.contains { if case .extended = $0 { true } else { false } })
  }

  @Test func `tells that a lot was passed on, and says so of the whole`() throws {
    let bench = try BooksBench.open()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(200_00, by: "beta", number: 2)
    try bench.closeAtTheEnd()
    var auction = try bench.follow(bench.ledger)
    gateway.hear(.auction(auction, []))
    gateway.hear(.live)
    _ = inbox.fetch()
    let passing = PassingOn(
      auction: "moto", edition: try bench.edition, result: try #require(bench.head).digest, from: "beta", to: "alpha",
      amount: 100_00, reason: "não pagou")
    guard
      case .applied(let changes) = auction.take(PassedOn(passing, sequence: 5, clock: bench.service.clock.now()))
    else { throw Missing("a change") }
    gateway.hear(.auction(auction, changes))
    gateway.hear(.auction(auction, []))
    let heard = inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    #expect(heard.contains(.passedOn("moto", passing)))
    #expect(heard.contains { if case .auction(let view) = $0 { view.passedOn == passing } else { false } })
  }

  @Test func `tells that a bid was voided, then what the others come to, and which of the bidder's own is the last now`() throws {
    let bench = try BooksBench.open()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    func events() -> [GatewayEvent] {
      inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    }
    let client = AskingClient(bench)
    try client.give(.link(.up))
    var told = 0
    func hear() throws {
      try client.give(.tick)
      client.told[told...].forEach(gateway.hear)
      told = client.told.count
    }
    try hear()
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(110_00, by: "beta", number: 2)
    try bench.place(900_00, by: "alpha", number: 3)
    try bench.void(3, of: "alpha")
    for block in bench.service.store.all("bloco", "moto").dropFirst() {
      try client.give(.link(.statement(try HouseStatement(whole: block.body, ring: bench.world.keys.ring))))
    }
    _ = events()
    try hear()
    let heard = events()
    let voided = try #require(
      heard.firstIndex(of: .voided("moto", Build.bidID(3), by: "alpha", amount: 900_00, reason: "valor errado")))
    guard case .auction(let view)? = heard.dropFirst(voided + 1).first else { throw Missing("the whole") }
    #expect(view.leader == "beta" && view.price == 110_00 && view.ownLast == 100_00 && view.bidCount == 2)
    #expect(view.bids.map(\.amount) == [100_00, 110_00])
  }

  @Test func `tells that the disk takes no receipt, once`() throws {
    let bench = try BooksBench.open()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    try bench.place(100_00, by: "alpha", number: 1)
    let block = try #require(try bench.statements().last)
    gateway.state.withLock { $0.tickets[Build.bidID(1)] = (Ticket(1), bench.service.clock.now().instant, nil) }
    for _ in 0..<2 { gateway.hear(.concerning(block)) }
    let told = inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } }
    guard case .receiptNotKept(let reason)? = told.first else { throw Missing("the problem") }
    #expect(told.count == 1 && reason.contains("/dev/null/recibos"))
  }

  @Test func `tells an auction's end with how often it was moved, by whom last, from before it began`() throws {
    let bench = try BooksBench.open()
    bench.after(.seconds(500))
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(10))
    try bench.place(120_00, by: "beta", number: 2)
    let views = try Self.newcomer(to: bench).compactMap { if case .auction(let view) = $0 { view } else { nil } }
    let view = try #require(views.first)
    #expect(view.extensions.count == 2 && view.extensions.by == "beta" && view.extensions.cause == .bid)
    #expect(view.extensions.total == view.closesAt - view.terms.closesAt && view.extensions.total > .seconds(20))
  }

  @Test func `tells of more auctions than news may wait, and is not asked for them again and again`() throws {
    let bench = try BooksBench.open()
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: Self.nowhere)
    let count = Inbox.limit + 100
    for number in 0..<count {
      let scheduling = Build.scheduling(Build.terms(AuctionID(stringLiteral: "leilao-\(number)")))
      gateway.hear(.auction(FollowedAuction(scheduling, edition: Build.digest("\(number)")), []))
    }
    func auctions() -> Int? {
      let messages = inbox.fetch()
      return messages.contains(.eventsLost) ? nil : messages.count { if case .gateway(.auction, _) = $0 { true } else { false } }
    }
    gateway.hear(.live)
    #expect(auctions() == count)
    gateway.perform(.resync)
    #expect(auctions() == count)
  }

  @Test func `keeps what the house signs about its bidder`() throws {
    let scratch = try ScratchFolder()
    let bench = try BooksBench.open()
    let receipts = ReceiptFolder(path: scratch.file("recibos/alpha"))
    let inbox = try #require(Inbox())
    let gateway = TerminalGateway(
      voice: try bench.world.keys.voice("alpha"), clock: bench.service.clock, inbox: inbox, receipts: receipts)
    try bench.place(100_00, by: "alpha", number: 1)
    let block = try #require(try bench.statements().last)
    gateway.hear(.concerning(block))
    #expect(try receipts.receipts(of: "moto") == [block.envelope.evidence.bytes])
    #expect(inbox.fetch().isEmpty, "a bid of another program's")
    gateway.state.withLock { $0.tickets[Build.bidID(1)] = (Ticket(1), bench.service.clock.now().instant, nil) }
    gateway.hear(.concerning(block))
    func told() -> [GatewayEvent] { inbox.fetch().compactMap { if case .gateway(let event, _) = $0 { event } else { nil } } }
    #expect(told() == [.receiptKept(Ticket(1))])
  }
}
