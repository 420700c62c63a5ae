package import Logging

/// Tells a tally while its service runs, when it has changed since it was told last.
package struct TallyLog {
  package static let interval = Duration.seconds(600)

  private let log: Logger
  private let interval: Duration
  private var told = Tally()
  private var dueAt: ContinuousClock.Instant

  /// - Parameter interval: the least between two lines.
  package init(_ log: Logger, every interval: Duration = interval) {
    (self.log, self.interval) = (log, interval)
    dueAt = .now + interval
  }

  package mutating func tell(_ tally: Tally) {
    guard .now >= dueAt else { return }
    dueAt = .now + interval
    guard tally != told else { return }
    told = tally
    log.notice("\(said("recusado ou posto de lado até agora", "refused or put aside until now"))", metadata: tally.metadata)
  }
}
