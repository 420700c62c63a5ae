internal import SharedKernel

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
