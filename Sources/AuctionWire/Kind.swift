package import SharedKernel

/// What a message is; the raw value is the wire's name, and with `.` for the first `-` its routing key.
package enum Kind: String, CaseIterable, Hashable, Sendable {
  // The calendar, by ms-leilao.
  case scheduled = "leilao-agendado"
  case opened = "leilao-iniciado"
  case suspended = "leilao-suspenso"
  case resumed = "leilao-retomado"
  case closed = "leilao-finalizado"
  case cancelled = "leilao-cancelado"
  case reserve = "leilao-reserva"
  case passedOn = "leilao-repassado"
  case commandAnswered = "comando-respondido"
  // Bids, by bidders.
  case bidPlaced = "lance-realizado"
  // The books, by ms-lance.
  case bidsAccepted = "lance-validado"
  case bidRefused = "lance-invalidado"
  case extended = "leilao-prorrogado"
  case awarded = "leilao-vencedor"
  case snapshot = "retrato"
  case clockSynchronized = "relogio-sincronizado"
  case ledgerClosed = "livro-encerrado"
  // Commands, by operators.
  case schedule = "leilao-agendar"
  case cancel = "leilao-cancelar"
  case suspend = "leilao-suspender"
  case resume = "leilao-retomar"
  case close = "leilao-encerrar"
  case passOn = "leilao-repassar"
  case voidBid = "lance-anular"

  /// DSSE `payloadType`.
  package var payloadType: String { "application/vnd.leilao.\(rawValue).v1+json" }

  /// Nil for a type that this protocol does not have.
  package init?(payloadType: String) {
    guard let kind = Kind.byPayloadType[payloadType] else { return nil }
    self = kind
  }

  private static let byPayloadType = Dictionary(uniqueKeysWithValues: allCases.map { ($0.payloadType, $0) })

  /// The one who may sign it.
  package var speaker: Speaker {
    switch self {
    case .scheduled, .opened, .suspended, .resumed, .closed, .cancelled, .reserve, .passedOn, .commandAnswered: .msLeilao
    case .bidPlaced: .bidder
    case .bidsAccepted, .bidRefused, .extended, .awarded, .snapshot, .clockSynchronized, .ledgerClosed: .msLance
    case .schedule, .cancel, .suspend, .resume, .close, .passOn, .voidBid: .operator
    }
  }

  /// How many bytes a body of this kind may have.
  package var maximumBody: Int {
    switch speaker {
    case .bidder, .operator: WireLimits.requestBody
    case .msLeilao, .msLance: WireLimits.body
    }
  }

  /// How many bytes its payload may have.
  package var maximumPayload: Int {
    switch self {
    case .bidsAccepted, .awarded: WireLimits.blockPayload
    default: maximumBody
    }
  }

  /// The routing key, which `retrato` (a reply) and what stands in a ledger only (`relogio-sincronizado`, `livro-encerrado`) never need.
  package var routingKey: String {
    guard let dash = rawValue.firstIndex(of: "-") else { return rawValue }
    return rawValue[..<dash] + "." + rawValue[rawValue.index(after: dash)...]
  }
}

/// The roles that sign; roles come from ids, never from a message.
package enum Speaker: Hashable, Sendable, CaseIterable {
  case msLeilao, msLance, bidder, `operator`

  /// Whether a key registered for this id speaks in this role.
  package func admits(_ id: PrincipalID) -> Bool {
    switch self {
    case .msLeilao: id.text == Service.msLeilao.rawValue
    case .msLance: id.text == Service.msLance.rawValue
    case .bidder: id.role == .bidder
    case .operator: id.role == .operator
    }
  }
}

/// The three services; the raw value is their id, their broker user and the end of their dead-letter key.
package enum Service: String, CaseIterable, Hashable, Sendable {
  case msLeilao = "ms_leilao"
  case msLance = "ms_lance"
  case msNotificacao = "ms_notificacao"
}
