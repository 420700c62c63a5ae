internal import SharedKernel
internal import TerminalKit

extension Drawing {
  private var headerRole: Role {
    if case .refused = picture.link.state { return .error }
    return picture.link.isSound ? .bar : .warn
  }

  /// Who, how the connection stands, how good the clock is, what time it is.
  mutating func drawHeader() {
    let alarmed = headerRole != .bar
    let isNarrow = layout == .narrow
    let who = model.me.text + (model.settings.house.map { " @ \($0)" } ?? "")
    var left = [Span(text: who, priority: 4)]
    if !isNarrow { left.insert(Span(text: "cliente-tui", priority: 6), at: 0) }
    // Beside it stand who one is and what time it is, where the words are not the connection's own.
    let room = if case .refused = picture.link.state { width - SafeText.width(who) - 14 } else { width - 2 }
    let words: [Text] = isNarrow ? [.linkShort(linkWords)] : [.link(linkWords), .linkShort(linkWords)]
    var right = [Span(text: fitting(words.map(say), room))]
    if !isNarrow {
      if let delay = picture.roundTrip, layout == .wide, picture.link.isSure {
        right.append(Span(text: say(.queueDelay(delay.microseconds / 1_000)), priority: 5))
      }
      if picture.houseClock?.status == .systemClock { right.append(Span(text: say(.houseWithoutNTP), priority: 2)) }
      right.append(Span(text: say(clockWords), priority: picture.houseClock?.status == .systemClock ? 5 : 3))
    }
    if !isReadOut { right.append(Span(text: zone.clock(picture.now), priority: 1)) }
    line(
      0, left, right, between: layout == .wide ? "  " : " ", rightBetween: isNarrow ? " " : "  ", role: headerRole)
    if alarmed { frame.put(0, 0, "!", headerRole) }
  }

  var clockWords: Text {
    let milliseconds = (picture.clock.uncertainty.microseconds + 999) / 1_000
    return switch picture.clock.status {
    case .systemClock: .clockWithoutNTP
    case .unsynchronized: .clockUnknown
    case .holdover: .clockHolding(milliseconds)
    case .synchronized: picture.isClockDoubtful ? .clockUnknown : .clockError(milliseconds)
    }
  }

  var linkWords: LinkWords {
    let link = picture.link
    if link.isCurrent, link.blocked != nil { return .blocked }
    let lost = link.staleSince.map(ago)
    switch link.state {
    case .starting: return .starting
    case .live: return .live
    case .silent(let since): return .silent(seconds: ago(since))
    case .resyncing(let done, let total): return .resyncing(done: done, total: total)
    case .refused(let reason, _): return .refused(reason)
    case .connecting(let attempt, let since):
      guard let lost else { return .connecting(broker: model.settings.broker, seconds: ago(since)) }
      return .lost(seconds: lost, attempt: attempt, retryIn: 0)
    case .disconnected(_, let attempt, let retryAt):
      let retryIn = ahead(retryAt)
      guard let lost else { return .unreachable(attempt: attempt, retryIn: retryIn) }
      return .lost(seconds: lost, attempt: attempt, retryIn: retryIn)
    }
  }

  /// Tabs, filter and order; or, when what is shown is not current, since when.
  mutating func drawTabs(_ y: Int) {
    if let banner {
      line(y, [Span(text: say(banner.text))], [Span(text: say(banner.key), priority: 1)], role: banner.role)
      return
    }
    func tab(_ tab: Model.Tab, _ padded: Bool) -> Span {
      let words = say(.tab(tab, model.count(in: tab), waiting: model.waiting))
      let isHere = tab == model.tab
      return Span(
        text: isHere ? "[\(words)]" : padded ? " \(words) " : words, role: isHere ? .title : nil, priority: isHere ? 0 : 2,
        spot: .tab(tab))
    }
    var right: [Span] = []
    if model.hasMouse { right.append(Span(text: say(.mouseKey), role: .warn, priority: 1)) }
    if !model.filter.isEmpty {
      right.append(Span(text: say(.filtered(model.filter)), role: .warn, priority: 1))
    } else if layout == .wide {
      right.append(Span(text: say(.unfiltered), role: .muted, priority: 4))
    }
    right.append(Span(text: say(.sorted(model.sort, reversed: model.sortReversed)), role: .muted, priority: 3))
    line(
      y, Model.Tab.allCases.map { tab($0, layout != .wide) }, right, between: layout == .wide ? "  " : "", rightBetween: "   ")
  }

  var banner: (text: Text, short: Text, key: Text, role: Role)? {
    if let frozen = model.frozen { return (.frozenSince(zone.clock(frozen.now)), .frozenShort, .frozenKey, .warn) }
    guard !picture.link.isCurrent, let since = picture.link.staleSince, !picture.lots.isEmpty else { return nil }
    return (.staleSince(zone.clock(since)), .staleShort(zone.clock(since)), .reconnectKey, .warn)
  }

  /// What the keys do here; the least needed go first.
  mutating func drawFooter(_ y: Int) {
    if let search = model.search, search.isTyped { return drawSearch(y, search) }
    let context = keysAreElsewhere ? model.context : .list
    let isCompact = width < 60
    // What is void is not sent.
    let isVoid = if case .armed(let armed) = model.mode { armed.isVoid } else { false }
    let bindings = Keymap.bindings.filter {
      $0.hint != nil && $0.contexts.contains(context) && !(isVoid && $0.command == .send)
    }
    func span(_ binding: Keymap.Binding) -> Span {
      Span(text: Words.hint(binding, language, short: isCompact), priority: binding.hint?.priority ?? 0)
    }
    let left = bindings.filter { $0.hint?.isRight == false }
    let right = bindings.filter { $0.hint?.isRight == true }
    line(y, left.map(span), right.map(span), rightBetween: isCompact ? " " : "  ", role: .bar)
  }

  /// While a bid is being typed the list's keys stay where they are: its own stand beside it.
  private var keysAreElsewhere: Bool {
    switch model.mode {
    case .notices, .terms, .help, .quit, .filter, .armed, .confirm: true
    case .list, .bidBox: false
    }
  }
}
