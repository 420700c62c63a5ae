import Glibc
import ServiceKit

/// A file that a person wrote or made, read whole.
enum TextFile {
  /// - Parameters:
  ///   - path: `-` is the standard input.
  ///   - limit: in bytes, a whole number of MiB.
  static func bytes(of path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
    guard path != "-" else {
      return try bytes(from: STDIN_FILENO, of: said("a entrada padrão", "the standard input"), atMost: limit)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    return try bytes(from: descriptor, of: path, atMost: limit)
  }

  private static func bytes(from descriptor: Int32, of path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= limit else {
        let most = "\(limit >> 20) MiB"
        throw Failure(
          .usage, said("\(path): maior que \(most); aceito: até \(most)", "\(path): larger than \(most); accepted: up to \(most)")
        )
      }
    }
  }

  /// To be called at once, before `errno` changes.
  private static func unreadable(_ path: String) -> Failure { Failure(.usage, "\(path): \(systemReason())") }
}
