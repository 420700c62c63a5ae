import Logging
import Synchronization

/// A log's lines, kept.
final class LogLines: LogHandler, Sendable {
  struct Line: Sendable {
    let level: Logger.Level
    let message: String
    let details: [String: String]
  }
  private let kept = Mutex<[Line]>([])

  var all: [Line] { kept.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { [self] _ in self } }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }
  func log(event: LogEvent) {
    let details = (event.metadata ?? [:]).mapValues { "\($0)" }
    kept.withLock { $0.append(Line(level: event.level, message: "\(event.message)", details: details)) }
  }
}
