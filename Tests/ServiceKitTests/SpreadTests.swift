import ServiceKit
import Synchronization
import Testing

@Suite("Work spread over threads")
struct SpreadTests {
  @Test(arguments: [0, 1, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1_000], [1, 2, 3, 8])
  func `does each thing once and gives the results in their order`(count: Int, threads: Int) {
    #expect(Spread(threads: threads).map(Array(0..<count)) { $0 * 2 } == (0..<count).map { $0 * 2 })
  }

  struct Broken: Error {}

  @Test(arguments: [1, 2], [0, 1, 2, 3, 100])
  func `hands things on in their order`(threads: Int, count: Int) throws {
    var used: [Int] = []
    try Spread(threads: threads).relay(ahead: 2) { (hand: (Int) throws -> Void) in
      for number in 0..<count { try hand(number) }
    } use: {
      used.append($0)
    }
    #expect(used == Array(0..<count))
  }

  @Test(arguments: [1, 2]) func `uses what was made before the maker failed`(threads: Int) {
    var used: [Int] = []
    #expect(throws: Broken.self) {
      try Spread(threads: threads).relay(ahead: 2) { (hand: (Int) throws -> Void) in
        for number in 0..<5 { try hand(number) }
        throw Broken()
      } use: {
        used.append($0)
      }
    }
    #expect(used == Array(0..<5))
  }

  @Test(arguments: [1, 2]) func `makes no more once the user has failed`(threads: Int) {
    let made = Tally()
    #expect(throws: Broken.self) {
      try Spread(threads: threads).relay(ahead: 2) { (hand: (Int) throws -> Void) in
        for number in 0..<1_000 {
          try hand(number)
          made.add()
        }
      } use: {
        if $0 == 3 { throw Broken() }
      }
    }
    // Four were taken, two may have waited, and one was in the maker's hands.
    #expect(made.count < 8)
  }

  private final class Tally: Sendable {
    private let made = Atomic(0)
    var count: Int { made.load(ordering: .relaxed) }
    func add() { made.add(1, ordering: .relaxed) }
  }
}
