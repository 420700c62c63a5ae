import SuiteTesting
import Testing

@testable import NTPKit

struct ClockDisciplineTests {
  static let utc: Nanoseconds = 1_795_219_500 * second
  func estimate(_ error: Nanoseconds = 0, halfWidth: Nanoseconds = 5 * millisecond, at now: Nanoseconds) -> Estimate {
    Estimate(offset: Self.utc + error, halfWidth: halfWidth, madeAt: now)
  }
  /// What a test without a system clock passes.
  func unasked() -> Nanoseconds {
    Issue.record("the system's clock was asked")
    return 0
  }

  @Test func `the first estimate is shown at once, with its uncertainty`() {
    var clock = ClockDiscipline()
    clock.accept(estimate(at: second), freshUntil: 100 * second, at: second)
    let reading = clock.reading(at: 2 * second, systemOffset: unasked)
    #expect(reading.unixMicroseconds == (Self.utc + 2 * second) / 1_000)
    // 5 ms, 50 ppm of a second, and the rounding.
    #expect(reading.uncertaintyMicroseconds == 5_051)
    #expect(reading.status == .synchronized)
  }

  @Test func `a clock that nobody has read is set, not slewed`() {
    var clock = ClockDiscipline()
    clock.accept(estimate(3_600 * second, at: 0), freshUntil: 1, at: 0)
    clock.accept(estimate(at: 1), freshUntil: 1, at: 1)
    #expect(clock.reading(at: 1, systemOffset: unasked).unixMicroseconds == (Self.utc + 1) / 1_000)
  }

  @Test func `a correction backward is slewed at 500 ppm, and stated as uncertainty meanwhile`() {
    var clock = ClockDiscipline()
    clock.accept(estimate(at: 0), freshUntil: .max, at: 0)
    _ = clock.reading(at: 0, systemOffset: unasked)
    clock.accept(estimate(-10 * millisecond, at: 0), freshUntil: .max, at: 0)
    let early = clock.reading(at: 4 * second, systemOffset: unasked)
    #expect(early.unixMicroseconds == (Self.utc + 4 * second - 2 * millisecond) / 1_000)
    #expect(early.uncertaintyMicroseconds == 5_000 + 8_000 + 200 + 1)
    let late = clock.reading(at: 20 * second, systemOffset: unasked)
    #expect(late.unixMicroseconds == (Self.utc + 20 * second - 10 * millisecond) / 1_000)
    #expect(late.uncertaintyMicroseconds == 5_000 + 1_000 + 1)
  }

  @Test(arguments: [(128, false), (129, true), (3_600_000, true)] as [(Int64, Bool)])
  func `forward, a small gap is slewed and a wide one crossed`(gap: Int64, steps: Bool) {
    var clock = ClockDiscipline()
    clock.accept(estimate(at: 0), freshUntil: .max, at: 0)
    _ = clock.reading(at: 0, systemOffset: unasked)
    clock.accept(estimate(gap * millisecond, at: 0), freshUntil: .max, at: 0)
    let moved = clock.reading(at: second, systemOffset: unasked).unixMicroseconds - (Self.utc + second) / 1_000
    #expect(moved == (steps ? gap * 1_000 : 500))
  }

  @Test func `an hour backward never steps: the clock goes on, and says that it does not know`() {
    var clock = ClockDiscipline()
    clock.accept(estimate(at: 0), freshUntil: .max, at: 0)
    let before = clock.reading(at: 0, systemOffset: unasked)
    clock.accept(estimate(-3_600 * second, at: 0), freshUntil: .max, at: 0)
    let after = clock.reading(at: second, systemOffset: unasked)
    #expect(after.unixMicroseconds - before.unixMicroseconds == 999_500)
    #expect(after.status == .unsynchronized)
    #expect(after.uncertaintyMicroseconds == Reading.unknownUncertainty)
  }

  @Test func `holdover grows by 50 ppm, and is of no use after a second of it`() {
    var clock = ClockDiscipline()
    clock.accept(estimate(halfWidth: 20 * millisecond, at: 0), freshUntil: 128 * second, at: 0)
    #expect(clock.status(at: 128 * second - 1) == .synchronized)
    #expect(clock.nextChange(after: 0) == 128 * second)
    let held = clock.reading(at: 3_600 * second, systemOffset: unasked)
    #expect(held.status == .holdover)
    #expect(held.uncertaintyMicroseconds == 20_000 + 180_000 + 1)
    // 20 ms become one second after 5.4 hours.
    let end = 19_600 * second
    #expect(clock.reading(at: end, systemOffset: unasked).status == .holdover)
    #expect(clock.nextChange(after: 3_600 * second) == end + 20_000)
    #expect(clock.reading(at: end + 20_000, systemOffset: unasked).status == .unsynchronized)
    #expect(clock.nextChange(after: end + 20_000) == nil)
    let lost = clock.reading(at: 1_000_000 * second, systemOffset: unasked)
    #expect(lost.uncertaintyMicroseconds == Reading.unknownUncertainty)
  }

  @Test func `a cached estimate is held over, never synchronised`() {
    var clock = ClockDiscipline()
    clock.accept(estimate(at: 0), freshUntil: nil, at: second)
    #expect(clock.reading(at: second, systemOffset: unasked).status == .holdover)
  }

  @Test func `without an estimate the system's clock is shown, as unsynchronised or on purpose`() {
    var clock = ClockDiscipline()
    let unknown = clock.reading(at: 10, systemOffset: { Self.utc })
    #expect(unknown == Reading(unixMicroseconds: Self.utc / 1_000, uncertaintyMicroseconds: 10_000_000, status: .unsynchronized))
    #expect(!unknown.isUsable)
    clock.acceptsSystemClock = true
    let accepted = clock.reading(at: 10, systemOffset: { Self.utc })
    #expect(accepted == Reading(unixMicroseconds: Self.utc / 1_000, uncertaintyMicroseconds: 0, status: .systemClock))
    #expect(accepted.isUsable)
    clock.accept(estimate(at: 10), freshUntil: 100, at: 10)
    #expect(clock.reading(at: 10, systemOffset: unasked).status == .synchronized)
  }

  @Test func `on the system's clock, an hour backward neither steps back nor stands still`() {
    var clock = ClockDiscipline(acceptsSystemClock: true)
    let before = clock.reading(at: 0, systemOffset: { Self.utc })
    let after = clock.reading(at: second, systemOffset: { Self.utc - 3_600 * second })
    #expect(after.unixMicroseconds - before.unixMicroseconds == 999_500)
  }

  @Test func `on the system's clock, an hour forward is believed when it has stood for five minutes`() {
    var clock = ClockDiscipline(acceptsSystemClock: true)
    func shown(_ seconds: Int64, ahead: Int64) -> Int64 {
      clock.reading(at: seconds * second, systemOffset: { Self.utc + ahead * second }).unixMicroseconds - Self.utc / 1_000
    }
    #expect(shown(0, ahead: 0) == 0)
    #expect(shown(10, ahead: 3_600) == 10_000_000)
    #expect(shown(309, ahead: 3_600) == 309_000_000)
    // Set back in time, and then ahead once more: the five minutes begin anew.
    #expect(shown(309, ahead: 0) == 309_000_000)
    #expect(shown(320, ahead: 3_600) == 320_000_000)
    #expect(shown(619, ahead: 3_600) == 619_000_000)
    #expect(shown(620, ahead: 3_600) == 4_220_000_000)
    #expect(shown(621, ahead: 3_600) == 4_221_000_000)
  }

  @Test func `while a leap of the system's clock is not believed the uncertainty is as wide, and the leap is told once`() {
    var state = ClockState.Contents(discipline: ClockDiscipline(acceptsSystemClock: true), servers: [])
    let told = Recorder<Int64?>()
    state.onLeap = { told.record($0) }
    func uncertainty(_ seconds: Int64, ahead: Int64) -> Int64 {
      let reading = state.discipline.reading(at: seconds * second, systemOffset: { Self.utc + ahead * second })
      state.newLeap()?()
      return reading.uncertaintyMicroseconds
    }
    #expect(uncertainty(0, ahead: 0) == 0)
    #expect(uncertainty(10, ahead: 7) == 7_000_000)
    #expect(uncertainty(11, ahead: 7) == 7_000_000)
    #expect(uncertainty(12, ahead: 3_600) == Reading.unknownUncertainty)
    #expect(uncertainty(13, ahead: 0) == 0)
    #expect(uncertainty(14, ahead: 7) == 7_000_000)
    #expect(uncertainty(314, ahead: 7) == 0)
    #expect(told.values == [7_000_000, nil, 7_000_000, nil])
  }

  @Test func `a system's clock that was set back is told, and when it is reached, also one that turns from ahead to behind`() {
    var state = ClockState.Contents(discipline: ClockDiscipline(acceptsSystemClock: true), servers: [])
    let told = Recorder<Int64?>()
    state.onLeap = { told.record($0) }
    for (seconds, ahead) in [(0, 0), (10, -100), (11, -1_000), (12, -1_000), (4_000, -1_000), (4_001, 7_000), (4_002, -7_129)] {
      _ = state.discipline.reading(
        at: Int64(seconds) * second, systemOffset: { Self.utc + Int64(ahead) * millisecond })
      state.newLeap()?()
    }
    // 100 ms are not told; of a second nothing is left after 2 000 s at 500 ppm.
    #expect(told.values.map { $0?.signum() } == [-1, nil, 1, -1])
  }

  @Test func `that servers have answered is not told as a system's clock that is followed again`() {
    var state = ClockState.Contents(discipline: ClockDiscipline(acceptsSystemClock: true), servers: [])
    let told = Recorder<Int64?>()
    state.onLeap = { told.record($0) }
    _ = state.discipline.reading(at: 0, systemOffset: { Self.utc })
    _ = state.discipline.reading(at: second, systemOffset: { Self.utc + 7 * second })
    state.newLeap()?()
    state.discipline.accept(estimate(at: 2 * second), freshUntil: 100 * second, at: 2 * second)
    _ = state.discipline.reading(at: 3 * second, systemOffset: unasked)
    #expect(state.newLeap() == nil)
    #expect(told.values == [7_000_000])
  }

  @Test func `on the system's clock, a leap is not believed because a smaller one came before it`() {
    var clock = ClockDiscipline(acceptsSystemClock: true)
    func shown(_ seconds: Int64, ahead milliseconds: Int64) -> Int64 {
      clock.reading(at: seconds * second, systemOffset: { Self.utc + milliseconds * millisecond }).unixMicroseconds
        - Self.utc / 1_000
    }
    #expect(shown(0, ahead: 0) == 0)
    #expect(shown(1, ahead: 200) == 1_000_000)
    #expect(shown(301, ahead: 3_600_000) == 301_000_000)
    #expect(shown(302, ahead: 200) == 302_000_000)
    // Where it then stays, by what a clock may drift, it is believed.
    #expect(shown(601, ahead: 300) == 601_000_000)
    #expect(shown(602, ahead: 310) == 602_310_000)
  }

  @Test func `what the servers say is believed at once, whatever the system's clock did before`() {
    var clock = ClockDiscipline(acceptsSystemClock: true)
    _ = clock.reading(at: 0, systemOffset: { Self.utc })
    _ = clock.reading(at: second, systemOffset: { Self.utc + 3_600 * second })
    clock.accept(estimate(7_200 * second, at: 2 * second), freshUntil: 10 * second, at: 2 * second)
    #expect(clock.reading(at: 2 * second, systemOffset: unasked).unixMicroseconds == (Self.utc + 7_202 * second) / 1_000)
  }

  @Test(
    "whatever comes in, no reading is before the one before it, and none states what cannot travel",
    arguments: 1...8 as ClosedRange<UInt64>)
  func monotone(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    var clock = ClockDiscipline(acceptsSystemClock: Bool.random(using: &dice))
    var now: Nanoseconds = .random(in: 0...1_000 * second, using: &dice)
    var last = Int64.min
    for _ in 0..<5_000 {
      now += .random(in: -2...5_000_000_000, using: &dice) >> Int64.random(in: 0...32, using: &dice)
      now = max(now, 0)
      switch Int.random(in: 0..<4, using: &dice) {
      case 0:
        let error = Int64.random(in: -7_200 * second...7_200 * second, using: &dice) >> Int64.random(in: 0...40, using: &dice)
        let fresh = Bool.random(using: &dice) ? now + second : nil
        clock.accept(estimate(error, halfWidth: .random(in: 0...second, using: &dice), at: now), freshUntil: fresh, at: now)
      default:
        let system = Self.utc + Int64.random(in: -100 * second...100 * second, using: &dice)
        let reading = clock.reading(at: now, systemOffset: { system })
        #expect(reading.unixMicroseconds >= last)
        #expect((0...10_000_000).contains(reading.uncertaintyMicroseconds))
        last = reading.unixMicroseconds
      }
    }
    #expect(last > 0)
  }

  @Test(
    "while estimates hold the truth, so do readings, however the clock is being slewed", arguments: 1...4 as ClosedRange<UInt64>)
  func truthful(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    var clock = ClockDiscipline()
    // The boot clock runs 40 ppm fast of the truth.
    func truth(_ now: Nanoseconds) -> Nanoseconds { Self.utc + now - now / 25_000 }
    var now: Nanoseconds = 0
    for round in 0..<5_000 {
      now += .random(in: 1...64 * second, using: &dice)
      if round == 0 || Int.random(in: 0..<3, using: &dice) == 0 {
        let halfWidth = Int64.random(in: millisecond...200 * millisecond, using: &dice)
        let error = Int64.random(in: -halfWidth...halfWidth, using: &dice)
        clock.accept(Estimate(offset: truth(now) - now + error, halfWidth: halfWidth, madeAt: now), freshUntil: .max, at: now)
      }
      let reading = clock.reading(at: now, systemOffset: unasked)
      #expect(abs(reading.unixMicroseconds - truth(now) / 1_000) <= reading.uncertaintyMicroseconds)
    }
  }
}
