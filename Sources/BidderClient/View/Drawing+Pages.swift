internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The box that asks for the number again; a page of its own where it does not fit.
  mutating func drawConfirmation(_ asked: Confirmation) {
    guard let lot = model.live.lots[asked.box.auction] else { return }
    let value = field(asked.retyped, width: 12)
    let symbol = lot.view.terms.currency.symbol
    // Where nobody has bid openly the least is all that it can be held against.
    let yardstick = lot.view.price ?? minimum(lot)
    let times = tenths(asked.amount, of: yardstick)
    let question = times.map { tenths in
      let more = money(more(asked.amount, than: yardstick), lot)
      return say(.howMuch(times: decimal(tenths), more: more, hasPrice: lot.view.price != nil))
    }
    let heading = say(.confirmTitle(isMaximum: asked.box.isMaximum))
    let suggestion = asked.suggestion.map { say(.missingComma(money($0, lot))) }
    // The title cannot pretend: what was not visible in it is a question mark.
    let title = String(SafeText.glyphs(lot.view.terms.title).map { $0.scalar == "\u{fffd}" ? "?" : Character($0.scalar) })
    let hint = asked.mismatch ? say(.retypeMismatch) : say(.escCorrects)

    let inner = 60
    guard width >= inner + 2, height >= 11 else {
      let isTiny = height < 8
      let facts =
        isTiny
        ? [
          money(asked.amount, lot), asked.suggestion.map { say(.missingCommaShort(money($0, lot))) },
          times.map { decimal($0) + "×" },
        ]
        : [money(asked.amount, lot), question, suggestion, "\(lot.id.text) \(title)"]
      let hints: [Text] =
        asked.mismatch ? [.retypeMismatch, .retypeMismatchShort] : [.escCorrects, .escCorrectsShort]
      return drawConfirmationPage(
        (isTiny ? [] : [heading]) + facts.compactMap { $0 }, fitting(hints.map(say), width), asked)
    }
    let (left, top) = ((width - inner - 2) / 2, (height - 11) / 2)
    frame.erase(x: left, y: top, width: inner + 2, height: 11)
    let rule = "─ " + heading + " "
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
    labelled(1, .confirmLot, SafeText.cut("\(lot.id.text) \(title)", to: inner - 16))
    labelled(2, asked.box.isMaximum ? .ownMaximum : .confirmBid, money(asked.amount, lot), .title)
    labelled(
      3, .confirmCurrent,
      say(
        .confirmCurrentValue(
          lot.price == nil && !lot.view.terms.isSealed ? say(.noBidsYet) : price(lot), minimum: money(minimum(lot), lot))))
    if let question { put(5, question, .warn) }
    if let suggestion { put(6, suggestion) }
    let prompt = say(.retype) + " " + symbol + " "
    put(8, prompt + value)
    put(9, hint, asked.mismatch ? .error : .muted)
    frame.cursor = (min(left + 3 + SafeText.width(prompt) + 1 + asked.retyped.text.count, width - 1), top + 8)
  }

  /// As many facts as fit, the field always.
  private mutating func drawConfirmationPage(_ facts: [String], _ hint: String, _ asked: Confirmation) {
    frame.erase(x: 0, y: 0, width: width, height: height)
    let lines = facts.flatMap { wrap($0, to: width) }
    for (y, line) in lines.prefix(max(height - 2, 0)).enumerated() { frame.put(0, y, line, y == 0 ? .warn : .normal) }
    let value = field(asked.retyped, width: 12)
    let prompt = [say(.retypeShort) + " ", ""].first { SafeText.width($0 + value) <= width } ?? ""
    frame.put(0, height - 2, prompt + value)
    frame.put(0, height - 1, hint, asked.mismatch ? .error : .muted)
    frame.cursor = (min(SafeText.width(prompt) + 1 + asked.retyped.text.count, width - 1), height - 2)
  }

  private func more(_ amount: Money, than price: Money) -> Money {
    Money(minorUnits: amount.minorUnits - price.minorUnits) ?? .zero
  }

  /// How many times, in tenths, rounded; nil where that says nothing.
  private func tenths(_ amount: Money, of price: Money) -> Int64? {
    guard price > .zero else { return nil }
    return (amount.minorUnits * 10 + price.minorUnits / 2) / price.minorUnits
  }

  private func decimal(_ tenths: Int64) -> String { "\(tenths / 10)\(language.money.decimalSeparator)\(tenths % 10)" }

  /// Every binding of the key table, those of where the bidder came from first; two columns where there is room.
  mutating func drawHelp(_ scroll: Int, _ back: Model.Mode) {
    drawHeader()
    rule(1, say(.helpTitle))
    let lines = helpLines(back)
    let rows = max(height - 3, 0)
    let columns = width >= 80 ? 2 : 1
    let perColumn = max(rows, (lines.count + columns - 1) / columns)
    let first = min(scroll, max(perColumn - rows, 0))
    for column in 0..<columns {
      let x = 1 + column * (width / 2)
      let room = width / columns - 2
      for row in 0..<rows {
        let i = column * perColumn + first + row
        guard first + row < perColumn, i < lines.count else { continue }
        let after = frame.put(x, 2 + row, lines[i].keys, .title, limit: room)
        let start = max(x + (width < 36 ? 0 : 12), after + 1)
        frame.put(start, 2 + row, lines[i].words, .normal, limit: max(x + room - start, 0))
      }
    }
    drawFooter(height - 1)
  }

  /// What the selected lot's auction is held under.
  mutating func drawTerms(_ scroll: Int) {
    drawHeader()
    guard let lot = model.selectedLot else { return }
    rule(1, "\(say(.termsTitle)) \(lot.id.text) \(lot.view.terms.title)")
    let lines = model.termsPage(width: width - 2)
    let rows = max(height - 3, 0)
    let first = min(scroll, max(lines.count - rows, 0))
    for (row, line) in lines.dropFirst(first).prefix(rows).enumerated() { frame.put(1, 2 + row, line, limit: width - 2) }
    drawFooter(height - 1)
  }

  private func helpLines(_ back: Model.Mode) -> [(keys: String, words: String)] {
    var from = model
    from.mode = back
    return model.helpLines(from: from.context)
  }
}
