import Glibc

/// The right to write one journal: an exclusive `flock` on a file beside it, which the system takes back when the process
/// ends, however it ends. The file holds the holder's process id, for people.
///
/// SQLite's own locks keep a file sound between two writers; they would not keep two services from deciding the same bids.
struct JournalLock: ~Copyable {
  private let descriptor: Int32

  /// Waits without end when told to, after saying once who holds it; a waiting process that should stop simply exits.
  init(path: String, waiting: Bool, onHeld: (Int32?) -> Void) throws(JournalError) {
    var isSaid = false
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else { throw .system("abrir a trava", "open the lock", path) }
      do throws(JournalError) {
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
          guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("travar", "lock", path) }
          let holder = Self.holder(descriptor)
          guard waiting else { throw JournalError(.held(pid: holder), path) }
          if !isSaid { onHeld(holder) }
          isSaid = true
          while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .system("esperar pela trava", "wait for the lock", path) }
          }
        }
        if try Self.isStillNamed(descriptor, path) {
          try Self.sign(descriptor, path)
          self.descriptor = descriptor
          return
        }
      } catch {
        close(descriptor)
        throw error
      }
      // The file was removed while we waited, so this lock keeps nobody out: take the new one.
      close(descriptor)
    }
  }

  deinit {
    // Closing is not enough: a child process that is being made just now has the same open file for a moment more.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Holds on to the lock up to here.
  borrowing func keep() {}

  private static func isStillNamed(_ descriptor: Int32, _ path: String) throws(JournalError) -> Bool {
    var held = stat()
    var named = stat()
    guard fstat(descriptor, &held) == 0 else { throw .system("examinar a trava", "look at the lock", path) }
    guard stat(path, &named) == 0 else {
      if errno == ENOENT { return false }
      throw .system("examinar a trava", "look at the lock", path)
    }
    return held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }

  private static func sign(_ descriptor: Int32, _ path: String) throws(JournalError) {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
      throw .system("gravar a trava", "write the lock", path)
    }
  }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &text, text.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: text[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
