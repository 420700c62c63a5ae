import Glibc

/// An open file, closed when it goes out of scope.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Nil with `errno` set.
  init?(_ path: String, _ flags: Int32, mode: mode_t = 0) {
    let number = open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { return nil }
    self.number = number
  }

  /// Relative to an open folder; nil with `errno` set.
  init?(in folder: borrowing Descriptor, _ name: String, _ flags: Int32) {
    let number = openat(folder.number, name, flags | O_CLOEXEC)
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }

  /// Nil with `errno` set.
  func status() -> stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }

  /// Up to `limit` bytes from the current position; nil with `errno` set.
  func read(limit: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      let read = bytes.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress?.advanced(by: count), limit - count) }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { return nil }
      guard read > 0 else { break }
      count += read
    }
    bytes.removeLast(limit - count)
    return bytes
  }

  /// All of it; false with `errno` set.
  func write(_ bytes: [UInt8]) -> Bool {
    var count = 0
    while count < bytes.count {
      let written = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress?.advanced(by: count), bytes.count - count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return false }
      count += written
    }
    return true
  }
}

extension stat {
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
  /// As `chmod` takes it.
  var permissions: mode_t { st_mode & 0o7777 }
}
