internal import CTerminal

/// The two ends of a process that owns a terminal.
package enum ProcessEnding {
  /// Call it first of all in a program that will draw: starts the program anew, once, with a Swift runtime that reports a crash
  /// and asks nothing. Left alone when SWIFT_BACKTRACE is already set.
  package static func restartWithoutQuestions() {
    // When it fails, the program runs on as it is: a crash would then ask, on a terminal that has been given back.
    _ = cterminal_restart_without_questions(CommandLine.unsafeArgv)
  }

  /// Ends the process by the signal that asked it to end, so that the parent sees 128 + n.
  package static func die(bySignal signal: Int32) -> Never { cterminal_die(signal) }
}
