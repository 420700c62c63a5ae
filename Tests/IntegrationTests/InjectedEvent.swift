import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Something that is published as an event of the house by who has a service's password at the broker, and not its signing key.
struct InjectedEvent {
  enum Fate: Hashable {
    /// Each service that hears it puts it aside for this reason.
    case buried(String)
    /// A genuine event, repeated where it has nothing to say.
    case withoutEffect
  }

  let what: String
  /// Whose password it is.
  let user: String
  var exchange = Exchange.leilao
  let key: String
  let body: [UInt8]
  var headers: [(String, BrokerProbe.Value)] = []
  let fate: Fate

  /// Which service hears which key, as docs/protocol.md says.
  private static let hearers: [String: [PrivateHouse.Service]] = [
    "leilao.agendado": [.bids], "leilao.iniciado": [.bids], "leilao.finalizado": [.bids], "leilao.reserva": [.bids],
    "lance.anular": [.bids], "leilao.cancelado": [.bids, .notices], "leilao.suspenso": [.bids, .notices],
    "leilao.retomado": [.bids, .notices], "leilao.repassado": [.bids, .notices], "lance.validado": [.notices],
    "lance.invalidado": [.notices], "leilao.prorrogado": [.calendar, .notices], "leilao.vencedor": [.calendar, .notices],
  ]

  /// Who gets it from the broker.
  var hearers: [PrivateHouse.Service] { Self.hearers[key] ?? [] }
}

/// What a thief has heard, and what he would like the house to say.
struct Loot {
  let forge: Forge
  /// An auction that opens much later.
  let dormant: Forge
  let dormantScheduling: Evidence
  /// The open auction's end.
  let closesAt: Timestamp
  /// Its blocks 0 and 1.
  let blocks: [Envelope]
  /// The bid that stands in block 1.
  let bid: [UInt8]
  let stranger: PrivateKey
  /// The services' former keys, by their ids.
  let former: [String: PrivateKey]

  private var clock: ClockReading { ClockReading(.systemNow, uncertainty: .seconds(5), status: .systemClock) }

  private func notice(_ action: CalendarNotice.Action) -> CalendarNotice {
    Build.notice(action, of: forge.auction, edition: forge.edition, clock: clock)
  }

  var cancellation: CalendarNotice { notice(.cancel(reason: "roubado")) }

  func opening() throws -> Opening {
    let terms = try Scheduling(Envelope(dormantScheduling)).terms
    return Opening(
      auction: dormant.auction, edition: dormant.edition, opensAt: terms.opensAt, closesAt: terms.closesAt,
      scheduling: dormantScheduling, clock: clock)
  }

  /// The winner is the thief's friend.
  private func closing() throws -> Block {
    let result = AuctionResult(
      outcome: .sold, winner: "cliente_alpha", amount: 100_00, acceptedBids: 1, refusedBids: 0, refusals: SHA256.of([]),
      closesAt: closesAt)
    let notice = try forge.envelope(notice(.close(closesAt: closesAt)).payload, as: .closed, by: "operador")
    return Block(
      auction: forge.auction, edition: forge.edition, number: 2, previous: SHA256.of(blocks[1].payload),
      content: .closing(result, notice.evidence), clock: clock)
  }

  /// What the calendar and the books say, one of each kind.
  private func statements() throws -> [(kind: Kind, payload: [UInt8])] {
    let receipt = Receipt(
      auction: forge.auction, bid: BidID(.random()), bidder: "cliente_beta", bidDigest: SHA256.of(bid), reason: .stale,
      receivedAt: clock.instant, number: 1, clock: clock)
    let extended = Extension(
      auction: forge.auction, edition: forge.edition, block: 1, closesAt: closesAt + .seconds(3_600), by: nil, cause: .outage,
      clock: clock)
    return [
      (.scheduled, Build.scheduling(Build.terms("fantasma", opensAt: closesAt), clock: clock).payload),
      (.opened, try opening().payload), (.cancelled, cancellation.payload),
      (.closed, notice(.close(closesAt: closesAt)).payload), (.bidsAccepted, blocks[1].payload),
      (.bidRefused, receipt.payload), (.extended, extended.payload), (.awarded, try closing().payload),
    ]
  }
}

// MARK: - The corpus

extension Loot {
  private static let books = "ms_lance"
  private static let calendar = "ms_leilao"

  func events() throws -> [InjectedEvent] { try forgeries() + misplaced() + strange() }

  /// Everything that either service says, under every signature that is not its own.
  private func forgeries() throws -> [InjectedEvent] {
    try statements().flatMap { kind, payload in
      let speaker = kind.speaker == .msLeilao ? Self.calendar : Self.books
      let other = speaker == Self.books ? Self.calendar : Self.books
      let changed = try forge.envelope(payload + [0x20], as: kind, by: speaker)
      guard let former = former[speaker] else { throw Program.Failure(description: "no former key of \(speaker)") }
      let moved = Envelope(kind: kind, payload: payload, keyID: changed.keyID, signature: changed.signature)
      let bodies =
        try ["cliente_alpha", "operador", other].map {
          ("signed by \($0)", try forge.signed(payload, as: kind, by: $0), "identidade_divergente")
        } + [
          ("signed by a stranger", try Forge.signed(payload, as: kind, by: stranger), "usuario_desconhecido"),
          ("signed under a former key", try Forge.signed(payload, as: kind, by: former), "chave_revogada"),
          ("with the signature of other bytes", moved.encoded(), "assinatura_invalida"),
        ]
      return bodies.map { how, body, reason in
        InjectedEvent(what: "\(kind.rawValue) \(how)", user: speaker, key: kind.routingKey, body: body, fate: .buried(reason))
      }
    }
  }

  private func event(
    _ what: String, by user: String = Loot.calendar, _ key: String, _ body: [UInt8], _ reason: String? = nil
  ) -> InjectedEvent {
    InjectedEvent(
      what: what, user: user, exchange: key == RoutingKey.reserve ? .sigilo : .leilao, key: key, body: body,
      fate: reason.map { .buried($0) } ?? .withoutEffect)
  }

  /// What was truly signed, and is not said there.
  private func misplaced() throws -> [InjectedEvent] {
    guard case .opening(let opening) = try Block(blocks[0]).content else { throw Program.Failure(description: "no block 0") }
    let command = Command(
      id: CommandID(.random()), action: .cancel(auction: forge.auction, edition: forge.edition, reason: "roubado"), clock: clock)
    return [
      event("a block as a result", by: Self.books, "leilao.vencedor", blocks[1].encoded()),
      event("a block as an extension", by: Self.books, "leilao.prorrogado", blocks[1].encoded()),
      event("block 0 once more", by: Self.books, "lance.validado", blocks[0].encoded()),
      event("a block as a cancellation", "leilao.cancelado", blocks[1].encoded()),
      event("an opening as a cancellation", "leilao.cancelado", opening.bytes),
      event("a scheduling as an end", "leilao.finalizado", dormantScheduling.bytes),
      event("a bid as an opening", "leilao.iniciado", bid, "origem"),
      event("a bid as a decision", by: Self.books, "lance.validado", bid, "origem"),
      event(
        "a command as an event", "leilao.cancelado", try forge.signed(command.payload, as: .cancel, by: "operador"), "origem"),
      event("an opening as a secret", "leilao.reserva", opening.bytes, "origem"),
    ]
  }

  /// Payloads of another kind, types of another version, and what is no statement.
  private func strange() throws -> [InjectedEvent] {
    let payload = cancellation.payload
    let later = String(decoding: try forge.signed(payload, as: .cancelled, by: Self.calendar), as: UTF8.self)
      .replacing("leilao-cancelado.v1", with: "leilao-cancelado.v2")
    let cut = String(decoding: payload, as: UTF8.self).replacing("\"motivo\"", with: "\"motivos\"")
    return [
      event(
        "an auction passed on", "leilao.repassado", try forge.signed(payload, as: .passedOn, by: Self.calendar), "formato"),
      event(
        "a bid voided by nobody who may", "lance.anular", try forge.signed(payload, as: .voidBid, by: Self.calendar),
        "identidade_divergente"),
      event("a bid voided", "lance.anular", try forge.signed(payload, as: .voidBid, by: "operador"), "formato"),
      event("a reserve", "leilao.reserva", try forge.signed(payload, as: .reserve, by: Self.calendar), "formato"),
      event("a type of a later version", "leilao.cancelado", Array(later.utf8), "formato"),
      event(
        "a cancellation without its reason", "leilao.cancelado",
        try forge.signed(Array(cut.utf8), as: .cancelled, by: Self.calendar), "formato"),
      event("nothing", "leilao.suspenso", [], "formato"), event("no JSON", "leilao.retomado", Array("lixo".utf8), "formato"),
      event("depth", by: Self.books, "leilao.vencedor", HostileItem.deep, "formato"),
      event("an opening beyond its bound", "leilao.iniciado", HostileItem.oversize, "formato"),
      event("an extension beyond its bound", by: Self.books, "leilao.prorrogado", HostileItem.oversize, "formato"),
    ]
      + HostileItem.headers.flatMap { what, headers in
        [(Self.calendar, "leilao.cancelado"), (Self.books, "leilao.vencedor")].map { user, key in
          InjectedEvent(
            what: "\(key) with \(what)", user: user, key: key, body: Array("lixo".utf8), headers: headers,
            fate: .buried("formato"))
        }
      }
  }
}
