import Logging
import MessagingKit
import ServiceKit
import SuiteTesting
import Testing

/// What an operator reads of a connection.
@Suite struct ConnectionLogTests {
  private let lines: LogLines
  private let log: ConnectionLog

  init() {
    let lines = LogLines()
    self.lines = lines
    log = ConnectionLog(lines.logger, role: "publishing")
  }

  private var count: Int { lines.all.count { $0.level >= .warning } }

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

  @Test func `A refusal that comes again after there was a connection is said again, also where nothing is consumed`() {
    for _ in 0..<3 {
      log.hear(.refused("no exchange"))
      log.hear(.disconnected(reason: "no exchange", retryIn: .seconds(1)))
      log.hear(.refused("no exchange"))
      log.hear(.disconnected(reason: "no exchange", retryIn: .seconds(2)))
      log.hear(.connected(generation: 1))
    }
    #expect(count == 3)
  }

  @Test func `When it is tried again is a number of milliseconds, whatever the reader's language`() {
    log.hear(.disconnected(reason: "gone", retryIn: .microseconds(139_600)))
    #expect(lines.all.last?.details["retry_ms"] == "140")
  }
}
