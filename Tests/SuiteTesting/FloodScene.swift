import AuctionFacts
import AuctionSigning
import AuctionWire
import Foundation
import MessagingKit
import ServiceKit
package import SharedKernel
import SigningKit
import Synchronization

/// A house of the production profile with an open auction, one bidder who sends whatever he can as fast as he can, two who bid
/// in turn and wait for what is said, and one who bids from the command line.
package final class FloodScene: Sendable {
  package static let flooder: PrincipalID = "ana"
  /// How many connections the broker grants each bidder.
  package static let mostConnections = 8
  package static let honest = ["bia", "caio"]
  package static let visitor = "duda"
  private static let bidders = [flooder.text] + honest + [visitor]
  package static let auction: AuctionID = "moto"
  static let opening: Money = 1_000_00
  private static let increment: Money = 10_00

  package let house: PrivateHouse
  private let folder: ProductionFolder
  private let edition: Digest
  private let rising = Mutex(FloodScene.opening)

  package init() async throws {
    folder = try await ProductionFolder(bidders: Self.bidders)
    house = try await PrivateHouse(production: folder)
    for bidder in Self.bidders {
      let run = try await house.run("cliente-tui", ["keygen", bidder], as: bidder)
      guard run.status == 0 else { throw Program.Failure(description: "keygen: \(run)") }
      try folder.register(bidder)
    }
    try await house.start(PrivateHouse.Service.allCases)
    let run = try await house.operator(
      [
        "agendar", "--id", Self.auction.text, "--titulo", "Moto", "--inicio", "now", "--duracao", "1h", "--lance-inicial",
        "1000,00",
      ]
        + ["--incremento", "10,00", "--prorrogacao", "0s"])
    guard run.status == 0 else { throw Program.Failure(description: "agendar: \(run)") }
    edition = try await Self.opened(house)
  }

  /// Waits until the auction takes bids, and answers with its edition.
  private static func opened(_ house: PrivateHouse) async throws -> Digest {
    let edition = Mutex<Digest?>(nil)
    try await until("\(auction) is open") {
      let run = try await house.run("cliente-tui", ["leiloes", "--json"], as: flooder.text)
      guard let line = run.output.first(where: { $0.contains("\"status\":\"ativo\"") }) else { return false }
      let after = line.split(separator: "\"edicao\":\"").last.map { String($0.prefix(64)) }
      edition.withLock { $0 = after.flatMap { Digest(hex: $0) } }
      return edition.withLock { $0 != nil }
    }
    guard let edition = edition.withLock({ $0 }) else { throw Program.Failure(description: "no edition") }
    return edition
  }

  /// A bid by the program that a visitor runs.
  /// - Parameter amount: in whole reais.
  package func bidFromCommandLine(_ amount: Int) async throws -> PatientBidder.Outcome {
    struct Line: Decodable {
      let situacao: String
      let motivo: String?
    }
    let arguments = ["lance", Self.auction.text, "\(amount),00", "--cliente", Self.visitor, "--json"]
    let run = try await house.run("cliente-tui", arguments, as: Self.visitor)
    guard let text = run.output.last, let line = try? JSONDecoder().decode(Line.self, from: Data(text.utf8)) else {
      return .unheard
    }
    return switch (line.situacao, line.motivo) {
    case ("aceito", _): .accepted
    case ("recusado", let reason?): Refusal(wireName: reason).map { .refused($0) } ?? .busy
    default: .unheard
    }
  }

  /// The voice of a bidder, who has read his key.
  func voice(of bidder: String) throws -> Voice {
    guard let principal = PrincipalID(bidder) else { throw Program.Failure(description: "\(bidder) is no bidder") }
    return try Voice(
      principal: principal, key: KeyFolder(path: folder.folder(of: bidder) + "/keys").privateKey(of: bidder) { nil })
  }

  /// A bid of a bidder's, made now.
  func bid(of bidder: PrincipalID, amount: Money) -> Bid {
    Bid(
      id: BidID(.random()), auction: Self.auction, edition: edition, bidder: bidder, amount: amount, seen: nil,
      clock: ClockReading(.systemNow, uncertainty: .seconds(5), status: .systemClock))
  }

  /// An amount above each one that this has answered with before, by the increment.
  package func nextAmount() -> Money {
    rising.withLock { amount in
      defer { amount = amount.addingClamped(Self.increment) }
      return amount
    }
  }

  /// As that user may send it.
  static func message(_ body: [UInt8], to exchange: Exchange, by user: String?) -> Publishing {
    Publishing(
      exchange: exchange.rawValue, routingKey: exchange == .consultas ? RoutingKey.query : RoutingKey.bidPlaced,
      isMandatory: exchange == .lances,
      properties: MessageProperties(
        contentType: Envelope.contentType, replyTo: Publishing.directReplyTo, userID: user, isPersistent: exchange == .lances),
      body: body)
  }

  /// Connected, and subscribed to everything that is asked for.
  func connect(
    _ user: String, inFlight: Int = 1_000, _ subscriptions: [Subscription],
    _ events: @escaping @Sendable (ConnectionEvent) -> Void
  ) async throws -> Connection {
    let variables = folder.environment(of: user)
    guard let address = variables["RABBITMQ_URL"], let authority = variables["LEILAO_CA"] else {
      throw Program.Failure(description: "\(user) has no environment")
    }
    let ready = Recorder<Void>()
    let options = ConnectionOptions(
      url: try BrokerURL(address), tls: TLSOptions(caFile: authority), name: user, inFlightLimit: inFlight, waitingLimit: inFlight
    )
    let connection = Connection(options, subscriptions: subscriptions) { event in
      if case .subscribed = event { ready.record(()) }
      events(event)
    }
    connection.start()
    try await until("\(user) is subscribed") { ready.count >= subscriptions.count }
    return connection
  }
}
