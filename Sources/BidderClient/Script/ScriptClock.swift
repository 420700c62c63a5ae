import Glibc
import ServiceKit
import SharedKernel

/// The clock of a script: it starts when the script does, and runs with this machine's monotonic clock, as many times faster as asked.
final class ScriptClock: HouseClock {
  private let script: Script
  private let speed: Int64
  private let began = monotonicMicroseconds()

  init(_ script: Script, speed: Int64) { (self.script, self.speed) = (script, speed) }

  /// Since the script's start.
  var elapsed: Interval { .microseconds((monotonicMicroseconds() - began) * speed) }

  func now() -> ClockReading { script.reading(at: script.start + elapsed) }

  /// How long that lasts here.
  func duration(until at: Interval) -> Duration { .microseconds(max((at - elapsed).microseconds, 0) / speed) }
}

private func monotonicMicroseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
}
