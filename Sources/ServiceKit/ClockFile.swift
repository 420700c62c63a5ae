import Glibc
package import NTPKit

/// The latest state of a running program's clock, for `relogio` to show: rewritten after each poll, so that its figures are as old
/// as the last answer that was waited for. A service's lies beside its journal, `<instance>.relogio`, any other program's in the
/// user's cache. Not synced: nobody relies on it.
package struct ClockFile: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// Beside the cached anchor; nil where there is no home.
  package static func ofUser(_ program: String) -> ClockFile? {
    TrustedClockOptions.userAnchorFile.map { ClockFile(path: "\($0).\(program)") }
  }

  package static func ofService(_ instance: String, in folder: String) -> ClockFile {
    ClockFile(path: "\(folder)/\(instance).relogio")
  }

  /// Writes how the clock stands after each poll; at once for one that asks nobody.
  package func follow(_ clock: TrustedClock) {
    let record = clock.syncRecord
    if record.servers.isEmpty { write(record) }
    clock.onPoll = { write(SyncRecord($0)) }
  }

  /// Written beside and renamed, so that who reads sees one whole or the other. What cannot be written is not shown: no more.
  package func write(_ record: SyncRecord) {
    let draft = "\(path).\(getpid())"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return }
    let bytes = record.bytes
    let count = Glibc.write(file, bytes, bytes.count)
    close(file)
    if count != bytes.count || rename(draft, path) != 0 { unlink(draft) }
  }

  /// Nil where there is none, or none that this program knows.
  package func read() -> SyncRecord? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(file, &buffer, buffer.count)
    return count > 0 ? SyncRecord(Array(buffer.prefix(count))) : nil
  }
}
