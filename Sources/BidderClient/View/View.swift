// BidderClient/View: what a model looks like at a size. Pure: the same model and size give the same frame, and any size gives
// one. Roles, not colours; the layouts are those of the design, drawn by what fits.

internal import AuctionFacts
internal import SharedKernel
package import TerminalKit

/// Draws the model at a size.
package func view(_ model: Model, size: Size) -> Frame {
  var drawing = Drawing(model, size)
  drawing.draw()
  drawing.park()
  return drawing.frame
}

/// How much room there is.
package enum Layout: Hashable, Sendable, CaseIterable {
  /// List and detail side by side.
  case wide
  /// Detail below the list.
  case normal
  /// Fewer columns, two rows of detail, one notice.
  case narrow
  /// One lot.
  case tiny
  /// Not even that: the program goes on and says what it needs.
  case none

  package init(_ size: Size) {
    switch (size.width, size.height) {
    case (100..., 24...): self = .wide
    case (80..., 20...): self = .normal
    case (36..., 10...): self = .narrow
    case (20..., 4...): self = .tiny
    default: self = .none
    }
  }
}

/// A frame in the making.
struct Drawing {
  let model: Model
  let picture: Picture
  let size: Size
  let layout: Layout
  var frame: Frame
  /// Where nothing is open, the list has said what opens next.
  var saysOpening = false
  /// What was drawn where; of two in one place the last counts.
  var spots: [(spot: Spot, y: Int, columns: Range<Int>)] = []

  init(_ model: Model, _ size: Size) {
    (self.model, picture, self.size, layout) = (model, model.picture, size, Layout(size))
    frame = Frame(size)
  }

  var language: Language { model.settings.language }
  var zone: Zone { model.settings.zone }
  var width: Int { size.width }
  var height: Int { size.height }

  func say(_ text: Text) -> String { text.words(language) }

  mutating func draw() {
    switch layout {
    case .none: drawNothing()
    case .tiny: drawTiny()
    case .wide, .normal, .narrow:
      switch model.mode {
      case .notices(let scroll, let fresh): drawNoticesPage(scroll, fresh)
      case .terms(let scroll): drawTerms(scroll)
      case .help(let scroll, let back): drawHelp(scroll, back)
      case .list, .filter, .armed, .bidBox, .confirm, .quit:
        switch layout {
        case .wide: drawWide()
        case .normal: drawNormal()
        case .narrow, .tiny, .none: drawNarrow()
        }
        if case .confirm(let asked) = model.mode { drawConfirmation(asked) }
      }
    }
  }

  /// What is needed, and what is asked of who wants to leave.
  private mutating func drawNothing() {
    guard case .quit = model.mode else { return _ = frame.put(0, 0, say(.tooSmall(width: width, height: height))) }
    for (y, text) in SafeText.wrap(say(.quitTiny), to: width).prefix(height).enumerated() { frame.put(0, y, text, .warn) }
  }

  // MARK: Lines

  /// A piece of a line. Pieces of the highest priority go first when there is no room; those of priority 0 never.
  struct Span {
    var text: String
    var role: Role?
    var priority = 0
    var spot: Spot?
  }

  /// Puts `left` at the left margin and `right` at the right one, dropping what does not fit; answers where the left part ends.
  @discardableResult
  mutating func line(
    _ y: Int, _ left: [Span], _ right: [Span] = [], between: String = "  ", rightBetween: String? = nil, role: Role = .normal,
    from start: Int = 0, to end: Int? = nil, margin: Int = 1
  ) -> Int {
    let end = end ?? width
    let gap = SafeText.width(between)
    let rightGap = SafeText.width(rightBetween ?? between)
    var (left, right) = (left, right)
    func length(_ spans: [Span], _ gap: Int) -> Int {
      spans.reduce(0) { $0 + SafeText.width($1.text) } + max(spans.count - 1, 0) * gap
    }
    func needed() -> Int {
      2 * margin + length(left, gap) + length(right, rightGap) + (left.isEmpty || right.isEmpty ? 0 : 1)
    }
    while needed() > end - start, let worst = (left + right).map(\.priority).max(), worst > 0 {
      if let i = right.lastIndex(where: { $0.priority == worst }) {
        right.remove(at: i)
      } else if let i = left.lastIndex(where: { $0.priority == worst }) {
        left.remove(at: i)
      }
    }
    if role != .normal { frame.paint(y, role, from: start, to: end) }
    let rightStart = max(end - margin - length(right, rightGap), start)
    let stop = right.isEmpty ? end : rightStart
    let after = draw(left, y, at: start + margin, gap: between, base: role, end: stop)
    draw(right, y, at: rightStart, gap: rightBetween ?? between, base: role, end: end)
    return after
  }

  @discardableResult
  private mutating func draw(_ spans: [Span], _ y: Int, at x: Int, gap: String, base: Role, end: Int) -> Int {
    var x = x
    for (i, span) in spans.enumerated() {
      if i > 0 { x = frame.put(x, y, gap, base, limit: max(end - x, 0)) }
      let start = x
      x = frame.put(x, y, span.text, span.role ?? base, limit: max(end - x, 0))
      if let spot = span.spot { spots.append((spot, y, start..<max(x, start))) }
    }
    return x
  }

  /// A rule across the screen, with a heading in it and a note at its end.
  mutating func rule(_ y: Int, _ heading: String = "", _ note: String = "") {
    frame.put(0, y, String(repeating: "─", count: min(width, SafeText.limit)), .muted)
    for x in min(width, SafeText.limit)..<max(width, SafeText.limit) where x < width { frame.put(x, y, "─", .muted) }
    if !heading.isEmpty { frame.put(2, y, " " + SafeText.cut(heading, to: max(width - 8, 0)) + " ", .title, limit: width - 4) }
    let noteWidth = SafeText.width(note) + 4
    if !note.isEmpty, SafeText.width(heading) + 6 + noteWidth <= width {
      frame.put(width - noteWidth, y, " " + note + " ", .muted)
    }
  }

  // MARK: Words

  func money(_ amount: Money, _ lot: Lot) -> String { language.money.format(amount, in: lot.view.terms.currency) }
  func number(_ amount: Money, _ lot: Lot) -> String { language.money.number(amount, in: lot.view.terms.currency) }

  /// A bidder as this bidder calls them.
  func name(_ bidder: PrincipalID?) -> String { model.name(bidder) }

  /// Whole seconds from then to now, never negative.
  func ago(_ then: Timestamp) -> Int64 { passed(max((picture.now - then).microseconds, 0) / 1_000_000) }

  /// Whole seconds until then, never negative.
  func ahead(_ then: Timestamp) -> Int64 { left(Countdown.seconds(until: then, at: picture.now)) }
}
