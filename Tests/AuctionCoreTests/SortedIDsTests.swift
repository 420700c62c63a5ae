import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionCore

@Suite("Ids in order")
struct SortedIDsTests {
  @Test(arguments: [0, 1, 2, 1_024, 1_025, 5_000])
  func `are all there, ascending, however they came`(count: Int) throws {
    let names = (0..<count).map { AuctionID(stringLiteral: "leilao-\($0)") }
    var random = SeededRandom(seed: UInt64(count))
    let (shuffled, sorted) = (names.shuffled(using: &random), names.sorted())
    var (ids, other) = (SortedIDs(), SortedIDs())
    for id in shuffled { ids.insert(id) }
    for id in sorted { other.insert(id) }
    #expect(Array(ids.after(nil)) == sorted && ids == other)
    // Wherever one piece ends and the next begins.
    for place in 0..<min(count, 1_600) {
      let next = (ids.after(sorted[place]).first { _ in true }, other.after(sorted[place]).first { _ in true })
      let expected = place + 1 < count ? sorted[place + 1] : nil
      #expect(next.0 == expected && next.1 == expected)
    }
    for place in stride(from: 0, to: count, by: 97) {
      #expect(ids.after(sorted[place]).elementsEqual(sorted[(place + 1)...]))
    }
    #expect(Array(ids.after("a")) == sorted && Array(ids.after("z")).isEmpty)
    #expect(ids.after("leilao-1-").elementsEqual(sorted.filter { "leilao-1-" < $0 }))
    guard count > 0 else { return }
    ids.insert("z")
    #expect(ids != other)
  }
}
