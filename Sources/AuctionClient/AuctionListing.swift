package import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// Prints auctions, for people or for machines.
package struct AuctionListing: Sendable {
  private let json: Bool
  private let money: MoneyText = Language.current.money

  package init(json: Bool) { self.json = json }

  package func show(_ auctions: [(summary: AuctionSummary, terms: AuctionTerms)]) {
    guard !json else { return auctions.forEach { tell(line($0.summary, $0.terms).text) } }
    guard !auctions.isEmpty else { return tell(said("nenhum leilão", "no auctions")) }
    for (summary, terms) in auctions {
      let price = summary.price.map { money.format($0, in: terms.currency) } ?? "-"
      let minimum =
        summary.status == .closed ? "" : said("mínimo ", "minimum ") + money.format(summary.minimum, in: terms.currency)
      let leader = summary.leader?.text ?? ""
      tell(
        "\(summary.auction)\t\(status(summary.status))\t\(price)\t\(leader)\t\(minimum)\t\(TimeText.rfc3339(summary.closesAt))\t\(Printable.text(terms.title))"
      )
    }
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
    line.add("status", summary.status.wireName)
    line.add("edicao", summary.edition.hex)
    line.add("bloco", summary.head?.block)
    line.add("hash", summary.head?.digest.hex)
    line.add("preco_centavos", summary.price?.minorUnits)
    line.add("lider", summary.leader?.text)
    line.add("minimo_centavos", summary.minimum.minorUnits)
    line.add("inicio_us", terms.opensAt.microseconds)
    line.add("fim_us", summary.closesAt.microseconds)
    line.add("moeda", terms.currency.code)
    return line
  }
}

/// Text from others, made safe for a terminal's line.
package enum Printable {
  package static func text(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { VisibleText.isPlain($0) ? $0 : "\u{fffd}" }))
  }
}
