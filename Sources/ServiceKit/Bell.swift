import Glibc

/// What a waiting thread is woken by: a pipe that never fills, since only the first of many rings writes.
package final class Bell: Sendable {
  private let readEnd: Int32
  private let writeEnd: Int32

  package init() {
    var ends: [Int32] = [-1, -1]
    let status = pipe(&ends)
    precondition(status == 0, "no file descriptors left for a bell: \(errno)")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  package func ring() {
    var one: UInt8 = 1
    _ = write(writeEnd, &one, 1)
  }

  /// Returns after a ring, or when the time is up; at most an hour later.
  package func wait(_ bound: Duration) {
    let (seconds, attoseconds) = max(.zero, min(bound, .seconds(3_600))).components
    let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    var descriptor = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, Int32(milliseconds)) > 0 else { return }
    var rings = [UInt8](repeating: 0, count: 64)
    while read(readEnd, &rings, rings.count) == rings.count {}
  }
}
