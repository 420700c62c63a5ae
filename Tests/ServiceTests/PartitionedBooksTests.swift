import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionClient

/// `moto` is in slice 61: of two partitions the second one's.
@Suite("ms-lance of a partition")
struct PartitionedBooksTests {
  private let other = Partition(0, of: 2)
  private let own = Partition(1, of: 2)

  @Test func `decides what is its own, and says whose answers its answers are`() throws {
    let bench = try BooksBench.open(partition: own)
    let bid = try bench.place(100_00)
    #expect(try bench.blocks.count == 1 && bench.dead.isEmpty)
    for subject in [.auctions(after: nil), .blocks("moto", from: 0), .bid("alpha", bid.id), .ledger("moto", after: 0)]
      as [Query.Subject]
    {
      let answer = try #require(try bench.ask(Query(id: Build.uniqueID(8), subject: subject, about: "moto")))
      #expect(answer.snapshot.partition == own && answer.answers(subject, about: "moto"), "\(subject)")
    }
  }

  @Test func `puts aside what is another's: no decision, no receipt, no auction`() throws {
    let bench = try BooksBench.open(partition: other)
    bench.forget()
    try bench.open()
    try bench.place(100_00)
    bench.say(try bench.sealed(try bench.bid(100_00, number: 2), by: "beta"), as: "cliente")
    // Who cannot be believed to have said it cannot be believed to mean that auction.
    try bench.place(100_00, by: "gamma", number: 3)
    #expect(bench.reasons == ["particao_divergente", "particao_divergente", "particao_divergente", "usuario_desconhecido"])
    #expect(try bench.blocks.isEmpty && bench.said(.bidRefused).isEmpty)
    #expect(bench.service.store.all("bloco", "moto").isEmpty)
  }

  @Test func `promises nothing about what is another's, not even that it came too fast or under a lost key`() throws {
    let bench = try BooksBench.open(
      limiter: RateLimiter(perSecond: 1, burst: 1), opened: false, profile: .own, partition: other)
    bench.forget()
    for number in 1...4 as ClosedRange<UInt64> {
      bench.say(
        .bid(
          Build.bid(100_00, id: Build.bidID(number), edition: try bench.edition, clock: bench.service.clock.now()),
          try bench.world.keys.voice("alpha").seal(
            Build.bid(100_00, id: Build.bidID(number), edition: try bench.edition, clock: bench.service.clock.now())),
          as: "alpha",
          replyTo: Publishing.directReplyTo), as: "alpha")
    }
    #expect(try bench.receipts.isEmpty)
    let shared = try BooksBench.open(opened: false, partition: other)
    shared.world.keys.remove("alpha")
    shared.service.keysChanged()
    shared.forget()
    try shared.place(100_00)
    #expect(shared.reasons == ["particao_divergente"] && shared.heard.count == 1)
  }

  @Test func `says nothing of what is another's to who asks`() throws {
    let bench = try BooksBench.open(partition: other)
    #expect(try bench.ask(.blocks("moto", from: 0)) == nil)
    #expect(try bench.ask(.ledger("moto", after: 0)) == nil)
    #expect(try bench.ask(Query(id: Build.uniqueID(8), subject: .bid("alpha", Build.bidID(1)), about: "moto")) == nil)
    // Asked of all partitions it speaks for itself.
    let all = try #require(try bench.ask(Query(id: Build.uniqueID(8), subject: .bid("alpha", Build.bidID(1)))))
    #expect(all.snapshot.partition == other)
    guard case .bid(_, _, .unknown) = all.snapshot.content else { throw Missing("an unknown bid") }
    let list = try #require(try bench.ask(.auctions(after: nil)))
    #expect(list.snapshot.content == .auctions([]) && list.snapshot.partition == other)
  }

  @Test func `an answer of another partition answers nothing about an auction`() throws {
    let bench = try BooksBench.open()
    let ring = bench.world.keys.ring
    func answer(_ content: Snapshot.Content, _ partition: Partition?) throws -> HouseAnswer {
      let snapshot = Snapshot(id: Build.uniqueID(9), more: false, content: content, clock: Build.clock(), partition: partition)
      let envelope = try Envelope(bench.world.keys.voice(HousePrincipal.msLance).seal(snapshot).evidence)
      return try HouseAnswer(SnapshotReply(envelope, envelopes: []), ring: ring)
    }
    let nothing = Snapshot.Content.blocks("moto", from: 0, head: nil)
    #expect(try answer(nothing, own).answers(.blocks("moto", from: 0)))
    #expect(try answer(nothing, nil).answers(.blocks("moto", from: 0)))
    #expect(try !answer(nothing, other).answers(.blocks("moto", from: 0)))
    let unknown = Snapshot.Content.bid("alpha", Build.bidID(1), .unknown)
    #expect(try answer(unknown, own).answers(.bid("alpha", Build.bidID(1)), about: "moto"))
    #expect(try !answer(unknown, other).answers(.bid("alpha", Build.bidID(1)), about: "moto"))
    #expect(try answer(unknown, other).answers(.bid("alpha", Build.bidID(1))))
  }
}
