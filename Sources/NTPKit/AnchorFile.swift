internal import Glibc
import SharedKernel

/// What a program that starts now would know without asking anybody: what another of the same user has agreed on with the same
/// servers, held over.
package struct CachedTime: Hashable, Sendable {
  package let reading: Reading
  /// Since that was agreed.
  package let ageMicroseconds: Int64

  /// Nil where nothing is cached, or nothing that is of use.
  package init?(of source: TimeSource, in path: String?) {
    let now = SystemTime.boot()
    guard let path, let estimate = AnchorFile(path: path, servers: source.servers)?.anchor()?.estimate(at: now) else {
      return nil
    }
    reading = Reading(
      unixMicroseconds: (now + estimate.offset).microsecondsRoundedDown,
      uncertaintyMicroseconds: estimate.halfWidth(at: now).microsecondsRoundedUp + 1, status: .holdover)
    ageMicroseconds = (now - estimate.madeAt).microsecondsRoundedDown
  }
}

/// Keeps the `AnchorRecord` on disk, shared by all processes of a user: one asks, the others read.
///
/// A cache, never the truth: what is missing, of another boot or not this user's own counts as nothing.
/// Used by one thread at a time.
struct AnchorFile {
  private let path: String
  private let bootID: String
  private let servers: [NTPServer]

  struct Failure: Error { let reason: Sentence }

  /// Nil where the system does not tell its boot's id.
  init?(path: String, servers: [NTPServer]) {
    WholeFile.cleanDrafts(of: path)
    guard let id = Self.contents(of: "/proc/sys/kernel/random/boot_id") else { return nil }
    self.init(path: path, servers: servers, bootID: id.filter { $0 != "\n" })
  }

  init(path: String, servers: [NTPServer], bootID: String) {
    (self.path, self.servers, self.bootID) = (path, servers, bootID)
  }

  /// What was agreed on this boot with these servers.
  func anchor() -> Anchor? { record()?.anchors[AnchorRecord.key(of: servers)] }

  private func record() -> AnchorRecord? {
    guard let text = Self.contents(of: path, ownedByUser: true), let record = AnchorRecord(parsing: text), record.bootID == bootID
    else { return nil }
    return record
  }

  /// Whether a server may be asked now.
  enum Turn: Equatable {
    /// Until then (boot clock) it is nobody else's turn.
    case granted(until: Nanoseconds)
    /// Somebody has asked there, or was told to ask less: not before then (boot clock).
    case notBefore(Nanoseconds)
    /// Another process looks at the file just now: soon.
    case busy
  }

  /// Writes down that an address is asked now and then left alone for `floor`, unless it is being left alone.
  /// - Parameters:
  ///   - held: the end of the turn that the caller has there; while that is what is written, the rest is its own, and is renewed.
  ///   - clock: the boot clock, read once nobody else can write: between asking for the lock and having it a process may be stopped.
  func takeTurn(
    for address: SocketAddress, floor: Nanoseconds, holding held: Nanoseconds? = nil, at clock: @autoclosure () -> Nanoseconds
  ) throws(Failure) -> Turn {
    let turn = try exclusively { () throws(Failure) -> Turn in
      let now = clock() / 1_000
      var record = record() ?? AnchorRecord(bootID: bootID)
      if let rested = record.rest(of: address.description, at: now), held.map({ rested != $0 / 1_000 }) ?? true {
        return .notBefore(.microseconds(rested))
      }
      let end = now + floor / 1_000
      record.rest(address.description, until: end, at: now)
      try write(record)
      return .granted(until: .microseconds(end))
    }
    return turn ?? .busy
  }

  /// Lets an address rest for everybody, because its server asked for less.
  /// - Returns: false where another process had the file.
  func rest(
    _ address: SocketAddress, until end: Nanoseconds, at clock: @autoclosure () -> Nanoseconds
  ) throws(Failure) -> Bool {
    let done: Void? = try exclusively { () throws(Failure) in
      var record = record() ?? AnchorRecord(bootID: bootID)
      record.rest(address.description, until: end / 1_000, at: clock() / 1_000)
      try write(record)
    }
    return done != nil
  }

  /// Keeps an anchor, unless one made later is there.
  /// - Returns: false where another process had the file.
  func store(_ anchor: Anchor, at clock: @autoclosure () -> Nanoseconds) throws(Failure) -> Bool {
    let done: Void? = try exclusively { () throws(Failure) in
      let now = clock()
      var record = record() ?? AnchorRecord(bootID: bootID)
      let key = AnchorRecord.key(of: servers)
      if let kept = record.anchors[key], kept.bootMicroseconds > anchor.bootMicroseconds, kept.bootMicroseconds <= now / 1_000 {
        return
      }
      record.keep(anchor, of: key)
      try write(record)
    }
    return done != nil
  }

  /// Holds the lock beside the file. A lock that another holds is not waited for: that one may have been stopped with it.
  /// - Returns: nil where another holds it.
  private func exclusively<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R? {
    let lock = Self.openLock(of: path)
    guard lock >= 0 else { throw Self.failure("travar", "lock", path) }
    defer { close(lock) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw Self.failure("travar", "lock", path) }
      return nil
    }
    // Closing is not enough: a child process that is being made just now has the same open file for a moment more.
    defer { flock(lock, LOCK_UN) }
    return try body()
  }

  /// After a power cut it is another boot.
  private func write(_ record: AnchorRecord) throws(Failure) {
    do { try WholeFile.write(Array(record.text.utf8), to: path) } catch { throw Failure(reason: error.reason) }
  }

  private static func failure(_ portuguese: String, _ english: String, _ path: String) -> Failure {
    Failure(reason: WholeFile.failure(portuguese, english, path).reason)
  }

  /// Its descriptor; below zero where there can be none.
  private static func openLock(of path: String) -> Int32 {
    makeDirectories(of: path)
    return open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
  }

  /// Whether a file there could be written by this user.
  static func isWritable(_ path: String) -> Bool {
    let lock = openLock(of: path)
    guard lock >= 0 else { return false }
    close(lock)
    return true
  }

  private static func makeDirectories(of path: String) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      mkdir(String(path[..<slash]), 0o700)
      end = slash
    }
  }

  /// Room for every anchor of sixteen names, and every rest.
  private static let mostBytes = 65_536

  /// - Parameter ownedByUser: whether a file that others own or may write counts as missing.
  private static func contents(of path: String, ownedByUser: Bool = false) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    if ownedByUser {
      var status = stat()
      guard fstat(file, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else { return nil }
    }
    var buffer = [UInt8](repeating: 0, count: mostBytes)
    let count = read(file, &buffer, buffer.count)
    guard count > 0, count < mostBytes else { return nil }
    return String(validating: buffer.prefix(count), as: UTF8.self)
  }
}
