import Logging
import MessagingKit
import ServiceKit
import Synchronization
import Testing

/// What an operator reads of a connection.
@Suite struct ConnectionLogTests {
  private final class Lines: LogHandler, Sendable {
    let warnings = Mutex<[String]>([])
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
      if event.level >= .warning { warnings.withLock { $0.append("\(event.message)") } }
    }
  }

  private let lines: Lines
  private let log: ConnectionLog

  init() {
    let lines = Lines()
    self.lines = lines
    log = ConnectionLog(Logger(label: "test") { _ in lines }, role: "publishing")
  }

  private var count: Int { lines.warnings.withLock(\.count) }

  @Test func `A refusal that ends each try is said once, however often it is tried`() {
    for _ in 0..<20 {
      log.hear(.refused("ACCESS_REFUSED"))
      log.hear(.disconnected(reason: "ACCESS_REFUSED", retryIn: .seconds(1)))
    }
    #expect(count == 1)
    log.hear(.disconnected(reason: "no route", retryIn: .seconds(1)))
    #expect(count == 2, "another trouble is news")
  }

  @Test func `A trouble that comes again after all was well is said again`() {
    for _ in 0..<3 {
      log.hear(.disconnected(reason: "gone", retryIn: .seconds(1)))
      log.hear(.disconnected(reason: "gone", retryIn: .seconds(2)))
      log.hear(.connected(generation: 1))
      log.hear(.subscribed(name: "trabalho", queue: "q"))
    }
    #expect(count == 3)
  }
}
