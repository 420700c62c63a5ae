internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

// What lines of text do to the model: the same as the keys do, with the same guards.

extension Model {
  /// As if the amount had been typed into the lot's bid box, and Enter pressed. Nothing is typed ahead here: a line is meant.
  mutating func bid(_ text: String, isMaximum: Bool, on id: AuctionID) -> [Effect] {
    guard let lot = live.lots[id] else { return [] }
    mode = .list
    if let obstacle = obstacle(on: lot) {
      say(.obstacle(obstacle, lot.view.terms.currency))
      return []
    }
    var field = AmountField()
    field.paste(text, in: lot.view.terms.currency)
    mode = .bidBox(
      BidBox(auction: id, field: field, isMaximum: isMaximum, openedAt: now - BidBox.guardTime, quote: Quote(lot.view)))
    return pressEnter()
  }

  /// The second Enter, or the amount once more.
  mutating func confirm(_ text: String?) -> [Effect] {
    switch mode {
    case .bidBox(var box):
      if let text, let lot = live.lots[box.auction] {
        var field = AmountField()
        field.paste(text, in: lot.view.terms.currency)
        let (language, currency) = (settings.language, lot.view.terms.currency)
        let given = try? field.amount(language, currency)
        guard let given, given == (try? box.field.amount(language, currency)) else {
          say(.retypeMismatch)
          return []
        }
      }
      box.openedAt = min(box.openedAt, now - BidBox.guardTime)
      mode = .bidBox(box)
    case .confirm(var asked):
      asked.openedAt = now - BidBox.guardTime
      asked.retyped = AmountField()
      if let text { asked.retyped.paste(text, in: live.lots[asked.box.auction]?.view.terms.currency ?? .brl) }
      mode = .confirm(asked)
    case .list, .filter, .armed, .notices, .terms, .help, .quit: return []
    }
    return pressEnter()
  }

  /// Follows, or stops.
  mutating func toggleMark(of id: AuctionID) -> [Effect] {
    let isFollowed = live.lots[id]?.isFollowed ?? false
    mark(id, !isFollowed)
    return [isFollowed ? .unfollow(id) : .follow(id), .remember(memory)]
  }

  /// To connect now, where there is no connection.
  var reconnection: [Effect] {
    switch live.link.state {
    case .disconnected, .connecting, .refused: [.reconnect]
    case .starting, .resyncing, .live, .silent: []
    }
  }

  /// As a key of its own: a line is not held down.
  private mutating func pressEnter() -> [Effect] {
    lastEnter = nil
    return update(.input(.key(.enter)))
  }
}
