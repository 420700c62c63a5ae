/// What a program's end means to whoever started it. Documented in README.md.
package enum ExitStatus: Int32, Error, Sendable {
  /// Done; a bid or a command was accepted.
  case ok = 0
  /// The house said no, with its reason.
  case refused = 1
  /// No answer came in time: it may have happened or not.
  case unknown = 3
  /// The command line, a file or an environment variable was wrong (sysexits EX_USAGE).
  case usage = 64
  /// The broker cannot be reached (EX_UNAVAILABLE).
  case unavailable = 69
  /// The journal or the disk failed (EX_IOERR): recover from disk by starting again.
  case ioError = 74
  /// A key, journal or setting that must not be used as it is (EX_CONFIG).
  case configuration = 78
}

/// A sentence for the person at the terminal, and the status to leave with.
package struct Failure: Error, Sendable, CustomStringConvertible {
  package let status: ExitStatus
  package let sentence: String
  package init(_ status: ExitStatus, _ sentence: String) { (self.status, self.sentence) = (status, sentence) }
  package var description: String { sentence }
}
