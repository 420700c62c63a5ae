import ServiceKit
import Testing

@Suite("Work spread over threads")
struct SpreadTests {
  @Test(arguments: [0, 1, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1_000], [1, 2, 3, 8])
  func `does each thing once and gives the results in their order`(count: Int, threads: Int) {
    #expect(Spread(threads: threads).map(Array(0..<count)) { $0 * 2 } == (0..<count).map { $0 * 2 })
  }
}
