import Failpoints
import Glibc
import SuiteTesting

extension Fault {
  /// SIGKILL at each failpoint of each service that passes it.
  static let kills = PrivateHouse.Service.allCases.flatMap { service in
    Failpoint.allCases.filter { service != .notices || $0.isRelays }.map { kill(service, at: $0) }
  }

  private static func kill(_ service: PrivateHouse.Service, at failpoint: Failpoint) -> Fault {
    Fault(
      "kill-\(service.rawValue)-\(failpoint.rawValue)", "\(service.rawValue) morre em \(failpoint.rawValue)",
      "\(service.rawValue) dies at \(failpoint.rawValue)"
    ) { random in
      var setting = Setting()
      setting.strikesAtOnce = true
      // What ms-leilao says of a scheduling may go out at once, and of the end once more: two passages are sure.
      let passages: ClosedRange<Int64> = service == .calendar ? 1...2 : 1...12
      setting.environment[service] = ["LEILAO_FAILPOINT": "\(failpoint.rawValue):\(random.interval(passages))"]
      return (
        setting,
        { scene in
          // Every bid moves the end, and some passages come only with that.
          let patience = Task {
            try await Task.sleep(for: .seconds(6))
            scene.pauseBidding(true)
          }
          defer { patience.cancel() }
          guard let ending = try? await scene.ended(service) else { throw NotReached(description: "\(failpoint.rawValue)") }
          guard ending == .signal(SIGKILL) else { throw Program.Failure(description: "\(service.rawValue) ended with \(ending)") }
          try await scene.start(service)
        }
      )
    }
  }
}

extension Failpoint {
  /// ms-notificacao has no journal: it passes these only.
  fileprivate var isRelays: Bool {
    switch self {
    case .afterDeliver, .afterVerify, .afterPublish, .afterConfirm, .afterAck: true
    case .inTransaction, .afterCommit, .beforeMarkSent: false
    }
  }
}
