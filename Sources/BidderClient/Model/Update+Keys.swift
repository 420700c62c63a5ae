internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Model {
  mutating func take(_ input: Input) {
    switch input {
    case .resize(let size): self.size = size
    case .click(let x, let y): click(x, y)
    case .wheel(let wheel): turn(wheel)
    case .withoutMouse: loseMouse()
    case .focus(let isFocused): self.isFocused = isFocused
    case .closed: effects.append(.quit(signal: nil))
    case .terminate(let signal): effects.append(.quit(signal: signal))
    case .paste(let text):
      lastEnter = nil
      paste(text)
    case .key, .character, .interrupt:
      if isHeld(input) { return }
      let command = Keymap.command(for: input, in: context)
      if command == .interrupt { return interrupt() }
      if command == .redraw { return effects.append(.repaint) }
      if command == .suspend { return effects.append(.suspend) }
      if Layout(size) == .none { return takeBlindly(input) }
      if let command { return act(command) }
      if case .character(let scalar) = input { type(scalar) }
      // A key that means nothing while a bid is armed still shows that the bidder's mind is elsewhere.
      if case .armed = mode { mode = .list }
    }
  }

  /// Whether this Enter comes of a key that is held down, which neither sends nor answers: the one after the first repetition's usual
  /// delay, and those that follow it closely.
  private mutating func isHeld(_ input: Input) -> Bool {
    guard input == .key(.enter) else {
      lastEnter = nil
      return false
    }
    let isHeld = lastEnter.map { now - $0.at < ($0.isHeld ? BidBox.guardTime : BidBox.heldTime) } ?? false
    lastEnter = Keystroke(at: now, isHeld: isHeld)
    return isHeld
  }

  /// Where there is no room to draw anything, nothing is done but to leave.
  private mutating func takeBlindly(_ input: Input) {
    if case .quit = mode { return act(Keymap.command(for: input, in: .quit) ?? .cancel) }
    if Keymap.command(for: input, in: .list) == .quit { quit() }
  }

  /// As `q`, or out of what is open; twice within two seconds leaves, whatever is open.
  private mutating func interrupt() {
    if let last = lastInterrupt, now - last < .seconds(2) { return effects.append(.quit(signal: nil)) }
    lastInterrupt = now
    switch mode {
    case .list: quit()
    case .quit: effects.append(.quit(signal: nil))
    case .filter, .armed, .bidBox, .confirm, .notices, .terms, .help: act(.cancel)
    }
  }

  private mutating func type(_ scalar: Unicode.Scalar) {
    switch mode {
    case .bidBox(let box) where AmountField.accepts(scalar): edit(box) { $0.type(scalar) }
    case .confirm(var asked):
      asked.retyped.type(scalar)
      asked.mismatch = false
      mode = .confirm(asked)
    case .filter: if filter.unicodeScalars.count < Search.limit { filter.unicodeScalars.append(scalar) }
    case .notices where isSearching, .help where isSearching: search(typing: scalar)
    case .bidBox, .list, .armed, .notices, .terms, .help, .quit: break
    }
  }

  /// Pasted text is text: it never presses a key.
  private mutating func paste(_ text: String) {
    switch mode {
    case .bidBox(let box):
      let currency = live.lots[box.auction]?.view.terms.currency ?? .brl
      edit(box) { $0.paste(text, in: currency) }
    case .notices where isSearching, .help where isSearching, .filter:
      for scalar in text.unicodeScalars where scalar.value >= 0x20 { type(scalar) }
    // The number is to be typed again, so that it is looked at again.
    case .confirm, .list, .armed, .notices, .terms, .help, .quit: break
    }
  }

  mutating func act(_ command: Command) {
    if isSearching { return search(command) }
    switch mode {
    case .list: list(command)
    case .filter: if command == .help { showHelp() } else { filter(command) }
    case .armed(let armed): if command == .help { showHelp() } else { self.armed(armed, command) }
    case .bidBox(let box):
      switch command {
      case .cancel: mode = .list
      case .help: showHelp()
      default: self.box(box, command)
      }
    case .confirm(let asked):
      switch command {
      case .cancel: mode = .bidBox(asked.box)
      case .help: showHelp()
      default: confirmation(asked, command)
      }
    case .notices(let scroll, let fresh):
      switch command {
      case .cancel: if search == nil { mode = .list } else { search(.cancel) }
      case .filter: search = Search(text: search?.text ?? "")
      case .help: showHelp()
      case .markRead: live.notices.markRead()
      default:
        let moved = scrolled(scroll, command, last: noticeRows(in: size).count - pageRows)
        mode = .notices(scroll: moved, fresh: moved == 0 ? 0 : min(fresh, moved))
      }
    case .terms(let scroll):
      switch command {
      case .cancel: mode = .list
      case .help: showHelp()
      default: mode = .terms(scroll: scrolled(scroll, command, last: termsRows - pageRows))
      }
    case .help(let scroll, let back):
      switch command {
      case .cancel: if search == nil { mode = back } else { search(.cancel) }
      case .filter: search = Search(text: search?.text ?? "")
      default: mode = .help(scroll: scrolled(scroll, command, last: helpRows - pageRows), back: back)
      }
    case .quit: if command == .leave { effects.append(.quit(signal: nil)) } else { mode = .list }
    }
  }

  /// Rows of a page between its heading and its footer.
  private var pageRows: Int { max(size.height - 3, 0) }

  private mutating func showHelp() {
    search = nil
    mode = .help(scroll: 0, back: mode)
  }

  private func scrolled(_ scroll: Int, _ command: Command, last: Int) -> Int {
    let page = max(pageRows, 1)
    let wanted =
      switch command {
      case .previous: scroll - 1
      case .next: scroll + 1
      case .pageUp: scroll - page
      case .pageDown: scroll + page
      case .first: 0
      case .last: last
      default: scroll
      }
    return min(max(wanted, 0), max(last, 0))
  }

  private mutating func filter(_ command: Command) {
    switch command {
    case .acceptFilter: mode = .list
    case .erase: if !filter.isEmpty { filter.unicodeScalars.removeLast() }
    case .cancel:
      filter = ""
      mode = .list
    default: break
    }
  }

  private mutating func list(_ command: Command) {
    switch command {
    case .previous, .next, .pageUp, .pageDown, .first, .last: move(command)
    case .bid: openBox()
    case .raise: arm()
    case .cancel: filter = ""
    case .filter: mode = .filter
    case .sort: sort = following(sort)
    case .reverseSort: sortReversed.toggle()
    case .tabOpen: tab = .open
    case .tabMine: tab = .mine
    case .tabClosed: tab = .closed
    case .follow: follow()
    case .terms: if selectedLot != nil { mode = .terms(scroll: 0) }
    case .notices: mode = .notices(scroll: 0, fresh: 0)
    case .newestNotice: jump()
    case .sound:
      sound = following(sound)
      say(.sound(sound), for: .seconds(3))
    case .mouse: toggleMouse()
    case .freeze: frozen = frozen == nil ? live : nil
    case .reconnect: effects += reconnection
    case .language:
      settings.language = settings.language.other
      chosenLanguage = settings.language
    case .help: showHelp()
    case .quit: quit()
    case .raiseMore, .lower, .lowerMore, .secrecy, .send, .useSuggestion, .erase, .acceptFilter, .markRead, .redraw,
      .suspend, .leave, .interrupt:
      break
    }
  }

  private func following<T: CaseIterable & Equatable>(_ value: T) -> T {
    let all = Array(T.allCases)
    guard let i = all.firstIndex(of: value) else { return value }
    return all[(i + 1) % all.count]
  }

  private mutating func move(_ command: Command) {
    guard !order.isEmpty else { return }
    let at = selection.flatMap { order.firstIndex(of: $0) } ?? 0
    selection = order[scrolled(at, command, last: order.count - 1)]
  }

  private mutating func follow() {
    guard let id = selection, let lot = live.lots[id] else { return }
    mark(id, !lot.isFollowed)
    effects.append(lot.isFollowed ? .unfollow(id) : .follow(id))
  }

  /// To the lot of the newest notice, wherever it is listed.
  private mutating func jump() {
    guard let id = live.notices.all.first(where: { $0.auction != nil })?.auction, let lot = live.lots[id] else { return }
    if !order.contains(id) {
      filter = ""
      tab = lot.isOver ? .closed : .open
      arrange()
    }
    selection = id
  }

  private mutating func quit() {
    let leads = live.lots.values.contains { $0.isLed(by: me) }
    let waits = live.lots.values.contains { $0.bid.map { !$0.stage.isFinal } ?? false }
    if leads || waits { mode = .quit } else { effects.append(.quit(signal: nil)) }
  }
}
