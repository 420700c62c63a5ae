import AuctionFacts
import SharedKernel
import SuiteTesting
import Synchronization
import Testing

/// One bidder sends all that he can; the others bid. How fast the house stays is measured by scripts/flood.
@Suite("A flood", .serialized)
struct FloodTests {
  private static let messages = 10_000
  /// Fewer than the house takes from one bidder at once.
  private static let honestBids = 30

  @Test func `of one bidder costs no other a bid, and is refused before it is looked into`() async throws {
    let scene = try await FloodScene()
    let flooder = try await FloodingBidder(scene, sending: .everything)
    let (bia, caio) = (try await PatientBidder(scene, as: "bia"), try await PatientBidder(scene, as: "caio"))
    let isOver = Mutex(false)
    async let flood: Void = FloodingBidder.flood([flooder], atLeast: Self.messages) { isOver.withLock { $0 } }
    var outcomes: [PatientBidder.Outcome] = []
    for number in 0..<Self.honestBids { outcomes.append(try await (number % 2 == 0 ? bia : caio).place()) }
    isOver.withLock { $0 = true }
    await flood
    // Who was outbid before his bid came is told so, which is a decision.
    #expect(outcomes.filter { !$0.isDecided } == [])
    // Behind all of the flood in the one queue, so that all of it is counted. Who leads already may not outbid himself.
    let last = try await bia.place(scene.nextAmount())
    #expect(last == .accepted || last == .refused(.alreadyLeading))
    #expect(bia.accepted(of: FloodScene.flooder) > 0, "there were bids in the flood that count")
    #expect(bia.accepted(of: "bia") + bia.accepted(of: "caio") > 0, "and others that outbid them")

    let count = flooder.count
    #expect(count.other == 0 && count.confirmed >= Self.messages)
    #expect(flooder.reasons.contains(.rateLimit), "who is too fast is told")
    #expect(try await scene.house.terminate(.bids) == .code(0))
    let counts = try scene.house.process(.bids).counts()
    let shed = counts["refusals.limite_de_ritmo"] ?? 0
    let lookedInto =
      counts.filter { $0.key.hasPrefix("dead_letters.") || $0.key.hasPrefix("refusals.") }.values.reduce(0, +) - shed
    // Some of what was looked into came a second time, and was neither refused nor counted.
    #expect(
      shed + lookedInto <= count.bids + Self.honestBids + 1 && shed > count.bids / 2, "\(counts) of \(count)")
    for bidder in [bia, caio] { await bidder.leave() }
    await flooder.leave()
  }

  @Test func `of questions keeps no other waiting for an answer`() async throws {
    let scene = try await FloodScene()
    let flooder = try await FloodingBidder(scene, sending: .questions)
    let isOver = Mutex(false)
    async let flood: Void = FloodingBidder.flood([flooder], atLeast: Self.messages) { isOver.withLock { $0 } }
    // A bid from the command line asks for the auction first. Who leads is refused, which is an answer too.
    for outcome in [.accepted, .refused(.alreadyLeading), .refused(.alreadyLeading)] as [PatientBidder.Outcome] {
      #expect(try await scene.bidFromCommandLine(1_000) == outcome)
    }
    isOver.withLock { $0 = true }
    await flood
    #expect(flooder.count.confirmed >= Self.messages)
    // Its question is behind all others in the one queue.
    #expect(try await scene.bidFromCommandLine(1_000) == .refused(.alreadyLeading))
    #expect(try await scene.house.terminate(.bids) == .code(0))
    let counts = try scene.house.process(.bids).counts()
    // The broker itself drops the oldest of those that wait too long, and counts none.
    #expect(counts["dropped_queries.limite_de_ritmo", default: 0] > 0, "\(counts)")
    #expect(counts["dropped_queries.ocupado"] == nil, "nobody's question pushed out another's: \(counts)")
    await flooder.leave()
  }
}
