import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// Reads what a person wrote about an auction, on the command line or in a calendar file: each form says what it accepts, and
/// what it refuses it names, with the option or member it stood under.
struct TermsReading {
  /// How amounts are written.
  var text: MoneyText = Language.current.money
  var currency = Currency.brl

  /// One way to read a text.
  struct Form<Value> {
    /// What it accepts, for people.
    let accepted: String
    /// Nil: not accepted.
    let read: (String) -> Value?

    /// - Parameter name: the option or member that the text was given for.
    func callAsFunction(_ name: String, _ text: String) throws(Failure) -> Value {
      guard let value = read(text) else { throw TermsReading.refused(name, text, accepted) }
      return value
    }
  }

  static func refused(_ name: String, _ value: String, _ accepted: String) -> Failure {
    let seen = "“\(shown(value))”"
    return Failure(
      .usage, said("\(name): \(seen) não serve; aceito: \(accepted)", "\(name): \(seen) is not accepted; accepted: \(accepted)"))
  }

  /// Something from outside in a sentence: one line, at most 60 characters, nothing that a terminal would obey.
  static func shown(_ text: String) -> String { VisibleText.of(text, limit: 60) }
}

// MARK: Who and what

extension TermsReading {
  var auction: Form<AuctionID> {
    Form(accepted: said("letras minúsculas, algarismos e -, de 1 a 40", "lower-case letters, digits and -, 1 to 40")) {
      AuctionID($0)
    }
  }

  var principal: Form<PrincipalID> {
    Form(accepted: said("letras minúsculas, algarismos e _, de 1 a 32", "lower-case letters, digits and _, 1 to 32")) {
      PrincipalID($0)
    }
  }

  /// A service decides and an operator commands: neither sells.
  var seller: Form<PrincipalID> {
    Form(accepted: said("casa, ou o id de um licitante", "casa, or a bidder's id")) { text in
      guard let id = PrincipalID(text), id.role == .house || id.role == .bidder else { return nil }
      return id
    }
  }

  /// Those that this house holds.
  var format: Form<AuctionFormat> {
    let held = [AuctionFormat.english, .sealed, .vickrey, .dutch]
    return Form(accepted: held.map(\.wireName).joined(separator: ", ")) { text in held.first { $0.wireName == text } }
  }

  var title: Form<String> { words(AuctionTerms.Bounds.title) }
  var description: Form<String> { words(AuctionTerms.Bounds.description) }
  /// Of a cancellation, as the wire bounds it.
  var reason: Form<String> { words(1...500) }

  private func words(_ count: ClosedRange<Int>) -> Form<String> {
    let (least, most) = (count.lowerBound, count.upperBound)
    return Form(accepted: said("de \(least) a \(most) caracteres", "\(least) to \(most) characters")) { text in
      count.contains(text.unicodeScalars.count) ? text : nil
    }
  }
}

// MARK: When

extension TermsReading {
  private static let lengths = "250ms, 60s, 10m, 2h, 1d"
  private static let example = "2026-12-01T20:00:00-03:00"

  var duration: Form<Interval> {
    Form(accepted: said("mais que zero: ", "more than nothing: ") + Self.lengths) { text in
      TimeText.interval(text).flatMap { $0 > .zero ? $0 : nil }
    }
  }

  /// In whole seconds: the wire says no less.
  var extensionWindow: Form<Interval> {
    Form(accepted: said("segundos inteiros, de 0s a 1d", "whole seconds, 0s to 1d")) { text in
      TimeText.interval(text).flatMap { interval in
        AuctionTerms.Bounds.extensionWindow.contains(interval) && interval.microseconds.isMultiple(of: 1_000_000) ? interval : nil
      }
    }
  }

  var tolerance: Form<Interval> {
    Form(accepted: said("de 0ms a 10s", "0ms to 10s")) { text in
      TimeText.interval(text).flatMap { AuctionTerms.Bounds.inFlightTolerance.contains($0) ? $0 : nil }
    }
  }

  var instant: Form<Timestamp> { Form(accepted: "RFC 3339: \(Self.example)") { TimeText.instant($0) } }

  /// Counted from when the auction is scheduled.
  var start: Form<Moment> {
    Form(accepted: "now, +10s, \(Self.example)") { ["now", "agora"].contains($0) ? .after(.zero) : Self.moment($0) }
  }

  /// Counted from the opening.
  var latestEnd: Form<Moment> {
    Form(accepted: said("+2h (da abertura), ", "+2h (from the opening), ") + Self.example) { Self.moment($0) }
  }

  private static func moment(_ text: String) -> Moment? {
    if text.hasPrefix("+") { return TimeText.interval(String(text.dropFirst())).map { .after($0) } }
    return TimeText.instant(text).map { .at($0) }
  }
}

// MARK: How much

extension TermsReading {
  private static let least = Money(minorUnits: 1) ?? .zero
  private static let middling = Money(minorUnits: 123_456) ?? .maximum

  /// More than nothing.
  var money: Form<Money> { Form(accepted: amounts) { read($0) } }

  /// An amount that each bid adds, a percentage of the price, a table, or a published one by its name.
  var increment: Form<Increment> {
    let decimal = text.decimalSeparator
    let tables = currency.fractionDigits == 2 ? ", \(Self.ebay)" : ""
    let bands = currency.fractionDigits == 2 ? "100\(decimal)00:5\(decimal)00 10\(decimal)00" : "100:5 10"
    let accepted = said(
      "\(amounts), de 0\(decimal)01% a 10000%, ou faixas: \(bands)\(tables)",
      "\(amounts), 0\(decimal)01% to 10000%, or bands: \(bands)\(tables)")
    return Form(accepted: accepted) { text in
      if text == Self.ebay { return tables.isEmpty ? nil : .ebay }
      if text.contains(":") { return table(text) }
      return text.hasSuffix("%") ? percentage(text.dropLast()) : read(text).map { .fixed($0) }
    }
  }

  private static let ebay = "ebay"

  /// Bands that rise, each up to a price and with a step, and the step above them: `100,00:5,00 1.000,00:10,00 50,00`.
  private func table(_ text: String) -> Increment? {
    let parts = text.split(separator: " ").map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
    guard parts.count <= WireLimits.bands, let last = parts.last, last.count == 1, let above = read(last[0]) else { return nil }
    var bands: [Increment.Band] = []
    for part in parts.dropLast() {
      guard part.count == 2, let upTo = read(part[0]), let step = read(part[1]), bands.last?.upTo.map({ upTo > $0 }) ?? true
      else { return nil }
      bands.append(Increment.Band(upTo: upTo, step: step))
    }
    return .table(bands + [Increment.Band(upTo: nil, step: above)])
  }

  /// What stands in the terms of an auction whose price no bid raises.
  static let noIncrement = Increment.fixed(least)

  /// An option that only auctions with an open price have was given for another; accepted is none.
  func onlyOpenly(_ format: AuctionFormat) -> String {
    said(
      "não serve em leilão \(format.wireName); aceito: só em leilão \(AuctionFormat.english.wireName)",
      "is not accepted in an auction \(format.wireName); accepted: in auctions \(AuctionFormat.english.wireName) only")
  }

  /// What is wrong with an amount at which the first who bids it has bought; nil: nothing.
  func problem(ofBuyNow amount: Money, openingPrice: Money) -> String? {
    guard amount <= openingPrice else { return nil }
    let (seen, least) = (text.number(amount, in: currency), text.number(openingPrice, in: currency))
    return said(
      "“\(seen)” não serve; aceito: mais que o lance inicial, \(least)",
      "“\(seen)” is not accepted; accepted: more than the opening price, \(least)")
  }

  /// What is wrong with the least for which the lot is to be sold; nil: nothing. It is not repeated: screens and logs are read by many.
  func problem(ofReserve amount: Money, openingPrice: Money, buyNow: Money?, _ format: AuctionFormat) -> String? {
    if format == .dutch { return neverBelowTheLeast }
    let least = text.number(openingPrice, in: currency)
    if amount <= openingPrice {
      return said(
        "não guarda nada; aceito: mais que o lance inicial, \(least)",
        "keeps nothing back; accepted: more than the opening price, \(least)")
    }
    guard let buyNow, amount > buyNow else { return nil }
    let most = text.number(buyNow, in: currency)
    return said(
      "é mais que a compra imediata; aceito: até \(most)", "is more than it costs to buy at once; accepted: up to \(most)")
  }

  private var amounts: String {
    let (example, least) = (text.number(Self.middling, in: currency), text.number(Self.least, in: currency))
    let most = text.number(MoneyText.largest, in: currency)
    return said("valores como \(example), de \(least) a \(most)", "amounts like \(example), \(least) to \(most)")
  }

  private func read(_ amount: String) -> Money? {
    guard let money = try? text.parse(amount, in: currency), money > .zero else { return nil }
    return money
  }

  /// Hundredths of a per cent are basis points: read as an amount with two decimals, whatever the auction's currency.
  private func percentage(_ number: Substring) -> Increment? {
    guard number.utf8.first.map({ (0x30...0x39).contains($0) }) == true, number.last != " ", number.last != "\u{a0}",
      let points = try? text.parse(String(number), in: .brl).minorUnits, AuctionTerms.Bounds.basisPoints.contains(points)
    else { return nil }
    return .percentage(basisPoints: points)
  }
}
