import AuctionFacts
import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

/// What must be on a screen however small it is: what is asked, why, of which lot, and what to do.
@Suite("Small windows")
struct SmallWindowTests {
  static let sizes = GoldenTests.sizes + [Size(width: 20, height: 4), Size(width: 36, height: 10), Size(width: 100, height: 10)]
  private static let long = auctionID("violao-giannini-modelo-1978-de-cordas")

  /// A lot with a code as long as codes may be, open and selected.
  private func model(_ language: Language, price: Int64 = 125_000, leader: PrincipalID = bruno, closesIn: Int64 = 600) -> Model {
    var model = drawnModel(language)
    var lot = auction(Self.long.text, "Violão", price: price, leader: leader, closesIn: closesIn)
    lot.ownLast = reais(120_000)
    model.live.lots[Self.long] = Lot(lot)
    model.live.notices = Notices()
    model.pass(.zero)
    model.selection = Self.long
    return model
  }

  @Test("a second Enter says why it is asked for", arguments: Language.allCases, sizes)
  func doubts(_ language: Language, _ size: Size) throws {
    let words: [(Doubt, String)] = [
      (.alreadyLeading, language.choose("lidera", "you lead")), (.late, language.choose("tarde|a tempo", "late")),
      (.priceMoved, language.choose("preço mudou", "price moved")), (.replaces, language.choose("substitui", "replaces")),
      (.buysAtOnce, language.choose("compra", "buys")), (.always, "Enter"),
    ]
    for isMaximum in [false, true] {
      for (doubt, word) in words {
        var model = model(language)
        model.press(.character("b"))
        guard case .bidBox(var box) = model.mode else { throw Missing() }
        (box.doubts, box.isMaximum) = ([doubt], isMaximum)
        model.mode = .bidBox(box)
        let screen = model.screen(size.width, size.height)
        let says = word.split(separator: "|").contains { screen.contains($0) }
        #expect(says && screen.contains("1.300,00".inLanguage(language)), "\(doubt) \(isMaximum)\n\(screen)")
      }
    }
  }

  @Test("an amount that looks like a slip is asked about with its lot, and with what to do", arguments: Language.allCases, sizes)
  func slips(_ language: Language, _ size: Size) {
    for (lot, shown) in [(auctionID("l-03"), "l-03"), (Self.long, "violao-gi")] {
      for mismatch in [false, true] {
        var model = model(language)
        model.selection = lot
        model.press(.character("b"))
        model.pass(.milliseconds(300))
        model.type("135.000,00".inLanguage(language))
        model.press(.key(.enter))
        model.pass(.milliseconds(300))
        if mismatch {
          model.type("1")
          model.press(.key(.enter))
        }
        let screen = model.screen(size.width, size.height)
        #expect(screen.contains("135.000,00".inLanguage(language)), "\(screen)")
        #expect(screen.contains(shown) && screen.contains(language.choose("de novo", "again")), "\(screen)")
        if size.height >= 10 {
          #expect(
            screen.contains("1.250,00".inLanguage(language)) && screen.contains("1.300,00".inLanguage(language)), "\(screen)")
        }
        if size.height >= 5 { #expect(screen.contains("1.350,00".inLanguage(language)), "\(screen)") }
      }
    }
  }

  @Test("who leads is asked whether to leave, with the reason", arguments: Language.allCases, sizes)
  func leaving(_ language: Language, _ size: Size) {
    var model = drawnModel(language)
    model.press(.character("q"))
    #expect(model.screen(size.width, size.height).contains(language.choose("idera", "ead")))
    #expect(model.screen(size.width, size.height).contains("2"))
  }

  @Test("a notice has its glyph, its word and its lot", arguments: Language.allCases, sizes)
  func notices(_ language: Language, _ size: Size) {
    let facts: [Notice.Fact] = [
      .outbid(by: bruno, price: reais(1_250_000), own: reais(1)), .voided(by: bruno, reais(95_000), reason: "lance errado"),
      .voided(by: nil, nil, reason: "x"), .accepted(reais(120_000)), .won(reais(99_999_900)), .lost(winner: dora, reais(26_000)),
      .soldToOther(winner: dora, nil), .passedOn(to: carla, isFromMe: true, reais(119_000), reason: "não pagou"),
      .refused(RefusedBid(.belowMinimum, minimum: reais(135_000), span: (drawnNow, drawnNow)), reais(1)),
      .uncertain(reais(130_000)),
      .cancelled(reason: "o vendedor desistiu da venda"), .suspended(reason: "conferência"), .lastMinute, .conditional,
      .extended(by: bruno, .bid, .seconds(30), closesAt: drawnNow), .chainBroken(reason: "x"),
    ]
    for id in [auctionID("l-03"), Self.long] {
      for fact in facts {
        var model = model(language)
        model.live.notices.add(Notice(at: model.now, auction: id, title: "Violão Giannini", fact: fact))
        if size.width == 100 || size.height == 4 { model.press(.character("n")) }
        let rows = view(model, size: size).text
        let word = Words.glyph(fact.kind) + " " + Words.notice(fact.kind, language)
        let lot = id.text.count <= 7 ? id.text : String(id.text.prefix(size.width < 36 ? 5 : 7))
        let behind = rows.compactMap { row in row.firstRange(of: word).map { row[$0.upperBound...] } }
        // What was cut says so.
        #expect(behind.contains { $0.contains(lot) && (id != Self.long || $0.contains("…")) }, "\(fact)\n\(rows)")
      }
    }
  }

  @Test("how many notices are unread is said beside them", arguments: Language.allCases, GoldenTests.sizes.prefix(3))
  func unread(_ language: Language, _ size: Size) {
    var model = drawnModel(language)
    let words = language.choose("6 não lidos", "6 unread")
    #expect(model.screen(size.width, size.height).contains(words))
    model.press(.character("n"), .character("c"), .key(.escape))
    #expect(!model.screen(size.width, size.height).contains(language.choose("lidos", "unread")))
  }

  @Test("twenty columns cut no word of a state, and no lot's code without a mark", arguments: Language.allCases)
  func states(_ language: Language) {
    for id in ["l-11", Self.long.text] {
      var model = model(language, leader: carla)
      model.live.lots[Self.long]?.view.ownLast = nil
      model.selection = auctionID(id)
      let row = view(model, size: Size(width: 20, height: 5)).text[0]
      #expect(row.contains(Words.watchingShort(language)) && row.contains(id.count <= 7 ? id : "…"), "\(row)")
    }
    for standing in Standing.allCases where standing != .watching {
      #expect(SafeText.width(Words.standing(standing, language)) <= 10, "\(standing)")
    }
  }

  @Test("a bid that may count or not is shown with its amount, also while a newer one has the last line", arguments: sizes)
  func uncertain(_ size: Size) {
    for language in Language.allCases {
      var model = model(language)
      // Not the least, which is shown anyway.
      model.press(.character("+"), .character("+"), .key(.enter))
      model.hear(.bid(Ticket(1), .uncertain))
      let shown = "1.350,00".inLanguage(language)
      #expect(model.screen(size.width, size.height).contains(shown))
      model.selection = auctionID("l-15")
      model.press(.character("+"), .key(.enter))
      model.pass(.seconds(6))
      model.selection = Self.long
      let screen = model.screen(size.width, size.height)
      // Four rows have the state, the price, the time and the newer bid.
      if size.height > 4 { #expect(screen.contains(shown), "\(screen)") }
      #expect(screen.contains(language.choose("INCERTO", "UNCERTAIN")), "\(screen)")
    }
  }

  @Test("the word of a state does not touch what stands beside the list", arguments: Language.allCases, [100, 101, 120])
  func border(_ language: Language, _ width: Int) throws {
    var model = drawnModel(language)
    for fact in [result(.sold, winner: alice, 48_000), result(.conditional), result(.noBids), result(.cancelled)] {
      let id = model.order.first { model.live.lots[$0]?.view.status == .open }
      model.hear(closed(try #require(id), fact))
    }
    model.press(.character("3"))
    let rows = view(model, size: Size(width: width, height: 30)).text[3..<12]
    #expect(rows.contains { $0.contains(language.choose("ARREMATADO", "WON")) })
    for row in rows { #expect(row.contains(" │"), "\(row)") }
  }

  private struct Missing: Error {}
}

extension String {
  /// An amount that is written as in Portuguese, as the language writes it.
  fileprivate func inLanguage(_ language: Language) -> String {
    language == .portuguese ? self : String(map { $0 == "." ? "," : $0 == "," ? "." : $0 })
  }
}
