internal import AuctionFacts
package import SharedKernel
internal import TerminalKit

extension Model {
  /// Takes one message and answers with what is to be done, in order. Pure and total: the same model and message give the same
  /// answer, and none traps.
  package mutating func update(_ message: Message) -> [Effect] {
    var mayReorder = mayReorder(message)
    switch message {
    case .tick(let clock): tick(clock)
    case .input(let input):
      let (before, ordering) = (memory, ordering)
      take(input)
      mayReorder = self.ordering != ordering
      if memory != before { effects.append(.remember(memory)) }
    case .gateway(let event, let epoch):
      // What an old connection still had to say is no news.
      guard epoch >= self.epoch else { return [] }
      self.epoch = epoch
      take(event)
      leaveConfirmation()
    case .eventsLost:
      note(.eventsLost)
      effects.append(.resync)
    }
    if mayReorder || isOrderStale { if defersOrder { isOrderStale = true } else { arrange() } }
    retitle()
    defer { effects = [] }
    return effects
  }

  /// As one by one, but the list is put in order once, at the end: a house of ten thousand auctions comes as ten thousand messages.
  package mutating func update(all messages: some Sequence<Message>) -> [Effect] {
    defersOrder = true
    var effects: [Effect] = []
    for message in messages {
      // What a key means may hang on where things stand in the list.
      if case .input = message, isOrderStale { arrange() }
      effects += update(message)
    }
    defersOrder = false
    if isOrderStale { arrange() }
    return effects
  }

  /// Most messages of a busy house leave the order alone, and putting it right is the dearest thing that an update does.
  private func mayReorder(_ message: Message) -> Bool {
    switch message {
    case .tick(let clock):
      sort == .price && live.lots.values.contains { $0.view.nextFall(after: now).map { $0 <= clock.instant } ?? false }
    case .eventsLost, .input: false
    case .gateway(let event, _):
      switch event {
      case .roundTrip, .houseClock, .unverified, .remark, .silent, .blocked, .unblocked, .resyncing, .bid, .receiptKept,
        .receiptNotKept:
        false
      case .bidAccepted(let id, let line, _, _, let closesAt):
        sort == .price || sort == .standing || line.bidder == me || live.lots[id]?.view.closesAt != closesAt
      case .connecting, .connected, .disconnected, .accessRefused, .live, .auction, .extended, .voided, .suspended, .resumed,
        .closed, .passedOn, .recalled,
        .chainBroken:
        true
      }
    }
  }

  /// When the model wants a tick though nothing happens; nil when nothing changes by itself.
  package var wakeUp: Timestamp {
    // The second after this one, on the clock that is shown.
    let second = (now.microseconds / 1_000_000 + (now.microseconds < 0 ? 0 : 1)).multipliedReportingOverflow(by: 1_000_000)
    var due = [second.overflow ? now + .seconds(1) : Timestamp(microseconds: second.partialValue)]
    if case .armed(let armed) = mode { due.append(armed.armedAt + Armed.patience) }
    if let hint { due.append(hint.until) }
    for lot in live.lots.values {
      if let changed = lot.priceChangedAt { due += [changed + Lot.flashTime, changed + Lot.arrowTime] }
    }
    if let fall = selectedLot?.view.nextFall(after: now) { due.append(fall) }
    if let lot = selectedLot, lot.view.status == .open {
      let left = (lot.view.closesAt - now).microseconds
      if left > 0, left <= 60_000_000 { due.append(now + .microseconds(left % 1_000_000 + 1)) }
    }
    return due.filter { $0 > now }.min() ?? now + .seconds(1)
  }

  private mutating func tick(_ clock: ClockReading) {
    // The trusted clock never steps back; whatever else drives us must not either.
    live.clock = ClockReading(max(clock.instant, now), uncertainty: clock.uncertainty, status: clock.status)
    if let hint, hint.until <= now { self.hint = nil }
    if case .armed(let armed) = mode, now - armed.armedAt >= Armed.patience { mode = .list }
    for (id, lot) in live.lots where lot.view.status == .open { announceEnd(of: lot, id) }
  }

  /// The last minute, once, for whom it concerns; a bell at ten seconds for who has a bid in it.
  private mutating func announceEnd(of lot: Lot, _ id: AuctionID) {
    let left = Countdown.seconds(until: lot.view.closesAt, at: now)
    guard left > 0, isMine(lot) else { return }
    if left <= 60, !lot.saidMinute {
      live.lots[id]?.saidMinute = true
      note(.lastMinute, lot)
    }
    if left <= 10, !lot.rangTenSeconds, lot.hasOwnBid {
      live.lots[id]?.rangTenSeconds = true
      ring("\(Words.notice(.closing, settings.language)) \(id): 10 s")
    }
  }

  mutating func note(_ fact: Notice.Fact, _ lot: Lot? = nil) {
    let notice = Notice(
      at: now, auction: lot?.id, title: lot?.view.terms.title ?? "", currency: lot?.view.terms.currency ?? .brl, fact: fact)
    let isNewLine = live.notices.add(notice)
    if settings.recordsNotices { effects.append(.record(notice, sentence(notice))) }
    if isNewLine, case .notices(let scroll, let fresh) = mode, scroll > 0, isFound(notice) {
      mode = .notices(scroll: scroll + rowCount(of: notice), fresh: fresh + 1)
    }
  }

  /// At most one signal in two seconds: the bell, or a notice on the desktop to who wants that and looks elsewhere.
  ///
  /// - Parameter words: what has happened; nil: what the newest notice says.
  mutating func ring(_ words: String? = nil) {
    let isElsewhere = settings.notifiesDesktop && !isFocused
    guard isElsewhere || sound != .off, lastBell.map({ now - $0 >= .seconds(2) }) ?? true else { return }
    lastBell = now
    effects.append(isElsewhere ? .notify(words ?? live.notices.all.first.map(line) ?? "") : .bell)
  }

  mutating func say(_ text: Text, for time: Interval = .seconds(6)) { hint = Hint(text: text, until: now + time) }

  private mutating func retitle() {
    guard sound == .bellAndTitle else { return }
    let unread = live.notices.unread
    let newest = live.notices.all.first { !$0.isRead }
    let words = newest.map { "\(Words.notice($0.fact.kind, settings.language)) \($0.auction?.text ?? "")" } ?? ""
    let title = unread == 0 ? "cliente-tui" : "(\(unread)) \(words)"
    if title != lastTitle { effects.append(.title(title)) }
    lastTitle = title
  }
}

extension Lot {
  /// How long a new price is shown in reverse, and how long its arrow stays.
  package static let flashTime = Interval.seconds(1)
  package static let arrowTime = Interval.seconds(3)
}
