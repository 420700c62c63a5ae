import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionSigning
import AuctionWire
import Glibc
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Synchronization

/// A house of the built programs on a broker of its own, and the bidders' keys.
final class BenchHouse: Sendable {
  let house: PrivateHouse
  let keyName: String
  let voices: [Voice]
  let ring: LiveKeyRing
  private let operatorVoice: Voice

  /// - Parameter partitions: as many ms-lance; nil: one, of a house that is not partitioned.
  init(bidders: Int, keys type: BidderKey, partitions: Int? = nil) async throws {
    if let partitions {
      house = try await PrivateHouse(partitions: partitions)
    } else {
      house = try await PrivateHouse(running: [.calendar, .notices])
    }
    keyName = type.rawValue
    let folder = KeyFolder(path: house.keys)
    voices = try (0..<bidders).map { number in
      let name = "licitante_\(number)"
      let key = try PrivateKey.generate(type.keyType)
      _ = try folder.writePair(key, for: name, passphrase: nil, replacing: false)
      guard let principal = PrincipalID(name) else { throw Program.Failure(description: name) }
      return try Voice(principal: principal, key: key)
    }
    operatorVoice = try Voice(principal: "operador", key: folder.privateKey(of: "operador") { nil })
    ring = try LiveKeyRing(folder)
    if partitions == nil { try await startJudge() }
  }

  /// ms-lance, with no limit to what one bidder may send.
  func startJudge() async throws { try await house.start(.bids, ["--lances-por-segundo", "1000000"]) }

  /// Those whose CPU counts as the house's.
  func processes() throws -> [(name: String, id: pid_t)] {
    [
      ("ms_leilao", try house.process(.calendar).id), ("ms_lance", try house.process(.bids).id),
      ("ms_notificacao", try house.process(.notices).id), ("broker", try CPUMeter.broker(house.broker)),
    ]
  }

  /// Schedules auctions that open at once and last an hour, from R$ 1,00 in steps of R$ 10,00.
  /// - Returns: what bids on them must name.
  func open(_ auctions: [AuctionID]) async throws -> [(id: AuctionID, edition: Edition)] {
    let voice = operatorVoice
    try await ask(as: "operador") { call in
      for auction in auctions {
        let terms = Build.terms(
          auction, openingPrice: 1_00, increment: .fixed(10_00), opensAt: .systemNow, lasting: .seconds(3_600),
          rules: AuctionRules(extensionWindow: .zero))
        let clock = ClockReading(.systemNow, uncertainty: .zero, status: .systemClock)
        let answer = try call.command(
          Command(id: CommandID(.random()), action: .schedule(terms), clock: clock), by: voice)
        guard answer.refusal == nil else { throw Program.Failure(description: "\(auction): \(answer)") }
      }
    }
    let wanted = Set(auctions)
    let editions = Mutex<[AuctionID: Edition]>([:])
    try await until("\(auctions.count) auctions are open") {
      let open = try await self.ask(as: "cliente") { try $0.auctions() }
        .filter { $0.summary.status == .open && wanted.contains($0.summary.auction) }
      editions.withLock { $0 = Dictionary(uniqueKeysWithValues: open.map { ($0.summary.auction, $0.summary.edition) }) }
      return open.count == auctions.count
    }
    return auctions.compactMap { id in editions.withLock { $0[id] }.map { (id, $0) } }
  }

  /// Blocks, then receipts, of each.
  func ledgers(of auctions: [AuctionID]) async throws -> [[HouseStatement]] {
    try await ask(as: "cliente") { call in
      try auctions.map { auction in
        var all: [HouseStatement] = []
        while true {
          let answer = try call.ask(.ledger(auction, after: Int64(all.count)))
          all += answer.statements
          guard answer.snapshot.more, !answer.statements.isEmpty else { return all }
        }
      }
    }
  }

  /// Asks the house on a connection of its own, off the cooperative threads.
  @discardableResult
  func ask<Answer: Sendable>(as user: String, _ body: @escaping @Sendable (HouseCall) throws -> Answer) async throws -> Answer {
    let (broker, ring) = (try access(as: user), ring)
    let box = Recorder<Answer>()
    try await onThread(named: "medida") {
      let hearing: HouseLink.Hearing = user == "operador" ? .ownQueue([(.leilao, RoutingKey.commandAnswered)]) : .nothing
      let call = try HouseCall(broker: broker, name: "medida", keys: ring, hearing: hearing)
      let answer = Result { try body(call) }
      Task { await call.hangUp() }
      box.record(try answer.get())
    }
    return try await box.first { $0 }
  }

  func access(as user: String) throws -> BrokerAccess {
    let url = try BrokerURL(house.broker.url(user: user, password: user, virtualHost: "leilao"))
    return BrokerAccess(url: url, tls: nil, defaultUser: user, profile: .shared)
  }

  /// Connected and subscribed.
  func connect(
    _ name: String, as user: String = "cliente", inFlight: Int = 1_000, waiting: Int = 4_000,
    _ subscriptions: [Subscription] = [],
    _ events: @escaping @Sendable (ConnectionEvent) -> Void = { _ in }
  ) async throws -> Connection {
    let ready = Recorder<Void>()
    let url = try BrokerURL(house.broker.url(user: user, password: user, virtualHost: "leilao"))
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

/// What bidders sign with.
enum BidderKey: String, ExpressibleByArgument, CaseIterable {
  case ed25519, p256, rsa

  fileprivate var keyType: KeyType {
    switch self {
    case .ed25519: .ed25519
    case .p256: .p256
    case .rsa: .rsa(bits: 2_048)
    }
  }
}
