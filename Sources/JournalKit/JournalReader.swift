package import GRDB
import Glibc
import SharedKernel

/// A journal that is only looked at: its file is never changed, and its service may run meanwhile or not.
package final class JournalReader: JournalReading, Sendable {
  package let path: String
  package let identity: String
  /// Whether it was made by `JournalCopy.make` and never restored.
  package let isCopy: Bool
  /// How many entries there were when it was opened; later ones are not seen.
  package let entryCount: Int64
  private let queue: DatabaseQueue

  package init(path: String) throws(JournalError) {
    guard access(path, F_OK) == 0 else { throw JournalError(.absent, path) }
    do {
      var configuration = Configuration()
      configuration.label = "journal reader"
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON") }
      queue = try DatabaseQueue(path: path, configuration: configuration)
      (identity, isCopy, entryCount) = try queue.read { db in
        let role = try Schema.check(db, path: path)
        guard let identity = try String.fetchOne(db, sql: "SELECT identity FROM journal") else {
          throw JournalError(.corrupt(Sentence("falta a identidade dele", "it has no identity")), path)
        }
        return (identity, role == .copy, try Int64.fetchOne(db, sql: "SELECT max(number) FROM entries") ?? 0)
      }
    } catch { throw JournalError(error, path) }
    self.path = path
  }

  /// How many entries there are by now.
  package func currentCount() throws(JournalError) -> Int64 {
    try read { db in try Int64.fetchOne(db, sql: "SELECT max(number) FROM entries") ?? 0 }
  }

  package func read<T>(_ body: (Database) throws -> T) throws(JournalError) -> T {
    do { return try queue.read(body) } catch { throw JournalError(error, path) }
  }

  /// Copies one committed state, whole, page by page, while others write.
  func copy(to target: DatabaseQueue) throws { try queue.backup(to: target) }
}
