internal import Glibc

/// A program that has run: what it printed and how it ended.
///
/// Made with `posix_spawn` and not with Foundation's `Process`, which lends a socket of its own to the child: a daemon
/// that the child leaves behind keeps that, and `Process` then never notices the child's end.
package struct Subprocess: Sendable {
  /// The exit code, or 128 and the number of the signal that ended it.
  package let status: Int32
  /// Standard output and standard error, as they came.
  package let output: String

  package struct Failed: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
      self.description = description
    }
  }

  /// Runs a program, found on the `PATH`, to its end without blocking a task's thread.
  ///
  /// - Parameter input: a descriptor for its standard input; nothing otherwise.
  package static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil
  ) async throws -> Subprocess {
    let (child, output) = try spawn(program, arguments, environment, input)
    return await withCheckedContinuation { continuation in
      startThread {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
          let count = read(output, &buffer, buffer.count)
          guard count > 0 else { break }
          bytes += buffer[..<count]
        }
        close(output)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // The bits of wait(2): a signal's number below, an exit code above.
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        continuation.resume(returning: Subprocess(status: code, output: String(decoding: bytes, as: UTF8.self)))
      }
    }
  }

  /// The same, where an exit code other than 0 is an error.
  package static func output(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil
  ) async throws -> String {
    let result = try await run(program, arguments, environment: environment, input: input)
    guard result.status == 0 else {
      throw Failed(description: "\(program) \(arguments.joined(separator: " ")) ended with \(result.status): \(result.output)")
    }
    return result.output
  }

  private static func spawn(
    _ program: String, _ arguments: [String], _ environment: [String: String], _ input: Int32?
  ) throws -> (child: pid_t, output: Int32) {
    let (ours, theirs) = try socketPair()
    defer { close(theirs) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, theirs, 1)
    posix_spawn_file_actions_adddup2(&actions, theirs, 2)

    // What is ignored stays ignored in a child; shells rely on SIGPIPE.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

    let overrides = environment.map { "\($0)=\($1)" }
    // `env` finds the program and sets the variables, so that the environment need not be rebuilt here.
    var words = (["env"] + overrides + [program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child = pid_t()
    let failure = posix_spawn(&child, "/usr/bin/env", &actions, &attributes, &words, environ)
    guard failure == 0 else {
      close(ours)
      throw Failed(description: "\(program) cannot be started: \(String(cString: strerror(failure)))")
    }
    return (child, ours)
  }
}

/// Two connected descriptors that no child inherits. (A pipe cannot be made close-on-exec in one step from Swift.)
func socketPair() throws -> (Int32, Int32) {
  var ends: [Int32] = [-1, -1]
  guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
    throw Subprocess.Failed(description: "no socket pair: errno \(errno)")
  }
  return (ends[0], ends[1])
}
