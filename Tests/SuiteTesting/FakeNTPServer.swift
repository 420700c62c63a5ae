internal import Glibc
package import NTPKit
internal import Synchronization

/// A UDP server on a loopback address that answers NTP requests as a test wishes: honestly, late, twice, or with any lie.
package final class FakeNTPServer: Sendable {
  /// A request as it came.
  package struct Question: Sendable {
    /// Counted from 0.
    package let number: Int
    package let bytes: [UInt8]
    /// The request's transmit timestamp, which an answer must echo.
    package let nonce: NTPTimestamp
    /// The system's clock when it came, in Unix nanoseconds.
    package let receivedAt: Nanoseconds
  }

  /// A datagram to send back.
  package struct Answer: Sendable {
    package var bytes: [UInt8]
    package var delay: Duration
    package var sender: Sender

    /// Who sends it.
    package enum Sender: Sendable {
      /// The server that was asked.
      case server
      /// A stranger on the same machine.
      case anotherPort
      /// A stranger at another address (127.0.0.2), from the server's port.
      case anotherAddress
    }

    package init(_ bytes: [UInt8], after delay: Duration = .zero, from sender: Sender = .server) {
      (self.bytes, self.delay, self.sender) = (bytes, delay, sender)
    }

    /// What a good server says, shifted by `offset` and changed by `edit`.
    package static func honest(
      to question: Question, offset: Nanoseconds = 0, after delay: Duration = .zero, from sender: Sender = .server,
      _ edit: (inout NTPPacket) -> Void = { _ in }
    ) -> Answer {
      let time = NTPTimestamp(nanoseconds: question.receivedAt + offset + 2_208_988_800 * 1_000_000_000)
      var packet = NTPPacket.blank
      (packet.version, packet.mode, packet.stratum, packet.precision, packet.referenceID) = (4, 4, 1, -23, 0x4750_5300)
      (packet.rootDelay, packet.rootDispersion) = (16, 32)
      (packet.origin, packet.receive, packet.transmit, packet.reference) = (question.nonce, time, time, time)
      edit(&packet)
      return Answer(packet.bytes, after: delay, from: sender)
    }
  }

  package typealias Behaviour = @Sendable (Question) -> [Answer]

  struct Failure: Error { let reason: String }

  private struct Contents {
    var behaviour: Behaviour
    var asked: [(sender: UInt16, question: Question)] = []
    var isOver = false
  }

  private struct Pending {
    let due: ContinuousClock.Instant
    let answer: Answer
    let to: [UInt8]
  }

  /// Sockets of those who were not asked.
  private struct Strangers: Sendable {
    let port, address: Int32
  }

  private let contents: Mutex<Contents>
  private let socket: Int32
  private let strangers: Strangers
  private let thread: Mutex<pthread_t?> = Mutex(nil)
  package let port: UInt16

  /// - Parameter behaviour: what is sent back to each question; nothing at all for silence.
  package init(_ behaviour: @escaping Behaviour) throws {
    contents = Mutex(Contents(behaviour: behaviour))
    (socket, port) = try Self.bound()
    strangers = Strangers(port: try Self.bound().0, address: try Self.bound(to: 0x7F00_0002, port: port).0)
    let me = Unmanaged.passRetained(Box(self))
    var id = pthread_t()
    let code = pthread_create(
      &id, nil,
      { pointer in
        guard let pointer else { return nil }
        let box = Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue()
        FakeNTPServer.serve(box)
        return nil
      }, me.toOpaque())
    guard code == 0 else {
      me.release()
      throw Failure(reason: "no thread: \(code)")
    }
    thread.withLock { $0 = id }
  }

  /// An honest server, `offset` away from the system's clock.
  package static func honest(offset: Nanoseconds = 0, after delay: Duration = .zero) throws -> FakeNTPServer {
    try FakeNTPServer { [.honest(to: $0, offset: offset, after: delay)] }
  }

  deinit { stop() }

  package var address: String { "127.0.0.1:\(port)" }

  package var questions: [Question] { contents.withLock { $0.asked.map(\.question) } }

  /// The source port of each question.
  package var senders: [UInt16] { contents.withLock { $0.asked.map(\.sender) } }

  /// From the next question on.
  package func behave(_ behaviour: @escaping Behaviour) { contents.withLock { $0.behaviour = behaviour } }

  /// Closes the port: from then on the system refuses what is sent to it.
  package func stop() {
    let isFirst = contents.withLock { contents in
      defer { contents.isOver = true }
      return !contents.isOver
    }
    guard isFirst else { return }
    var address = Self.loopback(port: port)
    withRaw(&address) { _ = sendto(socket, "", 0, 0, $0, $1) }
    if let id = thread.withLock({ $0 }) { pthread_join(id, nil) }
    close(socket)
    close(strangers.port)
    close(strangers.address)
  }

  /// Keeps the server only weakly, so that one that nobody holds any more ends.
  private final class Box {
    weak var server: FakeNTPServer?
    let socket: Int32
    let strangers: Strangers
    init(_ server: FakeNTPServer) { (self.server, socket, strangers) = (server, server.socket, server.strangers) }
  }

  private static func serve(_ box: Box) {
    var pending: [Pending] = []
    while true {
      let now = ContinuousClock.now
      for item in pending where item.due <= now {
        let socket =
          switch item.answer.sender {
          case .server: box.socket
          case .anotherPort: box.strangers.port
          case .anotherAddress: box.strangers.address
          }
        item.to.withUnsafeBytes { raw in
          guard let base = raw.baseAddress else { return }
          _ = sendto(
            socket, item.answer.bytes, item.answer.bytes.count, 0, base.assumingMemoryBound(to: sockaddr.self),
            socklen_t(raw.count))
        }
      }
      pending.removeAll { $0.due <= now }
      let wait = pending.map { now.duration(to: $0.due) }.min().map { Int32($0 / .milliseconds(1)) + 1 } ?? -1
      var polled = pollfd(fd: box.socket, events: Int16(POLLIN), revents: 0)
      guard poll(&polled, 1, wait) > 0 else { continue }
      guard let (bytes, sender) = receive(box.socket) else { continue }
      guard let server = box.server, let answers = server.answers(to: bytes, from: sender) else { return }
      let came = ContinuousClock.now
      pending += answers.map { Pending(due: came + $0.delay, answer: $0, to: sender) }
    }
  }

  /// Nil once the server has been stopped.
  private func answers(to bytes: [UInt8], from sender: [UInt8]) -> [Answer]? {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let receivedAt = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    return contents.withLock { contents -> (Behaviour, Question)? in
      guard !contents.isOver else { return nil }
      let question = Question(
        number: contents.asked.count, bytes: bytes, nonce: NTPPacket(bytes)?.transmit ?? NTPTimestamp(bits: 0),
        receivedAt: receivedAt)
      contents.asked.append((UInt16(sender[2]) << 8 | UInt16(sender[3]), question))
      return (contents.behaviour, question)
    }.map { $0($1) }
  }

  private static func receive(_ socket: Int32) -> (bytes: [UInt8], sender: [UInt8])? {
    var buffer = [UInt8](repeating: 0, count: 1_024)
    var sender = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = withUnsafeMutablePointer(to: &sender) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(socket, &buffer, buffer.count, 0, $0, &length) }
    }
    guard count >= 0 else { return nil }
    return (Array(buffer.prefix(count)), withUnsafeBytes(of: &sender) { Array($0) })
  }

  private static func bound(to host: UInt32 = 0x7F00_0001, port: UInt16 = 0) throws -> (Int32, UInt16) {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(host, port: port)
    guard descriptor >= 0, withRaw(&address, { bind(descriptor, $0, $1) }) == 0 else { throw Failure(reason: "no port") }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private static func loopback(_ host: UInt32 = 0x7F00_0001, port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = host.bigEndian
    return address
  }
}

private func withRaw<R>(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
  withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  }
}

extension NTPPacket {
  /// All zero.
  package static var blank: NTPPacket {
    guard let packet = NTPPacket([UInt8](repeating: 0, count: NTPPacket.length)) else {
      preconditionFailure("48 bytes are a header")
    }
    return packet
  }
}
