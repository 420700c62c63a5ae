import NTPKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What a service's time rested on, as a value and as bytes.
struct SyncRecordTests {
  static func report(_ status: Reading.Status = .synchronized) throws -> ClockReport {
    let sample = SampleReport(
      offsetMicroseconds: -3_600_000_000, delayMicroseconds: 20_100, dispersionMicroseconds: 7, uncertaintyMicroseconds: 11_000,
      ageMicroseconds: 31_000_000, stratum: 1)
    return ClockReport(
      status: status, uncertaintyMicroseconds: 1_234, unixMicroseconds: Build.noon.microseconds, systemOffsetMicroseconds: -42,
      ageMicroseconds: 5_000_000,
      servers: [
        ServerReport(
          server: try NTPServer("a.st1.ntp.br"), address: "192.0.2.1:123", reachability: 0xFF, sample: sample, standing: .outvoted
        ),
        ServerReport(
          server: try NTPServer("[2001:db8::1]:124"), address: nil, reachability: 0, sample: nil,
          standing: .unresolved(Sentence(system: "Temporary failure in name resolution"))),
        ServerReport(
          server: try NTPServer("b.st1.ntp.br"), address: "192.0.2.2:123", reachability: 1, sample: sample, standing: .chosen),
      ], anchorProblem: nil)
  }

  @Test(arguments: Reading.Status.allCases)
  func `a record says what the clock's report says`(status: Reading.Status) throws {
    let record = SyncRecord(try Self.report(status))
    #expect(record.reading.instant == Build.noon && record.reading.uncertainty == .microseconds(1_234))
    #expect(record.age == .seconds(5) && record.systemOffset == .microseconds(-42))
    #expect(record.servers.map(\.name) == ["a.st1.ntp.br", "[2001:db8::1]:124", "b.st1.ntp.br"])
    #expect(record.servers.map(\.address) == ["192.0.2.1:123", nil, "192.0.2.2:123"])
    #expect(record.servers.map(\.reachability) == [255, 0, 1])
    #expect(record.servers.map(\.isUsed) == [false, false, true])
    #expect(record.servers.map(\.standing) == ["vencido", "sem_endereco", "usado"])
    #expect(record.servers.map(\.reason.english)[0] == "not used: the majority says otherwise")
    #expect(record.servers[1].word == nil)
    let word = try #require(record.servers[0].word)
    #expect(word.offset == .seconds(-3_600) && word.delay == .microseconds(20_100) && word.dispersion == .microseconds(7))
    #expect(word.uncertainty == .microseconds(11_000) && word.age == .seconds(31) && word.stratum == 1)
  }

  @Test(arguments: Reading.Status.allCases)
  func `a record survives being written and read`(status: Reading.Status) throws {
    var record = SyncRecord(try Self.report(status))
    #expect(SyncRecord(record.bytes) == record)
    (record.age, record.servers) = (nil, [])
    #expect(SyncRecord(record.bytes) == record)
  }

  @Test("damaged bytes are none or another record, and trap nobody", arguments: [1, 2] as [UInt64])
  func damaged(seed: UInt64) throws {
    var dice = SeededRandom(seed: seed)
    let bytes = SyncRecord(try Self.report()).bytes
    #expect(SyncRecord([]) == nil && SyncRecord(Array(bytes.dropLast())) == nil && SyncRecord(bytes + [0]) == nil)
    for _ in 0..<5_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        damaged[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
      }
      if let record = SyncRecord(damaged) { #expect(record.servers.count <= 64 && record.reading.uncertainty >= .zero) }
    }
  }

  @Test func `numbers that no clock says are no record`() throws {
    let good = SyncRecord(try Self.report())
    let edits: [(inout SyncRecord) -> Void] = [
      { $0.systemOffset = .microseconds(.min) }, { $0.systemOffset = .microseconds(.max) }, { $0.age = .microseconds(.min) },
      { $0.reading = ClockReading(Timestamp(microseconds: .min), uncertainty: .zero, status: .synchronized) },
      { $0.reading = ClockReading(Timestamp(microseconds: .max), uncertainty: .zero, status: .synchronized) },
      { $0.servers[0].word?.offset = .microseconds(.min) }, { $0.servers[0].word?.age = .microseconds(.max) },
      { $0.servers[0].word?.uncertainty = .microseconds(.max) },
    ]
    for edit in edits {
      var record = good
      edit(&record)
      #expect(SyncRecord(record.bytes) == nil)
    }
  }

  @Test func `what was stated grows by 50 ppm, and what the system's clock states does not`() throws {
    let record = SyncRecord(try Self.report())
    #expect(record.uncertainty(after: .seconds(1_000)) == .microseconds(1_234 + 50_000))
    #expect(record.uncertainty(after: .seconds(-1_000)) == .microseconds(1_234))
    #expect(SyncRecord(try Self.report(.systemClock)).uncertainty(after: .seconds(1_000)) == .microseconds(1_234))
  }

  @Test func `a test's clock without servers has a record too`() {
    let clock: any HouseClock = SimulatedClock(SimulatedTime(Build.noon))
    #expect(clock.syncRecord.reading.instant == Build.noon && clock.syncRecord.servers.isEmpty)
  }

  @Test func `a running clock is asked for its record through what every service holds`() throws {
    let clock: any HouseClock = TrustedClock(
      TrustedClockOptions(source: try TimeSource(environment: "127.0.0.1:9"), anchorFile: nil))
    #expect(clock.syncRecord.servers.map(\.standing) == ["nao_perguntado"])
    #expect(clock.syncRecord.reading.status == .unsynchronized)
  }

  @Test func `each standing has a code of its own`() {
    let reason = Sentence(verbatim: "x")
    let standings: [ServerStanding] =
      [
        .chosen, .outvoted, .noMajority, .untried, .waitingForTurn, .unresolved(reason), .sameAsAnother, .unreachable(reason),
        .noAnswer,
      ] + ReplyCheck.Reason.allCases.map { .refused($0) } + KissCode.allCases.map { .kissed($0) }
    #expect(Set(standings.map(\.code)).count == standings.count)
  }
}
