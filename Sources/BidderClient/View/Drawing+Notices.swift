internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The newest notices under their rule.
  mutating func drawNotices(_ y: Int, rows: Int) {
    rule(y, say(.noticesTitle), say(.noticesKey))
    let newest = Array(picture.notices.all.prefix(max(rows, 0)))
    if isReadOut {
      // The newest at the end, always in the same row.
      drawNotices(newest.reversed(), from: y + 1 + rows - newest.count)
    } else {
      drawNotices(newest, from: y + 1)
    }
  }

  private mutating func drawNotices(_ notices: [Notice], from y: Int) {
    let wordWidth = notices.map { SafeText.width(Words.notice($0.fact.kind, language)) }.max() ?? 0
    for (i, notice) in notices.enumerated() { draw(notice, y + i, wordWidth) }
  }

  private mutating func draw(_ notice: Notice, _ y: Int, _ wordWidth: Int) {
    if width < 80 { return drawBriefly(notice, y) }
    let kind = notice.fact.kind
    let role = Words.role(kind)
    var x = frame.put(1, y, zone.clock(notice.at) + " ", notice.isRead ? .muted : .normal)
    x = frame.put(x, y, Words.glyph(kind), role)
    frame.put(x + 1, y, Words.notice(kind, language), role)
    x += 1 + wordWidth + 1
    frame.put(x, y, sentence(notice, room: width - x - 1))
  }

  /// `lot title: what happened`, with a count when it happened at once again and again. The title shrinks, then goes, then the
  /// sentence becomes a short one: what happened is not cut.
  private func sentence(_ notice: Notice, room: Int) -> String {
    let what = notice.fact.sentence(language, names(for: notice))
    let short = notice.fact.short(language, names(for: notice))
    let times = notice.count > 1 ? " (×\(notice.count))" : ""
    guard let auction = notice.auction else { return fitting([what + times, short], room) }
    let lot = SafeText.cut(auction.text, to: 16)
    let titles = (layout == .wide ? [SafeText.cut(notice.title, to: 40)] : []) + [firstWords(notice.title, 12)]
    return fitting(titles.map { "\(lot) \($0): \(what)\(times)" } + ["\(lot): \(what)", "\(lot): \(short)", short], room)
  }

  private func names(for notice: Notice) -> NoticeNames { names(in: notice.currency) }

  func names(in currency: Currency) -> NoticeNames { model.names(in: currency, asOf: picture.now) }

  /// As many whole words as fit.
  private func firstWords(_ text: String, _ room: Int) -> String {
    var out = ""
    for word in text.split(separator: " ") {
      let longer = out.isEmpty ? String(word) : out + " " + word
      guard SafeText.width(longer) <= room else { break }
      out = longer
    }
    return out.isEmpty ? SafeText.cut(text, to: room) : out
  }

  /// One line for where there is little room: minute, glyph, what happened.
  mutating func drawNewestNotice(_ y: Int) {
    if let notice = picture.notices.all.first { drawBriefly(notice, y) }
  }

  private mutating func drawBriefly(_ notice: Notice, _ y: Int) {
    let kind = notice.fact.kind
    var x = width < 36 ? 0 : frame.put(1, y, zone.minute(notice.at) + " ", notice.isRead ? .muted : .normal)
    frame.put(x, y, Words.glyph(kind), Words.role(kind))
    x += 2
    let short = notice.fact.short(language, names(for: notice))
    frame.put(x, y, fitting([short, notice.fact.shortest(language, names(for: notice))], width - x))
  }

  /// All notices on a page of their own.
  mutating func drawNoticesPage(_ scroll: Int, _ fresh: Int) {
    drawHeader()
    let all = picture.notices.all
    rule(
      1, say(.noticesTitle) + " \(all.count)", fresh > 0 ? say(.freshNotices(fresh)) : say(.unreadNotices(picture.notices.unread))
    )
    let rows = height - 3
    let first = min(scroll, max(all.count - rows, 0))
    if all.isEmpty { frame.put(1, 2, say(.noNotices), .muted) }
    drawNotices(Array(all.dropFirst(first).prefix(rows)), from: 2)
    drawFooter(height - 1)
  }
}
