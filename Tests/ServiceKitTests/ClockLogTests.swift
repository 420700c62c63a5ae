import Logging
import NTPKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

/// What an operator reads of the clock.
@Suite struct ClockLogTests {
  private let lines = LogLines()
  private let log: ClockLog
  private let names = ["127.0.0.1:1", "127.0.0.1:2"]

  init() { log = ClockLog(lines.logger) }

  private func report(_ status: Reading.Status, _ standings: [ServerStanding], problem: Sentence? = nil) throws -> ClockReport {
    ClockReport(
      status: status, uncertaintyMicroseconds: 1_000, ageMicroseconds: nil,
      servers: try zip(names, standings).map {
        ServerReport(server: try NTPServer($0), address: $0, reachability: 0, sample: nil, standing: $1)
      }, anchorProblem: problem)
  }

  private func standings() -> [String?] { lines.all.filter { $0.details["server"] != nil }.map { $0.details["standing"] } }

  @Test func `A service that waits for its clock says of each server why it is not used, once`() throws {
    let refused = ServerStanding.unreachable(Sentence(system: "Connection refused"))
    for _ in 0..<3 { log.hear(try report(.unsynchronized, [refused, .noAnswer])) }
    #expect(standings() == [said(refused.sentence), said(ServerStanding.noAnswer.sentence)])
    #expect(lines.all.allSatisfy { $0.level == .warning })
    log.hear(try report(.unsynchronized, [refused, .chosen]))
    #expect(standings().count == 4, "another standing is news")
  }

  @Test func `A clock that agrees with its servers warns of nothing, and one that loses them does`() throws {
    log.hear(try report(.synchronized, [.chosen, .outvoted]))
    #expect(standings().count == 2 && lines.all.allSatisfy { $0.level < .warning })
    log.hear(try report(.holdover, [.noAnswer, .noAnswer]))
    #expect(lines.all.count { $0.level == .warning } == 2)
  }

  @Test func `A system's clock that is not followed is told with its direction and its distance`() {
    log.hear(leap: 7_000_000)
    log.hear(leap: nil)
    log.hear(leap: -3_600_000_000)
    #expect(lines.all.map(\.level) == [.warning, .notice, .warning])
    #expect(lines.all.map(\.details) == [["ahead_us": "7000000"], [:], ["behind_us": "3600000000"]])
    #expect(Set(lines.all.map(\.message)).count == 3)
  }

  @Test func `A time that cannot be kept for the next start is told with its reason, once`() throws {
    let problem = Sentence(system: "Permission denied")
    for _ in 0..<2 { log.hear(try report(.synchronized, [.chosen, .chosen], problem: problem)) }
    let told = lines.all.filter { $0.details["reason"] != nil }
    #expect(told.map(\.level) == [.warning] && told.first?.details["reason"] == said(problem))
  }
}
