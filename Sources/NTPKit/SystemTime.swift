internal import Glibc

/// The machine's clocks. Neither read leaves user space.
enum SystemTime {
  /// Since the machine started, time asleep included; nobody can set it.
  static func boot() -> Nanoseconds { read(CLOCK_BOOTTIME) }

  /// What the machine believes UTC is.
  static func wall() -> Nanoseconds { read(CLOCK_REALTIME) }

  /// The wall clock minus the boot clock. Read in this order, an interruption in between makes the offset too small,
  /// never too large: a clock that may not step back recovers from the former.
  static func wallOffset() -> Nanoseconds {
    let wall = wall()
    return wall - boot()
  }

  private static func read(_ clock: clockid_t) -> Nanoseconds {
    var time = timespec()
    clock_gettime(clock, &time)
    return .seconds(Int64(time.tv_sec)) + Int64(time.tv_nsec)
  }
}

extension Duration {
  /// Saturates: a bound of three centuries is none.
  var nanoseconds: Nanoseconds {
    let (seconds, attoseconds) = components
    guard (-9_000_000_000...9_000_000_000).contains(seconds) else { return seconds < 0 ? .min : .max }
    return .seconds(seconds) + attoseconds / 1_000_000_000
  }
}
