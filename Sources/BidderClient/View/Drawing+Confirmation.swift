internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The box that asks for the number again; a page of its own where it does not fit.
  mutating func drawConfirmation(_ asked: Confirmation) {
    guard let lot = model.live.lots[asked.box.auction] else { return }
    if width >= Question.inner + 2, height >= 11 {
      drawConfirmationBox(asked, lot, Question(asked, lot, self))
    } else {
      drawConfirmationPage(asked, lot, Question(asked, lot, self))
    }
  }

  /// What is asked about, in words.
  struct Question {
    static let inner = 60
    let heading: String
    /// The lot with its title.
    let lot: String
    let price: String
    /// How far it is from what it is held against.
    let distance: String?
    let times: String?
    let suggestion: String?

    init(_ asked: Confirmation, _ lot: Lot, _ drawing: Drawing) {
      // Where nobody has bid openly the least is all that it can be held against.
      let yardstick = lot.view.price ?? drawing.minimum(lot)
      times = drawing.tenths(asked.amount, of: yardstick).map(drawing.decimal)
      distance = times.map { times in
        let more = drawing.money(drawing.more(asked.amount, than: yardstick), lot)
        return drawing.say(.howMuch(times: times, more: more, hasPrice: lot.view.price != nil))
      }
      heading = drawing.say(.confirmTitle(isMaximum: asked.box.isMaximum))
      suggestion = asked.suggestion.map { drawing.say(.missingComma(drawing.money($0, lot))) }
      price = lot.price == nil && !lot.view.terms.isSealed ? drawing.say(.noBidsYet) : drawing.price(lot)
      // The title cannot pretend: what was not visible in it is a question mark.
      let title = SafeText.glyphs(lot.view.terms.title).map { $0.scalar == "\u{fffd}" ? "?" : Character($0.scalar) }
      self.lot = "\(lot.id.text) \(String(title))"
    }
  }

  private mutating func drawConfirmationBox(_ asked: Confirmation, _ lot: Lot, _ question: Question) {
    let inner = Question.inner
    let (left, top) = ((width - inner - 2) / 2, (height - 11) / 2)
    frame.erase(x: left, y: top, width: inner + 2, height: 11)
    let rule = "─ " + question.heading + " "
    frame.put(left, top, "┌" + rule + String(repeating: "─", count: inner - SafeText.width(rule)) + "┐", .warn)
    frame.put(left, top + 10, "└" + String(repeating: "─", count: inner) + "┘", .warn)
    for y in top + 1..<top + 10 {
      frame.put(left, y, "│", .warn)
      frame.put(left + inner + 1, y, "│", .warn)
    }
    func put(_ row: Int, _ text: String, _ role: Role = .normal) { frame.put(left + 3, top + row, text, role, limit: inner - 4) }
    func labelled(_ row: Int, _ label: Text, _ text: String, _ role: Role = .normal) {
      put(row, say(label))
      let indent = max(12, SafeText.width(say(label)) + 1)
      frame.put(left + 3 + indent, top + row, text, role, limit: inner - 4 - indent)
    }
    labelled(1, .confirmLot, SafeText.cut(question.lot, to: inner - 16))
    labelled(2, asked.box.isMaximum ? .ownMaximum : .confirmBid, money(asked.amount, lot), .title)
    labelled(3, .confirmCurrent, say(.confirmCurrentValue(question.price, minimum: money(minimum(lot), lot))))
    if let distance = question.distance { put(5, distance, .warn) }
    if let suggestion = question.suggestion { put(6, suggestion) }
    let prompt = say(.retype) + " " + lot.view.terms.currency.symbol + " "
    put(8, prompt + field(asked.retyped, width: 12))
    put(9, say(asked.mismatch ? .retypeMismatch : .escCorrects), asked.mismatch ? .error : .muted)
    frame.cursor = (min(left + 3 + SafeText.width(prompt) + 1 + asked.retyped.text.count, width - 1), top + 8)
  }

  /// A line of the page, in words that grow shorter.
  private struct PageFact {
    var texts: [String]
    var role = Role.normal
    /// The highest goes first where there is no room. The amount and the lot always stay.
    let priority: Int
  }

  /// As much of the box as fits: amount, lot and field always, and that the number is to be typed again.
  private mutating func drawConfirmationPage(_ asked: Confirmation, _ lot: Lot, _ question: Question) {
    frame.erase(x: 0, y: 0, width: width, height: height)
    let amount = money(asked.amount, lot)
    let least = minimum(lot)
    let isMaximum = asked.box.isMaximum
    /// From the first on that needs no second one.
    func onOneLine(_ texts: [String]) -> [String] { Array(texts.drop { SafeText.width($0) > width && $0 != texts.last }) }
    var facts = [
      PageFact(texts: [question.heading], role: .warn, priority: 5),
      PageFact(
        texts: [
          say(isMaximum ? .ownMaximum : .confirmBid) + " " + amount, isMaximum ? say(.maximumShort) + " " + amount : amount,
        ],
        role: .title, priority: 0),
      PageFact(texts: [SafeText.cut(question.lot, to: width), SafeText.cut(lot.id.text, to: width)], priority: 0),
      PageFact(
        texts: onOneLine([
          say(.confirmCurrent) + " " + say(.confirmCurrentValue(question.price, minimum: money(least, lot))),
          say(.confirmCurrentShort(lot.price.map { number($0, lot) } ?? question.price, minimum: number(least, lot))),
          say(.minimumShort(number(least, lot))),
        ]), priority: 3),
      PageFact(texts: [question.distance, question.times.map { $0 + "×" }].compactMap { $0 }, role: .warn, priority: 4),
      PageFact(
        texts: asked.suggestion.map { amount in
          [Text.missingComma(money(amount, lot)), .missingCommaShort(money(amount, lot))].map(say)
        } ?? [], priority: 2),
    ].filter { !$0.texts.isEmpty }
    func lines() -> [(String, Role)] {
      facts.flatMap { fact in wrap(fact.texts.first ?? "", to: width).map { ($0, fact.role) } }
    }
    while lines().count > max(height - 2, 0) {
      let shorter = facts.indices.filter { facts[$0].texts.count > 1 }.max { facts[$0].priority < facts[$1].priority }
      if let shorter {
        facts[shorter].texts.removeFirst()
      } else if let last = facts.indices.filter({ facts[$0].priority > 0 }).max(by: { facts[$0].priority < facts[$1].priority }) {
        facts.remove(at: last)
      } else {
        break
      }
    }
    for (y, line) in lines().prefix(max(height - 2, 0)).enumerated() { frame.put(0, y, line.0, line.1) }

    let value = field(asked.retyped, width: 12)
    let prompt = [say(.retypeBrief) + " ", ""].first { SafeText.width($0 + value) <= width } ?? ""
    frame.put(0, height - 2, prompt + value)
    let hints: [Text] =
      asked.mismatch
      ? [.retypeMismatch, .retypeMismatchShort] : prompt.isEmpty ? [.retype, .retypeShort] : [.escCorrects, .retypeShort]
    frame.put(0, height - 1, fitting(hints.map(say), width), asked.mismatch ? .error : .muted)
    frame.cursor = (min(SafeText.width(prompt) + 1 + asked.retyped.text.count, width - 1), height - 2)
  }

  fileprivate func more(_ amount: Money, than price: Money) -> Money {
    Money(minorUnits: amount.minorUnits - price.minorUnits) ?? .zero
  }

  /// How many times, in tenths, rounded; nil where that says nothing.
  fileprivate func tenths(_ amount: Money, of price: Money) -> Int64? {
    guard price > .zero else { return nil }
    return (amount.minorUnits * 10 + price.minorUnits / 2) / price.minorUnits
  }

  fileprivate func decimal(_ tenths: Int64) -> String { "\(tenths / 10)\(language.money.decimalSeparator)\(tenths % 10)" }
}
