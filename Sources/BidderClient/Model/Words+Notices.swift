package import SharedKernel

/// How a notice writes amounts, bidders and times.
package struct NoticeNames {
  package let money: (Money) -> String
  package let name: (PrincipalID?) -> String
  package let clock: (Timestamp) -> String
}

extension Notice.Fact {
  /// The whole sentence, behind the word of its kind.
  package func sentence(_ language: Language, _ say: NoticeNames) -> String {
    switch language {
    case .portuguese: portuguese(say)
    case .english: english(say)
    }
  }

  /// What stands behind its word where there is less room, the longest first; nothing where the word says all. What has an amount
  /// or a time in it is not to be cut.
  package func briefs(_ language: Language, _ say: NoticeNames) -> [String] {
    func with(_ words: String, _ amount: Money?) -> [String] {
      amount.map { ["\(words) \(say.money($0))", say.money($0)] } ?? [words]
    }
    switch self {
    case .outbid(let by, let price, _): return with(say.name(by), price)
    case .accepted(let amount, _, let hasReceipt, _):
      let brief =
        amount > .zero
        ? with(language.choose("aceito:", "accepted:"), amount) : [language.choose("aceito em segredo", "accepted in secret")]
      return (hasReceipt ? [brief[0] + language.choose(" (recibo guardado)", " (receipt kept)")] : []) + brief
    case .refused(let refused, _, _):
      guard let minimum = refused.minimum.map(say.money) else { return [refused.reason.words(language)] }
      let least = language.choose("mín", "min") + " " + minimum
      return [refused.reason.words(language) + ": " + least, least]
    case .busy(let amount, _): return with(language.choose("casa ocupada:", "house busy:"), amount)
    case .uncertain(let amount, _): return with(language.choose("sem resposta:", "no answer:"), amount)
    case .neverDecided(let amount, _): return with(language.choose("sem decisão:", "no decision:"), amount)
    case .notSent(let amount, _, _): return with(language.choose("não enviado:", "not sent:"), amount)
    case .voided(let by, let amount, _): return with(by.map { say.name($0) } ?? language.choose("seu", "yours"), amount)
    case .won(let amount): return [say.money(amount)]
    case .lost(let winner, let amount), .soldToOther(let winner, let amount):
      return with(say.name(winner), amount)
    case .passedOn(let to, _, let amount, _):
      return with(to.map { language.choose("a", "to") + " " + say.name($0) } ?? language.choose("a você", "to you"), amount)
    case .extended(_, _, let delta, _, let closesAt):
      let end = language.choose("fecha", "closes") + " " + say.clock(closesAt)
      return ["+\((delta.microseconds + 999_999) / 1_000_000) s, \(end)", end, say.clock(closesAt)]
    case .chainBroken: return [language.choose("a cadeia não confere", "the chain does not hold")]
    case .receiptNotKept(let reason):
      return [
        language.choose("não guardado: ", "not kept: ") + reason, language.choose("não guardado", "not kept"),
      ]
    case .accessRefused: return [sentence(language, say), language.choose("acesso negado", "access refused")]
    case .silent(let since):
      return [language.choose("sem sinal de vida desde ", "no sign of life since ") + say.clock(since), say.clock(since)]
    case .houseWithoutNTP: return [language.choose("sem", "no") + " NTP (sem_ntp)"]
    case .unverified:
      return [language.choose("algo não pôde ser conferido: falta uma chave?", "something not verified: is a key missing?")]
    case .remark(let words): return [words]
    case .eventsLost: return [language.choose("pedindo tudo de novo", "asking for everything again")]
    case .cancelled(let reason), .suspended(let reason): return reason.map { [$0] } ?? []
    case .reconnected(let after, _):
      return [language.choose("voltou após", "back after") + " " + Text.span(after.microseconds / 1_000_000)]
    case .brokerBlocked: return [language.choose("broker cheio", "broker full")]
    case .brokerUnblocked: return [language.choose("broker aceita lances", "broker takes bids")]
    case .conditional, .noBids, .reserveMet, .resumed, .opened, .lastMinute, .connectionLost, .heardAgain:
      return [sentence(language, say)]
    }
  }

  /// It says why: most of a reason is worth more than that there is one.
  package var endsInReason: Bool {
    if case .accessRefused = self { return true }
    if case .receiptNotKept = self { return true }
    if case .unverified = self { return true }
    return false
  }

  /// It has a reason in it, in somebody's words.
  var saysWhy: Bool {
    switch self {
    case .refused, .notSent, .voided, .cancelled, .suspended, .passedOn, .chainBroken, .receiptNotKept, .connectionLost,
      .accessRefused, .unverified, .remark:
      true
    case .outbid, .accepted, .busy, .uncertain, .neverDecided, .won, .lost, .soldToOther, .conditional, .noBids, .reserveMet,
      .resumed, .opened, .lastMinute, .extended, .reconnected, .silent, .heardAgain, .brokerBlocked, .brokerUnblocked,
      .houseWithoutNTP, .eventsLost:
      false
    }
  }

  /// What was offered: an amount, or how far the house was to go.
  private static func offer(_ amount: Money, _ isMaximum: Bool, _ language: Language, _ say: NoticeNames) -> String {
    (isMaximum ? language.choose("máximo de ", "maximum of ") : "") + say.money(amount)
  }

  private func portuguese(_ say: NoticeNames) -> String {
    switch self {
    case .outbid(let by, let price, let own):
      "\(say.name(by)) deu \(say.money(price))" + (own.map { " (você: \(say.money($0)))" } ?? "")
    case .voided(nil, let amount, let reason):
      "seu lance" + (amount.map { " de \(say.money($0))" } ?? "") + " foi anulado pela casa: \(reason)"
    case .voided(let by, let amount, let reason):
      "o lance de \(say.name(by))" + (amount.map { ", \(say.money($0))," } ?? "") + " foi anulado: \(reason)"
    case .accepted(let amount, let isMaximum, let hasReceipt, _):
      "seu \(isMaximum ? "máximo" : "lance") \(amount > .zero ? "de " + say.money(amount) : "em segredo") foi aceito"
        + (hasReceipt ? " (recibo guardado)" : "")
    case .receiptNotKept(let reason): "não guardado, o que a casa assinou está só no livro dela: \(reason)"
    case .refused(let refused, let amount, let isMaximum):
      Self.offer(amount, isMaximum, .portuguese, say) + ": " + refused.words(.portuguese, money: say.money, clock: say.clock)
    case .busy(let amount, let isMaximum):
      "casa ocupada: \(Self.offer(amount, isMaximum, .portuguese, say)) não contou; tente de novo"
    case .uncertain(let amount, let isMaximum):
      "\(Self.offer(amount, isMaximum, .portuguese, say)) ENVIADO SEM RESPOSTA; perguntando à casa"
    case .neverDecided(let amount, let isMaximum):
      "a casa não tem decisão sobre \(Self.offer(amount, isMaximum, .portuguese, say)): não contou"
    case .notSent(let amount, let isMaximum, let reason):
      "\(Self.offer(amount, isMaximum, .portuguese, say)) não foi enviado: \(reason)"
    case .won(let amount): "é seu por \(say.money(amount))"
    case .lost(let winner, let amount), .soldToOther(let winner, let amount):
      "arrematado por \(say.name(winner))" + (amount.map { ", \(say.money($0))" } ?? "")
    case .passedOn(nil, _, let amount, let reason): "passou a ser seu por \(say.money(amount)): \(reason)"
    case .passedOn(let to, let isFromMe, let amount, let reason):
      "\(isFromMe ? "deixou de ser seu e " : "")passou a \(say.name(to)), \(say.money(amount)): \(reason)"
    case .conditional: "fechou abaixo da reserva"
    case .noBids: "fechou sem lances"
    case .reserveMet: "a reserva foi atingida: será vendido"
    case .cancelled(let reason): reason ?? "sem motivo conhecido"
    case .suspended(let reason): "suspenso" + (reason.map { ": " + $0 } ?? "")
    case .resumed: "retomado"
    case .opened: "começou"
    case .lastMinute: "último minuto"
    case .extended(let by, let cause, let delta, let times, let closesAt):
      "+\((delta.microseconds + 999_999) / 1_000_000) s \(times > 1 ? "em \(times) vezes, " : "")\(cause.portuguese(by.map { say.name($0) })), fecha às \(say.clock(closesAt))"
    case .chainBroken(let reason): "a cadeia de blocos não confere: \(reason)"
    case .connectionLost(let reason): "perdida: \(reason)"
    case .accessRefused(let reason): "acesso negado: \(reason)"
    case .reconnected(let after, let auctions):
      "reconectado após \(Text.span(after.microseconds / 1_000_000))"
        + (auctions == 0 ? "" : auctions == 1 ? "; 1 leilão atualizado" : "; \(auctions) leilões atualizados")
    case .silent(let since):
      "sem sinal de vida desde \(say.clock(since)): o que se vê pode estar velho"
    case .heardAgain: "voltou a dar sinal de vida"
    case .brokerBlocked: "o broker está cheio; lances em espera"
    case .brokerUnblocked: "o broker voltou a aceitar lances"
    case .houseWithoutNTP: "opera sem NTP (sem_ntp): as horas são as do relógio dela"
    case .unverified(let reason): "disse algo que não pôde ser conferido (falta uma chave em keys/public?): \(reason)"
    case .remark(let words): words
    case .eventsLost: "eventos demais de uma vez; pedindo tudo de novo"
    }
  }

  private func english(_ say: NoticeNames) -> String {
    switch self {
    case .outbid(let by, let price, let own):
      "\(say.name(by)) bid \(say.money(price))" + (own.map { " (you: \(say.money($0)))" } ?? "")
    case .voided(nil, let amount, let reason):
      "your bid" + (amount.map { " of \(say.money($0))" } ?? "") + " was voided by the house: \(reason)"
    case .voided(let by, let amount, let reason):
      "the bid of \(say.name(by))" + (amount.map { ", \(say.money($0))," } ?? "") + " was voided: \(reason)"
    case .accepted(let amount, let isMaximum, let hasReceipt, _):
      "your \(amount > .zero ? "" : "secret ")\(isMaximum ? "maximum" : "bid")\(amount > .zero ? " of " + say.money(amount) : "") was accepted"
        + (hasReceipt ? " (receipt kept)" : "")
    case .receiptNotKept(let reason): "not kept, what the house signed is in its ledger alone: \(reason)"
    case .refused(let refused, let amount, let isMaximum):
      Self.offer(amount, isMaximum, .english, say) + ": " + refused.words(.english, money: say.money, clock: say.clock)
    case .busy(let amount, let isMaximum): "house busy: \(Self.offer(amount, isMaximum, .english, say)) did not count; try again"
    case .uncertain(let amount, let isMaximum):
      "\(Self.offer(amount, isMaximum, .english, say)) SENT WITHOUT ANSWER; asking the house"
    case .neverDecided(let amount, let isMaximum):
      "\(Self.offer(amount, isMaximum, .english, say)) never reached the house: it did not count"
    case .notSent(let amount, let isMaximum, let reason):
      "\(Self.offer(amount, isMaximum, .english, say)) was not sent: \(reason)"
    case .won(let amount): "it is yours for \(say.money(amount))"
    case .lost(let winner, let amount), .soldToOther(let winner, let amount):
      "sold to \(say.name(winner))" + (amount.map { ", \(say.money($0))" } ?? "")
    case .passedOn(nil, _, let amount, let reason): "it is yours now, for \(say.money(amount)): \(reason)"
    case .passedOn(let to, let isFromMe, let amount, let reason):
      "\(isFromMe ? "it is yours no longer and " : "")went to \(say.name(to)), \(say.money(amount)): \(reason)"
    case .conditional: "closed under the reserve"
    case .noBids: "closed without bids"
    case .reserveMet: "the reserve is met: it will be sold"
    case .cancelled(let reason): reason ?? "no reason known"
    case .suspended(let reason): "halted" + (reason.map { ": " + $0 } ?? "")
    case .resumed: "goes on"
    case .opened: "has opened"
    case .lastMinute: "last minute"
    case .extended(let by, let cause, let delta, let times, let closesAt):
      "+\((delta.microseconds + 999_999) / 1_000_000) s \(times > 1 ? "in \(times) times, " : "")\(cause.english(by.map { say.name($0) })), closes at \(say.clock(closesAt))"
    case .chainBroken(let reason): "the chain of blocks does not hold: \(reason)"
    case .connectionLost(let reason): "lost: \(reason)"
    case .accessRefused(let reason): "access refused: \(reason)"
    case .reconnected(let after, let auctions):
      "reconnected after \(Text.span(after.microseconds / 1_000_000))"
        + (auctions == 0 ? "" : auctions == 1 ? "; 1 auction updated" : "; \(auctions) auctions updated")
    case .silent(let since):
      "no sign of life since \(say.clock(since)): what is shown may be old"
    case .heardAgain: "signs of life again"
    case .brokerBlocked: "the broker is full; bids wait"
    case .brokerUnblocked: "the broker takes bids again"
    case .houseWithoutNTP: "runs without NTP (sem_ntp): its times are those of its own clock"
    case .unverified(let reason): "said something that could not be verified (does keys/public lack a key?): \(reason)"
    case .remark(let words): words
    case .eventsLost: "too many events at once; asking for everything again"
    }
  }
}
