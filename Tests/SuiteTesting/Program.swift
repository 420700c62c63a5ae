package import Glibc
internal import Synchronization

/// A program that a test has started: what it prints, line by line as it comes, and how it ends.
///
/// Whatever becomes of the test process, the program is killed with it.
package final class Program: Sendable {
  package enum Ending: Sendable, Hashable {
    case code(Int32)
    case signal(Int32)
  }

  /// What was awaited did not come, in words.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(description: String) { self.description = description }
  }

  package let id: pid_t
  package let output = Recorder<String>()
  package let errors = Recorder<String>()
  private let name: String
  private let endings = Recorder<Ending>()
  private let isReaped = Mutex(false)

  /// - Parameters:
  ///   - arguments: the program's path first.
  ///   - environment: all of it; nothing is inherited.
  package init(_ arguments: [String], environment: [String: String]) throws {
    var output: (reading: Int32, writing: Int32) = (-1, -1)
    var errors: (reading: Int32, writing: Int32) = (-1, -1)
    output = try Self.stream()
    errors = try Self.stream()
    defer {
      close(output.writing)
      close(errors.writing)
    }
    name = arguments.joined(separator: " ")
    do {
      id = try Spawn.start(arguments, environment: environment, descriptors: [(output.writing, 1), (errors.writing, 2)])
    } catch {
      close(output.reading)
      close(errors.reading)
      throw error
    }
    Orphans.adopt(id)
    let readers = [(output.reading, self.output), (errors.reading, self.errors)].map { descriptor, lines in
      startJoinable { Self.read(descriptor, into: lines) }
    }
    startJoinable { [self] in wait(for: readers) }.detach()
  }

  /// What it came to, when everything that it printed has been read.
  package func ending(within limit: Duration = .seconds(120)) async throws -> Ending {
    do {
      return try await endings.first(within: limit) { $0 }
    } catch {
      throw Failure(
        description: "\(name) has not ended within \(limit); it said \(output.values.suffix(5)), \(errors.values.suffix(5))")
    }
  }

  package var isRunning: Bool { isReaped.withLock { !$0 } }

  /// Sends a signal; nothing happens when it has ended.
  package func send(_ signal: Int32) { isReaped.withLock { if !$0 { _ = kill(id, signal) } } }

  /// Ends it at once, and returns when it is gone.
  package func kill9() async throws {
    send(SIGKILL)
    _ = try await ending()
  }

  private func wait(for readers: [JoinableThread]) {
    var info = siginfo_t()
    while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    var status: Int32 = 0
    isReaped.withLock { reaped in
      // Under the lock, so that no signal can reach whoever gets the number next.
      _ = waitpid(id, &status, 0)
      reaped = true
    }
    Orphans.release(id)
    for reader in readers { reader.join() }
    let signal = status & 0x7f
    endings.record(signal == 0 ? .code(status >> 8 & 0xff) : .signal(signal))
  }

  /// A socket pair, since a pipe cannot be made close-on-exec in one step.
  private static func stream() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Failure(description: "no socket pair: errno \(errno)")
    }
    return (ends[0], ends[1])
  }

  private static func read(_ descriptor: Int32, into lines: Recorder<String>) {
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var rest: [UInt8] = []
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      rest += buffer[..<count]
      while let end = rest.firstIndex(of: 0x0a) {
        lines.record(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeFirst(end + 1)
      }
    }
    if !rest.isEmpty { lines.record(String(decoding: rest, as: UTF8.self)) }
  }
}

/// Starting programs as from a shell without a terminal: in a session of their own, with no signal blocked or ignored, whatever the
/// thread that starts them does.
enum Spawn {
  static func start(
    _ arguments: [String], environment: [String: String], descriptors: [(ours: Int32, theirs: Int32)]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (ours, theirs) in descriptors { posix_spawn_file_actions_adddup2(&actions, ours, theirs) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // POSIX_SPAWN_SETSID, which Glibc's module does not show.
    let newSession: Int32 = 0x80
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession))

    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, arguments[0], &actions, &attributes, &words, &variables)
    guard code == 0 else {
      throw Program.Failure(description: "\(arguments[0]) does not start: \(String(cString: strerror(code)))")
    }
    return id
  }
}

/// The programs and folders that must not outlive this process. A shell of its own keeps the list and waits on a line whose
/// other end only this process holds: when that ends, whatever is on the list goes.
package enum Orphans {
  private static let script = """
    declare -A ids folders mounts
    while read -r word value; do
      case $word in
        adopt) ids[$value]=1 ;;
        release) unset "ids[$value]" ;;
        folder) folders[$value]=1 ;;
        mount) mounts[$value]=1 ;;
      esac
    done
    for id in "${!ids[@]}"; do kill -KILL "$id"; done
    for mount in "${!mounts[@]}"; do umount -l "$mount" && rmdir "$mount"; done 2>/dev/null
    for folder in "${!folders[@]}"; do rm -rf -- "$folder"; done
    """

  private static let line: Int32 = {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0,
      (try? Spawn.start(
        ["/bin/bash", "--norc", "-c", script], environment: ["PATH": "/usr/bin:/bin"], descriptors: [(ends[0], 0)])) != nil
    else { preconditionFailure("no shell to look after the programs that tests start: errno \(errno)") }
    close(ends[0])
    return ends[1]
  }()

  package static func adopt(_ id: pid_t) { say("adopt \(id)") }
  package static func release(_ id: pid_t) { say("release \(id)") }
  /// Removes a folder of the test's, with everything in it, at the end.
  package static func adopt(folder: String) { say("folder \(folder)") }
  /// Unmounts a file system of the test's at the end, and removes its folder, if it still is there.
  package static func adopt(mount: String) { say("mount \(mount)") }

  /// One write of a short line is whole, from whichever thread.
  private static func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = write(line, bytes, bytes.count)
  }
}

/// A thread that can be waited for.
struct JoinableThread: Sendable {
  private let id: pthread_t
  fileprivate init(_ id: pthread_t) { self.id = id }
  func join() { pthread_join(id, nil) }
  func detach() { pthread_detach(id) }
}

@discardableResult
private func startJoinable(_ body: @escaping @Sendable () -> Void) -> JoinableThread {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var id = pthread_t()
  let code = pthread_create(
    &id, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(code == 0, "no thread: \(code)")
  return JoinableThread(id)
}
