import ServiceKit

/// Mistakes planted on purpose, one at a time, to see whether a simulation finds them.
///
/// All of them stand on the simulation's side of the seams (`Desk`, `Store`, `Publisher`, `Acknowledger`, the shell's order of
/// steps): the product's code has no switch that could be left on.
package enum Sabotage: String, Sendable, CaseIterable {
  case acknowledgeBeforeCommit = "acknowledge-before-commit"
  case publishBeforeCommit = "publish-before-commit"
  case skipDedupe = "skip-dedupe"
  case closeByLocalClock = "close-by-local-clock"
  case dropTagGeneration = "drop-tag-generation"
  case sortByClaimedTime = "sort-by-claimed-time"
  case forgetOutage = "forget-outage"
  case answerUncommitted = "answer-uncommitted"
  case loseOutbox = "lose-outbox"
  case markSentEarly = "mark-sent-early"
  case anotherReason = "another-reason"
  case ignoreRevocation = "ignore-revocation"
  case relayAcknowledgesEarly = "relay-acknowledges-early"
  case presenceBeforeOutage = "presence-before-outage"
  case commitWithoutSync = "commit-without-sync"
  case replayNow = "replay-now"

  package var title: String {
    switch self {
    case .acknowledgeBeforeCommit: said("confirma a entrega antes do commit", "acknowledges before the commit")
    case .publishBeforeCommit: said("publica antes do commit", "publishes before the commit")
    case .skipDedupe: said("toma uma reentrega por outro lance", "takes a redelivery for another bid")
    case .closeByLocalClock:
      said("fecha pelo relógio local, sem a incerteza", "closes by the local clock, without its uncertainty")
    case .dropTagGeneration: said("esquece a geração das entregas", "drops the generation of delivery tags")
    case .sortByClaimedTime: said("ordena pela hora alegada", "sorts by the claimed time")
    case .forgetOutage: said("esquece a prorrogação por ausência", "forgets the extension for an outage")
    case .answerUncommitted: said("responde a consultas antes do commit", "answers queries before the commit")
    case .loseOutbox: said("perde a caixa de saída ao reiniciar", "loses the outbox at a restart")
    case .markSentEarly: said("marca como enviado antes da confirmação", "marks as sent before the confirm")
    case .anotherReason: said("dá outro motivo a um lance repetido", "gives a repeated bid another reason")
    case .ignoreRevocation: said("aceita lances sob chave retirada", "accepts bids under a removed key")
    case .relayAcknowledgesEarly:
      said("ms-notificacao confirma antes de publicar", "ms-notificacao acknowledges before its publish")
    case .presenceBeforeOutage: said("grava a presença antes da ausência", "writes the presence before the outage")
    case .commitWithoutSync: said("commit sem sync", "commits without a sync")
    case .replayNow: said("relê o diário com a hora de agora", "replays the journal with the time of now")
    }
  }
}
