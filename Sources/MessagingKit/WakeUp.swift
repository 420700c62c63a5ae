internal import CAMQP
internal import Glibc

/// An eventfd: any thread rings, the owner's `poll` returns.
final class WakeUp: Sendable {
  private let descriptor: Int32

  init() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(descriptor >= 0, "no eventfd: the process has no file descriptors left (errno \(errno))")
  }

  deinit { close(descriptor) }

  func ring() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Waits for a ring, for `socket` (if it is not negative) to be readable or, if asked, writable, or for the time to pass.
  func wait(socket: Int32, forWriting: Bool, atMost limit: Duration) {
    let events = Int16(POLLIN) | (forWriting ? Int16(POLLOUT) : 0)
    // poll passes over a negative descriptor.
    var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: events, revents: 0)]
    _ = poll(&watched, 2, limit.pollMilliseconds)
    if watched[0].revents != 0 {
      var count: UInt64 = 0
      _ = read(descriptor, &count, 8)
    }
  }
}

extension Duration {
  /// For `poll`: rounded up, so that a wait of less than a millisecond is not a busy loop; never endless.
  var pollMilliseconds: Int32 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    return Int32(min(seconds, 3_600)) * 1_000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
