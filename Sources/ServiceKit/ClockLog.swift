package import Logging
package import NTPKit
import SharedKernel
import Synchronization

/// What an operator should read of the clock: its status, and why each time server counts or does not. What stays the same is
/// said once.
package final class ClockLog: Sendable {
  private let log: Logger
  private struct Told: Equatable {
    var status: Reading.Status?
    var standings: [ServerStanding] = []
    var problem: Sentence?
  }
  private let told = Mutex(Told())

  package init(_ log: Logger) { self.log = log }

  package func hear(_ report: ClockReport) {
    let news = Told(status: report.status, standings: report.servers.map(\.standing), problem: report.anchorProblem)
    let before = told.withLock { told in
      defer { told = news }
      return told
    }
    if news.status != before.status { tell(report) }
    if (news.status, news.standings) != (before.status, before.standings) {
      for server in report.servers { tell(server, isEnough: report.status == .synchronized) }
    }
    if let problem = news.problem, problem != before.problem {
      log.warning(
        "\(said("a hora não fica guardada para o próximo início", "the time is not kept for the next start"))",
        metadata: ["reason": "\(said(problem))"])
    }
  }

  /// - Parameter microseconds: by how much the system's clock is ahead, or behind (below zero), and not followed; nil: it is again.
  package func hear(leap microseconds: Int64?) {
    guard let microseconds else {
      return log.notice("\(said("o relógio do sistema volta a valer", "the system's clock is followed again"))")
    }
    guard microseconds > 0 else {
      return log.warning(
        "\(said("o relógio do sistema voltou atrás; a casa vai até ele a 500 ppm", "the system's clock was set back; the house is drawn to it at 500 ppm"))",
        metadata: ["behind_us": "\(microseconds.magnitude)"])
    }
    let minutes = ClockDiscipline.stepOut / 60_000_000_000
    log.warning(
      "\(said("o relógio do sistema saltou à frente; só vale se ficar lá por \(minutes) min", "the system's clock leapt ahead; it is followed only if it stays there for \(minutes) min"))",
      metadata: ["ahead_us": "\(microseconds)"])
  }

  private func tell(_ report: ClockReport) {
    switch report.status {
    case .systemClock:
      log.warning(
        "\(said("sem NTP: a casa usa o relógio do sistema e o diz em cada evento (sem_ntp)", "without NTP: the house runs on the system clock and says so in every event (sem_ntp)"))"
      )
    case .unsynchronized:
      log.warning("\(said("sem hora; sigo perguntando aos servidores (NTP)", "no time; still asking the servers (NTP)"))")
    case .synchronized, .holdover:
      log.notice(
        "\(said("relógio", "clock"))",
        metadata: ["status": "\(report.status)", "uncertainty_us": "\(report.uncertaintyMicroseconds)"])
    }
  }

  private func tell(_ server: ServerReport, isEnough: Bool) {
    log.log(
      level: isEnough || server.standing == .chosen ? .info : .warning, "\(said("servidor de tempo", "time server"))",
      metadata: [
        "server": "\(server.server)", "address": "\(server.address ?? "-")", "standing": "\(said(server.standing.sentence))",
      ])
  }
}
