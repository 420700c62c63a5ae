import NTPKit
import Testing

struct ClockFilterTests {
  func sample(_ halfWidth: Nanoseconds, at takenAt: Nanoseconds, offset: Nanoseconds = 0) -> Sample {
    Sample(offset: offset, delay: halfWidth, halfWidth: halfWidth, takenAt: takenAt)
  }

  @Test func `the narrowest claim is the best, until age has made it worse`() {
    var filter = ClockFilter()
    filter.record(sample(10 * millisecond, at: 0))
    filter.record(sample(12 * millisecond, at: 8 * second))
    #expect(filter.best(at: 8 * second)?.takenAt == 0)
    // 10 ms and 50 ppm of 48 s make more than 12 ms and 50 ppm of 7 s.
    filter.record(sample(12 * millisecond, at: 41 * second))
    #expect(filter.best(at: 48 * second)?.takenAt == 41 * second)
    #expect(filter.newest?.takenAt == 41 * second)
  }

  @Test func `a sample lasts for eight polls`() {
    var filter = ClockFilter()
    filter.record(sample(millisecond, at: 0))
    for poll in 1...7 {
      filter.record(nil)
      #expect(filter.best(at: 0) != nil)
      #expect(filter.reachability == 1 << UInt8(poll))
    }
    filter.record(nil)
    #expect(filter.best(at: 0) == nil)
    #expect(filter.reachability == 0)
  }

  @Test func `reachability has the newest poll lowest`() {
    var filter = ClockFilter()
    for answered in [true, true, false, true] { filter.record(answered ? sample(millisecond, at: 0) : nil) }
    #expect(filter.reachability == 0b1101)
  }

  @Test(
    arguments: [(0, 1_000_000), (20_000, 1_000_001), (3_600 * second, 181_000_000), (-5, 1_000_000)]
      as [(Nanoseconds, Nanoseconds)])
  func `a claim widens by 50 ppm`(age: Nanoseconds, halfWidth: Nanoseconds) {
    #expect(sample(1, at: 1_000).halfWidth(at: 1_000 + age) == halfWidth)
  }
}
