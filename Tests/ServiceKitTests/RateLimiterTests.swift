import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// PROTOCOL.md, refusal 1: so many bids a second and a burst, for each bidder.
struct RateLimiterTests {
  private let start = Build.noon

  @Test func `Those whom nobody vouches for share one bucket`() {
    var limiter = RateLimiter(perSecond: 1, burst: 1)
    #expect(limiter.admit(nil, at: start) == .admitted)
    #expect(limiter.admit(nil, at: start) == .shed(mayAnswer: true))
    #expect(limiter.admit("alpha", at: start) == .admitted)
  }

  @Test func `a burst is admitted, and then so many a second`() {
    var limiter = RateLimiter(perSecond: 20, burst: 40)
    for _ in 0..<40 { #expect(limiter.admit("alpha", at: start) == .admitted) }
    #expect(limiter.admit("alpha", at: start) == .shed(mayAnswer: true))
    #expect(limiter.admit("alpha", at: start + .microseconds(49_999)) == .shed(mayAnswer: false))
    for i in 1...20 {
      #expect(limiter.admit("alpha", at: start + .milliseconds(50 * Int64(i))) == .admitted)
      #expect(limiter.admit("alpha", at: start + .milliseconds(50 * Int64(i))) == .shed(mayAnswer: i == 20))
    }
  }

  @Test func `one bidder's haste takes nothing from another`() {
    var limiter = RateLimiter(perSecond: 1, burst: 1)
    #expect(limiter.admit("alpha", at: start) == .admitted)
    #expect(limiter.admit("alpha", at: start) == .shed(mayAnswer: true))
    #expect(limiter.admit("beta", at: start) == .admitted)
    #expect(limiter.admit("beta", at: start) == .shed(mayAnswer: true))
  }

  @Test func `a long silence fills the bucket and no more`() {
    var limiter = RateLimiter(perSecond: 20, burst: 3)
    let later = [start, start + .seconds(86_400), Timestamp(microseconds: .max)]
    for now in later {
      for _ in 0..<3 { #expect(limiter.admit("alpha", at: now) == .admitted) }
      #expect(limiter.admit("alpha", at: now) != .admitted)
    }
  }

  @Test func `shed bids get at most one receipt a second, however many there are`() {
    var limiter = RateLimiter(perSecond: 1, burst: 1)
    var answers: [Int64] = []
    // A bid each millisecond for ten seconds: one a second is admitted.
    for ms in 0..<10_000 as Range<Int64> {
      if limiter.admit("alpha", at: start + .milliseconds(ms)) == .shed(mayAnswer: true) { answers.append(ms) }
    }
    #expect(answers.count <= 10 && answers.count >= 5)
    #expect(zip(answers, answers.dropFirst()).allSatisfy { $1 - $0 >= 1_000 })
  }

  @Test func `a clock that steps back gives nothing, and takes nothing`() {
    var limiter = RateLimiter(perSecond: 1, burst: 2)
    #expect(limiter.admit("alpha", at: start) == .admitted)
    #expect(limiter.admit("alpha", at: Timestamp(microseconds: .min)) == .admitted)
    #expect(limiter.admit("alpha", at: start - .seconds(3_600)) == .shed(mayAnswer: true))
    #expect(limiter.admit("alpha", at: start + .microseconds(999_999)) != .admitted)
    #expect(limiter.admit("alpha", at: start + .seconds(1)) == .admitted)
  }

  @Test func `an empty bucket is not forgotten for the crowd`() throws {
    var limiter = RateLimiter(perSecond: 1, burst: 1)
    #expect(limiter.admit("alpha", at: start) == .admitted)
    for i in 0..<10_100 { #expect(limiter.admit(PrincipalID("b\(i)"), at: start) == .admitted) }
    #expect(limiter.admit("alpha", at: start) == .shed(mayAnswer: true))
    // Full ones are, which changes nothing for them.
    for i in 0..<10_100 { _ = limiter.admit(PrincipalID("c\(i)"), at: start + .seconds(2)) }
    #expect(limiter.admit("alpha", at: start + .seconds(2)) == .admitted)
    #expect(limiter.admit("alpha", at: start + .seconds(2)) == .shed(mayAnswer: true))
  }

  /// A bid is shed exactly when admitting it would make more, over some time until now, than the burst and the rate allow.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `no more is admitted over any time than burst and rate allow, and no less`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let (rate, burst) = (Int64.random(in: 1...30, using: &random), Int64.random(in: 1...20, using: &random))
    var limiter = RateLimiter(perSecond: rate, burst: burst)
    var now = start
    var admitted: [Timestamp] = []
    var shed = 0
    for _ in 0..<500 {
      now = now + .microseconds(Int64.random(in: 0...(Bool.random(using: &random) ? 20_000 : 2_000_000 / rate), using: &random))
      var isAllowed = true
      for (index, since) in (admitted + [now]).enumerated() {
        // In millionths of a bid: those admitted since then, and this one.
        let admittedSince = Int64(admitted.count - index + 1) * 1_000_000
        let allowance = burst * 1_000_000 + rate * (now - since).microseconds
        if admittedSince > allowance { isAllowed = false }
      }
      let verdict = limiter.admit("alpha", at: now)
      #expect((verdict == .admitted) == isAllowed)
      if verdict == .admitted { admitted.append(now) } else { shed += 1 }
    }
    #expect(!admitted.isEmpty && shed > 0)
  }
}
