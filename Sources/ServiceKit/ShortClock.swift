import NTPKit
package import SharedKernel

/// The clock of a command that runs for a moment: the cached anchor when there is one, otherwise a short wait for servers.
package enum ShortClock {
  /// Never waits longer than this; without an answer by then the reading says so.
  private static let patience = Duration.seconds(6)

  package static func reading(_ settings: HouseSettings) async -> ClockReading {
    let clock = TrustedClock(TrustedClockOptions(source: settings.time, anchorFile: settings.anchorFile))
    clock.start()
    defer { clock.stop() }
    return ClockReading(await clock.waitUntilReady(within: patience))
  }
}
