package import AuctionFacts
package import SharedKernel

/// An enumeration whose cases have names on the wire; each name stands in its `wireName` and nowhere else.
package protocol WireNamed: Hashable, Sendable {
  static var named: [Self] { get }
  var wireName: String { get }
}

extension WireNamed {
  /// Nil for a name that is not spoken.
  package init?(wireName: String) {
    guard let found = Self.named.first(where: { $0.wireName.isSpelled(as: wireName) }) else { return nil }
    self = found
  }
}

extension WireNamed where Self: CaseIterable {
  package static var named: [Self] { Array(allCases) }
}

extension Refusal: WireNamed {
  package var wireName: String {
    switch self {
    case .rateLimit: "limite_de_ritmo"
    case .unknownBidder: "usuario_desconhecido"
    case .invalidSignature: "assinatura_invalida"
    case .revokedKey: "chave_revogada"
    case .malformed: "formato"
    case .identityMismatch: "identidade_divergente"
    case .unknownAuction: "leilao_desconhecido"
    case .wrongEdition: "edicao_divergente"
    case .reusedID: "lance_repetido_divergente"
    case .notOpenYet: "leilao_nao_iniciado"
    case .suspended: "leilao_suspenso"
    case .closed: "leilao_encerrado"
    case .sellerMayNotBid: "vendedor_nao_pode"
    case .implausibleClock: "relogio_implausivel"
    case .stale: "lance_vencido"
    case .seenMismatch: "visto_divergente"
    case .alreadyLeading: "ja_lidera"
    case .tieLost: "empate_perdido"
    case .belowMinimum: "abaixo_do_minimo"
    case .badCommitment: "compromisso_invalido"
    }
  }
}

extension CommandRefusal: WireNamed {
  package var wireName: String {
    switch self {
    case .malformed: "formato"
    case .stale: "comando_vencido"
    case .reusedID: "comando_repetido_divergente"
    case .auctionExists: "leilao_ja_existe"
    case .unknownAuction: "leilao_desconhecido"
    case .wrongEdition: "edicao_divergente"
    case .auctionOver: "leilao_encerrado"
    case .notOpen: "leilao_nao_ativo"
    case .notSuspended: "leilao_nao_suspenso"
    case .beforeTheEnd: "antes_do_fim"
    case .notOver: "leilao_em_curso"
    case .nothingToPassOn: "nada_a_repassar"
    case .wrongResult: "resultado_divergente"
    case .wrongHolder: "detentor_divergente"
    case .wrongRecipient: "destinatario_recusado"
    case .wrongAmount: "valor_recusado"
    case .badTerms: "termos_invalidos"
    case .unsupported: "nao_suportado"
    }
  }
}

extension AuctionStatus: WireNamed {
  package var wireName: String {
    switch self {
    case .scheduled: "agendado"
    case .open: "ativo"
    case .suspended: "suspenso"
    case .closed: "encerrado"
    }
  }
}

extension AuctionFormat: WireNamed {
  package var wireName: String {
    switch self {
    case .english: "ingles"
    case .sealed: "fechado"
    case .vickrey: "vickrey"
    case .dutch: "holandes"
    }
  }
}

extension AuctionResult.Outcome: WireNamed {
  package var wireName: String {
    switch self {
    case .sold: "vendido"
    case .conditional: "condicional"
    case .noBids: "sem_lances"
    case .cancelled: "cancelado"
    }
  }
}

extension Extension.Cause: WireNamed {
  package var wireName: String {
    switch self {
    case .bid: "lance"
    case .outage: "indisponibilidade"
    case .resumption: "retomada"
    }
  }
}

extension KeyRecord.Standing: WireNamed {
  package static var named: [KeyRecord.Standing] { [.active, .revoked] }
  package var wireName: String {
    switch self {
    case .active: "ativa"
    case .revoked: "revogada"
    }
  }
}

extension ClockStatus: WireNamed {
  package var wireName: String {
    switch self {
    case .synchronized: "sincronizado"
    case .holdover: "holdover"
    case .unsynchronized: "sem_sincronia"
    case .systemClock: "sem_ntp"
    }
  }
}
