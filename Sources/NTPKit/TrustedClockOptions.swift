internal import Glibc

/// How a `TrustedClock` is set up.
package struct TrustedClockOptions: Sendable {
  package var source: TimeSource
  /// Where the last agreement is kept for the next start on the same boot; nil to keep nothing.
  package var anchorFile: String?
  /// Asks servers on a loopback address several times a second. Never affects others.
  package var fastLoopbackPolling: Bool
  /// After how long without any agreement the system's clock is accepted, where the servers are not insisted on.
  package var patience: Duration

  /// How often strangers' servers are asked; a test may leave them alone for longer.
  var pace = PollSchedule.Pace.courteous
  /// Finds a server's addresses, and may take its time; a test's own in place of the system's.
  var resolver: @Sendable (NTPServer) throws(SocketAddress.ResolutionFailure) -> [SocketAddress] = {
    server throws(SocketAddress.ResolutionFailure) in try SocketAddress.resolve(server, numericOnly: false)
  }

  package init(
    source: TimeSource, anchorFile: String? = Self.userAnchorFile, fastLoopbackPolling: Bool = false,
    patience: Duration = .seconds(5)
  ) {
    self.source = source
    self.anchorFile = anchorFile
    self.fastLoopbackPolling = fastLoopbackPolling
    self.patience = patience
  }

  /// The user's anchor file; one in this folder where there is no home, or none that may be written.
  package static func anchorFile(orIn folder: String) -> String {
    userAnchorFile.flatMap { AnchorFile.isWritable($0) ? $0 : nil } ?? folder + "/relogio"
  }

  /// `$XDG_CACHE_HOME/leilao/relogio`, or the same under `~/.cache`; nil where there is no home.
  package static var userAnchorFile: String? {
    func directory(_ name: String) -> String? {
      // XDG Base Directory: a path that is not absolute is to be ignored.
      getenv(name).map { String(cString: $0) }.flatMap { $0.first == "/" ? $0 : nil }
    }
    let cache = directory("XDG_CACHE_HOME") ?? directory("HOME").map { $0 + "/.cache" }
    return cache.map { $0 + "/leilao/relogio" }
  }
}
