internal import Glibc

/// Ends another thread's `poll`. (A socket pair, because Swift's Glibc module lacks `eventfd`.)
final class WakeUp: Sendable {
  /// Readable after a ring; -1 where the system gave none, which `poll` passes over.
  let descriptor: Int32
  private let bell: Int32

  init() {
    var pair: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    if socketpair(AF_UNIX, kind, 0, &pair) != 0 { pair = [-1, -1] }
    (descriptor, bell) = (pair[0], pair[1])
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if bell >= 0 { close(bell) }
  }

  /// A full pair is rung already.
  func ring() {
    var byte: UInt8 = 1
    _ = send(bell, &byte, 1, Int32(MSG_NOSIGNAL))
  }

  func clear() {
    var buffer = [UInt8](repeating: 0, count: 64)
    while recv(descriptor, &buffer, buffer.count, 0) == buffer.count {}
  }
}
