import AuctionClient
import AuctionFacts
import AuctionService
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// A house that lost its journal and goes on from a copy.
@Suite("A restored journal")
struct RestoreTests {
  // MARK: - ms-lance

  @Test func `ends what was open as cancelled, says why, and accepts no bid in it again`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, number: 1)
    let copy = bench.service.store.contents
    try bench.place(110_00, by: "beta", number: 2)
    try bench.place(120_00, by: "alpha", number: 3)
    bench.service.putBack(copy)
    bench.forget()
    bench.service.start()
    bench.settle()

    let closing = try #require(try bench.blocks.last)
    #expect(closing.number == 2, "the number that the lost journal had given to another block")
    guard case .closing(let result, let evidence) = closing.content else { throw Missing("a result") }
    #expect(result.outcome == .cancelled && result.winner == nil && result.acceptedBids == 1)
    guard case .notice(let notice) = try HouseStatement(trusted: try #require(evidence)).fact else { throw Missing("a notice") }
    #expect(notice.action == .cancel(reason: RestoredHouse.reason))

    bench.forget()
    try bench.place(500_00, by: "beta", number: 4)
    #expect(try bench.receipts.map(\.reason) == [.closed])
    try bench.close(at: Build.noon + .seconds(600))
    #expect(try bench.blocks.map(\.number) == [2], "the same result again, for the calendar to hear")

    let entries = bench.service.store.entryKinds
    bench.restart()
    #expect(bench.service.store.entryKinds == entries, "that is done once")
  }

  @Test func `goes on with what was not due, and gives up what should have opened since`() throws {
    let bench = try BooksBench.open()
    let soon = Build.terms("logo", opensAt: Build.noon + .seconds(100))
    let later = Build.terms("depois", opensAt: Build.noon + .seconds(5_000))
    for terms in [soon, later] { try bench.calendar(Build.scheduling(terms)) }
    bench.service.putBack(bench.service.store.contents)
    bench.world.time.advance(by: .seconds(200))
    bench.service.start()
    bench.settle()
    let results = try bench.blocks.filter { if case .closing = $0.content { true } else { false } }
    #expect(Set(results.map(\.auction)) == ["moto", "logo"])
    #expect(results.first { $0.auction == "logo" }?.number == 0, "of an opening nothing is known")
    bench.forget()
    try bench.open(later)
    #expect(try bench.blocks.map(\.auction) == ["depois"])
    bench.restart()
    #expect(try bench.summary(of: "depois")?.status == .open)
  }

  @Test(arguments: SimulatedStore.Failure.allCases)
  func `ends them once, though it dies over it`(_ failure: SimulatedStore.Failure) throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, number: 1)
    bench.service.putBack(bench.service.store.contents)
    bench.forget()
    bench.service.store.failure = failure
    bench.service.start()
    #expect(!bench.service.isRunning)
    bench.service.start()
    bench.settle()
    #expect(bench.service.isRunning && bench.service.failures.isEmpty)
    let results = try bench.blocks.filter { if case .closing = $0.content { true } else { false } }
    #expect(Set(results).count == 1 && results.first?.number == 2)
    #expect(bench.service.store.entryKinds.filter { $0 == "abandono" }.count == 1)
  }

  @Test func `gives nothing back for its absence, whatever the presence file says`() throws {
    let bench = try BooksBench.open()
    let copy = bench.service.store.contents
    bench.service.putBack(copy)
    bench.world.time.advance(to: Build.noon + .seconds(598))
    bench.forget()
    bench.service.start()
    bench.after(.seconds(10))
    #expect(bench.said(.extended).isEmpty && bench.said(.awarded).count == 1)
  }

  // MARK: - Those who saw more than the house remembers

  @Test func `is found out by who saw the blocks that it forgot, and the auction ends for it`() throws {
    let bench = try BooksBench.open()
    let opening = try bench.service.store.all("bloco", "moto").map { try HouseStatement($0.body, ring: bench.world.keys.ring) }
    try bench.place(100_00, number: 1)
    let copy = bench.service.store.contents
    try bench.place(110_00, by: "beta", number: 2)
    try bench.place(120_00, by: "alpha", number: 3)
    let seen = opening + (try bench.said(.bidsAccepted).map { try bench.statement($0) })
    bench.service.putBack(copy)
    bench.forget()
    bench.service.start()
    bench.settle()
    let result = try bench.statement(try #require(bench.said(.awarded).first))

    for count in 3...seen.count {
      var auction = FollowedAuction(Build.scheduling(), edition: try bench.edition)
      for statement in seen.prefix(count) {
        if case .block(let block) = statement.fact { _ = auction.take(block, digest: statement.digest) }
      }
      #expect(auction.health == .whole && auction.head?.block == Int64(count) - 1)
      guard case .block(let closing) = result.fact, case .applied(let changes) = auction.take(closing, digest: result.digest)
      else { throw Missing("a change") }
      #expect(auction.status == .closed && auction.result?.outcome == .cancelled)
      #expect(auction.price != nil, "what was seen stays to be shown")
      guard case .broken = auction.health, changes.count == 2 else { throw Missing("what is wrong, in words") }
    }
    // Who saw no more than the copy holds finds nothing wrong.
    var auction = FollowedAuction(Build.scheduling(), edition: try bench.edition)
    for statement in seen.prefix(2) + [result] {
      if case .block(let block) = statement.fact { _ = auction.take(block, digest: statement.digest) }
    }
    #expect(auction.health == .whole && auction.status == .closed)
  }

  @Test func `is found out by who was away when it ended the auction, and asks`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, number: 1)
    let copy = bench.service.store.contents
    try bench.place(110_00, by: "beta", number: 2)
    try bench.place(120_00, by: "alpha", number: 3)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    #expect(client.session.auctions["moto"]?.head?.block == 3)
    bench.service.putBack(copy)
    bench.service.start()
    bench.settle()
    try client.give(.link(.down(reason: "x", retryIn: .seconds(1))))
    try client.give(.link(.up))
    let auction = try #require(client.session.auctions["moto"])
    #expect(auction.status == .closed && auction.result?.outcome == .cancelled)
    guard case .broken = auction.health else { throw Missing("what is wrong") }
  }

  @Test(arguments: [1, 3], [false, true])
  func `is found out by who knows that the auction was sold, and what was proved then stays`(remembered: Int, wasAway: Bool)
    throws
  {
    let bench = try BooksBench.open()
    var copy = bench.service.store.contents
    for number in 1...3 {
      try bench.place(Build.money(100_00 + Int64(number) * 10_00), by: number == 2 ? "beta" : "alpha", number: UInt64(number))
      if number == remembered { copy = bench.service.store.contents }
    }
    let end = Build.noon + .seconds(600)
    bench.after(end + .seconds(1) - bench.world.time.now)
    try bench.close(at: end)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    #expect(client.session.auctions["moto"]?.result?.outcome == .sold)

    bench.forget()
    bench.service.putBack(copy)
    bench.service.start()
    bench.settle()
    if wasAway {
      try client.give(.link(.down(reason: "x", retryIn: .seconds(1))))
      try client.give(.link(.up))
      #expect(client.isLive)
    } else {
      try client.give(.link(.statement(try bench.statement(try #require(bench.said(.awarded).first)))))
    }
    let auction = try #require(client.session.auctions["moto"])
    #expect(auction.result?.outcome == .sold && auction.leader == "alpha")
    guard case .broken = auction.health else { throw Missing("what is wrong") }
  }

  @Test func `is found out by who followed an auction that it has forgotten altogether`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, number: 1)
    let client = AskingClient(bench)
    try client.give(.link(.up))
    bench.service.putBack(SimulatedStore.Contents(entries: [], documents: [], outbox: []))
    bench.service.start()
    bench.settle()
    try client.give(.tick)
    #expect(client.session.auctions["moto"]?.health == .whole)
    bench.after(Build.noon + .seconds(610) - bench.world.time.now)
    try client.give(.tick)
    guard case .broken? = client.session.auctions["moto"]?.health else { throw Missing("what is wrong") }
  }

  // MARK: - ms-leilao

  private func calendar() throws -> CalendarBench {
    let world = SimulatedWorld()
    for id: PrincipalID in ["ms_lance", "operador"] { try world.keys.register(id) }
    let service = try SimulatedService(HousePrincipal.msLeilao, in: world, clock: SimulatedClock(world.time), queue: .msLeilao) {
      CalendarDesk(voice: $0) { Array(1...16) }
    }
    return try CalendarBench(world, service)
  }

  private func schedule(_ id: AuctionID, _ number: UInt64, in wait: Interval, _ bench: CalendarBench) throws {
    let command = Build.schedule(
      Build.terms(id, opensAt: bench.world.time.now + wait), id: Build.commandID(number), clock: bench.service.clock.now())
    bench.say(.command(command, try bench.world.keys.voice("operador").seal(command)), as: "operador")
  }

  @Test func `of the calendar cancels what was open or due by a signed word that counts, and opens nothing twice`() throws {
    let bench = try calendar()
    for (index, id) in (["aberto", "devido", "futuro"] as [AuctionID]).enumerated() {
      try schedule(id, UInt64(index) + 1, in: .seconds([5, 60, 5_000][index]), bench)
    }
    bench.after(.seconds(10))
    let copy = bench.service.store.contents
    bench.after(.seconds(60))
    let openings = Set(bench.said(.opened).map(\.body))
    #expect(openings.count == 2)
    bench.service.putBack(copy)
    bench.forget()
    bench.service.start()
    bench.settle()
    let notices = try bench.facts(.cancelled).compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
    #expect(Set(notices.map(\.auction)) == ["aberto", "devido"])
    for notice in notices {
      #expect(notice.action == .cancel(reason: RestoredHouse.reason))
      #expect(notice.sequence > 1_000, "later than anything that was said and forgotten")
    }
    #expect(openings.isSuperset(of: bench.said(.opened).map(\.body)), "what was still to be sent is sent again as it was")

    bench.forget()
    bench.after(.seconds(20))
    let repeated = try bench.facts(.cancelled).compactMap { if case .notice(let notice) = $0 { notice.auction } else { nil } }
    #expect(Set(repeated) == ["aberto"])
    bench.restart()
    bench.forget()
    bench.after(.seconds(5_000))
    let opened = try bench.facts(.opened).compactMap { if case .opened(let opening) = $0 { opening.auction } else { nil } }
    #expect(opened == ["futuro"])
  }
}
