package import SharedKernel

/// Every routing key of the house. A kind's key is the kind's name with `.` for its first `-`.
package enum RoutingKey {
  // `lances`
  package static let bidPlaced = Kind.bidPlaced.routingKey
  // `leilao`
  package static let scheduled = Kind.scheduled.routingKey
  package static let opened = Kind.opened.routingKey
  package static let extended = Kind.extended.routingKey
  package static let suspended = Kind.suspended.routingKey
  package static let resumed = Kind.resumed.routingKey
  package static let closed = Kind.closed.routingKey
  package static let cancelled = Kind.cancelled.routingKey
  package static let awarded = Kind.awarded.routingKey
  package static let passedOn = Kind.passedOn.routingKey
  package static let bidsAccepted = Kind.bidsAccepted.routingKey
  package static let bidRefused = Kind.bidRefused.routingKey
  package static let commandAnswered = Kind.commandAnswered.routingKey
  // `comandos`; the last one on `leilao` too, as ms-leilao hands the operator's signed command on
  package static let schedule = Kind.schedule.routingKey
  package static let cancel = Kind.cancel.routingKey
  package static let suspend = Kind.suspend.routingKey
  package static let resume = Kind.resume.routingKey
  package static let close = Kind.close.routingKey
  package static let passOn = Kind.passOn.routingKey
  package static let voidBid = Kind.voidBid.routingKey
  // `sigilo`
  package static let reserve = Kind.reserve.routingKey
  // `consultas`
  package static let query = "consulta"

  // Beside the key, among the addresses of a copy (`Publishing.copyHeader`): what tells a partitioned house's queues apart
  /// On `lances`, `leilao`, `sigilo` and `consultas`: what concerns the auctions of a slice.
  package static func slice(_ slice: AuctionSlice) -> String { slicePrefix + String(slice.number) }
  /// On `consultas`: what every partition is asked.
  package static let queryAll = "consulta.todas"
  static let slicePrefix = "fatia."

  private static let auctionPrefix = "leilao."
  private static let bidderPrefix = "cliente."
  private static let deadPrefix = "morta."

  /// On `notificacoes`: what the followers of an auction hear.
  package static func auction(_ id: AuctionID) -> String { auctionPrefix + id.text }
  /// On `notificacoes`: what one bidder alone hears.
  package static func bidder(_ id: PrincipalID) -> String { bidderPrefix + id.text }
  /// On `mortas`: what a service would not take.
  package static func dead(from service: Service) -> String { deadPrefix + service.rawValue }

  /// The auction of a key on `notificacoes`; nil for any other key.
  package static func auction(in key: String) -> AuctionID? { rest(of: key, after: auctionPrefix).flatMap(AuctionID.init) }
  /// The bidder of a key on `notificacoes`; nil for any other key.
  package static func bidder(in key: String) -> PrincipalID? { rest(of: key, after: bidderPrefix).flatMap(PrincipalID.init) }
  /// The service of a key on `mortas`; nil for any other key.
  package static func service(in key: String) -> Service? {
    rest(of: key, after: deadPrefix).flatMap(Service.init(rawValue:))
  }

  private static func rest(of key: String, after prefix: String) -> String? {
    key.utf8.starts(with: prefix.utf8) ? String(key.dropFirst(prefix.count)) : nil
  }
}

/// The headers of a dead letter, for people, never for a decision: why it was put aside, and where it had been published.
package enum DeadLetter {
  package static let reasonHeader = "motivo"
  package static let exchangeHeader = "exchange"
  package static let routingKeyHeader = "routing_key"
  /// The reason of what came to a partition that does not hold its auction.
  package static let otherPartition = "particao_divergente"
}
