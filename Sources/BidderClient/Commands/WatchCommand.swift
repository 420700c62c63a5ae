package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionWire
import NTPKit
import ServiceKit
import SharedKernel

/// `cliente-tui acompanhar`: every event of one auction, checked, as it comes.
package struct WatchCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "acompanhar", "watch",
      abstract: said("Mostra cada evento de um leilão, conferido, ao vivo.", "Shows every event of an auction, checked, live."),
      discussion: said(
        """
        Começa pelo estado atual. Cada bloco é conferido contra o anterior e cada lance \
        contra a chave de quem o deu.

        EXEMPLO:
          cliente-tui acompanhar violao-1978 --cliente cliente_alpha --ate-o-fim
        """,
        """
        Begins with the current state. Each block is checked against the one before, each \
        bid against its bidder's key.

        EXAMPLE:
          cliente-tui watch guitar-1978 --bidder cliente_alpha --to-the-end
        """))
  }

  @OptionGroup var house: HouseOptions
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: said("LEILÃO", "AUCTION"))) var auction: String
  @Option(
    name: .spoken("cliente", "bidder"),
    help: ArgumentHelp(
      said("Quem acompanha; ouve também as suas recusas.", "Who watches; also hears its own refusals."), valueName: "ID"))
  var bidder: String
  @Flag(
    name: .spoken("ate-o-fim", "to-the-end"),
    help: ArgumentHelp(said("Termina quando o leilão termina.", "Ends when the auction ends."))) var untilEnd = false
  @Flag(help: ArgumentHelp(said("Uma linha JSON por evento.", "One JSON line for each event."))) var json = false

  package init() {}

  package func run() async throws {
    guard let id = AuctionID(auction) else {
      throw Failure(
        .usage,
        said(
          "“\(auction)” não é um leilão: letras minúsculas, algarismos e -",
          "“\(auction)” is no auction: lower-case letters, digits and -"))
    }
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    let bidder = try BidderAccess.bidder(bidder, option: BidderAccess.bidderOption)
    let clock = TrustedClock(TrustedClockOptions(source: settings.time))
    clock.start()
    defer { clock.stop() }
    let channel = Channel<BidderSession.Event>()
    let keys = try BidderAccess.keys(settings)
    // They may come while it watches: then it goes on.
    if let missing = HouseKeys.missing(in: keys.ring) { CommandRunner.complain(missing) }
    let driver = SessionDriver(
      broker: settings.broker, name: bidder.text, bidder: bidder, keys: keys, interest: .only([id]),
      clock: clock
    ) { channel.send($0) }
    let (untilEnd, printer) = (untilEnd, WatchPrinter(json: json))
    do {
      try await onThread(named: "acompanhar") {
        let events = EventReader(channel)
        var isKnown = false
        while true {
          guard let event = try events.next(until: .now + .seconds(3_600)) else { continue }
          printer.show(event)
          if case .auction = event { isKnown = true }
          if case .live = event, !isKnown { printer.waiting(for: id) }
          if case .auction(let state, _) = event, state.result != nil, untilEnd { return }
        }
      }
    } catch {
      await driver.close()
      throw error
    }
    await driver.close()
  }
}

/// One line for each event.
struct WatchPrinter: Sendable {
  let json: Bool
  private let money: MoneyText = Language.current.money

  init(json: Bool) { self.json = json }

  func show(_ event: BidderSession.Event) {
    switch event {
    case .auction(let state, let changes):
      if changes.isEmpty { standing(state) }
      changes.forEach { change($0, state) }
    case .connected: notice("conectado", said("conectado", "connected"))
    case .disconnected(let reason, _): notice("desconectado", said("sem conexão: \(reason)", "no connection: \(reason)"))
    case .dropped(let reason):
      notice("descartado", said("descartado (não é da casa): \(reason)", "dropped (not the house's): \(reason)"))
    case .blocked(let reason): notice("bloqueado", reason)
    case .live, .refused, .unblocked, .attempt, .decision, .refusedLongAgo: break
    }
  }

  func waiting(for auction: AuctionID) {
    notice(
      "desconhecido",
      said("a casa não conhece \(auction); espero que o agende", "the house knows no \(auction); waiting for it to be scheduled"))
  }

  private func standing(_ state: FollowedAuction) {
    if let result = state.result { return change(.closed(result), state) }
    emit(state, "estado", said("estado", "state") + ": " + summary(state)) { $0.add("status", state.status.wireName) }
  }

  private func change(_ change: FollowedAuction.Change, _ state: FollowedAuction) {
    switch change {
    case .opened: emit(state, "aberto", said("aberto; ", "open; ") + summary(state)) { _ in }
    case .bid(let bid):
      emit(
        state, "lance",
        said("lance de ", "bid of ") + "\(bid.bidder): \(money.format(bid.amount, in: state.terms.currency)); " + summary(state)
      ) {
        $0.add("id_lance", bid.id.description)
        $0.add("id_usuario", bid.bidder.text)
        $0.add("valor_centavos", bid.amount.minorUnits)
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
    case .closed(let result):
      emit(state, "encerrado", said("encerrado: ", "closed: ") + ending(result, state)) {
        $0.add("situacao", result.outcome.wireName)
        $0.add("vencedor", result.winner?.text)
        $0.add("valor_centavos", result.amount?.minorUnits)
        $0.add("motivo", state.cancellation)
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

  private func summary(_ state: FollowedAuction) -> String {
    let price =
      state.price.map {
        said("preço ", "price ") + money.format($0, in: state.terms.currency) + " (\(state.leader?.text ?? "-")), "
      } ?? ""
    return price + said("mínimo ", "minimum ") + money.format(state.minimum, in: state.terms.currency) + said(", fim ", ", end ")
      + TimeText.rfc3339(state.endsAt)
  }

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
    line.add("minimo_centavos", state.minimum.minorUnits)
    line.add("fim_us", state.endsAt.microseconds)
    more(&line)
    tell(line.text)
  }

  private func notice(_ kind: String, _ text: String) {
    guard json else { return CommandRunner.complain(text) }
    var line = JSONLine()
    line.add("evento", kind)
    line.add("motivo", text)
    tell(line.text)
  }
}
