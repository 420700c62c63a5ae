import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

@testable import Torture

/// What the inspection after a round of scripts/torture finds: each record of a house where all went well, with one thing in it made
/// untrue.
@Suite("The findings of a round") struct FindingsTests {
  private static let seed: UInt64 = 1
  private let sound: Findings

  /// A short history without faults, as a round would have recorded it.
  init() throws {
    let house = try SimulatedHouse(seed: Self.seed, scale: .brief, calm: true)
    house.run()
    let inspection = HouseInspection(house)
    let auction = try #require(house.plan.auctions.first?.auction)
    var findings = Findings(ring: house.world.keys.ring)
    findings.ledger = try #require(inspection.ledgers[auction]).filter(\.isSaidUnasked)
    findings.summary = inspection.summaries?.first { $0.auction == auction }
    let decisions = Findings.decisions(findings.ledger)
    for bidder in house.bidders {
      var record = RecordingBidder.Record()
      record.auction = bidder.session.auctions[auction]
      record.heads = [record.auction?.head].compactMap(\.self)
      record.sawClosedAt = findings.summary?.closesAt
      for (bid, sealed) in bidder.submitted where bid.auction == auction {
        record.order.append(bid.id)
        record.entries[bid.id] = RecordingBidder.Entry(
          bid: bid, sealed: sealed, at: .now, isDelivered: true, outcomes: bidder.told[bid.id] ?? [])
        findings.asked[bid.id] = decisions[sealed.digest] ?? []
      }
      findings.records[bidder.id] = record
    }
    for statement in findings.ledger {
      for exchange in [Exchange.leilao, .notificacoes] { findings.heard.append(Self.said(statement, on: exchange)) }
    }
    (findings.poison, findings.dead) = (["veneno": "formato"], ["veneno": ["formato"]])
    findings.endings = ["ms-lance": .code(0)]
    sound = findings
  }

  private static func said(_ statement: HouseStatement, on exchange: Exchange) -> Tap.Heard {
    Tap.Heard(exchange: exchange, id: "\(statement.digest.hex)", body: statement.envelope.encoded())
  }

  @Test func `of a house where all went well are none`() {
    #expect(sound.violations.isEmpty, "\(sound.violations)")
    #expect(sound.records.values.contains { $0.bids.contains { $0.isAccepted } }, "something was accepted")
    #expect(Findings.decisions(sound.ledger).values.joined().contains { $0.hasPrefix("refused") }, "and something refused")
  }

  /// What of the findings is made untrue, and which invariant that breaks.
  struct Doctoring: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let invariant: Int
    let words: String
    let change: @Sendable (inout Findings) throws -> Void

    init(_ what: String, breaks invariant: Int, _ words: String, _ change: @escaping @Sendable (inout Findings) throws -> Void) {
      (testDescription, self.invariant, self.words, self.change) = (what, invariant, words, change)
    }
  }

  static let doctored = [
    Doctoring("a refused bid whose bidder was told that it was accepted", breaks: 1, "told") {
      try $0.change(theBid: { !$0.isAccepted }) { $0.outcomes = [.accepted(block: 1)] }
    },
    Doctoring("an accepted bid whose bidder was told that it is not decided", breaks: 1, "told") {
      try $0.change(theBid: { $0.isAccepted }) { $0.outcomes = [.neverDecided] }
    },
    Doctoring("a bid whose bidder was told twice", breaks: 6, "told 2 times") {
      try $0.change(theBid: { $0.isAccepted }) { $0.outcomes += $0.outcomes }
    },
    Doctoring("a bid whose bidder was told nothing", breaks: 6, "told 0 times") {
      try $0.change(theBid: { $0.isAccepted }) { $0.outcomes = [] }
    },
    Doctoring("a decision on a bid that nobody knows", breaks: 2, "nobody signed") { findings in
      for id in findings.records.keys { findings.records[id]?.order = [] }
    },
    Doctoring("two decisions on one bid", breaks: 7, "decided twice") { findings in
      let statement = try #require(findings.ledger.last { !Findings.decisions($0).isEmpty })
      findings.ledger.append(statement)
    },
    Doctoring("another answer for who asks", breaks: 7, "whoever asks") { findings in
      for id in findings.asked.keys { findings.asked[id] = [] }
    },
    Doctoring("a bid that the broker had and nobody decided", breaks: 7, "the broker had it") { findings in
      let bids = findings.records.values.flatMap(\.bids).filter { !$0.isAccepted }
      let lost = try #require(bids.first { Findings.decisions(findings.ledger)[$0.sealed.digest] != nil })
      findings.ledger.removeAll { Findings.decisions($0).contains { $0.0 == lost.sealed.digest } }
      try findings.change(theBid: { $0.bid.id == lost.bid.id }) { $0.outcomes = [.neverDecided] }
    },
    Doctoring("a head that the ledger does not hold", breaks: 1, "does not hold") { findings in
      let id = try #require(findings.records.keys.first)
      findings.records[id]?.heads.append(Seen(block: 0, digest: SHA256.of([])))
    },
    Doctoring("an end that came too early", breaks: 11, "before it was due") { findings in
      let (id, end) = (try #require(findings.records.keys.first), try #require(findings.summary?.closesAt))
      findings.records[id]?.sawClosedAt = end - .milliseconds(101)
    },
    Doctoring("a bidder who saw less than a newcomer", breaks: 12, "another picture") { findings in
      let summary = try #require(findings.summary)
      findings.summary = AuctionSummary(
        auction: summary.auction, edition: summary.edition, status: summary.status, head: summary.head, price: 1,
        leader: summary.leader, minimum: summary.minimum, closesAt: summary.closesAt, ending: summary.ending)
    },
    Doctoring("a bidder who saw nothing", breaks: 12, "knows nothing") { findings in
      let id = try #require(findings.records.keys.first)
      findings.records[id]?.auction = nil
    },
    Doctoring("a bidder who could not follow", breaks: 12, "broken") { findings in
      let id = try #require(findings.records.keys.first)
      findings.records[id]?.complaints = ["the ledger is broken"]
    },
    Doctoring("an event that no journal knows", breaks: 5, "stands nowhere") { findings in
      findings.ledger.removeLast()
    },
    Doctoring("an event in other bytes than before", breaks: 8, "other bytes") { findings in
      let (first, last) = (try #require(findings.heard.first), try #require(findings.heard.last))
      findings.heard.append(Tap.Heard(exchange: last.exchange, id: first.id, body: last.body))
    },
    Doctoring("an event that nobody signed", breaks: 2, "cannot be verified") { findings in
      findings.heard.append(Tap.Heard(exchange: .leilao, id: "x", body: Array("{}".utf8)))
    },
    Doctoring("a refusal of what was accepted", breaks: 6, "was refused for") { findings in
      var receipt = try #require(findings.heard.lazy.compactMap { try? Receipt(Envelope(parsing: $0.body)) }.first)
      let accepted = findings.records.values.flatMap(\.bids).first { $0.isAccepted }
      (receipt.bidDigest, receipt.number) = (try #require(accepted).sealed.digest, nil)
      let said = try SimulatedKeys(seed: seed).voice(HousePrincipal.msLance).seal(receipt)
      findings.heard.append(Tap.Heard(exchange: .leilao, id: "x", body: said.evidence.bytes))
    },
    Doctoring("a statement that the house never said", breaks: 9, "never said") { findings in
      findings.heard.removeAll { $0.exchange == .leilao }
    },
    Doctoring("a statement that was never passed on", breaks: 9, "never passed on") { findings in
      findings.heard.removeAll { $0.exchange == .notificacoes }
    },
    Doctoring("a dead letter that was no poison", breaks: 9, "no poison") { $0.dead["alheia"] = ["formato"] },
    Doctoring("poison that is not buried", breaks: 9, "veneno is not buried") { $0.dead = [:] },
    Doctoring("poison that is buried for something else", breaks: 9, "but for") { $0.dead["veneno"] = ["assinatura_invalida"] },
    Doctoring("a queue that does not empty", breaks: 9, "while running") { $0.waiting = ["lance_realizado holds 1"] },
    Doctoring("a message that nobody acknowledged", breaks: 9, "after the end") { $0.left = ["lance_realizado holds 1"] },
    Doctoring("a service that does not end in order", breaks: 9, "asked to end") { $0.endings["ms-lance"] = .code(1) },
  ]

  @Test(arguments: doctored)
  func `show what was made untrue`(doctoring: Doctoring) throws {
    var findings = sound
    try doctoring.change(&findings)
    let told = findings.violations
    #expect(told.contains { $0.invariant == doctoring.invariant && $0.description.contains(doctoring.words) }, "\(told)")
  }
}

extension Findings {
  /// Changes the first recorded bid that is such.
  fileprivate mutating func change(
    theBid isIt: (RecordingBidder.Entry) -> Bool, _ change: (inout RecordingBidder.Entry) -> Void
  ) throws {
    for (id, record) in records.sorted(by: { $0.key < $1.key }) {
      guard let bid = record.bids.first(where: isIt)?.bid.id, var entry = record.entries[bid] else { continue }
      change(&entry)
      records[id]?.entries[bid] = entry
      return
    }
    Issue.record("no such bid")
  }
}

extension RecordingBidder.Entry {
  fileprivate var isAccepted: Bool { outcomes.contains { if case .accepted = $0 { true } else { false } } }
}
