internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The open box, if one has the keys.
  var box: BidBox? { if case .bidBox(let box) = model.mode { box } else { nil } }

  /// What the bottom line says when no box is open: the first text that fits is taken, or what fits of the last.
  var bottomWords: (texts: [Text], role: Role)? {
    switch model.mode {
    case .armed(let armed):
      guard let lot = model.live.lots[armed.auction] else { return nil }
      let minimum = money(minimum(lot), lot)
      if armed.isVoid {
        if let obstacle = model.obstacle(on: lot) {
          let currency = lot.view.terms.currency
          return ([.obstacle(obstacle, currency), .obstacleShort(obstacle, currency)], .warn)
        }
        return ([.armVoid(minimum: minimum), .armVoidShort(minimum: minimum)], .warn)
      }
      let left = min(ahead(armed.armedAt + Armed.patience), Armed.patience.microseconds / 1_000_000)
      let amount = money(armed.amount, lot)
      func code(_ room: Int) -> String { SafeText.cut(lot.id.text, to: room) }
      return (
        [16, 8].map { .armed(amount, lot: code($0), seconds: left) }
          + [16, 8].map { .armedBrief(amount, lot: code($0)) } + [.armedShort(amount)], .warn
      )
    case .filter: return ([.filtering(model.filter)], .normal)
    case .quit:
      let led = model.live.lots.values.count { $0.isLed(by: model.me) }
      return ([.reallyQuit(leading: led), .reallyQuitBrief(leading: led), .reallyQuitShort(leading: led)], .warn)
    case .list, .bidBox, .confirm, .notices, .terms, .help: break
    }
    if let hint = model.hint {
      if case .obstacle(let obstacle, let currency) = hint.text {
        return ([hint.text, .obstacleShort(obstacle, currency)], .warn)
      }
      return ([hint.text], .warn)
    }
    return progressWords ?? (layout == .tiny || saysOpening ? nil : nextOpening.map { (nextOpenings($0), .normal) })
  }

  /// The lot that opens first, where nothing is open.
  var nextOpening: Lot? {
    guard picture.link.isCurrent,
      !picture.lots.values.contains(where: { $0.view.status == .open || $0.view.status == .suspended })
    else { return nil }
    return picture.lots.values.filter { $0.view.status == .scheduled }.min {
      ($0.view.terms.opensAt, $0.id) < ($1.view.terms.opensAt, $1.id)
    }
  }

  /// When there will be something to bid on, the longest words first; in each of them when, and in what time.
  func nextOpenings(_ lot: Lot) -> [Text] {
    let time = zone.moment(lot.view.terms.opensAt, asOf: picture.now, language)
    let seconds = ahead(lot.view.terms.opensAt)
    let titled = "\(lot.id) \(SafeText.cut(lot.view.terms.title, to: 30))"
    func code(_ room: Int) -> String { SafeText.cut(lot.id.text, to: room) }
    return [.nextOpening(titled, time: time, seconds: seconds), .nextOpening(code(16), time: time, seconds: seconds)]
      + [titled, code(16)].map { .opensNext($0, time: time, seconds: seconds) }
      + [16, 12, 8, 6, 4].map { .opensNextShort(code($0), time: time, seconds: seconds) }
  }

  /// How the newest own bid goes; what is decided stays for a while.
  private var progressWords: (texts: [Text], role: Role)? {
    guard let id = model.lastBid, let lot = picture.lots[id], let bid = lot.bid else { return nil }
    let decidedFor = model.now - bid.since
    let waited = ago(bid.sentAt)
    let role: Role
    switch bid.stage {
    case .sending, .delivered: role = waited >= 3 ? .warn : .normal
    case .uncertain: role = .warn
    case .accepted:
      if decidedFor > .seconds(10) { return nil }
      role = .good
    case .refused, .busy, .neverDecided, .notSent:
      if decidedFor > .seconds(30) { return nil }
      role = .bad
    }
    let stage = StageWords(
      bid.stage, waited: waited, isLinked: picture.link.isCurrent, language, names(in: lot.view.terms.currency))
    let codes = [16, 8].map { SafeText.cut(id.text, to: $0) }
    let full = codes.map { Text.bidStage(lot: $0, isMaximum: bid.isMaximum, amount: money(bid.amount, lot), stage) }
    if bid.stage == .uncertain {
      // What may count is never left without its amount.
      let amounts = codes.map { "\($0) \(money(bid.amount, lot))" } + [money(bid.amount, lot), number(bid.amount, lot)]
      return (full + amounts.map { .inDoubt($0) } + [.inDoubtShort(number(bid.amount, lot))], role)
    }
    if layout == .wide || layout == .normal { return (full + [.stage(stage)], role) }
    // Where there is room for most of it, why a bid was refused and what would do is worth more than the word alone.
    return (full + [.stage(stage)] + codes.map { .stageOn(lot: $0, stage) } + [.stageShort(stage)], role)
  }

  /// The first of the texts that fits, or what fits of the last.
  func fitting(_ texts: [String], _ room: Int) -> String {
    texts.first { SafeText.width($0) <= room } ?? SafeText.cut(texts.last ?? "", to: max(room, 0))
  }

  var bottomIsNeeded: Bool { box != nil || bottomWords != nil }

  /// The line above the footer; in the narrow layout the footer's row too.
  mutating func drawBottom(_ y: Int) {
    if let box { return drawBox(y, box) }
    if let words = bottomWords {
      let after = frame.put(1, y, fitting(words.texts.map(say), width - 2), words.role)
      if case .filter = model.mode { frame.cursor = (min(after, width - 1), y) }
    }
    if layout == .narrow { drawFooter(y + 1) }
  }

  private mutating func drawBox(_ y: Int, _ box: BidBox) {
    guard let lot = model.live.lots[box.auction] else { return }
    let echo = echo(box)
    let sends = echo.role == .bad || echo.role == .error ? [] : [Span(text: say(.enterSends), priority: 1)]
    let field = self.field(box.field, width: layout == .wide ? 15 : 12)
    func prompt(_ room: Int) -> String {
      let code = SafeText.cut(lot.id.text, to: room)
      let words =
        layout == .narrow
        ? code + (box.isMaximum ? " " + say(.maximumShort) : "") + ":"
        : say(box.isMaximum ? .maximumPrompt(code) : .bidPrompt(code))
      return words + " " + lot.view.terms.currency.symbol + " "
    }
    let caret: Int
    if layout == .narrow {
      // The echo has the row below: an amount is not cut.
      line(y, [Span(text: prompt(8) + field)], [Span(text: say(.escLeaves), priority: 1)])
      line(y + 1, [Span(text: fitting(echo.texts, width - 2), role: echo.role)], sends)
      caret = SafeText.width(prompt(8))
    } else {
      let between = layout == .wide ? "  " : " "
      // The lot's code shrinks before the words do.
      let codes = layout == .wide ? [24, 16, 8] : [16, 8]
      func room(_ code: Int) -> Int { width - 2 - SafeText.width(prompt(code) + field) - between.count }
      let rooms = codes.map { ($0, room($0)) }
      let fits = echo.texts.compactMap { text in rooms.first { SafeText.width(text) <= $0.1 }.map { ($0.0, text) } }.first
      let (code, text) = fits ?? (8, fitting(echo.texts, room(8)))
      let other = Span(text: say(box.isMaximum ? .tabBid : .tabMaximum), priority: box.isMaximum ? 2 : 4)
      let keys =
        (lot.view.terms.format == .english ? [other] : [])
        + (layout == .wide ? [Span(text: say(.plusMinus), priority: 3)] : []) + sends
        + [Span(text: say(.escLeaves), priority: 2)]
      line(y, [Span(text: prompt(code) + field), Span(text: text, role: echo.role)], keys, between: between, rightBetween: "  ")
      caret = SafeText.width(prompt(code))
    }
    frame.cursor = (min(1 + caret + 1 + box.field.text.count, width - 1), y)
  }

  /// `[1.300,00____]`: as wide as asked, wider when the text is, never cut.
  func field(_ field: AmountField, width: Int) -> String {
    "[" + field.text + String(repeating: "_", count: max(width - field.text.count, 0)) + "]"
  }

  mutating func drawField(_ x: Int, _ y: Int, _ box: BidBox) {
    let start = box.isMaximum ? frame.put(x, y, say(.maximumShort) + " ") : x
    frame.put(start, y, field(box.field, width: min(12, max(width - 2 - start, 0))))
    frame.cursor = (min(start + 1 + box.field.text.count, width - 1), y)
  }

  /// What Enter would send, and why it would not or wants another one: the longest words first, and the reason in each of them.
  func echo(_ box: BidBox) -> (texts: [String], role: Role) {
    guard let lot = model.live.lots[box.auction] else { return ([], .normal) }
    let currency = lot.view.terms.currency
    let amount: Money
    do {
      amount = try box.field.amount(language, currency)
    } catch {
      return ([.amountProblem(error), .amountProblemShort].map { "! " + say($0) }, .error)
    }
    let shown = "= " + money(amount, lot)
    func with(_ texts: [Text]) -> [String] { texts.map { shown + " " + say($0) } }
    if let obstacle = model.obstacle(to: amount, on: lot) {
      let short = Text.obstacleShort(obstacle, currency)
      // Where both have no room, the reason counts: the amount stands in the field.
      return (with([.obstacle(obstacle, currency), short]) + ["! " + say(short)], .bad)
    }
    if let weightiest = box.doubts.first {
      // Enter answers all of them, so all are said, at last without the amount, which stands in the field; or the weightiest.
      let words = [Text.doubt(box.doubts), .doubtBrief(box.doubts), .doubtShort(box.doubts)]
      let secret = box.isMaximum ? words.map(Text.secretDoubt) : []
      let short = Text.doubtShort([weightiest])
      return (with(secret + words) + [say(.doubtShort(box.doubts))] + with([short]) + [say(short)], .warn)
    }
    let bare = [shown, number(amount, lot)]
    if box.isMaximum {
      // Who leads offers nothing more openly.
      let openly = lot.view.leader == model.me ? [] : [Text.inSecret(money(min(minimum(lot), amount), lot))]
      return (with(openly + [.inSecretShort]) + bare, .normal)
    }
    return (amount == minimum(lot) ? with([.isMinimum]) + bare : bare, .normal)
  }
}
