internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

extension Drawing {
  /// The newest notices under their rule.
  mutating func drawNotices(_ y: Int, rows: Int) {
    let unread = picture.notices.unread
    rule(y, say(.noticesTitle) + (unread > 0 ? " (\(say(.unreadNotices(unread))))" : ""), say(.noticesKey))
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

  /// - Parameter text: what stands behind its word; nil: what fits there.
  private mutating func draw(_ notice: Notice, _ y: Int, _ wordWidth: Int, text: String? = nil) {
    if width < 80 { return drawBriefly(notice, y) }
    let kind = notice.fact.kind
    let role = Words.role(kind)
    var x = frame.put(1, y, zone.clock(notice.at) + " ", notice.isRead ? .muted : .normal)
    x = frame.put(x, y, Words.glyph(kind), role)
    frame.put(x + 1, y, Words.notice(kind, language), role)
    x += 1 + wordWidth + 1
    frame.put(x, y, text ?? sentence(notice, room: width - x - 1))
  }

  /// `lot title: what happened`, with a count when it happened at once again and again. The title shrinks, then goes, then the
  /// sentence becomes a short one: what happened is not cut.
  private func sentence(_ notice: Notice, room: Int) -> String {
    guard let auction = notice.auction else { return brief(notice, room: room) }
    let what = notice.fact.sentence(language, names(for: notice)) + times(notice)
    let lot = SafeText.cut(auction.text, to: 16)
    let titles = (layout == .wide ? [SafeText.cut(notice.title, to: 40)] : []) + [firstWords(notice.title, 12)]
    let whole = (notice.title.isEmpty ? [] : titles.map { "\(lot) \($0): \(what)" }) + ["\(lot): \(what)"]
    return whole.first { SafeText.width($0) <= room } ?? brief(notice, room: room)
  }

  private func times(_ notice: Notice) -> String { notice.count > 1 ? " (×\(notice.count))" : "" }

  /// `lot what happened`, behind its word, for any room: the sentence becomes a short one, then the lot's code shrinks, then only
  /// the lot is left.
  private func brief(_ notice: Notice, room: Int) -> String {
    let briefs = notice.fact.briefs(language, names(for: notice))
    let texts = [notice.fact.sentence(language, names(for: notice)) + times(notice)] + briefs.map { $0 + times(notice) } + briefs
    guard let auction = notice.auction else {
      return fitting(room >= 50 && notice.fact.endsInReason ? Array(texts.prefix(2)) : texts, room)
    }
    let lots = [16, 8].map { SafeText.cut(auction.text, to: $0) }
    for text in texts {
      if let lot = lots.first(where: { SafeText.width($0) + 1 + SafeText.width(text) <= room }) { return lot + " " + text }
    }
    let left = room - SafeText.width(lots[1]) - 1
    // A reason may be cut, a number not.
    if let last = texts.last, !last.contains(where: \.isNumber), left >= 6 { return lots[1] + " " + SafeText.cut(last, to: left) }
    return SafeText.cut(auction.text, to: room)
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

  /// One line for where there is little room: minute, glyph, word, lot, what happened.
  mutating func drawNewestNotice(_ y: Int) {
    if let notice = picture.notices.all.first { drawBriefly(notice, y) }
  }

  mutating func drawBriefly(_ notice: Notice, _ y: Int, text: String? = nil) {
    let kind = notice.fact.kind
    let margin = width < 36 ? 0 : 1
    var x = margin > 0 ? frame.put(1, y, zone.minute(notice.at) + " ", notice.isRead ? .muted : .normal) : 0
    x = frame.put(x, y, Words.glyph(kind) + " " + Words.notice(kind, language), Words.role(kind))
    frame.put(x + 1, y, text ?? brief(notice, room: max(width - margin - x - 1, 0)))
  }

  /// All notices on a page of their own, or those that have what is looked for.
  mutating func drawNoticesPage(_ scroll: Int, _ fresh: Int) {
    drawHeader()
    let all = model.foundNotices
    rule(
      1, say(.noticesTitle) + " \(all.count)" + soughtWords,
      fresh > 0 ? say(.freshNotices(fresh)) : say(.unreadNotices(picture.notices.unread)))
    if all.isEmpty, !drawNothingFound() { frame.put(1, 2, say(.noNotices), .muted) }
    let rows = model.noticeRows(in: size)
    let first = min(scroll, max(rows.count - (height - 3), 0))
    for (i, row) in rows.dropFirst(first).prefix(max(height - 3, 0)).enumerated() { draw(row, 2 + i) }
    drawFooter(height - 1)
  }

  private mutating func draw(_ row: NoticeRow, _ y: Int) {
    if row.isFirst {
      if width < 80 { drawBriefly(row.notice, y, text: row.text) } else { draw(row.notice, y, row.start - 12, text: row.text) }
    } else if let text = row.text {
      frame.put(row.start, y, text)
    }
  }
}
