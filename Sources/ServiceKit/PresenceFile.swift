import Glibc
package import JournalKit
package import SharedKernel

/// When a service was last there to consume, and how far its journal had come by then, kept beside the journal: so that an outage
/// can be measured after a crash, and an older journal that was put in the place of this one is noticed.
///
/// Written about once a second without fsync, after what it counts was committed with one: a lost write makes an outage look
/// longer, never shorter, and the count too small, never too large. A file that says nothing stops nobody. It holds the instant (µs)
/// and the number of the last entry as native integers of 8 bytes, then the journal's identity.
package final class PresenceFile {
  private let descriptor: Int32
  private let journal: Journal

  package init(beside journal: Journal) throws {
    let path = Self.path(beside: journal.path)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failure(.ioError, said("não consigo abrir \(path): ", "cannot open \(path): ") + systemReason())
    }
    self.journal = journal
  }
  deinit { close(descriptor) }

  private static func path(beside journal: String) -> String {
    (journal.hasSuffix(".sqlite") ? String(journal.dropLast(".sqlite".count)) : journal) + ".presence"
  }

  package var last: Timestamp? { Self.last(descriptor) }

  /// When the service of the journal at this path last was there, whether it runs or not.
  package static func last(beside journal: String) -> Timestamp? {
    let descriptor = open(path(beside: journal), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return last(descriptor)
  }

  private static func last(_ descriptor: Int32) -> Timestamp? {
    var value: Int64 = 0
    guard pread(descriptor, &value, 8, 0) == 8, value > 0 else { return nil }
    return Timestamp(microseconds: value)
  }

  /// How many entries this journal had when presence was last written; nil when the file knows nothing of this journal.
  package var knownCount: Int64? {
    var count: Int64 = 0
    var identity = [UInt8](repeating: 0, count: journal.identity.utf8.count)
    guard pread(descriptor, &count, 8, 8) == 8, pread(descriptor, &identity, identity.count, 16) == identity.count,
      identity == Array(journal.identity.utf8)
    else { return nil }
    return count
  }

  package func write(_ instant: Timestamp) { write(instant, journal.entryCount) }

  private func write(_ instant: Timestamp, _ count: Int64) {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: instant.microseconds) { bytes += $0 }
    withUnsafeBytes(of: count) { bytes += $0 }
    bytes += journal.identity.utf8
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Notes how many entries the journal has, and not that anybody was there.
  package func remember(_ count: Int64) { write(last ?? Timestamp(microseconds: 0), count) }

  /// - Throws: a configuration failure when the journal holds less than was once committed to it.
  package func checkNothingIsMissing() throws {
    guard let known = knownCount, journal.entryCount < known else { return }
    throw Failure(
      .configuration,
      said(
        "o diário \(journal.path) tem \(journal.entryCount) entradas, e a casa já gravou \(known) nele: "
          + "é mais antigo do que o que ela disse. "
          + "Reponha o último; se ele se perdeu, mova \(journal.path)* daqui e ponha-o de volta com o comando 'restaurar'.",
        "the journal \(journal.path) holds \(journal.entryCount) entries, and the house has written \(known) to it: "
          + "it is older than what the house said. "
          + "Put the latest back; if it is lost, move \(journal.path)* away and put it back with the command 'restore'."))
  }

  /// Forgets how far the journal at this path had come, because it becomes a shorter one on purpose; durable when this returns.
  package static func forgetCount(beside journal: String) throws {
    let path = path(beside: journal)
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return }
    defer { if descriptor >= 0 { close(descriptor) } }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, ftruncate(descriptor, min(status.st_size, 8)) == 0,
      fsync(descriptor) == 0
    else {
      throw Failure(.ioError, said("não consigo gravar \(path): ", "cannot write \(path): ") + systemReason())
    }
  }
}
