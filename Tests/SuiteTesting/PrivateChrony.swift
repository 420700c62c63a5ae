internal import Glibc
internal import NTPKit
internal import Synchronization

/// A real `chronyd` of the test's own: on free loopback ports (IPv4 and IPv6), in a temporary folder, serving this machine's
/// clock, or one that it believes to be hours away from it, and never touching it. Ended by its own process id.
package final class PrivateChrony: Sendable {
  package let port: UInt16
  private let process: pid_t
  private let folder: String
  private let isOver = Mutex(false)

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// `127.0.0.1:<port>`.
  package var address: String { "127.0.0.1:\(port)" }
  /// `[::1]:<port>`.
  package var address6: String { "[::1]:\(port)" }

  private static let program = "/usr/sbin/chronyd"

  /// Starts it, and returns when it answers.
  /// - Parameter lie: by how many seconds the clock that it serves is ahead of this machine's.
  /// - Throws: where it is not installed, or does not answer within ten seconds.
  package init(lyingBy lie: Int = 0) throws(Failure) {
    guard access(Self.program, X_OK) == 0 else {
      throw Failure(description: "\(Self.program) is not installed: apt-get install chrony")
    }
    var template = Array("/tmp/leilao-chrony-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(description: "no temporary folder") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do { port = UInt16(try FreePorts.take()) } catch { throw Failure(description: "no free port") }
    let configuration = """
      local stratum 8
      port \(port)
      bindaddress 127.0.0.1
      bindaddress ::1
      allow 127.0.0.1
      allow ::1
      cmdport 0
      pidfile \(folder)/chronyd.pid

      """
    try Self.write(configuration, to: folder + "/chrony.conf")
    process = try Self.spawn(
      [Self.program, "-x", "-U", "-u", Self.userName(), "-f", folder + "/chrony.conf", "-d"],
      environment: lie == 0 ? [:] : FakeTime.environment(["FAKETIME": (lie > 0 ? "+" : "") + "\(lie)s"]), log: folder + "/log")
    guard Self.answers(on: port) else {
      let said = log
      stop()
      throw Failure(description: "chronyd does not answer on port \(port): \(said)")
    }
  }

  /// Asks until there is an answer, fifty times at most.
  private static func answers(on port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let request = NTPPacket.request(nonce: 1)
    var buffer = [UInt8](repeating: 0, count: 128)
    for _ in 0..<50 {
      _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(descriptor, request, request.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&polled, 1, 200) > 0, recv(descriptor, &buffer, buffer.count, 0) >= NTPPacket.length { return true }
      usleep(20_000)
    }
    return false
  }

  deinit { stop() }

  package func stop() {
    let isFirst = isOver.withLock { over in
      defer { over = true }
      return !over
    }
    guard isFirst else { return }
    kill(process, SIGTERM)
    var status: Int32 = 0
    // It ends within milliseconds; five seconds are the bound before it is made to.
    for _ in 0..<500 where waitpid(process, &status, WNOHANG) == 0 { usleep(10_000) }
    if waitpid(process, &status, WNOHANG) == 0 {
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
    }
    for name in ["chrony.conf", "log", "chronyd.pid"] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  /// What it has said so far, for a failing test to show.
  package var log: String {
    let file = open(folder + "/log", O_RDONLY)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    return String(decoding: buffer.prefix(max(read(file, &buffer, buffer.count), 0)), as: UTF8.self)
  }

  private static func userName() -> String {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "root"
  }

  private static func write(_ text: String, to path: String) throws(Failure) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure(description: "cannot create \(path)") }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw Failure(description: "cannot write \(path)") }
  }

  private static func spawn(
    _ arguments: [String], environment: [String: String], log: String
  ) throws(Failure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    // Behind the process's own: of two of one name the first counts, and no test is run under libfaketime itself.
    var variables: [UnsafeMutablePointer<CChar>?] = []
    var own: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
    while let variable = own?.pointee {
      variables.append(strdup(variable))
      own = own?.advanced(by: 1)
    }
    variables += environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, arguments[0], &actions, nil, &words, &variables)
    guard code == 0 else { throw Failure(description: "\(arguments[0]) does not start: \(String(cString: strerror(code)))") }
    return id
  }
}
