internal import Glibc
import SharedKernel

/// One resolved address of a server.
struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// A `sockaddr_in` or `sockaddr_in6`, as the system gave it.
  private let bytes: [UInt8]

  /// More addresses than this of one name are not looked at.
  static let mostAddresses = 8

  struct ResolutionFailure: Error { let reason: Sentence }

  /// Asks the resolver for a server's IPv4 and IPv6 addresses. May take as long as DNS takes, unless `numericOnly`.
  static func resolve(_ server: NTPServer, numericOnly: Bool) throws(ResolutionFailure) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(server.host, "\(server.port)", &hints, &list)
    guard code == 0 else { throw ResolutionFailure(reason: Sentence(system: String(cString: gai_strerror(code)))) }
    defer { freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee, found.count < mostAddresses {
      if info.ai_family == AF_INET || info.ai_family == AF_INET6, let address = info.ai_addr {
        let bytes = [UInt8](UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen)))
        let new = SocketAddress(bytes: info.ai_family == AF_INET6 ? unmapped(bytes) : bytes)
        if !found.contains(new) { found.append(new) }
      }
      entry = info.ai_next
    }
    guard !found.isEmpty else {
      throw ResolutionFailure(reason: Sentence("nenhum endereço IPv4 ou IPv6", "no IPv4 or IPv6 address"))
    }
    return found
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) as the IPv4 address that it is: under two forms a server would have two
  /// votes, and be asked twice. Any other stays as it is.
  private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 24, bytes[8..<18].allSatisfy({ $0 == 0 }), bytes[18] == 0xFF, bytes[19] == 0xFF else { return bytes }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    return withUnsafeBytes(of: &address) { Array($0.prefix(2)) } + bytes[2..<4] + bytes[20..<24] + [UInt8](repeating: 0, count: 8)
  }

  var family: Int32 { withRaw { pointer, _ in Int32(pointer.pointee.sa_family) } }

  /// Whether it stays on this machine: 127.0.0.0/8 or ::1.
  var isLoopback: Bool {
    let address = family == AF_INET ? bytes.dropFirst(4).prefix(4) : bytes.dropFirst(8).prefix(16)
    if address.count == 4 { return address.first == 127 }
    return address.dropLast().allSatisfy { $0 == 0 } && address.last == 1
  }

  func withRaw<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes.prefix($0.count)) }
    return withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(bytes.count)) }
    }
  }

  /// Numeric, with the port.
  var description: String {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: 32)
    let code = withRaw { address, length in
      getnameinfo(
        address, length, &host, socklen_t(host.count), &port, socklen_t(port.count), NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard code == 0 else { return "?" }
    let (name, number) = (text(of: host), text(of: port))
    return family == AF_INET6 ? "[\(name)]:\(number)" : "\(name):\(number)"
  }
}

/// The characters before the first NUL.
private func text(of buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
