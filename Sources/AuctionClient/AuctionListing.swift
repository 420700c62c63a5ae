import AuctionCore
package import AuctionFacts
import AuctionWire
package import ServiceKit
package import SharedKernel

/// Prints auctions, for people or for machines.
package struct AuctionListing: Sendable {
  private let json: Bool
  private let money: MoneyText = Language.current.money

  package init(json: Bool) { self.json = json }

  package func show(_ auctions: [(summary: AuctionSummary, terms: AuctionTerms)]) {
    guard !json else { return auctions.forEach { tell(line($0.summary, $0.terms).text) } }
    guard !auctions.isEmpty else { return tell(said("nenhum leilão", "no auctions")) }
    for (summary, terms) in auctions {
      // What was bid for an auction that was cancelled is nobody's price.
      let stands = summary.ending?.outcome != .cancelled
      let columns = [
        summary.auction.text,
        summary.passedOn.map { _ in said("repassado", "passed on") } ?? summary.ending?.outcome.words
          ?? status(summary.status),
        (summary.passedOn?.amount ?? summary.price).flatMap { stands ? money.format($0, in: terms.currency) : nil } ?? "-",
        (summary.passedOn?.id ?? summary.leader).flatMap { stands ? $0.text : nil } ?? "",
        summary.status == .closed ? "" : asked(summary, terms),
        TimeText.rfc3339(min(summary.closesAt, summary.ending?.at ?? summary.closesAt)),
        Printable.text(terms.title),
      ]
      tell(columns.joined(separator: "\t"))
    }
  }

  /// What the next bid must offer, and what it costs to have it at once.
  private func asked(_ summary: AuctionSummary, _ terms: AuctionTerms) -> String {
    let format = terms.format == .english ? "" : terms.format.wireName + ", "
    let reserve = summary.isReserveMet == false ? said("reserva não atingida, ", "reserve not met, ") : ""
    let least =
      format + reserve + (terms.fallingPrice == nil ? said("mínimo ", "minimum ") : said("pede ", "asks "))
      + money.format(summary.minimum, in: terms.currency)
    guard let buyNow = terms.rules.buyNow else { return least }
    return least + said(", compra imediata ", ", buy now ") + money.format(buyNow, in: terms.currency)
  }

  private func status(_ status: AuctionStatus) -> String {
    switch status {
    case .scheduled: said("agendado", "scheduled")
    case .open: said("ativo", "open")
    case .suspended: said("suspenso", "suspended")
    case .closed: said("encerrado", "closed")
    }
  }

  private func line(_ summary: AuctionSummary, _ terms: AuctionTerms) -> JSONLine {
    var line = JSONLine()
    line.add("id_leilao", summary.auction.text)
    line.add("titulo", terms.title)
    line.add("formato", terms.format.wireName)
    line.add("status", summary.status.wireName)
    line.add("edicao", summary.edition.hex)
    line.add("bloco", summary.head?.block)
    line.add("hash", summary.head?.digest.hex)
    line.add("preco_centavos", summary.price?.minorUnits)
    line.add("lider", summary.leader?.text)
    line.add("minimo_centavos", summary.minimum.minorUnits)
    line.add("compra_imediata_centavos", terms.rules.buyNow?.minorUnits)
    line.add(terms, closingAt: summary.status == .open && summary.price == nil ? summary.closesAt : nil)
    if let isReserveMet = summary.isReserveMet { line.add("reserva_atingida", isReserveMet) }
    line.add("inicio_us", terms.opensAt.microseconds)
    line.add("fim_us", summary.closesAt.microseconds)
    line.add("situacao", summary.ending?.outcome.wireName)
    line.add("encerrado_us", summary.ending?.at.microseconds)
    if let holder = summary.passedOn {
      line.add("repassado_para", holder.id.text)
      line.add("repassado_centavos", holder.amount.minorUnits)
    }
    line.add(rules: terms)
    return line
  }
}

extension JSONLine {
  /// Of a price that falls, how it does, and since when: what is asked at any instant. Nothing of others.
  ///
  /// - Parameter end: nil while it does not fall.
  package mutating func add(_ terms: AuctionTerms, closingAt end: Timestamp?) {
    guard let descent = terms.fallingPrice else { return }
    add("de_centavos", descent.from.minorUnits)
    add("passo_centavos", descent.step.minorUnits)
    add("cada_s", descent.every.microseconds / 1_000_000)
    add("ate_centavos", descent.to.minorUnits)
    if let end { add("cai_desde_us", terms.fallsSince(closingAt: end).microseconds) }
  }
}

extension JSONLine {
  /// What an auction is held under, besides its format and how a price falls.
  package mutating func add(rules terms: AuctionTerms) {
    add("moeda", terms.currency.code)
    add("vendedor", terms.seller.text)
    add("lance_inicial_centavos", terms.openingPrice.minorUnits)
    if terms.format == .english { add("incremento", JSONLine(terms.increment)) }
    add("prorrogacao_s", terms.rules.extensionWindow.microseconds / 1_000_000)
    add("fim_maximo_us", terms.rules.latestClose?.microseconds)
    add("tolerancia_ms", terms.rules.inFlightTolerance.microseconds / 1_000)
    add("relogio_exigido", terms.rules.clockRequired)
  }

  /// As on the wire.
  private init(_ increment: Increment) {
    self.init()
    switch increment {
    case .fixed(let step):
      add("tipo", IncrementType.fixed.wireName)
      add("centavos", step.minorUnits)
    case .percentage(let points):
      add("tipo", IncrementType.percentage.wireName)
      add("pontos_base", points)
    case .table(let bands):
      add("tipo", IncrementType.table.wireName)
      add(
        "faixas",
        bands.map { band in
          var line = JSONLine()
          line.add("ate_centavos", band.upTo?.minorUnits)
          line.add("centavos", band.step.minorUnits)
          return line
        })
    }
  }
}

extension AuctionResult.Outcome {
  /// In the reader's language.
  package var words: String {
    switch self {
    case .sold: said("vendido", "sold")
    case .conditional: said("condicional", "conditional")
    case .noBids: said("sem lances", "no bids")
    case .cancelled: said("cancelado", "cancelled")
    }
  }
}

/// Text from others, made safe for a terminal's line.
package enum Printable {
  package static func text(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { VisibleText.isPlain($0) ? $0 : "\u{fffd}" }))
  }
}
