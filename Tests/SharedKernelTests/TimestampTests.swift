import SharedKernel
import Testing

struct TimestampTests {
  static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

  @Test(arguments: extremes, extremes) func `no sum or difference traps`(a: Int64, b: Int64) {
    let (sum, sumOverflows) = a.addingReportingOverflow(b)
    let exactSum = sumOverflows ? (a < 0 ? Int64.min : .max) : sum
    let (difference, differenceOverflows) = a.subtractingReportingOverflow(b)
    let exactDifference = differenceOverflows ? (a < 0 ? Int64.min : .max) : difference
    let (instant, other) = (Timestamp(microseconds: a), Timestamp(microseconds: b))
    let (length, otherLength) = (Interval(microseconds: a), Interval(microseconds: b))
    #expect((instant + otherLength).microseconds == exactSum)
    #expect((length + otherLength).microseconds == exactSum)
    #expect((instant - otherLength).microseconds == exactDifference)
    #expect((instant - other).microseconds == exactDifference)
    #expect((length - otherLength).microseconds == exactDifference)
    #expect((instant < other) == (a < b) && (length < otherLength) == (a < b))
  }

  @Test(arguments: extremes) func `units are held at the ends too`(n: Int64) {
    for (factor, length) in [(1, Interval.microseconds(n)), (1_000, .milliseconds(n)), (1_000_000, .seconds(n))]
      as [(Int64, Interval)]
    {
      let (product, overflow) = n.multipliedReportingOverflow(by: factor)
      #expect(length.microseconds == (overflow ? (n < 0 ? .min : .max) : product))
    }
  }

  @Test func `units are what they say`() {
    #expect(Interval.seconds(2) == .milliseconds(2_000) && Interval.milliseconds(3) == .microseconds(3_000))
    #expect(Interval.zero == .seconds(0))
  }

  @Test func `a reading spans its uncertainty on both sides`() {
    let reading = ClockReading(Timestamp(microseconds: 100), uncertainty: .microseconds(7), status: .holdover)
    #expect(reading.earliest.microseconds == 93 && reading.latest.microseconds == 107)
    let negative = ClockReading(Timestamp(microseconds: 100), uncertainty: .microseconds(-7), status: .holdover)
    #expect(negative.uncertainty == .zero)
    let lost = ClockReading(Timestamp(microseconds: .max), uncertainty: .microseconds(.max), status: .unsynchronized)
    #expect(lost.latest.microseconds == .max && lost.earliest.microseconds == 0)
  }

  @Test(arguments: zip(ClockStatus.allCases, [true, true, false, false]))
  func `only servers discipline a clock`(status: ClockStatus, isDisciplined: Bool) {
    #expect(ClockReading(Timestamp(microseconds: 0), uncertainty: .zero, status: status).isDisciplined == isDisciplined)
  }
}
