internal import Glibc
import SharedKernel

/// One UDP socket for one request: connected, so that the system drops what others send, on a port that the system chose,
/// so that others cannot guess it (RFC 9109). Owned by the polling thread.
final class RequestSocket {
  let descriptor: Int32

  struct Failure: Error {
    let reason: Sentence

    /// Reads `errno` at the moment of failure.
    static func current() -> Failure { Failure(reason: Sentence(system: String(cString: strerror(errno)))) }
  }

  init(connectedTo address: SocketAddress) throws(Failure) {
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    descriptor = socket(address.family, kind, 0)
    guard descriptor >= 0 else { throw .current() }
    guard address.withRaw({ connect(descriptor, $0, $1) }) == 0 else { throw .current() }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func send(_ bytes: [UInt8]) throws(Failure) {
    let sent = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    guard sent == bytes.count else { throw .current() }
  }

  /// Longer datagrams are cut: only the header is looked at.
  static let bufferSize = 512

  /// The next datagram; nil where none is waiting.
  func receive() throws(Failure) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count >= 0 { return Array(buffer.prefix(count)) }
    if errno == EAGAIN || errno == EINTR { return nil }
    throw .current()
  }
}
