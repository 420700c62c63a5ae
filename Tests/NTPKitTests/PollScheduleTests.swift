import NTPKit
import SuiteTesting
import Testing

struct PollScheduleTests {
  /// Asks whenever due, and lets `outcome` say what came of it; answers the instants of asking.
  func run(
    _ schedule: inout PollSchedule, polls: Int, seed: UInt64 = 1, _ outcome: (Int, inout PollSchedule) -> Void = { $1.answered() }
  ) -> [Nanoseconds] {
    var dice = SeededRandom(seed: seed)
    var asked: [Nanoseconds] = []
    while asked.count < polls, let now = schedule.next {
      schedule.asked(at: now, using: &dice)
      asked.append(now)
      outcome(asked.count, &schedule)
    }
    return asked
  }

  func gaps(_ asked: [Nanoseconds]) -> [Nanoseconds] { zip(asked.dropFirst(), asked).map { $0 - $1 } }

  @Test("four packets two seconds apart, then from 64 s growing to 1024 s ± 10 %", arguments: 1...5 as ClosedRange<UInt64>)
  func growth(seed: UInt64) {
    var schedule = PollSchedule(pace: .courteous, first: 7)
    let asked = run(&schedule, polls: 12, seed: seed)
    #expect(asked.first == 7)
    let gaps = gaps(asked)
    #expect(gaps.prefix(3).allSatisfy { $0 == 2 * second })
    for (gap, interval) in zip(gaps.dropFirst(3), [64, 128, 256, 512, 1024, 1024, 1024, 1024] as [Int64]) {
      #expect((max(interval * 9 / 10, 64) * second...interval * 11 / 10 * second + second).contains(gap))
    }
  }

  @Test func `while somebody depends on the clock, every 64 to 256 s`() {
    var dice = SeededRandom(seed: 3)
    var schedule = PollSchedule(pace: .courteous, first: 0)
    let asked = run(&schedule, polls: 12)
    let last = asked.last ?? 0
    #expect((schedule.next ?? 0) - last > 900 * second)
    schedule.setAttentive(true, using: &dice)
    #expect((64 * second...71 * second).contains((schedule.next ?? 0) - last))
    let attentive = gaps([last] + run(&schedule, polls: 20))
    #expect(attentive.allSatisfy { (64 * second...282 * second).contains($0) })
    #expect(attentive.suffix(5).allSatisfy { $0 > 200 * second })
    schedule.setAttentive(false, using: &dice)
    #expect(gaps(run(&schedule, polls: 12)).suffix(3).allSatisfy { $0 > 900 * second })
  }

  @Test(arguments: [true, false])
  func `a server that does not answer is asked ever more seldom, whoever waits`(attentive: Bool) {
    var dice = SeededRandom(seed: 4)
    var schedule = PollSchedule(pace: .courteous, first: 0)
    schedule.setAttentive(attentive, using: &dice)
    let asked = run(&schedule, polls: 14) { $1.failed() }
    #expect(gaps(asked).suffix(3).allSatisfy { (921 * second...1_127 * second).contains($0) })
    // Once it answers again, attention counts again.
    schedule.answered()
    #expect(schedule.interval == (attentive ? 256 : 1024) * second)
  }

  @Test(arguments: [KissCode.deny, .restrict])
  func `told to stop, it is never asked again`(kiss: KissCode) {
    var dice = SeededRandom(seed: 5)
    var schedule = PollSchedule(pace: .courteous, first: 0)
    #expect(run(&schedule, polls: 10) { if $0 == 2 { $1.kissed(kiss, at: 2, using: &dice) } }.count == 2)
    schedule.setAttentive(true, using: &dice)
    schedule.postpone(until: 5, using: &dice)
    #expect(schedule.next == nil && !schedule.isDue(at: .max))
  }

  @Test func `told to slow down, the burst ends and every further time doubles the wait, attention or not`() {
    var dice = SeededRandom(seed: 6)
    var schedule = PollSchedule(pace: .courteous, first: 0)
    schedule.setAttentive(true, using: &dice)
    var now: Nanoseconds = 0
    for (index, least) in ([1_024, 2_048, 4_096, 8_192] as [Int64]).enumerated() {
      schedule.asked(at: now, using: &dice)
      schedule.kissed(.rate, at: now, using: &dice)
      let gap = (schedule.next ?? 0) - now
      #expect(gap >= least * second, "after RATE number \(index + 1)")
      now += gap
    }
    schedule.asked(at: now, using: &dice)
    schedule.answered()
    #expect(schedule.interval >= 8_192 * second)
    for _ in 0..<40 { schedule.kissed(.rate, at: now, using: &dice) }
    #expect((schedule.next ?? .max) - now <= PollSchedule.longestInterval * 11 / 10)
  }

  @Test func `another process's question is waited out`() {
    var dice = SeededRandom(seed: 7)
    var schedule = PollSchedule(pace: .courteous, first: 10 * second)
    schedule.postpone(until: 70 * second, using: &dice)
    #expect((70 * second...77 * second).contains(schedule.next ?? 0))
    #expect(!schedule.isDue(at: 69 * second))
    #expect(schedule.opensRound)
  }

  @Test func `what could not be settled is tried again after the pause, however long it has been due`() {
    var dice = SeededRandom(seed: 8)
    for _ in 0..<100 {
      var schedule = PollSchedule(pace: .courteous, first: 0)
      schedule.retry(after: 20 * millisecond, at: 100_000 * second, using: &dice)
      #expect((20 * millisecond...22 * millisecond).contains((schedule.next ?? 0) - 100_000 * second))
    }
  }

  @Test("whatever happens, no two rounds are less than 64 s apart", arguments: 1...6 as ClosedRange<UInt64>)
  func floor(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<200 {
      var schedule = PollSchedule(pace: .courteous, first: 0)
      var last: Nanoseconds?
      for _ in 0..<60 {
        guard let now = schedule.next else { break }
        if let last, schedule.opensRound { #expect(now - last >= 64 * second) }
        schedule.asked(at: now, using: &dice)
        last = now
        for _ in 0..<2 {
          switch Int.random(in: 0..<12, using: &dice) {
          case 0...3: schedule.answered()
          case 4...6: schedule.failed()
          case 7: schedule.kissed(.rate, at: now, using: &dice)
          case 8...9: schedule.setAttentive(Bool.random(using: &dice), using: &dice)
          default: schedule.postpone(until: now + .random(in: 0...100 * second, using: &dice), using: &dice)
          }
        }
      }
    }
  }

  @Test func `a server on this machine may be asked several times a second`() {
    var schedule = PollSchedule(pace: .loopback, first: 0)
    #expect(gaps(run(&schedule, polls: 20)).allSatisfy { (50 * millisecond...1_100 * millisecond).contains($0) })
  }
}
