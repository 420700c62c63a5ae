import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import ServiceKit
import SharedKernel
import SuiteTesting

/// Auctions whose price falls from R$ 1.000,00 to R$ 300,00, by R$ 50,00 every 30 s.
extension LedgerScene {
  static let falling = Build.terms(
    format: .dutch, openingPrice: 300_00,
    rules: AuctionRules(
      extensionWindow: .zero, descent: .init(from: 1_000_00, step: 50_00, every: .seconds(30), to: 300_00)))

  /// A suspension, an outage, refusals before, in and after them; somebody who meets the price, and somebody who comes too late.
  static func dutch() throws -> BooksBench {
    let bench = try BooksBench.open(falling)
    try bench.place(999_99, by: "alpha", number: 1)
    bench.after(.seconds(40))
    try bench.place(949_99, by: "beta", number: 2)
    try bench.say(.suspend(reason: "conferência do lote"), 1)
    bench.after(.seconds(35))
    try bench.place(900_00, by: "alpha", number: 3)
    try bench.say(.resume(closesAt: falling.closesAt), 2)
    bench.after(.seconds(10))
    try bench.place(900_00, by: "alpha", number: 4)
    bench.restart(after: .seconds(45))
    try bench.place(850_00, by: "beta", number: 5)
    bench.after(.seconds(20))
    try bench.place(0, upTo: 950_00, by: "beta", number: 6)
    try bench.place(950_00, by: "beta", number: 7)
    try bench.place(900_00, by: "alpha", number: 8)
    return bench
  }

  /// Nobody bids what is asked, not even at its least; an absence that is told in two parts.
  static func unmet() throws -> BooksBench {
    let bench = try BooksBench.open(falling)
    bench.after(.seconds(500))
    try bench.place(299_99, by: "alpha", number: 1)
    // Away, and away again before it has done more than write that down.
    bench.service.crash(flushing: 0, losingPower: false)
    bench.world.time.advance(by: .seconds(20))
    bench.service.start()
    bench.service.plannedEnd = .afterCommit
    bench.settle()
    bench.world.time.advance(by: .seconds(3))
    bench.service.start()
    bench.settle()
    try bench.closeAtTheEnd()
    return bench
  }

  /// Not over, and standing still.
  static func pausedDutch() throws -> BooksBench {
    let bench = try BooksBench.open(falling)
    bench.after(.seconds(100))
    try bench.place(700_00, by: "alpha", number: 1)
    try bench.say(.suspend(reason: "conferência do lote"), 1)
    bench.after(.seconds(100))
    try bench.place(700_00, by: "beta", number: 2)
    return bench
  }
}
