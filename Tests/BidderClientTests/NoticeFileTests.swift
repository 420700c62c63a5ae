import AuctionFacts
import Foundation
import SharedKernel
import Testing

@testable import BidderClient

@Suite("Kept notices")
struct NoticeFileTests {
  private static let facts: [Notice.Fact] = [
    .outbid(by: bruno, price: reais(1), own: nil), .voided(by: nil, nil, reason: "x"), .accepted(reais(1), isMaximum: true),
    .refused(RefusedBid(.belowMinimum, minimum: reais(5), span: nil), reais(1)), .busy(reais(1)), .uncertain(reais(1)),
    .neverDecided(reais(1)), .notSent(reais(1), reason: "x"), .won(reais(1)), .lost(winner: bruno, reais(1)),
    .soldToOther(winner: nil, nil), .conditional, .noBids, .reserveMet,
    .passedOn(to: nil, isFromMe: false, reais(1), reason: "x"),
    .cancelled(reason: nil), .suspended(reason: "x"), .resumed, .opened, .lastMinute,
    .extended(by: nil, .outage, .seconds(5), closesAt: drawnNow), .chainBroken(reason: "x"), .connectionLost(reason: "x"),
    .accessRefused(reason: "x"), .silent(since: drawnNow), .heardAgain, .receiptNotKept(reason: "x"),
    .reconnected(after: .seconds(1), auctions: 2),
    .brokerBlocked, .brokerUnblocked, .houseWithoutNTP, .unverified(reason: "x"),
    .eventsLost,
  ]

  private static func members(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("every kind is an object with the members of all, and a name of its own")
  func objects() throws {
    let lines = try Self.facts.map { fact in
      try Self.members(Notice(at: drawnNow, auction: auctionID("l-03"), title: "a\"b\n", fact: fact).json("sentence"))
    }
    for line in lines {
      #expect(["em_us", "evento", "id_leilao", "titulo", "moeda", "texto"].allSatisfy { line[$0] != nil })
      #expect(line["titulo"] as? String == "a\"b\n" && line["em_us"] as? Int64 == drawnNow.microseconds)
    }
    #expect(Set(lines.compactMap { $0["evento"] as? String }).count == Self.facts.count)
  }

  @Test("amounts are whole minor units, and reasons the house's own words")
  func amounts() throws {
    let refused = Notice(at: drawnNow, auction: auctionID("l-03"), fact: Self.facts[3])
    let line = try Self.members(refused.json(""))
    #expect(line["valor_centavos"] as? Int == 1 && line["minimo_centavos"] as? Int == 5)
    #expect(line["motivo"] as? String == "abaixo_do_minimo" && line["maximo"] as? Bool == false)
  }

  @Test("the model hands them on only to who keeps them")
  func effects() {
    var model = drawnModel()
    #expect(model.hear(.unverified(reason: "x")).isEmpty)
    model.settings.recordsNotices = true
    let effects = model.hear(.chainBroken(auctionID("l-03"), reason: "bloco 13"))
    guard case .record(let notice, let sentence) = effects.first else {
      Issue.record("not recorded: \(effects)")
      return
    }
    #expect(notice.auction == auctionID("l-03") && sentence == "a cadeia de blocos não confere: bloco 13")
  }

  @Test("they are appended, in order, and all there once it is finished")
  func appending() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "avisos-\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    for round in 0..<2 {
      let file = try NoticeFile(path)
      for n in 0..<200 {
        file.keep(Notice(at: drawnNow + .seconds(Int64(round * 200 + n)), fact: .opened), "x")
      }
      file.finish()
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let times = try lines.map { try #require(Self.members(String($0))["em_us"] as? Int64) }
    #expect(times == (0..<400).map { (drawnNow + .seconds($0)).microseconds })
  }
}
