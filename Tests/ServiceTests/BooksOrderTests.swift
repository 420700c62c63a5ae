import AuctionClient
import AuctionFacts
import AuctionWire
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@testable import BidService

/// ms-lance alone: in which order it does what, and what is left of that order when it ends in between.
@Suite("ms-lance, in order")
struct BooksOrderTests {
  @Test func `commits, then acknowledges, then publishes`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    #expect(bench.verbs == ["takes", "commit", "acknowledges", "publishes"])
    bench.after(.milliseconds(300))
    #expect(bench.verbs.suffix(1) == ["mark"] && bench.service.isSilent)
    #expect(bench.keys == [RoutingKey.bidsAccepted])
    #expect(try bench.blocks.map(\.number) == [1])
  }

  @Test func `takes many bids in one turn, and makes one block and one commit of them`() throws {
    let bench = try BooksBench.open()
    for (index, bidder) in (["alpha", "beta", "alpha"] as [PrincipalID]).enumerated() {
      let bid = try bench.bid(Build.money(100_00 + Int64(index) * 10_00), by: bidder, number: UInt64(index) + 1)
      bench.queue(try bench.sealed(bid), as: "cliente")
    }
    for connection in bench.service.connections { connection.passNotices(100) }
    bench.settle()
    #expect(bench.verbs == ["takes", "commit", "acknowledges", "publishes"])
    let block = try #require(try bench.blocks.first)
    guard case .entries(let entries) = block.content else { throw Missing("entries") }
    #expect(entries.map(\.price) == [nil, 100_00, 100_00, 110_00, 120_00])
    #expect(bench.world.broker.depth(.lanceRealizado) == 0)
  }

  @Test(arguments: SimulatedStore.Failure.allCases)
  func `says nothing and acknowledges nothing when the commit fails, and decides after its restart`(
    failure: SimulatedStore.Failure
  ) throws {
    let bench = try BooksBench.open()
    bench.service.store.failure = failure
    let bid = try bench.place(100_00)
    #expect(!bench.service.isRunning)
    #expect(!bench.verbs.contains("acknowledges") && !bench.verbs.contains("publishes"))
    #expect(bench.world.broker.depth(.lanceRealizado) == 1)

    bench.service.start()
    bench.after(.milliseconds(300))
    #expect(try bench.blocks.map(\.number) == [1])
    #expect(try bench.ask(.bid("alpha", bid.id))?.statements.count == 1)
    #expect(bench.world.broker.depth(.lanceRealizado) == 0 && bench.service.isSilent)
  }

  /// One message has no middle.
  @Test(arguments: CrashPoint.allCases.filter { $0 != .amidPublish })
  func `decides a bid once wherever it ends, and says the same bytes under the same id`(point: CrashPoint) throws {
    let bench = try BooksBench.open()
    bench.service.plannedEnd = point
    try bench.place(100_00)
    bench.after(.milliseconds(300))
    #expect(bench.service.crashes == [point])
    bench.service.start()
    bench.after(.milliseconds(300))

    let said = bench.said(.bidsAccepted)
    #expect(Set(said.map(\.body)).count == 1 && Set(said.map(\.properties.messageID)) == ["moto:1"])
    #expect(bench.service.store.all("bloco", "moto").map(\.number) == [0, 1])
    #expect(bench.world.broker.depth(.lanceRealizado) == 0 && bench.service.isSilent)
    #expect(bench.service.failures == [])
  }

  @Test(arguments: [CrashPoint.afterDeliver, .afterCommit])
  func `what the broker brings once more takes nothing from its bidder's pace`(point: CrashPoint) throws {
    let bench = try BooksBench.open(limiter: RateLimiter(perSecond: 1, burst: 1), profile: .own)
    bench.service.plannedEnd = point
    try bench.place(100_00, number: 1)
    #expect(bench.service.crashes == [point])
    bench.service.start()
    bench.settle()
    #expect(try bench.blocks.map(\.number) == [1])
    try bench.place(200_00, number: 2)
    #expect(try bench.receipts.map(\.reason) == [.alreadyLeading])
  }

  @Test func `repeats what was not confirmed, the same bytes under the same id`() throws {
    let bench = try BooksBench.open()
    let publishing = try #require(bench.service.publishing)
    bench.queue(try bench.sealed(try bench.bid(100_00)), as: "cliente")
    bench.service.consuming?.passNotices()
    bench.service.round()
    publishing.passRequest()
    #expect(publishing.noticeCount == 1, "the broker has it, the service does not know")
    publishing.lose("cut")
    publishing.connect()
    bench.after(.milliseconds(300))

    let said = bench.said(.bidsAccepted)
    #expect(said.count == 2)
    #expect(Set(said.map(\.body)).count == 1 && Set(said.map(\.properties.messageID)) == ["moto:1"])
    #expect(bench.service.isSilent)
  }

  @Test func `keeps its messages while it cannot publish, and sends them in order when it can`() throws {
    let bench = try BooksBench.open()
    let publishing = try #require(bench.service.publishing)
    publishing.lose("cut")
    try bench.place(100_00)
    try bench.place(110_00, by: "beta", number: 2)
    #expect(bench.heard.isEmpty && bench.service.store.pendingCount == 2)
    publishing.connect()
    bench.after(.milliseconds(300))
    #expect(bench.heard.map(\.properties.messageID) == ["moto:1", "moto:2"])
    #expect(bench.service.isSilent)
  }

  @Test func `drops acknowledgements of a lost connection and decides what comes again only once`() throws {
    let bench = try BooksBench.open()
    let consuming = try #require(bench.service.consuming)
    bench.queue(try bench.sealed(try bench.bid(100_00)), as: "cliente")
    consuming.passNotices()
    consuming.lose("cut")
    bench.settle()
    #expect(bench.verbs.contains("commit"))
    #expect(bench.world.broker.depth(.lanceRealizado) == 1, "given back by the broker, not acknowledged by a stale tag")
    consuming.connect()
    bench.settle()
    #expect(bench.world.broker.depth(.lanceRealizado) == 0)
    #expect(try bench.blocks.count == 1)
    #expect(bench.world.broker.complaints == [])
  }

  @Test func `a history with an end in it leaves the same documents as one without`() throws {
    func history(ending: Bool) throws -> BooksBench {
      let bench = try BooksBench.open()
      try bench.place(100_00)
      try bench.place(105_00, by: "beta", number: 2)
      if ending { bench.restart(after: .zero) }
      try bench.place(120_00, by: "beta", number: 3)
      if ending { bench.restart(after: .zero) }
      bench.after(.seconds(630))
      try bench.close(at: Build.noon + .seconds(600))
      return bench
    }
    let (whole, broken) = (try history(ending: false), try history(ending: true))
    #expect(try whole.blocks.last?.number == 3)
    #expect(whole.service.store.allDocuments == broken.service.store.allDocuments)
    #expect(whole.service.store.entryKinds == broken.service.store.entryKinds)
  }

  @Test func `a restart gives the same state`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00)
    try bench.place(101_00, by: "beta", number: 2)
    try bench.place(150_00, by: "beta", number: 3)
    let before = try #require(bench.service.desk?.keeper)
    bench.restart()
    #expect(bench.service.desk?.keeper == before)
  }
}

/// What a test needs and did not find.
struct Missing: Error {
  let what: String
  init(_ what: String) { self.what = what }
}
