internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The selected auction in a panel of its own, as much as there are rows for.
  mutating func drawPanel(x: Int, rows: Range<Int>) {
    for y in rows { frame.put(x, y, "│", .muted) }
    guard let lot = model.selectedLot else { return }
    let (left, room) = (x + 2, width - x - 3)
    var y = rows.lowerBound
    func fits(_ n: Int) -> Bool { y + n <= rows.upperBound }
    func cut(_ text: String) -> String { SafeText.cut(text, to: room) }

    frame.put(left, y, cut("\(lot.id.text) \(lot.view.terms.title)"), .title)
    y += 1
    let end = pair(left, y, say(priceLabel(lot)), price(lot), priceRole(lot), lot: lot)
    if isPriceNew(lot) { frame.put(max(left + 32, end + 1), y, "▲") }
    y += 1
    if let last = lot.view.bids.last {
      let from = frame.put(left, y, cut(byWhom(lot, last, comma: true)))
      if let raise = lastRaise(lot) {
        let text = "(+\(money(raise, lot)))"
        frame.put(max(left + 32 - SafeText.width(text), from + 1), y, text, .muted)
      }
    } else {
      frame.put(left, y, cut(say(.noBidsYet)), .muted)
    }
    y += 1
    let time = time(lot)
    var at = frame.put(left, y, say(.timeColumn) + "  ")
    at = frame.put(at, y, time.text, time.role == .normal ? .title : time.role)
    if let beside = besideTime(lot) { at = frame.put(at + 1, y, beside.text, beside.role) }
    if at + 2 + 12 <= width { frame.put(at + 2, y, bar(lot), time.role == .muted ? .muted : .normal) }
    y += 1
    let ending = fitting(endings(lot), room)
    frame.put(left, y, ending)
    let below =
      houseClock(lot).map { ($0, Role.warn) } ?? lastMover(lot).flatMap { ending.hasSuffix($0) ? nil : ($0, Role.normal) }
    if let below, fits(2) { frame.put(left, y + 1, cut(below.0), below.1) }
    // The blank goes first, so that the chart keeps a row more.
    y += below != nil || rows.count >= 20 ? 2 : 1
    if fits(4) {
      if let next = nextPrice(lot) {
        pair(left, y, say(.nextPrice), money(next.amount, lot), lot: lot)
        pair(left, y + 1, say(.fallsIn), next.time, lot: lot)
      } else {
        pair(left, y, say(.minimumNow), lot.isOver ? "-" : money(minimum(lot), lot), lot: lot)
        pair(left, y + 1, say(.increment), lot.view.terms.format == .english ? money(lot.step, lot) : "-", lot: lot)
      }
      if lot.view.terms.format != .english, fits(5) {
        pair(left, y + 2, say(.formatLabel), say(.format(lot.view.terms.format)), lot: lot)
        y += 1
      }
      if let isMet = lot.view.isReserveMet, !lot.isOver, fits(5) {
        pair(left, y + 2, say(.reserve), say(.reserveMet(isMet)), lot: lot)
        y += 1
      }
      if let buyNow = lot.view.terms.rules.buyNow, !lot.isOver, fits(5) {
        pair(left, y + 2, say(.buyNow), money(buyNow, lot), lot: lot)
        y += 1
      }
      pair(left, y + 2, say(.ownLast), lot.view.ownLast.map { offered($0, lot) } ?? "-", lot: lot)
      if let maximum = lot.heldMaximum(for: model.me), fits(5) {
        pair(left, y + 3, say(.ownMaximum), money(maximum, lot), lot: lot)
        y += 1
      }
      let standing = standing(lot)
      frame.put(left, y + 3, say(.standingLabel))
      frame.put(left + 14, y + 3, fitting(longStandings(lot), room - 14), standing.role)
      y += 4
    }
    y = drawHistory(lot, left, from: y, to: rows.upperBound)
  }

  /// The chart, and below it the bids. Where rows are few they share one heading, and the chart leaves room for three bids; where
  /// they are fewer, a line of blocks stands for it.
  private mutating func drawHistory(_ lot: Lot, _ left: Int, from: Int, to end: Int) -> Int {
    var y = from
    guard !lot.view.bids.isEmpty else {
      if let chain = chain(lot), y + 1 < end { frame.put(left, y + 1, chain.text, chain.role) }
      return y + 2
    }
    let rows = end - y
    // Heading, axis and three bids; a blank and the bids' own heading where there is room for them.
    let isRoomy = rows >= 11
    let blank = rows >= 9 ? 1 : 0
    let height = isRoomy ? min(rows - 8, 6) : rows - 5 - blank
    let chart = height >= 2 ? chart(lot) : nil
    if let chart {
      y = draw(chart, lot, left, y + blank, height, beside: isRoomy ? nil : chain(lot)) + (isRoomy ? 0 : 1)
    } else if rows >= 2 + 3 {
      frame.put(left, y + 1, say(.priceChart))
      let at = frame.put(left + 8, y + 1, spark(lot))
      frame.put(at + 3, y + 1, say(.bidCount(lot.view.bidCount)), .muted)
      y += 2
    }
    if chart == nil || isRoomy {
      guard end - y >= 3 else { return y }
      let heading = frame.put(left, y + 1, say(.history), .title)
      if let chain = chain(lot) {
        let start = left + 31 - SafeText.width(chain.text)
        if start > heading { frame.put(start, y + 1, chain.text, chain.role) }
      }
      y += 2
    }
    for line in lot.view.bids.reversed().prefix(end - y) {
      let at = frame.put(left, y, moment(line.receivedAt) + " ")
      let amount = offered(line.amount, lot)
      let room = 31 - (at - left) - SafeText.width(amount) - 1
      frame.put(at, y, SafeText.cut(name(line.bidder), to: max(room, 4)), line.bidder == model.me ? .title : .normal)
      frame.put(max(left + 31 - SafeText.width(amount), at + 5), y, amount)
      y += 1
    }
    return y
  }

  /// A label and a value that ends in one column with its neighbours; answers where it ends.
  @discardableResult
  private mutating func pair(_ x: Int, _ y: Int, _ label: String, _ value: String, _ role: Role = .title, lot: Lot) -> Int {
    let after = frame.put(x, y, label)
    return frame.put(max(x + 30 - SafeText.width(value), after + 1), y, value, role)
  }

  /// When it closes or closed, by how much in all the end was moved, in how many times and by whom last; shorter where there is less
  /// room.
  func endings(_ lot: Lot) -> [String] {
    switch lot.view.status {
    case .scheduled: return [say(.opensAt(moment(lot.view.terms.opensAt)))]
    case .suspended: return [say(.suspendedBecause(lot.reason))]
    case .closed: return [say(.closedAt(moment(lot.view.closesAt)))]
    case .open:
      let text = say(.closesAt(moment(lot.view.closesAt)))
      guard let moved = lot.view.moved else { return [text] }
      let total = text + " " + say(.plusSeconds(seconds(moved.total)))
      guard let mover = lastMover(lot) else { return [total] }
      let times = moved.times.flatMap { $0 > 1 ? " " + say(.inTimes($0)) : nil } ?? ""
      return ["\(total)\(times) \(mover)"] + (times.isEmpty ? [] : [total + String(times.dropLast())]) + [total]
    }
  }

  /// Who or what moved the end last.
  private func lastMover(_ lot: Lot) -> String? {
    guard lot.view.status == .open, let cause = lot.view.extensions.cause else { return nil }
    return say(.cause(cause, lot.view.extensions.by.map { name($0) }))
  }

  /// That nobody vouches for the clock by which it ends, where the house says so.
  private func houseClock(_ lot: Lot) -> String? {
    guard !lot.isOver, let clock = picture.houseClock, !clock.isDisciplined else { return nil }
    return say(.houseClock(clock.status))
  }

  /// How far its blocks were found to follow from one another.
  private func chain(_ lot: Lot) -> (text: String, role: Role)? {
    switch (lot.view.chain, lot.view.head) {
    case (.broken, _): (say(.chainBroken), .error)
    case (.whole, let head?): (say(.chainWhole(from: lot.view.trustedTo, to: head)), .muted)
    case (.whole, nil): nil
    }
  }

  /// The situation in full: what happened, and through whom.
  func longStanding(_ lot: Lot) -> String {
    let standing = standing(lot)
    let short = "\(standing.glyph) \(standing.word)"
    switch lot.standing(of: model.me) {
    case .outbid: return short + " " + say(.byWhom(name(lot.view.leader)))
    case .lost: return short + (lot.view.result?.winner.map { " " + say(.lostTo(name($0))) } ?? "")
    case .closed: return short + (lot.view.result?.winner.map { ": " + name($0) } ?? "")
    case .passedOn:
      return short + (lot.view.passedOn.map { " " + say(.toWhom(name($0.to))) } ?? "")
    case .chainBroken:
      if case .broken(let reason) = lot.view.chain { return short + ": " + reason }
      return short
    case .uncertain: return short + (doubted(lot).map { ": " + money($0, lot) } ?? "")
    case .cancelled: return short + (lot.reason.map { ": " + $0 } ?? "")
    case .waiting, .watching, .leading, .entered, .suspended, .won, .conditional, .noBids: return short
    }
  }

  /// Its longest words, and those that cut no amount.
  private func longStandings(_ lot: Lot) -> [String] {
    guard let amount = doubted(lot), lot.standing(of: model.me) == .uncertain else { return [longStanding(lot)] }
    let short = longStandingShort(lot)
    return [longStanding(lot), "\(short) \(number(amount, lot))", say(.inDoubtShort(number(amount, lot)))]
  }

  /// The selected auction in four rows across the screen.
  mutating func drawStrip(_ y: Int) {
    guard let lot = model.selectedLot else { return rule(y) }
    drawStripRule(y, lot)
    let standing = standing(lot)
    let time = time(lot)
    var first = [Span(text: say(priceLabel(lot))), Span(text: price(lot), role: priceRole(lot))]
    if isPriceNew(lot) { first.append(Span(text: "▲")) }
    if let last = lot.view.bids.last {
      first.append(Span(text: byWhom(lot, last, comma: false), priority: 2))
    }
    var clock = [Span(text: say(.timeColumn)), Span(text: time.text, role: time.role == .normal ? .title : time.role)]
    if let beside = besideTime(lot) { clock.append(Span(text: beside.text, role: beside.role, priority: 1)) }
    clock.append(Span(text: bar(lot), priority: 3))
    line(y + 1, first, clock, between: " ", rightBetween: " ")

    let last = lot.view.ownLast.map { [Span(text: say(.ownLastShort(offered($0, lot))), priority: 1)] } ?? []
    if lot.isOver {
      // Through whom, or why: where the least would stand.
      let room = width - 2 - last.reduce(0) { $0 + SafeText.width($1.text) + 2 }
      line(y + 2, [Span(text: fitting([longStanding(lot)], room), role: standing.role)], last)
    } else {
      let word = doubted(lot) == nil ? longStandingShort(lot) : longStanding(lot)
      line(y + 2, beforeBidding(lot) + atOnce(lot), last + [Span(text: word, role: standing.role)])
    }

    let history = lot.view.bids.reversed().prefix(2).enumerated().map { i, line in
      Span(
        text: "\(zone.clock(line.receivedAt)) \(name(line.bidder)) \(offered(line.amount, lot, symbol: false))",
        priority: i == 0 ? 1 : 3)
    }
    let tellsEnd =
      lot.view.status == .open && lot.view.moved != nil || lot.view.status == .suspended || lot.view.bids.isEmpty
    let left =
      tellsEnd
      ? [Span(text: fitting(endings(lot), width - 2))]
      : [Span(text: say(.priceChart), priority: 2), Span(text: spark(lot), priority: 2)]
    line(y + 3, left, history, between: " ", rightBetween: " | ")
  }

  /// Which lot, how sure the house's clock is, and whether its chain is whole: the title makes room for them.
  private mutating func drawStripRule(_ y: Int, _ lot: Lot) {
    let known = [houseClock(lot), chain(lot)?.text].compactMap { $0 }
    let note = fitting([known.joined(separator: " · ")] + known + [""], width - 10 - min(lot.id.text.count, 16))
    rule(y, SafeText.cut("\(lot.id.text) \(lot.view.terms.title)", to: width - 10 - SafeText.width(note)), note)
  }

  /// What the next bid must offer, or what a falling price falls to.
  private func beforeBidding(_ lot: Lot) -> [Span] {
    if lot.isOver { return [] }
    if let next = nextPrice(lot) { return [Span(text: say(.nextPriceIs(money(next.amount, lot), time: next.time)))] }
    return [
      Span(text: say(.minimumIs(money(minimum(lot), lot)))), Span(text: say(.incrementIs(money(lot.step, lot))), priority: 2),
    ]
  }

  private func priceLabel(_ lot: Lot) -> Text {
    lot.view.isAsking ? .askedNow : lot.price == nil && !lot.view.terms.isSealed ? .openingPrice : .currentBid
  }

  /// What it costs to have it at once, where that can be had.
  private func atOnce(_ lot: Lot) -> [Span] {
    guard let buyNow = lot.view.terms.rules.buyNow, !lot.isOver else { return [] }
    return [Span(text: "\(say(.buyNow)) \(money(buyNow, lot))", priority: 1)]
  }

  /// For where other things stand beside it: without the name, but with the reason of a broken chain.
  private func longStandingShort(_ lot: Lot) -> String {
    lot.standing(of: model.me) == .chainBroken ? longStanding(lot) : "\(standing(lot).glyph) \(standing(lot).word)"
  }
}
