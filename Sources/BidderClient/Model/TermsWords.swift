package import AuctionFacts
package import SharedKernel
internal import TerminalKit

/// What an auction is held under, told to a bidder: signed when it was scheduled, and never changed.
package struct TermsWords {
  package let terms: AuctionTerms
  package let language: Language
  /// How an instant is written.
  let clock: (Timestamp) -> String

  package init(_ terms: AuctionTerms, _ language: Language, clock: @escaping (Timestamp) -> String) {
    (self.terms, self.language, self.clock) = (terms, language, clock)
  }

  /// In the order in which a bidder would ask.
  package var lines: [(label: String, value: String)] {
    var lines = [
      (say("Vendedor", "Seller"), terms.seller.text),
      (say("Formato", "Format"), Text.format(terms.format).words(language) + sealing),
      (say("Abertura prevista", "To open"), clock(terms.opensAt)),
      (say("Fim previsto", "To close"), clock(terms.closesAt) + extending),
      (
        terms.format == .dutch ? say("Menor preço", "Least price") : say("Lance inicial", "Opening price"),
        money(terms.openingPrice)
      ),
    ]
    if let descent = terms.rules.descent { lines.append((say("Preço", "Price"), falling(descent))) }
    if terms.format == .english { lines.append((say("Incremento", "Increment"), increment)) }
    if let buyNow = terms.rules.buyNow {
      let value = say("quem oferecer \(money(buyNow)) leva na hora", "whoever offers \(money(buyNow)) has it at once")
      lines.append((say("Compra imediata", "Buy now"), value))
    }
    if terms.rules.reserveCommitment != nil {
      let value = say("por menos não se vende; secreta até o fim", "not sold for less; secret until the end")
      lines.append((say("Reserva", "Reserve"), value))
    }
    lines.append((say("Relógio", "Clock"), clockRule))
    if terms.rules.inFlightTolerance > .zero, terms.format == .english {
      let time = span(terms.rules.inFlightTolerance)
      let value = say(
        "\(time) para um lance dado sobre o preço de antes", "\(time) for a bid made on the price before")
      lines.append((say("Em voo", "In flight"), value))
    }
    if !terms.description.isEmpty { lines.append((say("Descrição", "Description"), terms.description)) }
    return lines
  }

  /// On a page of that width: labels in a column of their own where there is room for one.
  ///
  /// - Parameter state: what is proved of it by now.
  package func page(width: Int, state: [(label: String, value: String)] = []) -> [String] {
    let lines = lines + state
    let column = width >= 60 ? (lines.map { SafeText.width($0.label) }.max() ?? 0) + 2 : 0
    return lines.flatMap { label, value -> [String] in
      let rest = SafeText.wrap(column > 0 ? value : "\(label): \(value)", to: max(width - column, 1))
      let indent = String(repeating: " ", count: column)
      return rest.enumerated().map { i, text in
        i == 0 && column > 0 ? label + String(repeating: " ", count: column - SafeText.width(label)) + text : indent + text
      }
    }
  }

  // MARK: One rule each

  private var sealing: String {
    switch terms.format {
    case .english: ""
    case .sealed:
      say(": cada um oferece em segredo, o maior paga o que ofereceu", ": offers are secret, the highest pays what he offered")
    case .vickrey:
      say(": cada um oferece em segredo, o maior paga o segundo valor", ": offers are secret, the highest pays the second amount")
    case .dutch: say(": o preço cai, o primeiro que aceita leva", ": the price falls, the first to accept has it")
    }
  }

  private var extending: String {
    let window = terms.rules.extensionWindow
    guard window > .zero, terms.format == .english else { return say(", sem prorrogação", ", without extension") }
    let most =
      terms.rules.latestClose.map {
        say(
          "; lances não o adiam além de \(clock($0)), mais o tempo de suspensões",
          "; bids move it no further than \(clock($0)), plus any time suspended")
      } ?? ""
    return say(
      "; um lance nos últimos \(span(window)) que muda preço ou líder adia o fim para \(span(window)) depois dele",
      "; a bid in the last \(span(window)) that changes price or leader moves the end to \(span(window)) after it") + most
  }

  private func falling(_ descent: AuctionRules.Descent) -> String {
    let (from, step, to) = (money(descent.from), money(descent.step), money(descent.to))
    return say(
      "de \(from), menos \(step) a cada \(span(descent.every)), até \(to)",
      "from \(from), less \(step) every \(span(descent.every)), to \(to)")
  }

  private var increment: String {
    switch terms.increment {
    case .fixed(let step): return money(step)
    case .percentage(let points):
      let percent =
        "\(points / 100)" + (points % 100 == 0 ? "" : String(language.money.decimalSeparator) + hundredths(points % 100)) + " %"
      return say("\(percent) do preço", "\(percent) of the price")
    case .table(let bands):
      return bands.map { band in
        let bound = band.upTo.map { say("até \(money($0)): ", "up to \(money($0)): ") } ?? say("acima: ", "above: ")
        return bound + money(band.step)
      }.joined(separator: "; ")
    }
  }

  private var clockRule: String {
    terms.rules.clockRequired
      ? say("só valem lances de um relógio sincronizado", "only bids from a synchronised clock count")
      : say("qualquer um, dentro do plausível", "any, within what is plausible")
  }

  // MARK: Values

  private func say(_ portuguese: String, _ english: String) -> String { language.choose(portuguese, english) }
  private func money(_ amount: Money) -> String { language.money.format(amount, in: terms.currency) }
  private func hundredths(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// Exactly, in the largest unit that has no remainder.
  private func span(_ interval: Interval) -> String {
    let units: [(Int64, String)] = [(3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1_000, "ms")]
    for (length, name) in units where interval.microseconds % length == 0 { return "\(interval.microseconds / length) \(name)" }
    return "\(interval.microseconds) µs"
  }
}

extension Model {
  /// The rules of the selected lot's auction, as its page shows them.
  func termsPage(width: Int) -> [String] {
    guard let lot = selectedLot else { return [] }
    return TermsWords(lot.view.terms, settings.language) { settings.zone.moment($0, asOf: now, settings.language) }
      .page(width: width, state: proved(of: lot))
  }

  /// How far its ledger was checked, and what the house says of its own clock.
  private func proved(of lot: Lot) -> [(label: String, value: String)] {
    let (language, view) = (settings.language, lot.view)
    let ledger =
      switch (view.chain, view.head) {
      case (.broken(let reason), _): language.choose("NÃO confere: \(reason)", "does NOT hold: \(reason)")
      case (.whole, let head?): checked(to: head, trustedTo: view.trustedTo)
      case (.whole, nil): language.choose("ainda não começou", "not begun yet")
      }
    var lines = [(language.choose("Livro", "Ledger"), ledger)]
    if view.status == .open, view.closesAt != view.terms.closesAt {
      lines.insert(
        (language.choose("Fecha agora", "Closes now"), settings.zone.moment(view.closesAt, asOf: now, language)), at: 0)
    }
    guard let clock = live.houseClock else { return lines }
    let within = (clock.uncertainty.microseconds + 999) / 1_000
    let word =
      switch clock.status {
      case .synchronized: language.choose("sincronizado, ±\(within) ms", "synchronised, ±\(within) ms")
      case .holdover: language.choose("mantido sem servidores, ±\(within) ms", "holding over without servers, ±\(within) ms")
      case .unsynchronized: language.choose("sem sincronia", "not synchronised")
      case .systemClock: language.choose("do sistema, sem NTP", "the system's, without NTP")
      }
    return lines + [(language.choose("Relógio da casa", "House's clock"), word)]
  }

  private func checked(to head: Int64, trustedTo: Int64?) -> String {
    let language = settings.language
    guard let trustedTo else {
      return language.choose(
        "conferido até o bloco \(head): a corrente está inteira", "checked to block \(head): the chain is whole")
    }
    let before = language.choose(
      "até o bloco \(trustedTo) vale a palavra assinada da casa, o que levou a ele não foi lido aqui (cliente-tui livro e verificar)",
      "up to block \(trustedTo) it is the house's signed word, what led there was not read here (cliente-tui livro, and verificar)"
    )
    guard head > trustedTo else { return before }
    return language.choose("conferido do bloco \(trustedTo) ao \(head); ", "checked from block \(trustedTo) to \(head); ")
      + before
  }

  var termsRows: Int { termsPage(width: size.width - 2).count }
}
