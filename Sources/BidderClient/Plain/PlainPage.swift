internal import AuctionCore
internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

/// The model in lines of text: what the screen shows, in words alone.
struct PlainPage {
  private let drawing: Drawing

  init(_ model: Model) { drawing = Drawing(model, Size(width: 200, height: 50)) }

  private var model: Model { drawing.model }
  private var language: Language { drawing.language }

  /// What no terminal obeys: text from anywhere, one line of it.
  static func safe(_ text: String) -> String {
    var (out, rest) = ("", text.unicodeScalars[...])
    // A text that is to be shown is cut at that many.
    while !rest.isEmpty {
      out += SafeText.cut(String(rest.prefix(SafeText.limit)), to: 2 * SafeText.limit)
      rest = rest.dropFirst(SafeText.limit)
    }
    return out
  }

  // MARK: The connection

  var greeting: String {
    let counts = Model.Tab.allCases.map { drawing.say(.tabLine($0, model.count(in: $0), waiting: model.waiting)) }
      .map { String($0.drop { $0 != "/" }.dropFirst()) }.joined(separator: ", ")
    let next = drawing.nextOpening.flatMap { drawing.nextOpenings($0).first }.map { ". " + drawing.say($0) } ?? ""
    return Self.safe(clocked(language.choose("conectado", "connected") + ": \(counts)\(next)"))
  }

  func unreachable(_ reason: String) -> [String] {
    [Self.safe(clocked(language.choose("sem conexão: \(reason)", "no connection: \(reason)")))]
      + (model.settings.advice.map { [Self.safe($0.said(in: language))] } ?? [])
  }

  var accessHelp: String { Text.accessHelp.words(language) }

  private func clocked(_ text: String) -> String { "\(drawing.zone.clock(model.now)) \(text)" }

  // MARK: Auctions

  func list(_ tab: Model.Tab) -> [String] {
    var listing = model
    (listing.mode, listing.tab, listing.filter, listing.frozen) = (.list, tab, "", nil)
    listing.arrange()
    let lots = listing.order.compactMap { listing.live.lots[$0] }
    guard lots.isEmpty else { return lots.map { line($0) } }
    let none: Text =
      switch tab {
      case .open: .noneOpen
      case .mine: .noneMine
      case .closed: .noneClosed
      }
    return [drawing.say(none)]
  }

  /// `l-01 LIDERA R$ 480,00 00:09 Bicicleta Caloi 10`
  func line(_ lot: Lot) -> String {
    Self.safe(
      [lot.id.text, drawing.standing(lot).word, drawing.price(lot), drawing.time(lot).text, lot.view.terms.title]
        .joined(separator: "  "))
  }

  func price(of lot: Lot) -> String {
    let by = lot.view.leader.map { " " + drawing.say(.byWhom(drawing.name($0))) } ?? ""
    let minimum = drawing.say(.minimumIs(drawing.money(drawing.minimum(lot), lot)))
    return Self.safe(clocked("\(lot.id) \(title(lot)): \(drawing.price(lot))\(by); \(minimum)"))
  }

  func detail(_ lot: Lot) -> [String] {
    func row(_ label: Text, _ value: String) -> String { drawing.say(label) + ": " + value }
    let view = lot.view
    let moment = drawing.zone.moment(view.status == .scheduled ? view.terms.opensAt : view.closesAt, asOf: model.now, language)
    let when: Text =
      switch view.status {
      case .scheduled: .opensAt(moment)
      case .open, .suspended: .closesAt(moment)
      case .closed: .closedAt(moment)
      }
    var rows = ["\(lot.id) \(title(lot))", row(.standingLabel, drawing.standing(lot).word)]
    let by = view.leader.map { " " + drawing.say(.byWhom(drawing.name($0))) } ?? ""
    rows.append(row(view.terms.fallingPrice == nil ? .currentBid : .askedNow, drawing.price(lot) + by))
    rows.append(row(.timeColumn, "\(drawing.time(lot).text), \(drawing.say(when))"))
    if !lot.isOver { rows.append(drawing.say(.minimumIs(drawing.money(drawing.minimum(lot), lot)))) }
    if let buyNow = view.terms.rules.buyNow { rows.append(row(.buyNow, drawing.money(buyNow, lot))) }
    if let own = view.ownLast { rows.append(row(.ownLast, drawing.offered(own, lot))) }
    if let maximum = lot.ownMaximum { rows.append(row(.ownMaximum, drawing.money(maximum, lot))) }
    if let bid = lot.bid, !bid.stage.isFinal { rows.append(progress(of: bid, on: lot)) }
    if let reason = lot.reason { rows.append(reason) }
    rows += view.bids.suffix(10).reversed().map { bid in
      "\(drawing.zone.clock(bid.receivedAt)) \(drawing.name(bid.bidder)) \(drawing.offered(bid.amount, lot))"
    }
    let rules = TermsWords(view.terms, language) { drawing.zone.moment($0, asOf: model.now, language) }
    return (rows + rules.lines.map { "\($0.label): \($0.value)" }).map(Self.safe)
  }

  private func title(_ lot: Lot) -> String { SafeText.cut(lot.view.terms.title, to: 80) }

  // MARK: Notices and bids

  /// `14:32:04 COBERTO l-03 Violão: bruno deu R$ 1.250,00`
  func notice(_ notice: Notice) -> String {
    let title = notice.title.isEmpty ? "" : " " + SafeText.cut(notice.title, to: 80)
    let lot = notice.auction.map { "\($0)\(title): " } ?? ""
    let what = notice.fact.sentence(language, drawing.names(in: notice.currency))
    let times = notice.count > 1 ? " (×\(notice.count))" : ""
    return Self.safe("\(drawing.zone.clock(notice.at)) \(Words.notice(notice.fact.kind, language)) \(lot)\(what)\(times)")
  }

  func progress(of bid: OwnBid, on lot: Lot) -> String {
    let waited = drawing.ago(bid.sentAt)
    let stage = StageWords(
      bid.stage, waited: waited, isLinked: model.picture.link.isCurrent, language, drawing.names(in: lot.view.terms.currency))
    let amount = drawing.money(bid.amount, lot)
    let id = bid.id.map { " [\($0)]" } ?? ""
    return Self.safe(clocked(drawing.say(.bidStage(lot: lot.id.text, isMaximum: bid.isMaximum, amount: amount, stage)) + id))
  }

  /// Why what was asked for is not sent.
  func problem(_ box: BidBox, on lot: Lot) -> String {
    let currency = lot.view.terms.currency
    let amount: Money
    do {
      amount = try box.field.amount(language, currency)
    } catch {
      return Self.safe(PlainWords.notSent(lot.id, because: drawing.say(.amountProblem(error)), language))
    }
    let obstacle = box.obstacle ?? model.obstacle(to: amount, on: lot) ?? .notConnected
    let reason = "\(drawing.money(amount, lot)): \(drawing.say(.obstacle(obstacle, currency)))"
    return Self.safe(PlainWords.notSent(lot.id, because: reason, language))
  }

  /// What is asked about, once.
  func doubt(_ box: BidBox, on lot: Lot) -> String {
    let amount = (try? box.field.amount(language, lot.view.terms.currency)).map { drawing.money($0, lot) } ?? box.field.text
    let why = box.doubts.map { PlainWords.doubt($0, language) }.joined(separator: "; ")
    return Self.safe("\(lot.id) \(amount): \(why); \(PlainWords.confirmWith(Sentence("confirmar", "confirm"), language))")
  }

  /// A bid so high that its number must be typed again.
  func question(_ asked: Confirmation, on lot: Lot) -> [String] {
    var lines: [String] = []
    if asked.mismatch { lines.append(drawing.say(.retypeMismatch)) }
    let amount = drawing.money(asked.amount, lot)
    let minimum = drawing.say(.minimumShort(drawing.money(drawing.minimum(lot), lot)))
    lines.append(
      "\(lot.id) \(amount): " + language.choose("muito acima do preço", "far above the price")
        + " (\(drawing.price(lot)), \(minimum))")
    if let suggestion = asked.suggestion {
      let shown = drawing.money(suggestion, lot)
      lines.append(language.choose("faltou a vírgula? \(shown)", "was the point forgotten? \(shown)"))
    }
    let again = drawing.language.money.number(asked.amount, in: lot.view.terms.currency)
    lines.append(PlainWords.confirmWith(Sentence("confirmar \(again)", "confirm \(again)"), language))
    return lines.map(Self.safe)
  }
}
