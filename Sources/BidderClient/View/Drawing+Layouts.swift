internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  mutating func drawWide() {
    // What is beyond 30 rows is shared: one part of three for the notices. The panel takes a third of what is beyond 100.
    let notices = 6 + max(height - 30, 0) / 3
    let noticesTop = height - 4 - notices
    let panel = width - 38 - (width - 100) / 3
    drawHeader()
    drawTabs(1)
    drawList(rows: 2..<noticesTop, width: panel, standing: 10, heading: true)
    drawPanel(x: panel, rows: 2..<noticesTop)
    drawNotices(noticesTop, rows: notices)
    rule(height - 3)
    drawBottom(height - 2)
    drawFooter(height - 1)
  }

  mutating func drawNormal() {
    let notices = 4 + max(height - 24, 0) / 3
    let noticesTop = height - 4 - notices
    let strip = noticesTop - 4
    drawHeader()
    drawTabs(1)
    drawList(rows: 2..<strip, width: width, standing: 14, heading: true)
    drawStrip(strip)
    drawNotices(noticesTop, rows: notices)
    rule(height - 3)
    drawBottom(height - 2)
    drawFooter(height - 1)
  }

  mutating func drawNarrow() {
    drawHeader()
    if let banner {
      line(1, [Span(text: fitting([say(banner.text), say(banner.short)], width - 2))], role: banner.role)
    } else {
      let sort = Span(text: say(.sorting(model.sort)) + (model.sortReversed ? " ↑" : ""), priority: 3)
      let filter = model.filter.isEmpty ? [] : [Span(text: "/" + model.filter)]
      let unread = picture.notices.unread
      let right =
        (unread > 0 ? [Span(text: say(.unreadNotices(unread)), priority: 2)] : [])
        + (model.hasMouse ? [Span(text: say(.mouseKeyShort), role: .warn, priority: 1)] : [])
      line(
        1, [Span(text: say(.tabLine(model.tab, model.count(in: model.tab), waiting: model.waiting))), sort] + filter, right,
        between: " · ",
        rightBetween: " ")
    }
    drawList(rows: 2..<(height - 5), width: width, standing: 10, heading: false)
    if let lot = model.selectedLot {
      rule(height - 5, lot.id.text)
      let (standing, time) = (standing(lot), time(lot))
      var left = [Span(text: price(lot), role: priceRole(lot))]
      if isPriceNew(lot) { left.append(Span(text: "▲", priority: 2)) }
      left.append(Span(text: time.text, role: time.role == .normal ? .title : time.role))
      if let beside = besideTimeBriefly(lot) { left.append(Span(text: beside.text, role: beside.role, priority: 1)) }
      line(height - 4, left, [Span(text: "\(standing.glyph) \(standing.word)", role: standing.role, priority: 3)], between: " ")
      let own =
        doubted(lot).map { [Span(text: say(.inDoubtShort(money($0, lot))), role: .warn)] }
        ?? lot.view.ownLast.map { [Span(text: say(.ownIs(offered($0, lot))), priority: 1)] } ?? []
      let least = Span(text: lot.isOver ? fitting([longStanding(lot)], width - 2) : say(least(lot) { money($0, lot) }))
      line(height - 3, [least], own)
    } else {
      rule(height - 5)
    }
    if bottomIsNeeded {
      drawBottom(height - 2)
    } else {
      drawNewestNotice(height - 2)
      drawFooter(height - 1)
    }
  }

  /// The selected lot only, or the one that closes first. Every row is a fact that a bid needs.
  mutating func drawTiny() {
    switch model.mode {
    case .notices(let scroll, let fresh): return drawNoticesPage(scroll, fresh)
    case .terms(let scroll): return drawTerms(scroll)
    case .help(let scroll, let back): return drawHelp(scroll, back)
    case .confirm(let asked): return drawConfirmation(asked)
    case .list, .filter, .armed, .bidBox, .quit: break
    }
    let alarmed = !picture.link.isSound
    guard let lot = model.selectedLot ?? model.order.first.flatMap({ picture.lots[$0] }) else {
      frame.put(0, 0, say(.linkShort(linkWords)), alarmed ? .warn : .normal)
      drawEmptiness(rows: 1..<max(height - 1, 1), width: width)
      return bottomIsNeeded ? drawTinyBottom(box) : drawTinyFooter(isEmpty: true)
    }
    let standing = standing(lot)
    let time = time(lot, short: true)
    let box = box
    let rows = height - 1
    // The last row says it of the newest bid, unless something else has to be said there.
    let isTold = model.lastBid == lot.id && model.mode == .list && model.hint == nil
    // From the top: state, price, time, minimum; with a box open the field and its echo take the place of state and minimum.
    if let box, rows < 4 {
      drawField(0, 0, box)
    } else {
      var x = frame.put(0, 0, picture.link.isSound ? "●" : "○", alarmed ? .warn : .normal)
      // The word becomes a short one before the lot's code is cut.
      func room(_ word: String) -> Int { width - 5 - SafeText.width(word) }
      let words = [standing.word, shortStanding(lot)]
      let word = words.first { SafeText.width(lot.id.text) <= room($0) } ?? words[1]
      x = frame.put(x + 1, 0, SafeText.cut(lot.id.text, to: room(word)))
      frame.put(x + 1, 0, "\(standing.glyph) \(word)", standing.role)
    }
    let after = frame.put(0, 1, price(lot), priceRole(lot))
    if isPriceNew(lot) { frame.put(after + 1, 1, "▲") }
    var at = frame.put(0, 2, time.text, time.role == .normal ? .title : time.role)
    if let beside = besideTimeBriefly(lot) { at = frame.put(at + 1, 2, beside.text, beside.role) }
    if lot.view.status == .scheduled { at = frame.put(at + 1, 2, say(.inTime(ahead(lot.view.terms.opensAt)))) }
    if rows >= 4 {
      if let box {
        drawField(0, 3, box)
      } else if let amount = doubted(lot), !isTold {
        frame.put(0, 3, fitting([.inDoubt(number(amount, lot)), .inDoubtShort(number(amount, lot))].map(say), width), .warn)
      } else if let notice = picture.notices.all.first, picture.now - notice.at < .seconds(5) {
        drawBriefly(notice, 3)
      } else {
        frame.put(0, 3, say(least(lot) { number($0, lot) }))
      }
    }
    if bottomIsNeeded { drawTinyBottom(box) } else { drawTinyFooter() }
  }

  /// What must be offered; of a falling price, what comes next, since the price is that.
  private func least(_ lot: Lot, _ shown: (Money) -> String) -> Text {
    nextPrice(lot).map { .nextPriceShort(shown($0.amount), time: $0.time) } ?? .minimumShort(shown(minimum(lot)))
  }

  private mutating func drawTinyBottom(_ box: BidBox?) {
    let y = height - 1
    if let box {
      let echo = echo(box)
      frame.put(0, y, fitting(echo.texts, width), echo.role)
    } else if let words = bottomWords {
      frame.put(0, y, fitting(words.texts.map(say), width), words.role)
    }
  }

  private mutating func drawTinyFooter(isEmpty: Bool = false) {
    // What keeps one from bidding is said in words here too.
    let stop: [Text] =
      model.frozen != nil ? [.frozenShort, .frozenTiny] : picture.link.isSound ? [] : [.linkShort(linkWords)]
    let keys = stop.isEmpty ? (isEmpty ? "" : say(.tinyKeys)) : fitting(stop.map(say), width - 4)
    frame.put(0, height - 1, keys, stop.isEmpty ? .muted : .warn)
    frame.put(max(width - 3, SafeText.width(keys) + 1), height - 1, "? q", .muted)
  }
}
