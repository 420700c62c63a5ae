import AuctionFacts
import SharedKernel
import Testing

@testable import BidderClient

@Suite("Thresholds of the guard")
struct ThresholdTests {
  /// What is asked about an amount on the drawn guitar: R$ 1.250,00, the least R$ 1.300,00, increments of R$ 50,00.
  private func isAskedAgain(_ centavos: Int64, _ change: (inout Thresholds) -> Void = { _ in }) -> Bool {
    var model = drawnModel()
    change(&model.settings.thresholds)
    guard let lot = model.live.lots[auctionID("l-03")] else { return false }
    if case .strong = model.verdict(reais(centavos), on: lot, quote: Quote(lot.view)) { return true }
    return false
  }

  @Test("by themselves: 120 % of the least and ten increments, or ten times the price")
  func defaults() {
    #expect(!isAskedAgain(180_000) && isAskedAgain(180_100))
  }

  @Test("the share of the least and the increments count together")
  func both() {
    // 138,46 % of the least and ten increments above it.
    #expect(!isAskedAgain(180_100) { $0.percent = 139 })
    #expect(isAskedAgain(180_800) { $0.percent = 139 })
    #expect(!isAskedAgain(180_100) { $0.increments = 11 })
    #expect(isAskedAgain(185_100) { $0.increments = 11 })
    #expect(isAskedAgain(160_100) { $0.increments = 5 })
  }

  @Test("so many times the price is asked about whatever the rest says")
  func times() {
    func wide(_ times: Int64) -> (inout Thresholds) -> Void {
      {
        $0 = Thresholds(); ($0.percent, $0.increments, $0.times) = (1_000, 1_000, times)
      }
    }
    #expect(!isAskedAgain(250_000, wide(2)) && isAskedAgain(250_100, wide(2)))
    #expect(!isAskedAgain(250_100, wide(3)))
  }

  @Test("the largest thresholds and amounts do not overflow")
  func largest() {
    var view = drawnAuctions[1]
    (view.minimum, view.price) = (.maximum, .maximum)
    var model = drawnModel()
    model.settings.thresholds.percent = Thresholds.percents.upperBound
    model.settings.thresholds.increments = Thresholds.counts.upperBound
    model.settings.thresholds.times = Thresholds.multiples.upperBound
    #expect(model.verdict(.maximum, on: Lot(view), quote: Quote(view)) == .clear)
  }
}
