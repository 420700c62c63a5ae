import Glibc

/// Says which seeds were being played when the process trapped: a crash must be as easy to replay as a violation.
enum CrashNote {
  private static let most = 64
  nonisolated(unsafe) private static let seeds: UnsafeMutablePointer<UInt64> = {
    let seeds = UnsafeMutablePointer<UInt64>.allocate(capacity: most)
    seeds.initialize(repeating: 0, count: most)
    return seeds
  }()

  /// - Parameter seed: zero: none any more.
  static func playing(_ seed: UInt64, _ worker: Int) { seeds[worker] = seed }

  static func install() {
    playing(0, 0)
    for cause in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT] {
      signal(cause) { cause in
        for worker in 0..<CrashNote.most where CrashNote.seeds[worker] != 0 { CrashNote.write(CrashNote.seeds[worker]) }
        signal(cause, SIG_DFL)
        raise(cause)
      }
    }
  }

  /// Without allocating: this runs in a signal handler.
  private static func write(_ seed: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { line in
      var count = 0
      for byte in "crash; scripts/simulate --seed ".utf8 {
        line[count] = byte
        count += 1
      }
      var power: UInt64 = 1
      while seed / power >= 10 { power *= 10 }
      while power > 0 {
        line[count] = UInt8(ascii: "0") + UInt8(seed / power % 10)
        count += 1
        power /= 10
      }
      line[count] = UInt8(ascii: "\n")
      _ = Glibc.write(2, line.baseAddress, count + 1)
    }
  }
}
