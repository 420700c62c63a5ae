import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization

/// A house of the built programs on a broker of its own, and the bidders' keys.
final class BenchHouse: Sendable {
  let house: PrivateHouse
  let voices: [Voice]
  let ring: LiveKeyRing

  init(bidders: Int, keys type: String) async throws {
    house = try await PrivateHouse(running: [.calendar, .notices])
    let folder = KeyFolder(path: house.keys)
    let keyType: KeyType = type == "p256" ? .p256 : type == "rsa" ? .rsa(bits: 2_048) : .ed25519
    voices = try (0..<bidders).map { number in
      let name = "licitante_\(number)"
      let key = try PrivateKey.generate(keyType)
      try folder.writePair(key, for: name)
      guard let principal = PrincipalID(name) else { throw Program.Failure(description: name) }
      return try Voice(principal: principal, key: key)
    }
    try await house.start(.bids, ["--lances-por-segundo", "1000000"])
    ring = try LiveKeyRing(folder)
  }

  /// Schedules an auction that opens at once.
  /// - Returns: what its bids must name.
  func open(_ auction: AuctionID) async throws -> Edition {
    let run = try await house.operator(
      ["agendar", "--id", auction.text, "--titulo", auction.text, "--inicio", "now", "--duracao", "1h"]
        + ["--lance-inicial", "1,00", "--incremento", "1,00", "--prorrogacao", "0s"])
    guard run.status == 0 else { throw Program.Failure(description: "agendar: \(run)") }
    let edition = Mutex<Edition?>(nil)
    try await until("\(auction) is open") {
      let summary = try await self.ask { try $0.auctions() }.first { $0.summary.auction == auction }?.summary
      guard let summary, summary.status == .open else { return false }
      edition.withLock { $0 = summary.edition }
      return true
    }
    guard let found = edition.withLock({ $0 }) else { throw Program.Failure(description: "no edition") }
    return found
  }

  /// Asks the house on a connection of its own, off the cooperative threads.
  func ask<Answer: Sendable>(_ body: @escaping @Sendable (HouseCall) throws -> Answer) async throws -> Answer {
    let broker = try access(as: "cliente")
    let ring = ring
    return try await withCheckedThrowingContinuation { continuation in
      startThread {
        continuation.resume(
          with: Result {
            let call = try HouseCall(broker: broker, name: "medida", keys: ring)
            defer { Task { await call.hangUp() } }
            return try body(call)
          })
      }
    }
  }

  func access(as user: String) throws -> BrokerAccess {
    let url = try BrokerURL(house.broker.url(user: user, password: user, virtualHost: "leilao"))
    return BrokerAccess(url: url, tls: nil, defaultUser: user, profile: .shared)
  }

  /// Connected and subscribed.
  func connect(
    _ name: String, inFlight: Int = 1_000, waiting: Int = 4_000, _ subscriptions: [Subscription] = [],
    _ events: @escaping @Sendable (ConnectionEvent) -> Void = { _ in }
  ) async throws -> Connection {
    let ready = Recorder<Void>()
    let url = try BrokerURL(house.broker.url(user: "cliente", password: "cliente", virtualHost: "leilao"))
    let options = ConnectionOptions(url: url, name: name, inFlightLimit: inFlight, waitingLimit: waiting)
    let connection = Connection(options, subscriptions: subscriptions) { event in
      switch event {
      case .connected where subscriptions.isEmpty, .subscribed: ready.record(())
      default: break
      }
      events(event)
    }
    connection.start()
    try await until("\(name) is connected") { ready.count >= max(1, subscriptions.count) }
    return connection
  }
}
