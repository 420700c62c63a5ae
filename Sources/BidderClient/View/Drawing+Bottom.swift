internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The open box, if one has the keys.
  var box: BidBox? { if case .bidBox(let box) = model.mode { box } else { nil } }

  /// What the bottom line says when no box is open: long, short for where there is little room, and how.
  var bottomWords: (long: Text, short: Text, role: Role)? {
    switch model.mode {
    case .armed(let armed):
      guard let lot = model.live.lots[armed.auction] else { return nil }
      if armed.isVoid {
        let text = Text.armVoid(minimum: money(lot.view.minimum, lot))
        return (text, text, .warn)
      }
      let left = Countdown.seconds(until: armed.armedAt + Armed.patience, at: model.now)
      let amount = money(armed.amount, lot)
      return (.armed(amount, lot: SafeText.cut(lot.id.text, to: 16), seconds: left), .armedShort(amount), .warn)
    case .filter: return (.filtering(model.filter), .filtering(model.filter), .normal)
    case .quit:
      let leading = model.live.lots.values.count { $0.isLed(by: model.me) }
      return (.reallyQuit(leading: leading), .reallyQuitShort, .warn)
    case .list, .bidBox, .confirm, .notices, .help: break
    }
    if let hint = model.hint { return (hint.text, hint.text, .warn) }
    guard let id = model.lastBid, let lot = picture.lots[id], let bid = lot.bid else { return nil }
    switch bid.stage {
    case .sending, .delivered, .uncertain: break
    case .accepted: if model.now - bid.since > .seconds(10) { return nil }
    case .refused, .busy, .neverArrived, .notSent: if model.now - bid.since > .seconds(30) { return nil }
    }
    let waited = ago(bid.sentAt)
    let stage = StageWords(bid.stage, waited: waited, money: { money($0, lot) })
    let role: Role =
      switch bid.stage {
      case .sending, .delivered: waited >= 3 ? .warn : .normal
      case .uncertain: .warn
      case .accepted: .good
      case .refused, .busy, .neverArrived, .notSent: .bad
      }
    return (
      .bidStage(lot: SafeText.cut(id.text, to: 16), amount: money(bid.amount, lot), stage), .stage(stage), role
    )
  }

  var bottomIsNeeded: Bool { box != nil || bottomWords != nil }

  /// The line above the footer; in the narrow layout the footer's row too.
  mutating func drawBottom(_ y: Int) {
    if let box { return drawBox(y, box) }
    if let words = bottomWords {
      let fits = SafeText.width(say(words.long)) <= width - 2
      let text = say(fits ? words.long : words.short)
      let after = frame.put(1, y, SafeText.cut(text, to: max(width - 2, 0)), words.role)
      if case .filter = model.mode { frame.cursor = (min(after, width - 1), y) }
    }
    if layout == .narrow { drawFooter(y + 1) }
  }

  private mutating func drawBox(_ y: Int, _ box: BidBox) {
    guard let lot = model.live.lots[box.auction] else { return }
    let echo = echo(box)
    let code = SafeText.cut(lot.id.text, to: layout == .wide ? 24 : layout == .normal ? 16 : 8)
    let prompt = (layout == .narrow ? code + ": " : say(.bidPrompt(code)) + " ") + lot.view.terms.currency.symbol + " "
    let field = self.field(box.field, width: layout == .wide ? 15 : 12)
    let caret = 1 + SafeText.width(prompt) + 1 + box.field.text.count
    if layout == .narrow {
      line(y, [Span(text: prompt + field)], [Span(text: say(.escLeaves), priority: 1)])
      line(y + 1, [Span(text: echo.text, role: echo.role)], [Span(text: say(.enterSends), priority: 1)])
    } else {
      let keys = [
        Span(text: say(.plusMinus), priority: 3), Span(text: say(.enterSends), priority: 1),
        Span(text: say(.escLeaves), priority: 2),
      ].dropFirst(layout == .wide ? 0 : 1)
      line(
        y, [Span(text: prompt + field), Span(text: echo.text, role: echo.role)], Array(keys),
        between: layout == .wide ? "  " : " ",
        rightBetween: "  ")
    }
    frame.cursor = (min(caret, width - 1), y)
  }

  /// `[1.300,00____]`: as wide as asked, wider when the text is, never cut.
  func field(_ field: AmountField, width: Int) -> String {
    "[" + field.text + String(repeating: "_", count: max(width - field.text.count, 0)) + "]"
  }

  mutating func drawField(_ x: Int, _ y: Int, _ box: BidBox) {
    frame.put(x, y, field(box.field, width: min(12, max(width - 2, 0))))
    frame.cursor = (min(x + 1 + box.field.text.count, width - 1), y)
  }

  /// What Enter would send, in full, and why it would not.
  func echo(_ box: BidBox) -> (text: String, role: Role) {
    guard let lot = model.live.lots[box.auction] else { return ("", .normal) }
    let currency = lot.view.terms.currency
    let amount: Money
    do {
      amount = try box.field.amount(language, currency)
    } catch {
      return ("! " + say(.amountProblem(error)), .error)
    }
    let full = "= " + money(amount, lot)
    let shown = layout == .tiny && SafeText.width(full) > width ? "= " + number(amount, lot) : full
    if let obstacle = model.obstacle(to: amount, on: lot) {
      return (shown + " " + say(.obstacle(obstacle, currency)), .bad)
    }
    if let doubt = box.doubt { return (shown + " " + say(.doubt(doubt)), .warn) }
    if amount == lot.view.minimum { return (shown + " " + say(.isMinimum), .normal) }
    return (shown, .normal)
  }
}
