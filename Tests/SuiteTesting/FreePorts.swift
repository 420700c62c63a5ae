internal import Glibc
internal import Synchronization

/// Ports of the loopback where nobody listens, for programs that must be told theirs.
///
/// They lie below the range from which the system gives connections their ports (32768 and up, `ip(7)`): there a port found
/// free is soon taken by somebody's connection. One process gets none twice.
package enum FreePorts {
  private static let range = 20_000..<30_000
  private static let next = Mutex(Int.random(in: range))

  package static func take(_ count: Int) throws(NoneLeft) -> [Int] {
    var ports: [Int] = []
    for _ in range {
      if ports.count == count { break }
      let port = next.withLock { next in
        defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
        return next
      }
      if [SOCK_STREAM, SOCK_DGRAM].allSatisfy({ isFree(port, for: $0) }) { ports.append(port) }
    }
    guard ports.count == count else { throw NoneLeft() }
    return ports
  }

  package static func take() throws(NoneLeft) -> Int { try take(1)[0] }

  package struct NoneLeft: Error {}

  private static func isFree(_ port: Int, for type: __socket_type) -> Bool {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = loopbackAddress(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
