import SharedKernel
import TerminalKit
import Testing

@testable import BidderClient

@Suite("What a bidder must be told")
struct RemarkTests {
  @Test("reasons stand whole on the page of notices, under eighty columns and above", arguments: [36, 40, 60, 80, 100])
  func wholeReasons(width: Int) {
    var model = drawnModel()
    model.size = Size(width: width, height: 24)
    let path = "/home/ana/leilao/.leilao/recibos/ana/lances.enviados"
    model.hear(.remark("linhas que não se entendem: 1; pode haver lances em aberto nelas (\(path))"))
    model.press(.character("n"))
    let screen = model.screen(width, 24)
    #expect(screen.contains("ATENÇÃO"))
    let words = screen.replacing(/\s+/, with: "")
    #expect(words.contains("podehaverlancesemabertonelas") && words.contains(path), "\(screen)")
    #expect(screen.contains("COBERTO"), "the others follow")
  }

  @Test("a page of long notices scrolls by rows, to its end and back")
  func scrolling() {
    var model = drawnModel()
    model.size = Size(width: 80, height: 24)
    for n in 0..<30 { model.hear(.remark("número \(n): " + String(repeating: "muito longo ", count: 12))) }
    model.press(.character("n"), .character("G"))
    #expect(!model.screen(80, 24).contains("número 29"))
    #expect(model.screen(80, 24).contains("COBERTO"))
    model.press(.character("g"))
    #expect(model.screen(80, 24).contains("número 29"))
  }

  @Test("without the house's keys, where nothing comes, what is missing is said", arguments: [(100, 30), (80, 24), (40, 12)])
  func keys(width: Int, height: Int) {
    var model = model(hearing: [.connecting(attempt: 1), .connected, .resyncing(done: 0, total: 0)])
    model.hear(.unverified(reason: "faltam public/ms_lance.pem e public/ms_leilao.pem"))
    let screen = model.screen(width, height).replacing(/\s+/, with: " ")
    #expect(screen.contains("faltam public/ms_lance.pem e public/ms_leilao.pem"), "\(screen)")
    #expect(screen.contains("Peça à casa as chaves públicas dela."), "\(screen)")
  }

  @Test("of several houses the header names this one", arguments: [(100, 30), (80, 24), (40, 12)])
  func house(width: Int, height: Int) {
    var model = drawnModel()
    model.settings.house = "sp"
    #expect(model.screen(width, height).contains("alice @ sp"))
  }

  @Test("beside the lot stand both how sure the house's clock is and whether its chain is whole")
  func clockAndChain() {
    var model = drawnModel()
    model.hear(.houseClock(reading(drawnNow, .systemClock)))
    let screen = model.screen(80, 24)
    #expect(screen.contains("sem NTP") && screen.contains("cadeia íntegra"), "\(screen)")
    #expect(screen.contains("── l-03 "))
  }
}
