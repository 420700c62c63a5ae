package import Glibc
internal import ServiceKit
internal import Synchronization

/// A program on a terminal that nobody looks at: every byte that it writes is counted when it comes, and keys are bytes.
package final class PseudoTerminal: Sendable {
  /// What has been written so far.
  package struct Written: Sendable {
    /// Since the last `forget`, at most 1 MiB.
    package var text: [UInt8] = []
    fileprivate var last = ContinuousClock.now
  }

  package let id: pid_t
  private let master: Int32
  private let written = Mutex(Written())
  private let isCut = Mutex(false)
  private static let limit = 1 << 20

  package init(_ arguments: [String], environment: [String: String], width: Int, height: Int) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, number): (Int32, UInt32) = (0, 0)
    // TIOCSPTLCK and TIOCGPTN of <asm-generic/ioctls.h>: what unlockpt and ptsname ask, which Glibc's module does not show.
    guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw Program.Failure(description: "no pseudo-terminal: errno \(errno)")
    }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard slave >= 0 else { throw Program.Failure(description: "no pseudo-terminal: errno \(errno)") }
    defer { close(slave) }
    var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    id = try Spawn.start(arguments, environment: environment, descriptors: [(slave, 0), (slave, 1), (slave, 2)])
    Orphans.adopt(id)
    startThread(named: "pty") { [self] in read() }
  }

  package var now: Written { written.withLock { $0 } }
  package func forget() { written.withLock { $0.text = [] } }

  package func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Writes keys, and answers how long it took until those bytes were written.
  package func time(_ keys: String, until text: String, within limit: Duration = .seconds(20)) async throws -> Duration {
    forget()
    let began = ContinuousClock.now
    type(keys)
    return try await wait(for: text, since: began, within: limit)
  }

  package func wait(for text: String, since began: ContinuousClock.Instant, within limit: Duration = .seconds(20)) async throws
    -> Duration
  {
    let wanted = Array(text.utf8)
    while true {
      let seen = now
      if !wanted.isEmpty ? Self.contains(seen.text, wanted) : !seen.text.isEmpty { return began.duration(to: seen.last) }
      guard began.duration(to: .now) < limit else {
        let last = String(decoding: seen.text.suffix(500), as: UTF8.self).debugDescription
        throw Program.Failure(description: "not within \(limit): \(text), only \(last)")
      }
      try await Task.sleep(for: .microseconds(500))
    }
  }

  private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard bytes.count >= wanted.count else { return false }
    return bytes.indices.dropLast(wanted.count - 1).contains { bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted) }
  }

  /// Closes this side: there is nothing to read for the program any more, and nobody to write to.
  package func hangUp() { isCut.withLock { $0 = true } }

  /// What it comes to by itself.
  package func ending(within limit: Duration = .seconds(60)) async throws -> Program.Ending {
    var status: Int32 = 0
    try await until("the program has ended", within: limit) { waitpid(id, &status, WNOHANG) == id }
    Orphans.release(id)
    return status & 0x7f == 0 ? .code(status >> 8 & 0xff) : .signal(status & 0x7f)
  }

  /// Ends it at once.
  package func end() {
    _ = kill(id, SIGKILL)
    var status: Int32 = 0
    _ = waitpid(id, &status, 0)
    Orphans.release(id)
  }

  private func read() {
    defer { close(master) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isCut.withLock(\.self) {
      // Who sits in `read` holds the line.
      var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      if poll(&source, 1, 20) == 0 { continue }
      let count = Glibc.read(master, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      written.withLock { written in
        written.last = .now
        written.text += buffer[..<min(count, Self.limit - written.text.count)]
      }
    }
  }
}
