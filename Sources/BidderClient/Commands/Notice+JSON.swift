import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

extension Notice {
  /// One line for machines: the members of every notice, and what its kind adds. docs/terminal.md names them.
  func json(_ sentence: String) -> String {
    var line = JSONLine()
    line.add("em_us", at.microseconds)
    line.add("evento", fact.wireName)
    line.add("id_leilao", auction?.text)
    line.add("titulo", auction == nil ? nil : title)
    line.add("moeda", auction == nil ? nil : currency.code)
    line.add("texto", sentence)
    fact.add(to: &line)
    return line.text
  }
}

extension Notice.Fact {
  fileprivate var wireName: String {
    switch self {
    case .outbid: "coberto"
    case .voided: "anulado"
    case .accepted: "aceito"
    case .receiptNotKept: "recibo_nao_guardado"
    case .refused: "recusado"
    case .busy: "ocupado"
    case .uncertain: "incerto"
    case .neverDecided: "sem_decisao"
    case .notSent: "nao_enviado"
    case .won: "arrematado"
    case .lost: "perdido"
    case .soldToOther: "vendido"
    case .conditional: "condicional"
    case .noBids: "sem_lances"
    case .reserveMet: "reserva_atingida"
    case .passedOn: "repassado"
    case .cancelled: "cancelado"
    case .suspended: "suspenso"
    case .resumed: "retomado"
    case .opened: "aberto"
    case .lastMinute: "ultimo_minuto"
    case .extended: "prorrogado"
    case .chainBroken: "corrente_quebrada"
    case .connectionLost: "conexao_perdida"
    case .accessRefused: "acesso_negado"
    case .reconnected: "reconectado"
    case .silent: "sem_resposta"
    case .heardAgain: "resposta_voltou"
    case .brokerBlocked: "broker_cheio"
    case .brokerUnblocked: "broker_liberado"
    case .houseWithoutNTP: "casa_sem_ntp"
    case .unverified: "nao_conferido"
    case .remark: "atencao"
    case .eventsLost: "eventos_perdidos"
    }
  }

  fileprivate func add(to line: inout JSONLine) {
    switch self {
    case .outbid(let by, let price, let own):
      line.add("por", by?.text)
      line.add("preco_centavos", price.minorUnits)
      line.add("valor_centavos", own?.minorUnits)
    case .voided(let by, let amount, let reason):
      line.add("id_usuario", by?.text)
      line.add("valor_centavos", amount?.minorUnits)
      line.add("motivo", reason)
    case .accepted(let amount, let isMaximum, let hasReceipt, _):
      line.add("valor_centavos", amount > .zero ? amount.minorUnits : nil)
      line.add("maximo", isMaximum)
      line.add("recibo", hasReceipt)
    case .busy(let amount, let isMaximum), .uncertain(let amount, let isMaximum),
      .neverDecided(let amount, let isMaximum):
      line.add("valor_centavos", amount.minorUnits)
      line.add("maximo", isMaximum)
    case .notSent(let amount, let isMaximum, let reason):
      line.add("valor_centavos", amount.minorUnits)
      line.add("maximo", isMaximum)
      line.add("motivo", reason)
    case .refused(let refused, let amount, let isMaximum):
      line.add("valor_centavos", amount.minorUnits)
      line.add("maximo", isMaximum)
      line.add("motivo", refused.reason?.wireName)
      line.add("minimo_centavos", refused.minimum?.minorUnits)
    case .won(let amount): line.add("valor_centavos", amount.minorUnits)
    case .lost(let winner, let amount), .soldToOther(let winner, let amount):
      line.add("vencedor", winner?.text)
      line.add("valor_centavos", amount?.minorUnits)
    case .passedOn(let to, let isFromMe, let amount, let reason):
      line.add("para", to?.text)
      line.add("era_seu", isFromMe)
      line.add("valor_centavos", amount.minorUnits)
      line.add("motivo", reason)
    case .cancelled(let reason), .suspended(let reason): line.add("motivo", reason)
    case .extended(let by, let cause, _, let times, let closesAt):
      line.add("por", by?.text)
      line.add("motivo", cause.wireName)
      line.add("vezes", Int64(times))
      line.add("fim_us", closesAt.microseconds)
    case .reconnected(let after, let auctions):
      line.add("sem_conexao_us", after.microseconds)
      line.add("leiloes", Int64(auctions))
    case .silent(let since): line.add("desde_us", since.microseconds)
    case .receiptNotKept(let reason), .chainBroken(let reason), .connectionLost(let reason), .accessRefused(let reason),
      .unverified(let reason), .remark(let reason):
      line.add("motivo", reason)
    case .conditional, .noBids, .reserveMet, .resumed, .opened, .lastMinute, .heardAgain, .brokerBlocked, .brokerUnblocked,
      .houseWithoutNTP,
      .eventsLost:
      break
    }
  }
}
