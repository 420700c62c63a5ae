internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The list between two rows, in the first `width` columns; with its heading when asked.
  mutating func drawList(rows: Range<Int>, width: Int, standing: Int, heading: Bool) {
    let lots = model.order.compactMap { picture.lots[$0] }
    guard !lots.isEmpty else { return drawEmptiness(rows: rows, width: width) }
    let listRows = heading ? rows.dropFirst() : rows
    guard !listRows.isEmpty else { return }
    let selected = model.selection.flatMap { id in lots.firstIndex { $0.id == id } } ?? 0
    let first = max(min(selected - listRows.count / 2, lots.count - listRows.count), 0)
    let visible = lots.dropFirst(first).prefix(listRows.count)

    // A word does not touch what stands beside the list.
    let word = visible.map { SafeText.width(listed($0)) + (width < self.width ? 1 : 0) }.max() ?? 0
    let columns = Columns(
      width: width, lot: visible.map(\.id.text.utf8.count).max() ?? 0,
      price: visible.map { SafeText.width(price($0)) }.max() ?? 0,
      bare: visible.map { SafeText.width(price($0, symbol: false)) }.max() ?? 0,
      time: visible.map { SafeText.width(time($0, short: layout == .narrow).text) }.max() ?? 0,
      standing: max(standing, word))
    if heading { drawHeading(rows.lowerBound, columns, width) }
    for (y, lot) in zip(listRows, visible) { drawRow(y, lot, columns, width) }
    drawOpening(rows: listRows.lowerBound + visible.count..<listRows.upperBound, width: width)
  }

  /// Below auctions of which none has begun: that it is so, what begins first, and what can be done meanwhile.
  private mutating func drawOpening(rows: Range<Int>, width: Int) {
    guard model.tab == .open, rows.count >= 3, let next = nextOpening else { return }
    saysOpening = true
    drawLines([say(.noneOpen), fitting(nextOpenings(next).dropFirst(2).map(say), width), say(.noneRunningHelp)], rows, width)
  }

  private mutating func drawHeading(_ y: Int, _ columns: Columns, _ width: Int) {
    if columns.lot > 0 { frame.put(3, y, SafeText.cut(say(.lotColumn), to: columns.lot), .title) }
    frame.put(columns.titleStart, y, SafeText.cut(say(.titleColumn), to: columns.title), .title)
    let price = say(.priceColumn), time = say(.timeColumn)
    frame.put(columns.priceEnd - SafeText.width(price), y, price, .title)
    frame.put(columns.timeStart(SafeText.width(time)), y, time, .title)
    if columns.standing > 0 { frame.put(columns.standingStart, y, say(.standingColumn), .title, limit: columns.standing) }
  }

  private mutating func drawRow(_ y: Int, _ lot: Lot, _ columns: Columns, _ width: Int) {
    let isSelected = lot.id == model.selection
    spots.append((.lot(lot.id), y, 0..<max(width, 0)))
    let base: Role = isSelected ? .selected : .normal
    if isSelected { frame.paint(y, .selected, to: width) }
    let standing = standing(lot)
    if isSelected { frame.put(0, y, ">", base) }
    let isPlain = standing.role == .muted || standing.role == .normal
    frame.put(1, y, standing.glyph, isPlain && isSelected ? base : standing.role)
    if columns.lot > 0 { frame.put(3, y, SafeText.cut(lot.id.text, to: columns.lot), base) }
    frame.put(columns.titleStart, y, SafeText.cut(lot.view.terms.title, to: columns.title), base)

    let price = price(lot, symbol: columns.hasSymbol)
    // On the selected row, which is reversed itself, what is not stands out.
    let flash: Role = isSelected ? .title : .flash
    frame.put(columns.priceEnd - SafeText.width(price), y, price, isFlashing(lot) ? flash : base)
    if isPriceNew(lot) { frame.put(columns.priceEnd, y, "▲", base) }

    var time = time(lot, short: layout == .narrow)
    if isExtended(lot), lot.view.status == .open, picture.link.isSure { time.text = "+" + time.text }
    frame.put(
      columns.timeStart(SafeText.width(time.text)), y, time.text, time.role == .normal || time.role == .muted ? base : time.role)
    if columns.standing > 0 {
      frame.put(columns.standingStart, y, SafeText.cut(listed(lot), to: columns.standing), isPlain ? base : standing.role)
    }
  }

  /// The word of its state in the list.
  private func listed(_ lot: Lot) -> String { lot.standing(of: model.me) == .watching ? "-" : standing(lot).word }

  /// Empty, not yet known and not reachable are three different things, and each says what can be done.
  mutating func drawEmptiness(rows: Range<Int>, width: Int) { drawLines(emptiness.map(say), rows, width) }

  /// In the middle, the first as a title; where they do not fit they are broken between words, and keys between keys.
  private mutating func drawLines(_ texts: [String], _ rows: Range<Int>, _ width: Int) {
    let lines = texts.enumerated().flatMap { i, text in wrapKeys(text, to: width).map { (i == 0 ? Role.title : .normal, $0) } }
    let top = rows.lowerBound + max((rows.count - lines.count) / 2, 0)
    for (y, line) in zip(top..<max(rows.upperBound, top), lines) {
      frame.put(max((width - SafeText.width(line.1)) / 2, 0), y, line.1, line.0, limit: width)
    }
  }

  /// Lines of whole words.
  func wrap(_ text: String, to width: Int) -> [String] { SafeText.wrap(text, to: width) }

  /// `1: this   2: that`, where three blanks stand between them.
  private func wrapKeys(_ text: String, to width: Int) -> [String] {
    text.split(separator: "   ").map(String.init).reduce(into: [String]()) { lines, key in
      if let last = lines.last, SafeText.width(last) + 3 + SafeText.width(key) <= width {
        lines[lines.count - 1] = last + "   " + key
      } else {
        lines += wrap(key, to: width)
      }
    }
  }

  private var advice: [Text] { model.settings.advice.map { [.advice($0)] } ?? [] }

  private var emptiness: [Text] {
    switch picture.link.state {
    case .starting: return [.loadingKeys(model.me)]
    case .refused(let reason, let retryAt):
      guard picture.lots.isEmpty else { break }
      // What to do about it first: where there is little room, the reason is in the notices.
      let who = Text.accessRefused(user: model.settings.brokerUser, broker: model.settings.broker)
      return [who, .accessHelp, .accessReason(reason)] + (retryAt.map { [.retryIn(ahead($0))] } ?? []) + [.reconnectHelp]
    case .connecting, .resyncing:
      let why = picture.unverified.map { [Text.unverifiedHouse($0), .houseKeysHelp] } ?? []
      if picture.lots.isEmpty { return [.waitingForList] + why + [.quitHelp] }
    case .disconnected: if picture.lots.isEmpty { return [.noListYet] + advice + [.reconnectHelp] }
    case .live, .silent: break
    }
    if !model.filter.isEmpty { return [.nothingMatches(model.filter), .clearFilterHelp] }
    switch model.tab {
    case .open: return [.noneOpen, .noneOpenHelp]
    case .mine: return [.noneMine, .noneMineHelp]
    case .closed: return [.noneClosed, .noneClosedHelp]
    }
  }
}
