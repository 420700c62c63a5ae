import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel

/// Makes proposed terms of a calendar's JSON, and notes everything that is wrong with it rather than the first thing only.
struct CalendarReading {
  struct Problem: Hashable {
    let line: Int
    let sentence: String
  }

  /// The members of the calendar, each once.
  enum Name {
    static let auctions = "leiloes"
    static let id = "id"
    static let title = "titulo"
    static let description = "descricao"
    static let seller = "vendedor"
    static let start = "inicio"
    static let duration = "duracao"
    static let end = "fim"
    static let latestEnd = "fim_maximo"
    static let openingPrice = "lance_inicial"
    static let format = "formato"
    static let increment = "incremento"
    static let buyNow = "compra_imediata"
    static let descent = "passo"
    static let from = "de"
    static let less = "menos"
    static let every = "cada"
    static let reserve = "reserva"
    static let extensionWindow = "prorrogacao"
    static let tolerance = "tolerancia"
    static let clockRequired = "relogio_exigido"
    static let currency = "moeda"
    static let type = "tipo"
    static let minorUnits = "centavos"
    static let basisPoints = "base_pontos"
    static let bands = "faixas"
    static let upTo = "ate_centavos"
  }

  /// Auctions of one file.
  static let mostAuctions = 1_000

  /// In the order in which they were found.
  private(set) var problems: [Problem] = []
  /// The line of each id.
  private var ids: [AuctionID: Int] = [:]

  mutating func note(_ line: Int, _ sentence: String) { problems.append(Problem(line: line, sentence: sentence)) }

  /// Those that could be read; all of them if there are no problems.
  mutating func auctions(in document: JSONDocument.Value) -> [ProposedTerms] {
    guard var members = open(document, as: "{\"\(Name.auctions)\":[…]}") else { return [] }
    defer { finish(members) }
    let accepted = said("uma lista de leilões", "an array of auctions")
    guard let list = require(Name.auctions, accepted, &members) else { return [] }
    guard let elements = self.list(list, Name.auctions, accepted, most: Self.mostAuctions) else { return [] }
    return elements.compactMap { auction($0) }
  }

  private mutating func auction(_ value: JSONDocument.Value) -> ProposedTerms? {
    guard var members = open(value, as: "{\"\(Name.id)\":…}") else { return nil }
    defer { finish(members) }
    var reading = TermsReading(text: .portuguese)
    let known = TermsReading.Form(accepted: Currency.known.map(\.code).joined(separator: ", ")) { Currency(code: $0) }
    reading.currency = optional(Name.currency, known, &members) ?? .brl

    let id = identifier(reading, &members)
    let title = text(Name.title, reading.title, &members)
    let description = optional(Name.description, reading.description, &members)
    let seller = optional(Name.seller, reading.seller, &members)
    let price = text(Name.openingPrice, reading.money, &members)
    let format = optional(Name.format, reading.format, &members) ?? .english
    let increment = format == .english ? self.increment(reading, &members) : TermsReading.noIncrement
    if format != .english {
      for name in [Name.increment, Name.buyNow] {
        if let value = members.take(name) { note(value.line, "\(name): \(reading.onlyOpenly(format))") }
      }
    }
    let start = text(Name.start, reading.start, &members)
    let end = self.end(reading, &members)
    let latestEnd = self.latestEnd(reading, &members)
    var rules = self.rules(reading, format, &members)
    rules.descent = descent(reading, format, to: price, &members)
    rules.buyNow = buyNow(reading, above: price, &members)
    let reserve = self.reserve(reading, format, above: price, rules, &members)
    if let start, let end { check(start, end, latestEnd) }
    guard let id, let title, let price, let increment, let start, let end else { return nil }

    let proposed = ProposedTerms(
      auction: id, title: title, description: description ?? "", seller: seller ?? HousePrincipal.house,
      currency: reading.currency, format: format, openingPrice: price, increment: increment, opening: start, end: end.value,
      latestEnd: latestEnd?.value, rules: rules, reserve: reserve)
    if let size = proposed.oversize {
      let most = Kind.schedule.maximumPayload
      note(
        value.line,
        said(
          "os textos e as faixas somam \(size) bytes na mensagem; aceito: até \(most)",
          "the texts and bands take \(size) bytes in the message; accepted: up to \(most)"))
    }
    return proposed
  }

  // MARK: Members of an auction

  private mutating func identifier(_ reading: TermsReading, _ members: inout CalendarMembers) -> AuctionID? {
    guard let value = require(Name.id, reading.auction.accepted, &members), let id = read(value, Name.id, reading.auction) else {
      return nil
    }
    if let line = ids[id] {
      note(
        value.line,
        said(
          "\(Name.id): “\(id)” já está na linha \(line); cada id só é usado uma vez",
          "\(Name.id): “\(id)” is already on line \(line); ids are used only once"))
    }
    ids[id] = ids[id] ?? value.line
    return id
  }

  /// Either how long, counted from the opening, or when.
  private mutating func end(_ reading: TermsReading, _ members: inout CalendarMembers) -> (value: Moment, line: Int)? {
    let end = members.take(Name.end)
    guard let duration = members.take(Name.duration) else {
      guard let end else {
        note(members.line, missing("\(Name.duration)” / “\(Name.end)", reading.duration.accepted))
        return nil
      }
      return read(end, Name.end, reading.instant).map { (.at($0), end.line) }
    }
    if let end {
      note(
        end.line,
        said(
          "\(Name.end): “\(Name.duration)” também foi dado; indique só um dos dois",
          "\(Name.end): “\(Name.duration)” is given too; give only one of the two"))
    }
    return read(duration, Name.duration, reading.duration).map { (.after($0), duration.line) }
  }

  private mutating func latestEnd(_ reading: TermsReading, _ members: inout CalendarMembers) -> (value: Moment, line: Int)? {
    guard let value = members.take(Name.latestEnd) else { return nil }
    return read(value, Name.latestEnd, reading.latestEnd).map { ($0, value.line) }
  }

  private mutating func rules(
    _ reading: TermsReading, _ format: AuctionFormat, _ members: inout CalendarMembers
  ) -> AuctionRules {
    var rules = AuctionRules()
    if format == .dutch { rules.extensionWindow = .zero }
    if let value = members.take(Name.extensionWindow), let window = read(value, Name.extensionWindow, reading.extensionWindow) {
      rules.extensionWindow = window
      if let sentence = reading.problem(ofExtension: window, format) { note(value.line, "\(Name.extensionWindow): \(sentence)") }
    }
    if let tolerance = optional(Name.tolerance, reading.tolerance, &members) { rules.inFlightTolerance = tolerance }
    if let value = members.take(Name.clockRequired) {
      if case .boolean(let flag) = value.content {
        rules.clockRequired = flag
      } else {
        wrong(value, Name.clockRequired, "true, false")
      }
    }
    return rules
  }

  private mutating func buyNow(_ reading: TermsReading, above price: Money?, _ members: inout CalendarMembers) -> Money? {
    guard let value = members.take(Name.buyNow), let amount = read(value, Name.buyNow, reading.money) else { return nil }
    if let price, let sentence = reading.problem(ofBuyNow: amount, openingPrice: price) {
      note(value.line, "\(Name.buyNow): \(sentence)")
    }
    return amount
  }

  private mutating func reserve(
    _ reading: TermsReading, _ format: AuctionFormat, above price: Money?, _ rules: AuctionRules,
    _ members: inout CalendarMembers
  ) -> Money? {
    guard let value = members.take(Name.reserve), let amount = read(value, Name.reserve, reading.money) else { return nil }
    if let price, let sentence = reading.problem(ofReserve: amount, openingPrice: price, buyNow: rules.buyNow, format) {
      note(value.line, "\(Name.reserve): \(sentence)")
    }
    return amount
  }

  /// Notes what holds whenever the auction is scheduled. An end that has become too early since the file was written is no fault of
  /// the file, which may be read again at every start.
  private mutating func check(_ start: Moment, _ end: (value: Moment, line: Int), _ latest: (value: Moment, line: Int)?) {
    let earliestAndLatest = [0, WireLimits.integer].map { start.resolved(from: Timestamp(microseconds: $0)) }
    if earliestAndLatest.allSatisfy({ end.value.resolved(from: $0) <= $0 }) {
      note(end.line, said("\(Name.end): não é depois de “\(Name.start)”", "\(Name.end): is not after “\(Name.start)”"))
    } else if let latest, earliestAndLatest.allSatisfy({ latest.value.resolved(from: $0) < end.value.resolved(from: $0) }) {
      note(latest.line, said("\(Name.latestEnd): é antes do fim do leilão", "\(Name.latestEnd): is before the auction's end"))
    }
  }
}
