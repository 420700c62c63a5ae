package import Logging
internal import Synchronization

/// A log's lines, kept.
package final class LogLines: LogHandler, Sendable {
  package struct Line: Sendable {
    package let level: Logger.Level
    package let message: String
    package let details: [String: String]
  }
  private let kept = Mutex<[Line]>([])

  package init() {}

  package var all: [Line] { kept.withLock { $0 } }
  package var logger: Logger { Logger(label: "test") { [self] _ in self } }

  package var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  package var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  package subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }
  package func log(event: LogEvent) {
    let details = (event.metadata ?? [:]).mapValues { "\($0)" }
    kept.withLock { $0.append(Line(level: event.level, message: "\(event.message)", details: details)) }
  }
}
