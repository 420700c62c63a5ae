import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionCore

struct AgendaTests {
  @Test(arguments: 0..<40 as Range<UInt64>) func `the first is the least of all, whatever was changed`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var agenda = Agenda()
    var naive: [AuctionID: Timestamp] = [:]
    for _ in 0..<300 {
      let auction = AuctionID(stringLiteral: "a\(Int.random(in: 0..<25, using: &random))")
      let instant = Int.random(in: 0..<3, using: &random) == 0 ? nil : Build.noon + .seconds(.random(in: 0..<20, using: &random))
      agenda.set(auction, at: instant)
      naive[auction] = instant
      let least = naive.min { ($0.value, $0.key) < ($1.value, $1.key) }
      #expect(agenda.next?.auction == least?.key && agenda.next?.instant == least?.value)
    }
    while let next = agenda.next {
      #expect(naive.removeValue(forKey: next.auction) == next.instant)
      agenda.set(next.auction, at: nil)
    }
    #expect(naive.isEmpty)
  }
}
