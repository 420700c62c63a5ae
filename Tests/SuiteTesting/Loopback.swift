internal import Foundation
internal import Glibc

/// A listening socket on a free port of 127.0.0.1.
package func listenOnLoopback() throws -> (socket: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  var address = loopbackAddress(port: 0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isListening = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard descriptor >= 0, isListening else { throw Subprocess.Failed(description: "no listening socket: errno \(errno)") }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

/// A connected socket, or a negative number.
func connectToLoopback(_ port: Int) -> Int32 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  var address = loopbackAddress(port: port)
  let isConnected = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
  if isConnected { return descriptor }
  close(descriptor)
  return -1
}

/// Whether somebody takes connections there.
package func isListening(_ port: Int) -> Bool {
  let descriptor = connectToLoopback(port)
  if descriptor >= 0 { close(descriptor) }
  return descriptor >= 0
}

func loopbackAddress(port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

/// Blocking work of a double's, away from the tasks' threads.
func startThread(_ body: @escaping @Sendable () -> Void) {
  Thread(block: body).start()
}
