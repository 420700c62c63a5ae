import AuctionFacts
package import SharedKernel
package import TerminalKit

/// Single words with their glyphs and roles: what a state or a kind of notice is called, and how it stands out.
///
/// The word alone says everything; glyph and role only make it quicker to find.
package enum Words {
  package static func glyph(_ standing: Standing) -> String {
    switch standing {
    case .waiting: "○"
    case .watching, .entered: "·"
    case .leading: "★"
    case .outbid: "▼"
    case .suspended: "○"
    case .uncertain: "?"
    case .won: "✓"
    case .lost: "✗"
    case .closed, .conditional, .passedOn, .noBids, .cancelled: "-"
    case .chainBroken: "!"
    }
  }

  package static func role(_ standing: Standing) -> Role {
    switch standing {
    case .watching, .entered: .normal
    case .leading: .good
    case .won: .won
    case .outbid, .lost: .bad
    case .suspended, .uncertain, .conditional, .passedOn: .warn
    case .waiting, .closed, .noBids, .cancelled: .muted
    case .chainBroken: .error
    }
  }

  package static func standing(_ standing: Standing, _ language: Language) -> String {
    switch (language, standing) {
    case (.portuguese, .waiting): "AGUARDA"
    case (.portuguese, .watching): "sem lance seu"
    case (.portuguese, .leading): "LIDERA"
    case (.portuguese, .outbid): "COBERTO"
    case (.portuguese, .entered): "LACRADO"
    case (.portuguese, .suspended): "SUSPENSO"
    case (.portuguese, .uncertain): "INCERTO"
    case (.portuguese, .won): "ARREMATADO"
    case (.portuguese, .lost): "PERDIDO"
    case (.portuguese, .closed): "ENCERRADO"
    case (.portuguese, .conditional): "EM RESERVA"
    case (.portuguese, .passedOn): "REPASSADO"
    case (.portuguese, .noBids): "SEM LANCES"
    case (.portuguese, .cancelled): "CANCELADO"
    case (.portuguese, .chainBroken): "CADEIA!"
    case (.english, .waiting): "WAITING"
    case (.english, .watching): "no bid of yours"
    case (.english, .leading): "LEADING"
    case (.english, .outbid): "OUTBID"
    case (.english, .entered): "SEALED"
    case (.english, .suspended): "HALTED"
    case (.english, .uncertain): "UNCERTAIN"
    case (.english, .won): "WON"
    case (.english, .lost): "LOST"
    case (.english, .closed): "CLOSED"
    case (.english, .conditional): "RESERVED"
    case (.english, .passedOn): "PASSED ON"
    case (.english, .noBids): "NO BIDS"
    case (.english, .cancelled): "CANCELLED"
    case (.english, .chainBroken): "CHAIN!"
    }
  }

  /// The one of them that is longer than ten cells.
  package static func watchingShort(_ language: Language) -> String { language.choose("sem lance", "no bid") }

  package static func glyph(_ kind: Notice.Fact.Kind) -> String {
    switch kind {
    case .outbid: "▼"
    case .leading: "★"
    case .accepted: "·"
    case .refused, .notSent, .voided, .lost: "✗"
    case .uncertain: "?"
    case .won: "✓"
    case .closed, .passedOn, .cancelled: "-"
    case .suspended, .opened, .reserve: "○"
    case .closing: "!"
    case .extended: "+"
    case .chain, .receipt, .remark: "!"
    case .connection, .house: "i"
    }
  }

  package static func role(_ kind: Notice.Fact.Kind) -> Role {
    switch kind {
    case .outbid, .refused, .notSent, .voided, .lost: .bad
    case .leading, .won: .good
    case .uncertain, .closing, .extended, .suspended, .passedOn, .receipt, .remark: .warn
    case .accepted, .closed, .cancelled, .opened, .reserve, .connection, .house: .normal
    case .chain: .error
    }
  }

  package static func notice(_ kind: Notice.Fact.Kind, _ language: Language) -> String {
    switch (language, kind) {
    case (.portuguese, .outbid): "COBERTO"
    case (.portuguese, .leading): "LIDERA"
    case (.portuguese, .accepted): "ACEITO"
    case (.portuguese, .refused): "RECUSADO"
    case (.portuguese, .notSent): "NÃO ENVIADO"
    case (.portuguese, .voided): "ANULADO"
    case (.portuguese, .uncertain): "INCERTO"
    case (.portuguese, .won): "ARREMATADO"
    case (.portuguese, .lost): "PERDIDO"
    case (.portuguese, .closed): "ENCERRADO"
    case (.portuguese, .passedOn): "REPASSADO"
    case (.portuguese, .cancelled): "CANCELADO"
    case (.portuguese, .suspended): "SUSPENSÃO"
    case (.portuguese, .opened): "ABERTO"
    case (.portuguese, .reserve): "RESERVA"
    case (.portuguese, .closing): "FECHANDO"
    case (.portuguese, .extended): "PRORROGADO"
    case (.portuguese, .chain): "CADEIA"
    case (.portuguese, .receipt): "RECIBO"
    case (.portuguese, .connection): "CONEXÃO"
    case (.portuguese, .house): "CASA"
    case (.portuguese, .remark): "ATENÇÃO"
    case (.english, .outbid): "OUTBID"
    case (.english, .leading): "LEADING"
    case (.english, .accepted): "ACCEPTED"
    case (.english, .refused): "REFUSED"
    case (.english, .notSent): "NOT SENT"
    case (.english, .voided): "VOIDED"
    case (.english, .uncertain): "UNCERTAIN"
    case (.english, .won): "WON"
    case (.english, .lost): "LOST"
    case (.english, .closed): "CLOSED"
    case (.english, .passedOn): "PASSED ON"
    case (.english, .cancelled): "CANCELLED"
    case (.english, .suspended): "HALT"
    case (.english, .opened): "OPEN"
    case (.english, .reserve): "RESERVE"
    case (.english, .closing): "CLOSING"
    case (.english, .extended): "EXTENDED"
    case (.english, .chain): "CHAIN"
    case (.english, .receipt): "RECEIPT"
    case (.english, .connection): "CONNECTION"
    case (.english, .house): "HOUSE"
    case (.english, .remark): "ATTENTION"
    }
  }
}
