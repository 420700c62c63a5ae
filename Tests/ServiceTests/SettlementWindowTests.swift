import MessagingKit
import NotificationService
import SuiteTesting
import Testing

struct SettlementWindowTests {
  private func tag(_ number: UInt64, _ generation: UInt64 = 1) -> DeliveryTag {
    DeliveryTag(generation: generation, number: number)
  }

  private func window(_ numbers: ClosedRange<UInt64>, _ generation: UInt64 = 1) -> SettlementWindow {
    var window = SettlementWindow()
    for number in numbers { window.began(tag(number, generation)) }
    return window
  }

  @Test func `in order each one is done at once`() {
    var window = window(1...3)
    for number in 1...3 as ClosedRange<UInt64> { #expect(window.settle(tag(number)) == tag(number)) }
    #expect(window.count == 0)
  }

  @Test func `out of order nothing is done before the oldest is`() {
    var window = window(1...4)
    #expect(window.settle(tag(3)) == nil)
    #expect(window.settle(tag(2)) == nil)
    #expect(window.count == 4 && window.contains(tag(2)))
    #expect(window.settle(tag(1)) == tag(3))
    #expect(window.count == 1 && !window.contains(tag(2)) && window.contains(tag(4)))
    #expect(window.settle(tag(4)) == tag(4))
  }

  @Test func `what is done twice is done once`() {
    var window = window(1...2)
    #expect(window.settle(tag(1)) == tag(1))
    #expect(window.settle(tag(1)) == nil)
    #expect(window.settle(tag(2)) == tag(2))
    #expect(window.settle(tag(2)) == nil)
  }

  @Test func `a new connection delivers again, and what was open on the old one is nobody's`() {
    var window = window(1...3)
    #expect(window.settle(tag(2)) == nil)
    window.began(tag(1, 2))
    #expect(window.count == 1)
    #expect(!window.contains(tag(1)) && !window.contains(tag(2)) && window.contains(tag(1, 2)))
    // Late confirms of the old connection's.
    #expect(window.settle(tag(1)) == nil && window.settle(tag(3)) == nil)
    // The old 2 was settled; the new one is not.
    window.began(tag(2, 2))
    #expect(window.settle(tag(1, 2)) == tag(1, 2))
    #expect(window.settle(tag(2, 2)) == tag(2, 2))
  }

  @Test func `an empty window settles nothing`() {
    var window = SettlementWindow()
    #expect(window.settle(tag(1)) == nil && !window.contains(tag(1)))
    window.began(tag(1))
    #expect(window.count == 1 && window.settle(tag(1)) == tag(1))
  }

  /// Beside a naive list: acknowledged is always the longest settled beginning, and it never goes back.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `any order of settling acknowledges every delivery once`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var window = SettlementWindow()
    var (began, acknowledged): (UInt64, UInt64) = (0, 0)
    var settled: Set<UInt64> = []
    var open: [UInt64] = []
    for step in 0..<2_000 {
      if step < 1_500, open.count < 50, Bool.random(using: &random) {
        began += 1
        open.append(began)
        window.began(tag(began))
      } else if let i = open.indices.randomElement(using: &random) {
        let number = open.remove(at: i)
        settled.insert(number)
        var expected = acknowledged
        while settled.contains(expected + 1) { expected += 1 }
        #expect(window.settle(tag(number)) == (expected > acknowledged ? tag(expected) : nil))
        acknowledged = expected
        #expect(window.count == Int(began - acknowledged))
      }
    }
    #expect(began > 100 && open.isEmpty && acknowledged == began && window.count == 0)
  }
}
