import AuctionFacts
import AuctionWire
import BidService
import ServiceKit
import SharedKernel
import SuiteTesting

// Auctions of which bids were voided.

extension LedgerScene {
  /// The bid that met the reserve is voided: what is left does not.
  static func voidedUnderReserve() throws -> BooksBench {
    let bench = try BooksBench.open(terms(), reserve: kept)
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 300_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.void(2, of: "beta")
    bench.after(.seconds(1))
    try bench.place(0, upTo: 200_00, by: "beta", number: 3)
    try bench.closeAtTheEnd()
    return bench
  }

  /// Openly too: alpha, who outbid nobody but beta, goes as far as the reserve.
  static func voidedUnderOpenReserve() throws -> BooksBench {
    let bench = try BooksBench.open(terms(), reserve: kept)
    for (number, amount) in ([100_00, 200_00, 300_00] as [Money]).enumerated() {
      try bench.place(amount, by: number == 1 ? "beta" : "alpha", number: UInt64(number) + 1)
      bench.after(.seconds(1))
    }
    try bench.void(2, of: "beta")
    bench.after(.seconds(1))
    try bench.place(260_00, by: "beta", number: 4)
    try bench.closeAtTheEnd()
    return bench
  }

  /// The leader's, the last one's, one in between; a price that comes back, and nobody left; also while it is suspended.
  static func voided() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(rules: AuctionRules(extensionWindow: .seconds(60))))
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.void(1, of: "alpha")
    bench.after(.seconds(1))
    try bench.place(100_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.place(900_00, by: "alpha", number: 3)
    try bench.place(120_00, by: "beta", number: 4)
    bench.after(.seconds(1))
    try bench.void(3, of: "alpha")
    // Refused it stays; and beta, who leads, goes no further.
    try bench.place(120_00, by: "beta", number: 5)
    bench.after(.seconds(1))
    try bench.place(110_00, by: "alpha", number: 6)
    bench.after(.seconds(1))
    try bench.place(130_00, by: "beta", number: 7)
    bench.after(.seconds(1))
    try bench.say(.suspend(reason: "conferência do lote"), 1)
    try bench.void(6, of: "alpha")
    bench.after(.seconds(20))
    try bench.say(.resume(closesAt: Build.noon), 2)
    bench.after(.seconds(590))
    // Its end stays.
    try bench.place(110_00, by: "alpha", number: 8)
    try bench.place(500_00, by: "alpha", number: 9)
    try bench.place(150_00, by: "alpha", number: 10)
    bench.restart()
    try bench.void(8, of: "alpha")
    try bench.closeAtTheEnd(sequence: 3)
    return bench
  }

  static func voidedInSecret() throws -> BooksBench {
    let bench = try BooksBench.open(bidders: ["alpha", "beta", "gama"])
    try bench.place(100_00, upTo: 300_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 250_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 400_00, by: "gama", number: 3)
    bench.after(.seconds(1))
    try bench.void(3, of: "gama")
    bench.after(.seconds(1))
    try bench.place(0, upTo: 350_00, by: "alpha", number: 4)
    try bench.place(270_00, by: "gama", number: 5)
    try bench.void(2, of: "beta")
    try bench.closeAtTheEnd()
    return bench
  }

  static func voidedSealed() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(format: .vickrey), bidders: ["alpha", "beta", "gama"])
    try bench.place(0, upTo: 300_00, by: "alpha", number: 1)
    try bench.place(0, upTo: 250_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 900_00, by: "gama", number: 3)
    try bench.place(0, upTo: 120_00, by: "alpha", number: 4)
    bench.after(.seconds(1))
    try bench.void(3, of: "gama")
    try bench.void(4, of: "alpha")
    try bench.closeAtTheEnd()
    return bench
  }
}
