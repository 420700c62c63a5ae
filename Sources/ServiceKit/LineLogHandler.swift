import Glibc
package import Logging

/// How log lines look: for people, or one JSON object a line.
package enum LogFormat: String, Sendable, CaseIterable { case text, json }

/// Writes each log line with one `write(2)` to standard error, so that lines of several threads never mix.
package struct LineLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level
  private let label: String
  private let format: LogFormat

  package init(label: String, format: LogFormat, level: Logger.Level) {
    self.label = label
    self.format = format
    self.logLevel = level
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let line: String
    switch format {
    case .text:
      let details = all.map { " \($0.key)=\($0.value)" }.joined()
      line = "\(Self.stamp(pattern: "%H:%M:%S")) \(event.level.rawValue.uppercased()) \(label): \(event.message)\(details)"
    case .json:
      let details = all.map { ",\(Self.quoted($0.key)):\(Self.quoted("\($0.value)"))" }.joined()
      line =
        #"{"time":"\#(Self.stamp(pattern: "%Y-%m-%dT%H:%M:%S"))Z","level":"\#(event.level.rawValue)","program":\#(Self.quoted(label)),"message":\#(Self.quoted("\(event.message)"))\#(details)}"#
    }
    CommandRunner.complain(line)
  }

  /// UTC, with milliseconds.
  private static func stamp(pattern: String) -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    var text = [CChar](repeating: 0, count: 40)
    let length = strftime(&text, text.count, pattern, &parts)
    let millis = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) + "." + millis
  }

  /// A JSON string.
  package static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
