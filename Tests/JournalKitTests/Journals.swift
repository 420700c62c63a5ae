import Glibc
import JournalKit
import SuiteTesting

/// Opens `name` in the folder, without waiting.
func openJournal(_ folder: String, _ name: String = "ms_lance") throws(JournalError) -> Journal {
  try Journal.open(folder: folder, name: name, waitingForLock: false) { _ in }
}

/// A body of this many bytes that tells which one it is.
func body(_ number: Int64, length: Int = 64) -> [UInt8] {
  (0..<length).map { UInt8(truncatingIfNeeded: number &* 31 &+ Int64($0)) }
}

/// One turn: three entries, a document in each of two collections, two messages.
func turn(_ number: Int64) -> Commit {
  Commit(
    entries: (0..<3).map { ("kind\($0)", body(number * 3 + $0)) },
    documents: [
      Document(collection: "block", key: "auction-\(number % 3)", number: number, body: body(number)),
      Document(collection: "receipt", key: "bidder", number: number, body: body(-number)),
    ],
    outbox: (0..<2).map { i in
      OutgoingMessage(
        exchange: "leilao", routingKey: "lance.validado", isMandatory: i == 0, messageID: "\(number):\(i)",
        correlationID: i == 0 ? "auction" : nil, contentType: nil, body: body(number, length: i))
    })
}

/// The same, with a third message that says what a document holds.
func keeping(_ number: Int64) -> Commit {
  var commit = turn(number)
  commit.outbox.append(
    OutgoingMessage(
      exchange: "leilao", routingKey: "lance.validado", body: commit.documents[0].body, kept: commit.documents[0].place))
  return commit
}

func entries(_ journal: Journal, from number: Int64 = 1) throws -> [Entry] {
  var entries: [Entry] = []
  try journal.forEachEntry(from: number) { entries.append($0) }
  return entries
}

func journalError<T>(_ body: () throws(JournalError) -> T) -> JournalError? {
  do throws(JournalError) {
    _ = try body()
    return nil
  } catch { return error }
}

func mode(_ path: String) -> mode_t {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

/// A pipe with a name, by which two processes wait for each other.
struct Gate {
  private let path: String

  init(_ path: String) { self.path = path }

  func make() -> Bool { mkfifo(path, 0o600) == 0 }

  /// Ready to be waited at; the other side's `pass` is kept until `wait`.
  func stand() -> Int32 { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }

  /// False after half a minute.
  func wait(_ stand: Int32) -> Bool {
    var waits = [pollfd(fd: stand, events: Int16(POLLIN), revents: 0)]
    return poll(&waits, 1, 30_000) == 1 && waits[0].revents & Int16(POLLIN) != 0
  }

  /// Needs somebody who stands there.
  func pass() -> Bool {
    let end = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(end) }
    return write(end, [1], 1) == 1
  }
}
