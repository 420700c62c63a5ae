import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@Suite("a bidder's session")
struct BidderSessionTests {
  @Test func `asks in the same order in every process`() throws {
    let keys = SimulatedKeys()
    try keys.register("ms_lance")
    try keys.register("ms_leilao")
    let names = (10..<40).map { "leilao-\($0 * 17 % 41)" }
    var session = BidderSession(interest: .everything, seed: 1)
    _ = session.handle(.link(.up), at: Build.clock())
    for name in names {
      let sealed = try keys.voice("ms_leilao").seal(Build.scheduling(Build.terms(AuctionID(stringLiteral: name))))
      _ = session.handle(.link(.statement(try HouseStatement(sealed.evidence.bytes, ring: keys.ring))), at: Build.clock())
      let opening = Build.terms(AuctionID(stringLiteral: name))
      let opened = try keys.voice("ms_leilao").seal(
        Opening(
          auction: opening.auction, edition: sealed.digest, opensAt: opening.opensAt, closesAt: opening.closesAt,
          scheduling: sealed.evidence, clock: Build.clock()))
      _ = session.handle(.link(.statement(try HouseStatement(opened.evidence.bytes, ring: keys.ring))), at: Build.clock())
    }
    // None of it is answered: all is asked again.
    let again = session.handle(.tick, at: Build.clock(.seconds(4))).compactMap { output -> String? in
      guard case .ask(let query) = output, case .blocks(let auction, _) = query.subject else { return nil }
      return auction.text
    }
    #expect(again == names)
  }
}
