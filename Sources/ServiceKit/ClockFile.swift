import Glibc
package import NTPKit
import Synchronization

/// The latest state of a running program's clock, for `relogio` to show: written when it starts and after each poll, so that its
/// figures are as old as the last answer that was waited for. A service's lies beside its journal, `<instance>.relogio`, any other
/// program's beside the cached anchor. Not synced: nobody relies on it.
package struct ClockFile: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// Beside the cached anchor.
  package static func ofUser(_ program: String, beside anchorFile: String) -> ClockFile {
    ClockFile(path: "\(anchorFile).\(program)")
  }

  package static func ofService(_ instance: String, in folder: String) -> ClockFile {
    ClockFile(path: "\(folder)/\(instance).relogio")
  }

  /// Starts a clock, and writes how it stands then and after each poll.
  package func follow(_ clock: TrustedClock) {
    WholeFile.cleanDrafts(of: path)
    let turn = WriteTurn()
    clock.onPoll = { report in turn.alone { write(report) } }
    // What the clock begins with, a cached anchor's word, counts from its start on; and no poll is written before that.
    turn.alone {
      clock.start()
      write(clock.report)
    }
  }

  private final class WriteTurn: Sendable {
    private let lock = Mutex(())
    func alone(_ body: () -> Void) { lock.withLock { _ in body() } }
  }

  private func write(_ report: ClockReport) {
    guard let author = LiveClock.Author.me else { return }
    write(LiveClock(author: author, at: LiveClock.bootNow, record: SyncRecord(report), anchorProblem: report.anchorProblem))
  }

  /// What cannot be written is not shown: no more.
  package func write(_ state: LiveClock) { try? WholeFile.write(state.bytes, to: path) }

  /// Nil where there is none, or none that this program knows.
  package func read() -> LiveClock? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(file, &buffer, buffer.count)
    return count > 0 ? LiveClock(Array(buffer.prefix(count))) : nil
  }
}
