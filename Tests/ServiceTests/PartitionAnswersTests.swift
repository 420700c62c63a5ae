import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionClient

/// `moto`, `leilao-2` and `leilao-3` are in odd slices, `vaso-azul` and `leilao-1` in even ones.
@Suite("the answers of partitions")
struct PartitionAnswersTests {
  private let keys = SimulatedKeys()

  init() throws {
    try keys.register("ms_leilao")
    try keys.register("ms_lance")
  }

  /// A partition's page of its list.
  private func page(
    _ partition: String, of auctions: [AuctionID], more: Bool = false, id: UniqueID = Build.uniqueID(1),
    at elapsed: Interval = .zero
  ) throws -> HouseAnswer {
    let schedulings = try auctions.map { try keys.voice("ms_leilao").seal(Build.scheduling(Build.terms($0))) }
    let summaries = zip(auctions, schedulings).map { auction, scheduling in
      AuctionSummary(
        auction: auction, edition: scheduling.digest, status: .scheduled, head: nil, price: nil, leader: nil, minimum: 100_00,
        closesAt: Build.noon + .seconds(600), ending: nil)
    }
    return try answer(.auctions(summaries), partition, more, id, schedulings.map(\.evidence), elapsed)
  }

  private func answer(
    _ content: Snapshot.Content, _ partition: String, _ more: Bool, _ id: UniqueID, _ evidence: [Evidence], _ elapsed: Interval
  ) throws -> HouseAnswer {
    let snapshot = Snapshot(id: id, more: more, content: content, clock: Build.clock(elapsed), partition: Partition(partition))
    let envelope = try Envelope(keys.voice("ms_lance").seal(snapshot).evidence)
    return try HouseAnswer(SnapshotReply(envelope, envelopes: evidence), ring: keys.ring)
  }

  private func gathered(_ pages: [HouseAnswer]) -> PartitionAnswers {
    var answers = PartitionAnswers()
    for page in pages { answers.add(page) }
    return answers
  }

  @Test func `are whole with each partition's, and no sooner`() throws {
    var answers = PartitionAnswers()
    #expect(!answers.isWhole && answers.isEmpty)
    for _ in 0..<3 {
      answers.add(try page("0/2", of: ["vaso-azul"]))
      #expect(!answers.isWhole && answers.silence.partitions == [1])
    }
    answers.add(try page("1/2", of: ["moto"]))
    #expect(answers.isWhole && answers.auctions().listed.map(\.summary.auction) == ["moto", "vaso-azul"])
    #expect(gathered([try page("", of: ["moto"])]).isWhole, "a house that is not partitioned has said it all")
    // Answers of houses of different numbers never make one list.
    #expect(!gathered([try page("0/3", of: []), try page("1/3", of: []), try page("1/2", of: ["moto"])]).isWhole)
  }

  @Test func `are one list up to where the first page ends that goes on`() throws {
    let first = gathered([try page("0/2", of: ["leilao-1"], more: true), try page("1/2", of: ["leilao-2", "leilao-3", "moto"])])
    #expect(first.auctions().listed.map(\.summary.auction) == ["leilao-1"] && first.auctions().next == "leilao-1")
    let both = gathered([
      try page("0/2", of: ["leilao-1", "vaso-azul"], more: true), try page("1/2", of: ["leilao-2", "leilao-3"], more: true),
    ])
    #expect(both.auctions().listed.map(\.summary.auction) == ["leilao-1", "leilao-2", "leilao-3"])
    #expect(both.auctions().next == "leilao-3")
    let last = gathered([try page("0/2", of: ["vaso-azul"]), try page("1/2", of: [])])
    #expect(last.auctions().listed.count == 1 && last.auctions().next == nil)
  }

  @Test func `lists of auctions that are not the partition's own are no answer`() throws {
    #expect(try page("1/2", of: ["moto"]).answers(.auctions(after: nil)))
    #expect(try !page("0/2", of: ["moto"]).answers(.auctions(after: nil)))
  }

  @Test func `deny a bid all together, and one is enough to know it`() throws {
    func decision(_ partition: String, _ verdict: Snapshot.Decision, _ elapsed: Interval = .zero) throws -> HouseAnswer {
      try answer(.bid("alpha", Build.bidID(1), verdict), partition, false, Build.uniqueID(1), [], elapsed)
    }
    #expect(gathered([try decision("0/2", .unknown)]).decision == nil)
    #expect(gathered([try decision("0/2", .unknown), try decision("1/2", .refused)]).decision?.snapshot.partition?.number == 1)
    let denied = gathered([try decision("0/2", .unknown, .seconds(2)), try decision("1/2", .unknown, .seconds(1))])
    #expect(denied.decision?.snapshot.clock.instant == Build.noon + .seconds(1), "as of the earlier clock")
  }

  @Test func `make a session live when it has them all; before that it says that it has not`() throws {
    var session = BidderSession(interest: .everything, seed: 1)
    var told: [BidderSession.Event] = []
    func give(_ input: BidderSession.Input, _ elapsed: Interval = .zero) -> [Query] {
      let outputs = session.handle(input, at: Build.clock(elapsed))
      told += outputs.compactMap { if case .tell(let event) = $0 { event } else { nil } }
      return outputs.compactMap { if case .ask(let query) = $0 { query } else { nil } }
    }
    var isLive: Bool { told.contains { if case .live = $0 { true } else { false } } }
    let question = try #require(give(.link(.up)).first)
    #expect(question.auction == nil)
    _ = give(.link(.snapshot(try page("0/2", of: ["vaso-azul"], id: question.id))))
    // What is known is told; that it is all is not.
    #expect(session.auctions.keys.map(\.text) == ["vaso-azul"] && !isLive)
    let again = give(.tick, .milliseconds(600))
    #expect(again.map(\.id) == [question.id], "the same question")
    #expect(told.contains { if case .incomplete(_, answered: 1, of: 2) = $0 { true } else { false } })
    _ = give(.link(.snapshot(try page("0/2", of: ["vaso-azul"], id: question.id))), .milliseconds(700))
    #expect(!isLive, "the same partition once more is not the other")
    _ = give(.link(.snapshot(try page("1/2", of: ["moto"], id: question.id))), .milliseconds(800))
    #expect(isLive && Set(session.auctions.keys) == ["moto", "vaso-azul"])
  }

  @Test func `to an inquiry without the auction's name must all deny before the bid is given up`() throws {
    var session = BidderSession(interest: .only([]), seed: 1)
    let up = session.handle(.link(.up), at: Build.clock())
    guard case .ask(let list)? = up.first(where: { if case .ask = $0 { true } else { false } }) else { throw Missing("a list") }
    for partition in ["0/2", "1/2"] {
      _ = session.handle(.link(.snapshot(try page(partition, of: [], id: list.id))), at: Build.clock())
    }
    func inquire(_ elapsed: Interval) throws -> Query {
      let outputs = session.handle(elapsed == .zero ? .inquire("alpha", Build.bidID(1)) : .tick, at: Build.clock(elapsed))
      for case .ask(let query) in outputs { if case .bid = query.subject { return query } }
      throw Missing("an inquiry")
    }
    func deny(_ query: Query, _ partition: String, _ elapsed: Interval) throws -> Bool {
      let denial = try answer(.bid("alpha", Build.bidID(1), .unknown), partition, false, query.id, [], elapsed)
      return session.handle(.link(.snapshot(denial)), at: Build.clock(elapsed)).contains {
        if case .tell(.decision(_, nil, _)) = $0 { true } else { false }
      }
    }
    var isGivenUp = false
    for second in stride(from: 0, through: 60, by: 10) as StrideThrough<Int64> {
      let query = try inquire(.seconds(second))
      #expect(query.auction == nil)
      #expect(try !deny(query, "0/2", .seconds(second)), "one partition's denial is not the house's")
      isGivenUp = try deny(query, "1/2", .seconds(second)) || isGivenUp
      if isGivenUp { break }
    }
    #expect(isGivenUp)
  }
}
