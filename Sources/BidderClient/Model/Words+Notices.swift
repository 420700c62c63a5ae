package import SharedKernel

/// How a notice writes amounts, bidders and times.
package struct NoticeNames {
  package let money: (Money) -> String
  package let name: (PrincipalID?) -> String
  package let clock: (Timestamp) -> String
}

extension Notice.Fact {
  /// The whole sentence.
  package func sentence(_ language: Language, _ say: NoticeNames) -> String {
    switch language {
    case .portuguese: portuguese(say)
    case .english: english(say)
    }
  }

  /// A few words, for where there is one line.
  package func short(_ language: Language, _ say: NoticeNames) -> String {
    switch (language, self) {
    case (.portuguese, .outbid(let by, let price, _)): "\(say.name(by)) cobriu: \(say.money(price))"
    case (.english, .outbid(let by, let price, _)): "\(say.name(by)) bid \(say.money(price))"
    case (.portuguese, .accepted(let amount)): "aceito: \(say.money(amount))"
    case (.english, .accepted(let amount)): "accepted: \(say.money(amount))"
    case (_, .refused(let reason, _, let minimum)): reason.words(language) + (minimum.map { " \(say.money($0))" } ?? "")
    default: sentence(language, say)
    }
  }

  private func portuguese(_ say: NoticeNames) -> String {
    switch self {
    case .outbid(let by, let price, let own):
      "\(say.name(by)) deu \(say.money(price))" + (own.map { " (você: \(say.money($0)))" } ?? "")
    case .accepted(let amount): "seu lance de \(say.money(amount)) foi aceito"
    case .refused(let reason, let amount, let minimum):
      "\(reason.words(.portuguese)): \(say.money(amount))" + (minimum.map { "; aceitaria \(say.money($0))" } ?? "")
    case .busy(let amount): "casa ocupada: \(say.money(amount)) não contou; tente de novo"
    case .uncertain(let amount): "\(say.money(amount)) ENVIADO SEM RESPOSTA; perguntando à casa"
    case .neverArrived(let amount): "\(say.money(amount)) não chegou à casa: não contou"
    case .notSent(let amount, let reason): "\(say.money(amount)) não foi enviado: \(reason)"
    case .won(let amount): "é sua por \(say.money(amount))"
    case .lost(let winner, let amount), .soldToOther(let winner, let amount):
      "arrematado por \(say.name(winner))" + (amount.map { ", \(say.money($0))" } ?? "")
    case .conditional: "fechou abaixo da reserva"
    case .noBids: "fechou sem lances"
    case .cancelled(let reason): "cancelado" + (reason.map { ": \($0)" } ?? "")
    case .suspended(let reason): "suspenso: \(reason)"
    case .resumed: "retomado"
    case .opened: "começou"
    case .lastMinute: "último minuto"
    case .extended(let by, let cause, let delta, let closesAt):
      "+\((delta.microseconds + 999_999) / 1_000_000) s \(cause.portuguese(by.map { say.name($0) })), fecha às \(say.clock(closesAt))"
    case .chainBroken(let reason): "a cadeia de blocos não confere: \(reason)"
    case .connectionLost(let reason): "perdida: \(reason)"
    case .reconnected(let after, let auctions):
      "reconectado após \(Text.span(after.microseconds / 1_000_000)); \(auctions == 1 ? "1 leilão atualizado" : "\(auctions) leilões atualizados")"
    case .brokerBlocked: "o broker está cheio; lances em espera"
    case .brokerUnblocked: "o broker voltou a aceitar lances"
    case .houseWithoutNTP: "opera sem NTP (sem_ntp): as horas são as do relógio dela"
    case .eventsLost: "eventos demais de uma vez; pedindo tudo de novo"
    }
  }

  private func english(_ say: NoticeNames) -> String {
    switch self {
    case .outbid(let by, let price, let own):
      "\(say.name(by)) bid \(say.money(price))" + (own.map { " (you: \(say.money($0)))" } ?? "")
    case .accepted(let amount): "your bid of \(say.money(amount)) was accepted"
    case .refused(let reason, let amount, let minimum):
      "\(reason.words(.english)): \(say.money(amount))" + (minimum.map { "; \(say.money($0)) would do" } ?? "")
    case .busy(let amount): "house busy: \(say.money(amount)) did not count; try again"
    case .uncertain(let amount): "\(say.money(amount)) SENT WITHOUT ANSWER; asking the house"
    case .neverArrived(let amount): "\(say.money(amount)) never reached the house: it did not count"
    case .notSent(let amount, let reason): "\(say.money(amount)) was not sent: \(reason)"
    case .won(let amount): "it is yours for \(say.money(amount))"
    case .lost(let winner, let amount), .soldToOther(let winner, let amount):
      "sold to \(say.name(winner))" + (amount.map { ", \(say.money($0))" } ?? "")
    case .conditional: "closed under the reserve"
    case .noBids: "closed without bids"
    case .cancelled(let reason): "cancelled" + (reason.map { ": \($0)" } ?? "")
    case .suspended(let reason): "halted: \(reason)"
    case .resumed: "goes on"
    case .opened: "has opened"
    case .lastMinute: "last minute"
    case .extended(let by, let cause, let delta, let closesAt):
      "+\((delta.microseconds + 999_999) / 1_000_000) s \(cause.english(by.map { say.name($0) })), closes at \(say.clock(closesAt))"
    case .chainBroken(let reason): "the chain of blocks does not hold: \(reason)"
    case .connectionLost(let reason): "lost: \(reason)"
    case .reconnected(let after, let auctions):
      "reconnected after \(Text.span(after.microseconds / 1_000_000)); \(auctions == 1 ? "1 auction updated" : "\(auctions) auctions updated")"
    case .brokerBlocked: "the broker is full; bids wait"
    case .brokerUnblocked: "the broker takes bids again"
    case .houseWithoutNTP: "runs without NTP (sem_ntp): its times are those of its own clock"
    case .eventsLost: "too many events at once; asking for everything again"
    }
  }
}
