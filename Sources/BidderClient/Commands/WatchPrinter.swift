import AuctionClient
import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// One line for each event. A connection that stays lost is told once, not at each try.
struct WatchPrinter {
  let json: Bool
  private let money: MoneyText = Language.current.money
  private var isDisconnected = false
  private var isIncomplete = false

  init(json: Bool) { self.json = json }

  mutating func show(_ event: BidderSession.Event) {
    switch event {
    case .auction(let state, let changes):
      if changes.isEmpty { standing(state) }
      changes.forEach { change($0, state) }
    case .connected:
      isDisconnected = false
      notice("conectado", said("conectado", "connected"))
    case .disconnected(let reason, _):
      guard !isDisconnected else { return }
      isDisconnected = true
      notice("desconectado", said("sem conexão: \(reason)", "no connection: \(reason)")) { $0.add("motivo", reason) }
    case .dropped(let reason):
      notice("descartado", said("descartado (não é da casa): \(reason)", "dropped (not the house's): \(reason)")) {
        $0.add("motivo", reason)
      }
    case .blocked(let reason):
      notice("bloqueado", said("o broker está cheio: \(reason)", "the broker is full: \(reason)")) { $0.add("motivo", reason) }
    case .live: isIncomplete = false
    case .incomplete(let reason, _, _):
      guard !isIncomplete else { return }
      isIncomplete = true
      notice("incompleto", reason) { $0.add("motivo", reason) }
    case .refused, .unblocked, .silent, .heard, .attempt, .past, .decision, .refusedLongAgo, .concerning: break
    }
  }

  func waiting(for auction: AuctionID) {
    notice(
      "desconhecido",
      said("a casa não conhece \(auction); espero que o agende", "the house knows no \(auction); waiting for it to be scheduled")
    ) { $0.add("id_leilao", auction.text) }
  }

  private func standing(_ state: FollowedAuction) {
    if let result = state.result {
      change(.closed(result), state)
      return state.passedOn.forEach { change(.passedOn($0.passing), state) }
    }
    emit(state, "estado", said("estado", "state") + ": " + summary(state)) {
      $0.add("status", state.status.wireName)
      $0.add("formato", state.terms.format.wireName)
      $0.add("compra_imediata_centavos", state.terms.rules.buyNow?.minorUnits)
      $0.add(rules: state.terms)
    }
    guard !json else { return }
    for (label, value) in TermsWords(state.terms, .current, clock: TimeText.rfc3339).lines {
      tell("  \(label): \(Printable.text(value))")
    }
  }

  private func change(_ change: FollowedAuction.Change, _ state: FollowedAuction) {
    switch change {
    case .opened: emit(state, "aberto", said("aberto; ", "open; ") + summary(state)) { _ in }
    case .bid(let bid):
      emit(
        state, "lance",
        said("lance de ", "bid of ") + "\(bid.bidder): \(offered(bid.amount, state)); " + summary(state)
      ) {
        $0.add("id_lance", bid.id.description)
        $0.add("id_usuario", bid.bidder.text)
        $0.add("valor_centavos", bid.amount > .zero ? bid.amount.minorUnits : nil)
        $0.add("recebido_us", bid.receivedAt.microseconds)
      }
    case .extended(_, let to, let by, let cause):
      emit(
        state, "prorrogado",
        said("prorrogado até ", "extended to ") + TimeText.rfc3339(to) + (by.map { said(" por ", " by ") + $0.text } ?? "")
          + " (\(words(cause)))"
      ) {
        $0.add("por", by?.text)
        $0.add("motivo", cause.wireName)
      }
    case .revealed(let bid, let bidder, let amount):
      let shown = money.format(amount, in: state.terms.currency)
      emit(state, "revelado", said("\(bidder) ia até ", "\(bidder) went up to ") + shown + "; " + summary(state)) {
        $0.add("id_lance", bid.description)
        $0.add("id_usuario", bidder.text)
        $0.add("maximo_centavos", amount.minorUnits)
      }
    case .reserveRevealed(let amount):
      emit(state, "reserva", said("a reserva era ", "the reserve was ") + money.format(amount, in: state.terms.currency)) {
        $0.add("reserva_centavos", amount.minorUnits)
      }
    case .voided(let bid, let bidder, let reason):
      emit(
        state, "anulado",
        said("lance de \(bidder) anulado (", "bid of \(bidder) voided (") + Printable.text(reason) + "); " + summary(state)
      ) {
        $0.add("id_lance", bid.description)
        $0.add("id_usuario", bidder.text)
        $0.add("motivo", reason)
      }
    case .suspended(let reason):
      emit(state, "suspenso", said("suspenso: ", "halted: ") + Printable.text(reason)) { $0.add("motivo", reason) }
    case .resumed: emit(state, "retomado", said("retomado; ", "goes on; ") + summary(state)) { _ in }
    case .closed(let result):
      emit(state, "encerrado", said("encerrado: ", "closed: ") + ending(result, state)) {
        $0.add("situacao", result.outcome.wireName)
        $0.add("vencedor", result.winner?.text)
        $0.add("valor_centavos", result.amount?.minorUnits)
        $0.add("motivo", state.cancellation)
      }
    case .passedOn(let passing):
      emit(
        state, "repassado",
        said("repassado a ", "passed on to ") + "\(passing.to), \(money.format(passing.amount, in: state.terms.currency)) ("
          + Printable.text(passing.reason) + ")"
      ) {
        $0.add("de", passing.from?.text)
        $0.add("para", passing.to.text)
        $0.add("valor_centavos", passing.amount.minorUnits)
        $0.add("motivo", passing.reason)
      }
    case .broken(let reason):
      emit(state, "corrente_quebrada", said("A CORRENTE NÃO FECHA: \(reason)", "THE CHAIN IS BROKEN: \(reason)")) {
        $0.add("motivo", reason)
      }
    }
  }

  private func ending(_ result: AuctionResult, _ state: FollowedAuction) -> String {
    let outcome = result.outcome.words
    if let reason = state.cancellation { return "\(outcome) (\(Printable.text(reason)))" }
    guard let winner = result.winner, let amount = result.amount else { return outcome }
    return "\(outcome), \(winner), \(money.format(amount, in: state.terms.currency))"
  }

  private func words(_ cause: Extension.Cause) -> String {
    switch cause {
    case .bid: said("lance no fim", "late bid")
    case .outage: said("a casa esteve ausente", "the house was away")
    case .resumption: said("retomado", "resumed")
    }
  }

  /// Nobody knows what is sealed, nor how far a leader goes who raises his maximum.
  private func offered(_ amount: Money, _ state: FollowedAuction) -> String {
    if amount > .zero { return money.format(amount, in: state.terms.currency) }
    return state.terms.isSealed ? said("lacrado", "sealed") : said("máximo em segredo", "secret maximum")
  }

  private func summary(_ state: FollowedAuction) -> String {
    let price =
      state.price.map {
        said("preço ", "price ") + money.format($0, in: state.terms.currency) + " (\(state.leader?.text ?? "-")), "
      } ?? ""
    let reserve =
      state.isReserveMet.map {
        $0 ? said("reserva atingida, ", "reserve met, ") : said("reserva não atingida, ", "reserve not met, ")
      }
      ?? ""
    let least = state.terms.fallingPrice == nil ? said("mínimo ", "minimum ") : said("pede ", "asks ")
    return price + reserve + least + money.format(asked(state), in: state.terms.currency) + said(", fim ", ", end ")
      + TimeText.rfc3339(state.endsAt)
  }

  /// As of when the house spoke last.
  private func asked(_ state: FollowedAuction) -> Money { state.minimum(at: state.asOf.instant) }

  private func emit(_ state: FollowedAuction, _ kind: String, _ text: String, _ more: (inout JSONLine) -> Void) {
    guard json else { return tell("\(TimeText.rfc3339(state.asOf.instant)) \(state.terms.auction) \(text)") }
    var line = JSONLine()
    line.add("evento", kind)
    line.add("id_leilao", state.terms.auction.text)
    line.add("bloco", state.head?.block)
    line.add("hash", state.head?.digest.hex)
    line.add("em_us", state.asOf.instant.microseconds)
    line.add("preco_centavos", state.price?.minorUnits)
    line.add("lider", state.leader?.text)
    line.add("minimo_centavos", asked(state).minorUnits)
    line.add(state.terms, closingAt: state.status == .open && state.price == nil ? state.closesAt : nil)
    line.add("fim_us", state.endsAt.microseconds)
    if let isReserveMet = state.isReserveMet { line.add("reserva_atingida", isReserveMet) }
    more(&line)
    tell(line.text)
  }

  private func notice(_ kind: String, _ text: String, _ more: (inout JSONLine) -> Void = { _ in }) {
    guard json else { return CommandRunner.complain(text) }
    var line = JSONLine()
    line.add("evento", kind)
    more(&line)
    tell(line.text)
  }
}
