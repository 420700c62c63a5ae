import Logging
import ServiceKit
import SuiteTesting
import Testing

@Suite("A tally's log")
struct TallyLogTests {
  private struct Handler: LogHandler {
    let lines: Recorder<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { lines.record("\(event.metadata ?? [:])") }
  }

  private func log() -> (log: Logger, lines: Recorder<String>) {
    let lines = Recorder<String>()
    return (Logger(label: "x") { _ in Handler(lines: lines) }, lines)
  }

  @Test func `is told when it has changed, and not again`() {
    let (log, lines) = log()
    var (tally, teller) = (ServiceKit.Tally(), TallyLog(log, every: .zero))
    teller.tell(tally)
    #expect(lines.values.isEmpty)
    tally.add(.refused, ["abaixo_do_minimo"])
    for _ in 0..<2 { teller.tell(tally) }
    #expect(lines.count == 1 && lines.values[0].contains("refusals.abaixo_do_minimo"))
    tally.add(.buried, ["formato"])
    teller.tell(tally)
    #expect(lines.count == 2)
  }

  @Test func `waits for its time`() {
    let (log, lines) = log()
    var (tally, teller) = (ServiceKit.Tally(), TallyLog(log, every: .seconds(3_600)))
    tally.add(.refused, ["abaixo_do_minimo"])
    teller.tell(tally)
    #expect(lines.values.isEmpty)
  }
}
