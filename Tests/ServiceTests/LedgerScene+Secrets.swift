import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import ServiceKit
import SharedKernel
import SuiteTesting

// Auctions in which something is secret until the end: maxima, sealed amounts, reserves.

extension LedgerScene {
  static func maxima() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(rules: AuctionRules(extensionWindow: .seconds(60))))
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    // Leads, one step over what is openly offered.
    try bench.place(0, upTo: 300_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    // Overtaken in the same moment.
    try bench.place(120_00, upTo: 200_00, by: "alpha", number: 3)
    bench.after(.seconds(1))
    try bench.place(150_00, by: "alpha", number: 4)
    // Further than before, which moves nothing; no further, which is refused.
    try bench.place(0, upTo: 350_00, by: "beta", number: 5)
    try bench.place(0, upTo: 340_00, by: "beta", number: 6)
    bench.after(.seconds(590))
    // As far as the leader goes: the leader was first.
    try bench.place(215_00, upTo: 350_00, by: "alpha", number: 7)
    bench.after(.seconds(5))
    try bench.place(0, upTo: 500_00, by: "alpha", number: 8)
    try bench.closeAtTheEnd()
    try bench.place(600_00, by: "beta", number: 9)
    return bench
  }

  static func boughtInSecret() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(rules: AuctionRules(buyNow: 250_00)))
    try bench.place(100_00, upTo: 400_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(110_00, upTo: 245_00, by: "beta", number: 2)
    return bench
  }

  static func sealed(_ format: AuctionFormat) throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(format: format), bidders: ["alpha", "beta", "gama"])
    try bench.place(0, upTo: 300_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(200_00, by: "beta", number: 2)
    try bench.place(0, upTo: 250_00, by: "beta", number: 3)
    try bench.place(0, upTo: 280_00, by: "gama", number: 4)
    bench.after(.seconds(1))
    // In place of what it had offered, and less.
    try bench.place(0, upTo: 280_00, by: "alpha", number: 5)
    try bench.place(0, upTo: 90_00, by: "beta", number: 6)
    try bench.closeAtTheEnd()
    return bench
  }

  static func manySecrets() throws -> BooksBench {
    let bench = try BooksBench.open(
      Build.terms(format: .vickrey), limiter: RateLimiter(perSecond: 1_000, burst: 1_000), bidders: ["alpha", "beta", "gama"])
    for number in 0..<100 {
      let bidder: PrincipalID = [0: "alpha", 1: "beta"][number % 3] ?? "gama"
      try bench.place(0, upTo: 100_00 + Int64(number * 7 % 100) * 1_00, by: bidder, number: UInt64(number) + 1)
    }
    try bench.closeAtTheEnd()
    return bench
  }

  static func cancelledInSecret() throws -> BooksBench {
    let bench = try openInSecret()
    bench.after(.seconds(5))
    try bench.say(.cancel(reason: "peça danificada"), 1)
    return bench
  }

  static func openInSecret() throws -> BooksBench {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(110_00, upTo: 300_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 200_00, by: "alpha", number: 3)
    try bench.place(100_00, by: "alpha", number: 4)
    return bench
  }

  static func openSealed() throws -> BooksBench {
    let bench = try BooksBench.open(Build.terms(format: .sealed))
    try bench.place(0, upTo: 300_00, by: "alpha", number: 1)
    try bench.place(100_00, by: "beta", number: 2)
    return bench
  }

  static let kept = Build.secret(250_00)

  static func terms(_ format: AuctionFormat = .english) -> AuctionTerms {
    Build.terms(
      format: format, rules: AuctionRules(reserveCommitment: kept.reserveDigest(to: "moto", nonce: Build.nonce)))
  }

  static func reserve(closing: Bool) throws -> BooksBench {
    let bench = try BooksBench.open(Self.terms(), reserve: kept)
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 200_00, by: "beta", number: 2)
    bench.after(.seconds(1))
    // Beyond the reserve by going further alone: the price is the reserve.
    try bench.place(0, upTo: 300_00, by: "beta", number: 3)
    bench.after(.seconds(1))
    try bench.place(255_00, by: "alpha", number: 4)
    if closing {
      try bench.closeAtTheEnd()
    } else {
      try bench.say(.cancel(reason: "peça danificada"), 1)
    }
    return bench
  }

  static func conditional() throws -> BooksBench {
    let bench = try BooksBench.open(Self.terms(), reserve: kept)
    try bench.place(100_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(240_00, by: "beta", number: 2)
    try bench.closeAtTheEnd()
    return bench
  }

  static func sealedReserve() throws -> BooksBench {
    let bench = try BooksBench.open(Self.terms(.vickrey), reserve: kept)
    try bench.place(0, upTo: 300_00, by: "alpha", number: 1)
    bench.after(.seconds(1))
    try bench.place(0, upTo: 200_00, by: "beta", number: 2)
    try bench.closeAtTheEnd()
    return bench
  }
}
