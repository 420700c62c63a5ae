internal import SharedKernel
internal import TerminalKit

// How a notice is put into words for this bidder.

extension Model {
  /// A bidder as this bidder calls them.
  func name(_ bidder: PrincipalID?) -> String {
    guard let bidder else { return Text.someone.words(settings.language) }
    return bidder == me ? Text.you.words(settings.language) : bidder.text
  }

  func names(in currency: Currency, asOf now: Timestamp) -> NoticeNames {
    NoticeNames(
      money: { settings.language.money.format($0, in: currency) }, name: name,
      clock: { settings.zone.moment($0, asOf: now, settings.language) })
  }

  /// The rows of the notices' page, those that are found: what does not fit beside its word goes on below, so that no reason is cut.
  func noticeRows(in size: Size) -> [NoticeRow] {
    let found = foundNotices
    let word = found.map(wordWidth).max() ?? 0
    return found.flatMap { rows(of: $0, word: word, in: size) }
  }

  /// How many rows a notice takes there.
  func rowCount(of notice: Notice) -> Int {
    rows(of: notice, word: max(wordWidth(notice), foundNotices.map(wordWidth).max() ?? 0), in: size).count
  }

  private func wordWidth(_ notice: Notice) -> Int { SafeText.width(Words.notice(notice.fact.kind, settings.language)) }

  private func rows(of notice: Notice, word: Int, in size: Size) -> [NoticeRow] {
    // Clock, glyph and word before it, each with a blank.
    let start = (size.width < 80 ? 9 : 12) + word
    let room = size.width - start - 1
    let times = notice.count > 1 ? " (×\(notice.count))" : ""
    let text = (notice.auction.map { SafeText.cut($0.text, to: 16) + ": " } ?? "") + sentence(notice) + times
    // In a narrow window shorter words do, unless it says why.
    let wraps = size.width >= 80 || size.width >= 36 && notice.fact.saysWhy
    guard wraps, SafeText.width(text) > room else { return [NoticeRow(notice: notice, start: start)] }
    return SafeText.wrap(text, to: max(room, 1), breaksWords: true).enumerated().map { i, line in
      NoticeRow(notice: notice, start: start, text: line, isFirst: i == 0)
    }
  }

  /// The sentence of a notice.
  package func sentence(_ notice: Notice) -> String {
    notice.fact.sentence(settings.language, names(in: notice.currency, asOf: notice.at))
  }

  /// All of it: `COBERTO l-03: bruno deu …`.
  package func line(_ notice: Notice) -> String {
    let word = Words.notice(notice.fact.kind, settings.language)
    return word + (notice.auction.map { " \($0)" } ?? "") + ": " + sentence(notice)
  }
}

/// A row of the notices' page.
struct NoticeRow: Hashable, Sendable {
  var notice: Notice
  /// The column of its text.
  var start: Int
  /// Nil: all of it, in whatever words fit.
  var text: String?
  var isFirst = true
}
