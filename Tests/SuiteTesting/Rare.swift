import AuctionClient
package import AuctionFacts
import AuctionWire
import ServiceKit

/// What seldom happens. A simulation that never comes there proves nothing about it, so that it is counted.
package enum Rare: Sendable, Hashable, CaseIterable {
  case redelivery
  case redeliveryAfterCommit
  case lostConfirm
  case delayedConfirm
  case staleAcknowledgement
  case crash(CrashPoint)
  case powerLost
  case commitLost
  case commitUnheard
  case recovered
  case extensionRacesClose
  case extendedByBid
  case extendedByOutage
  case houseDownOverClose
  case clockMoved
  case clockStep
  case clockLeap
  case clockLie
  case clockLost
  case standbyTakesOver
  case paused
  case halfOpenLink
  case brokerRestart
  case blocked
  case queueFull
  case returned
  case deadLetter
  case duplicate
  case queryWhileUncommitted
  case keyRemoved
  case keyAdded
  case sold
  case bought
  case voided
  case passedOn
  case noBids, conditional
  case cancelled
  case accepted
  case neverDecided
  case refused(Refusal)
  case commandRefused(CommandRefusal)

  package static let allCases: [Rare] =
    [
      .redelivery, .redeliveryAfterCommit, .lostConfirm, .delayedConfirm, .staleAcknowledgement, .powerLost, .commitLost,
      .commitUnheard, .recovered, .extensionRacesClose, .extendedByBid, .extendedByOutage, .houseDownOverClose, .clockMoved,
      .clockStep, .clockLeap, .clockLie, .clockLost, .standbyTakesOver, .paused, .halfOpenLink, .brokerRestart, .blocked,
      .queueFull, .returned, .deadLetter,
      .duplicate, .queryWhileUncommitted, .keyRemoved, .keyAdded, .sold, .bought, .voided, .passedOn, .noBids, .conditional,
      .cancelled,
      .accepted,
      .neverDecided,
    ] + CrashPoint.allCases.map { .crash($0) } + Refusal.allCases.map { .refused($0) }
    + CommandRefusal.allCases.map { .commandRefused($0) }

  package var title: String {
    switch self {
    case .redelivery: said("reentrega", "redelivery")
    case .redeliveryAfterCommit: said("reentrega depois do commit", "redelivery after the commit")
    case .lostConfirm: said("confirmação perdida", "lost confirm")
    case .delayedConfirm: said("confirmação atrasada", "delayed confirm")
    case .staleAcknowledgement: said("confirmação de entrega velha, descartada", "stale acknowledgement, dropped")
    case .crash(let point): point.title
    case .powerLost: said("falta de energia", "power lost")
    case .commitLost: said("commit perdido", "commit lost")
    case .commitUnheard: said("commit feito sem resposta", "commit done, answer lost")
    case .recovered: said("diário relido", "journal replayed")
    case .extensionRacesClose: said("prorrogação cruza o fim", "extension racing the close")
    case .extendedByBid: said("prorrogado por lance", "extended by a bid")
    case .extendedByOutage: said("prorrogado por ausência", "extended by an outage")
    case .houseDownOverClose: said("casa fora do ar no fim", "house down over a close")
    case .clockMoved: said("relógio mudado dentro do que diz de si", "clock moved within its own bound")
    case .clockStep: said("salto de relógio além do que diz de si", "clock step beyond its own bound")
    case .clockLeap: said("salto de meia hora", "leap of half an hour")
    case .clockLie: said("servidores de tempo que mentem", "time servers that lie")
    case .clockLost: said("relógio sem servidores", "clock without servers")
    case .standbyTakesOver: said("reserva assume a fila", "queue handed over to a standby")
    case .paused: said("processo parado e retomado", "process stopped and continued")
    case .halfOpenLink: said("ligação morta sem aviso", "link dead without a word")
    case .brokerRestart: said("broker reiniciado", "broker restarted")
    case .blocked: said("broker bloqueado", "broker blocked")
    case .queueFull: said("fila cheia recusa", "full queue refuses")
    case .returned: said("mensagem devolvida", "message returned")
    case .deadLetter: said("mensagem posta em mortas", "message put aside")
    case .duplicate: said("duplicata", "duplicate")
    case .queryWhileUncommitted: said("consulta antes do commit", "query while uncommitted")
    case .keyRemoved: said("chave retirada", "key removed")
    case .keyAdded: said("chave posta", "key added")
    case .sold: said("vendido", "sold")
    case .voided: said("lance anulado", "bid voided")
    case .passedOn: said("lote repassado", "lot passed on")
    case .bought: said("comprado na hora", "bought at once")
    case .noBids: said("sem lances", "no bids")
    case .conditional: said("abaixo da reserva", "below the reserve")
    case .cancelled: said("cancelado", "cancelled")
    case .accepted: said("lance aceito", "bid accepted")
    case .neverDecided: said("lance que nunca chegou", "bid that never arrived")
    case .refused(let reason): said("recusa \(reason.wireName)", "refusal \(reason.wireName)")
    case .commandRefused(let reason): said("comando recusado \(reason.wireName)", "command refused \(reason.wireName)")
    }
  }
}

extension CrashPoint {
  fileprivate var title: String {
    switch self {
    case .afterDeliver: said("queda depois da entrega", "crash after the delivery")
    case .inTransaction: said("queda antes do commit", "crash before the commit")
    case .afterCommit: said("queda entre commit e publicação", "crash between commit and publish")
    case .afterAck: said("queda depois de confirmar a entrega", "crash after the acknowledgement")
    case .amidPublish: said("queda no meio da publicação", "crash amid publishing")
    case .afterPublish: said("queda depois de publicar", "crash after the publish")
    case .beforeMarkSent: said("queda entre confirmação e marca", "crash between confirm and mark")
    case .afterMarkSent: said("queda depois da marca", "crash after the mark")
    }
  }
}

/// How often one history reached what.
package final class Tally: @unchecked Sendable {
  package private(set) var counts: [Rare: Int] = [:]

  package init() {}

  func reached(_ rare: Rare, _ times: Int = 1) {
    if times > 0 { counts[rare, default: 0] += times }
  }
}

extension Tally {
  func heard(_ outcome: BidAttempt.Outcome) {
    switch outcome {
    case .accepted: reached(.accepted)
    case .neverDecided: reached(.neverDecided)
    case .refused, .refusedLongAgo, .busy, .unroutable: break
    }
  }
}
