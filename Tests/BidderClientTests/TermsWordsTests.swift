import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

@testable import BidderClient

@Suite("What an auction is held under")
struct TermsWordsTests {
  let guitar = auctionID("l-03")

  private func words(_ format: AuctionFormat, _ rules: AuctionRules, _ language: Language) -> String {
    let terms = Build.terms("l-03", format: format, opensAt: drawnNow, rules: rules)
    return TermsWords(terms, language) { saoPaulo.moment($0, asOf: drawnNow, language) }.lines
      .map { "\($0.label): \($0.value)" }.joined(separator: "\n")
  }

  @Test("a bid is said to move the end only where it may", arguments: Language.allCases)
  func extending(language: Language) {
    let rules = AuctionRules(extensionWindow: .seconds(120), latestClose: drawnNow + .seconds(900))
    let moves = language.choose("adia o fim", "moves the end")
    let never = language.choose("sem prorrogação", "without extension")
    let open = words(.english, rules, language)
    #expect(
      open.contains(moves) && open.contains(language.choose("tempo de suspensões", "any time suspended")) && !open.contains(never)
    )
    for format in [AuctionFormat.sealed, .vickrey] {
      let sealed = words(format, rules, language)
      #expect(sealed.contains(never) && !sealed.contains(moves))
    }
  }

  private func page(_ edit: (inout AuctionView) -> Void) -> String {
    var model = drawnModel()
    var view = drawnAuctions[1]
    edit(&view)
    model.live.lots[guitar] = Lot(view)
    model.selection = guitar
    return model.termsPage(width: 200).joined(separator: "\n")
  }

  @Test("the page says when it closes now, where that has moved")
  func moved() {
    #expect(!page { _ in }.contains("Fecha agora"))
    let later = page { $0.closesAt = $0.terms.closesAt + .seconds(90) }
    #expect(later.contains("Fecha agora") && later.contains("Fim previsto"))
    #expect(
      !page {
        $0.closesAt = $0.terms.closesAt + .seconds(90)
        $0.status = .closed
      }.contains("Fecha agora"))
  }

  @Test("the ledger is called checked as far as it was read here, and no further")
  func checked() {
    let whole = page { $0.head = 12 }
    #expect(whole.contains("conferido até o bloco 12: a corrente está inteira"))
    let met = page { ($0.head, $0.trustedTo) = (1_500, 1_500) }
    #expect(met.contains("até o bloco 1500 vale a palavra assinada da casa") && !met.contains("conferido"))
    let since = page { ($0.head, $0.trustedTo) = (1_512, 1_500) }
    #expect(since.contains("conferido do bloco 1500 ao 1512; até o bloco 1500 vale a palavra assinada da casa"))
    #expect(!since.contains("está inteira"))
  }
}
