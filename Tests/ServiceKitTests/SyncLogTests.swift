import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// Which of a clock's states are worth a line in the journal.
struct SyncLogTests {
  /// One that a macro may ask.
  final class Log {
    private var log: SyncLog
    init(after last: SyncRecord?) { log = SyncLog(after: last) }
    func keeps(_ record: SyncRecord, isAttentive: Bool) -> Bool { log.keeps(record, isAttentive: isAttentive) }
  }

  static func record(
    _ seconds: Int64, _ status: ClockStatus = .synchronized, milliseconds: Int64 = 5, age: Int64 = 0,
    standings: [String] = ["usado", "usado", "usado", "vencido"]
  ) -> SyncRecord {
    SyncRecord(
      reading: ClockReading(
        Build.noon + .seconds(seconds), uncertainty: .milliseconds(milliseconds) + .microseconds(age * 50), status: status),
      age: .seconds(age), systemOffset: .microseconds(seconds),
      servers: standings.enumerated().map { index, standing in
        SyncRecord.Server(
          name: "s\(index)", address: nil, reachability: 1, word: nil, isUsed: standing == "usado", standing: standing,
          reason: Sentence(verbatim: standing))
      })
  }

  @Test func `the first is kept, and after a restart only what differs`() {
    let log = Log(after: nil)
    #expect(log.keeps(Self.record(0), isAttentive: false))
    #expect(!log.keeps(Self.record(1), isAttentive: false))
    let next = Log(after: Self.record(0))
    #expect(!next.keeps(Self.record(100_000), isAttentive: false))
    let worse = Log(after: Self.record(0))
    #expect(worse.keeps(Self.record(16, .holdover), isAttentive: false))
  }

  @Test func `an idle service writes nothing for a year, though it asks, drifts and is corrected`() {
    let log = Log(after: nil)
    var kept = 0
    for hour in 0..<8_760 as Range<Int64> {
      for age in [0, 500, 1_100] as [Int64]
      where log.keeps(Self.record(hour * 3_600 + age, milliseconds: 4 + hour % 7, age: age), isAttentive: false) {
        kept += 1
      }
    }
    #expect(kept == 1)
  }

  @Test func `another status is kept at once, but no two records within 16 s`() {
    let log = Log(after: Self.record(0))
    let states: [ClockStatus] = [.holdover, .unsynchronized, .systemClock, .synchronized]
    for (index, status) in states.enumerated() {
      let second = Int64(index) * 16
      #expect(!log.keeps(Self.record(second + 15, status), isAttentive: true), "\(status)")
      #expect(log.keeps(Self.record(second + 16, status), isAttentive: false), "\(status)")
    }
  }

  @Test(arguments: [(false, 900), (true, 64)] as [(Bool, Int64)])
  func `other servers that count, and another bound, are kept when some time has passed`(isAttentive: Bool, pause: Int64) {
    let outvoted = Self.record(pause, standings: ["usado", "usado", "vencido", "vencido"])
    for changed in [
      outvoted, Self.record(pause, milliseconds: 21), Self.record(pause, milliseconds: 51), Self.record(pause, milliseconds: 1),
    ] {
      let log = Log(after: nil)
      #expect(log.keeps(Self.record(0), isAttentive: isAttentive))
      var early = changed
      early.reading = ClockReading(
        Build.noon + .seconds(pause - 1), uncertainty: changed.reading.uncertainty, status: changed.reading.status)
      #expect(!log.keeps(early, isAttentive: isAttentive))
      #expect(log.keeps(changed, isAttentive: isAttentive))
    }
    // Twice as wide is weather.
    let log = Log(after: Self.record(0))
    #expect(!log.keeps(Self.record(pause, milliseconds: 10), isAttentive: false))
  }

  @Test func `while an auction is open there is one every quarter of an hour, and one at either end`() {
    let log = Log(after: Self.record(0))
    var kept: [Int64] = []
    for second in 1...10_000 as ClosedRange<Int64>
    where log.keeps(Self.record(second), isAttentive: (1_000..<5_000).contains(second)) {
      kept.append(second)
    }
    #expect(kept == [1_000, 1_900, 2_800, 3_700, 4_600, 5_000])
  }

  @Test func `the system's clock, on purpose, is told once for ever`() {
    let log = Log(after: nil)
    var kept = 0
    for second in 0..<20_000 as Range<Int64>
    where log.keeps(Self.record(second, .systemClock, milliseconds: 0, standings: []), isAttentive: second / 100 % 2 == 0) {
      kept += 1
    }
    #expect(kept == 1)
  }

  @Test func `a service that starts on a worse clock, before its last record, says so`() {
    let log = Log(after: Self.record(0, .systemClock))
    #expect(log.keeps(Self.record(-3_600, .systemClock), isAttentive: false))
    #expect(!log.keeps(Self.record(-3_599, .systemClock), isAttentive: false))
  }

  @Test("however the clock behaves, records are a minute apart but where the status changed", arguments: [3, 4] as [UInt64])
  func bounded(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    let log = Log(after: nil)
    var last: SyncRecord?
    for second in 0..<50_000 as Range<Int64> {
      let record = Self.record(
        second, Int.random(in: 0..<500, using: &dice) == 0 ? .holdover : .synchronized,
        milliseconds: .random(in: 1...900, using: &dice),
        standings: (0..<4).map { _ in Bool.random(using: &dice) ? "usado" : "vencido" })
      guard log.keeps(record, isAttentive: Bool.random(using: &dice)) else { continue }
      if let last { #expect(record.reading.instant - last.reading.instant >= SyncLog.leastPause) }
      if let last, last.reading.status == record.reading.status {
        #expect(record.reading.instant - last.reading.instant >= SyncLog.busyPause)
      }
      last = record
    }
  }
}
