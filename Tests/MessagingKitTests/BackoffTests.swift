import SuiteTesting
import Testing

@testable import MessagingKit

@Suite struct BackoffTests {
  let backoff = Backoff(base: .milliseconds(250), cap: .seconds(30))

  @Test(arguments: [
    (1, Duration.milliseconds(250)), (2, .milliseconds(500)), (3, .seconds(1)), (7, .seconds(16)), (8, .seconds(30)),
    (9, .seconds(30)), (1_000_000, .seconds(30)), (0, .milliseconds(250)), (-5, .milliseconds(250)),
  ])
  func `doubles up to the cap`(failures: Int, ceiling: Duration) {
    #expect(backoff.ceiling(afterFailures: failures) == ceiling)
  }

  @Test(arguments: [1, 4, 20])
  func `spreads the random number over zero to the ceiling`(failures: Int) {
    let ceiling = backoff.ceiling(afterFailures: failures)
    #expect(backoff.delay(afterFailures: failures, random: .min) == .zero)
    #expect(backoff.delay(afterFailures: failures, random: .max) == ceiling)
    let half = backoff.delay(afterFailures: failures, random: 1 << 63)
    #expect(half >= ceiling / 2 && half <= ceiling / 2 + .nanoseconds(1))
  }

  @Test(arguments: [11, 12] as [UInt64])
  func `never exceeds the ceiling`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for failures in 1...200 {
      let delay = backoff.delay(afterFailures: failures, random: random.next())
      #expect(delay >= .zero && delay <= backoff.ceiling(afterFailures: failures))
    }
  }

  @Test func `stands the largest cap`() {
    let backoff = Backoff(base: .nanoseconds(1), cap: .seconds(86_400 * 365))
    #expect(backoff.delay(afterFailures: 10_000, random: .max) == .seconds(86_400 * 365))
  }
}
