import AuctionClient
import Foundation
import Glibc
import MessagingKit
import SharedKernel
import SuiteTesting

extension Fault {
  /// SIGSTOP for longer than the broker waits for a sign of life, SIGCONT: the process comes back to connections that are gone, with
  /// deliveries in its hands that others may have by then.
  static let pauses = PrivateHouse.Service.allCases.map { service in
    Fault(
      "stop-\(service.rawValue)", "\(service.rawValue) parado \(pauseSeconds) s (SIGSTOP)",
      "\(service.rawValue) stopped for \(pauseSeconds) s (SIGSTOP)"
    ) { _ in
      var setting = Setting()
      // Bidders who hear nothing do not bid late.
      if service != .calendar { setting.lasting = pauseSeconds + 25 }
      return (
        setting,
        { scene in
          try await scene.moment()
          let process = try scene.process(service)
          guard let link = scene.link(of: service) else { throw NotReached(description: "no proxy") }
          process.send(SIGSTOP)
          let before = link.accepted
          try await Task.sleep(for: .seconds(pauseSeconds))
          scene.beginMending()
          process.send(SIGCONT)
          do {
            try await until("\(service.rawValue) connects again", within: .seconds(60)) { link.accepted > before }
          } catch { throw NotReached(description: "\(service.rawValue) kept its connections") }
        }
      )
    }
  }

  /// RabbitMQ looks at each interval of the heartbeat (10 s, `ConnectionOptions`) and closes after the second without a byte: 20 to
  /// 30 s after the last one.
  private static let pauseSeconds = 35

  /// SIGTERM amid the bidding: what is begun is brought to its end, and said.
  static let terminations = PrivateHouse.Service.allCases.map { service in
    Fault(
      "term-\(service.rawValue)", "\(service.rawValue) encerrado em ordem (SIGTERM)",
      "\(service.rawValue) ended in order (SIGTERM)"
    ) { scene in
      for _ in 0..<scene.draw({ $0.interval(1...3) }) {
        try await scene.moment()
        let process = try scene.process(service)
        process.send(SIGTERM)
        let ending = try await scene.ended(service)
        guard ending == .code(0), process.errors.values.suffix(3).contains(where: { $0.contains(": parado") }) else {
          throw Program.Failure(
            description: "\(service.rawValue), asked to end, ended with \(ending) and said \(process.errors.values.suffix(3))")
        }
        try await scene.start(service)
      }
    }
  }

  /// Two of ms-lance.
  static let instances = [
    Fault("second-ms-lance", "um segundo ms-lance, que deve recusar-se", "a second ms-lance, which must refuse") { scene in
      try await scene.moment()
      let holder = try scene.process(.bids)
      let second = try await scene.house.run("ms-lance", [], as: "ms_lance", ["LEILAO_DATA": scene.dataPath(.bids)])
      guard second.status == 78, second.text.contains("\(holder.id)") else {
        throw Program.Failure(description: "a second ms-lance did not name the first, \(holder.id): \(second)")
      }
    },
    Fault("standby-ms-lance", "ms-lance morre e o de reserva assume", "ms-lance dies and the standby takes over") { scene in
      let holder = try scene.process(.bids)
      let (standby, ready) = try scene.launch(.bids, ["--reserva"])
      try await standby.errors.first { $0.contains("pid=\(holder.id)") ? () : nil }
      try await scene.moment()
      try await holder.kill9()
      scene.beginMending()
      try await until("the standby consumes") { access(ready, F_OK) == 0 }
    },
  ]

  /// The house is down when the auction should end.
  static let outages = [
    outage("down-ms-lance", [.bids], "ms-lance fora do ar no fim do leilão", "ms-lance down over the auction's end"),
    outage("down-ms-leilao", [.calendar], "ms-leilao fora do ar no fim do leilão", "ms-leilao down over the auction's end"),
    outage("down-both", [.bids, .calendar], "os dois fora do ar no fim do leilão", "both down over the auction's end"),
  ]

  private static func outage(
    _ name: String, _ services: [PrivateHouse.Service], _ portuguese: String, _ english: String
  ) -> Fault {
    Fault(name, portuguese, english) { random in
      var setting = Setting()
      setting.expectsOutage = services.contains(.bids)
      // The clock of the house stands on the system's word, which is this process's.
      let later = random.chance(20) ? random.interval(20...60) : random.interval(10...20)
      return (
        setting,
        { scene in
          try await scene.moment()
          scene.pauseBidding(true)
          for service in services { try await scene.kill(service) }
          let end = scene.closesAt.map { Double($0.microseconds) / 1_000_000 } ?? 0
          try await until("the end has passed") { Date.now.timeIntervalSince1970 > end + Double(later) }
          try await withThrowingTaskGroup { group in
            for service in services { group.addTask { try await scene.start(service) } }
            try await group.waitForAll()
          }
        }
      )
    }
  }
}
