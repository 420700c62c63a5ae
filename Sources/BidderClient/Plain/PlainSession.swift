internal import AuctionFacts
internal import SharedKernel
internal import TerminalKit

/// The terminal as lines of text: the same model, told line by line instead of drawn, and driven by lines instead of keys. Pure.
package struct PlainSession: Sendable {
  package struct Answer: Sendable {
    package var lines: [String] = []
    package var effects: [Effect] = []
    package var isOver = false
  }

  package private(set) var model: Model
  /// Whether the list of auctions has been heard: before that no line can be answered.
  package private(set) var isReady = false
  /// Why there is no connection, until there has been one.
  package private(set) var unreachable: String?
  /// Why the broker does not let us in.
  package private(set) var denied: String?
  /// A bid of this session's was refused, or a line that asked for one did not send it.
  package private(set) var hasRefused = false
  /// A line could not be understood.
  package private(set) var hasMistaken = false
  /// How many notices have been told.
  private var told: Int

  package init(_ model: Model) { (self.model, told) = (model, model.live.notices.added) }

  /// Whether a bid of this session's has no decision.
  package var isUndecided: Bool {
    model.live.lots.values.contains { $0.bid.map { $0.ticket.number > 0 && !$0.stage.isFinal } ?? false }
  }

  private var language: Language { model.settings.language }
  private var page: PlainPage { PlainPage(model) }

  // MARK: What happens

  package mutating func take(_ message: Message) -> Answer {
    var answer = Answer()
    answer.effects = model.update(message)
    answer.lines = news()
    guard case .gateway(let event, _) = message else { return answer }
    switch event {
    case .live where !isReady:
      (isReady, unreachable) = (true, nil)
      answer.lines.insert(page.greeting, at: 0)
    case .disconnected(let reason, _, _) where !isReady && denied != reason:
      if unreachable == nil { answer.lines += page.unreachable(reason) }
      unreachable = reason
    case .accessRefused(let reason):
      if denied != reason { answer.lines.append(page.accessHelp) }
      denied = reason
    case .bid(let ticket, let progress): answer.lines += follow(ticket, progress)
    // What the bidder has a part in; being outbid has been said.
    case .bidAccepted(let id, let line, _, _, _) where answer.lines.isEmpty && line.bidder != model.me:
      if let lot = model.live.lots[id], model.isMine(lot) { answer.lines.append(page.price(of: lot)) }
    case .connecting, .connected, .disconnected, .blocked, .unblocked, .silent, .resyncing, .live, .roundTrip, .unverified,
      .remark,
      .houseClock, .auction, .bidAccepted, .extended, .voided, .suspended, .resumed, .closed, .passedOn, .chainBroken, .recalled,
      .receiptKept, .receiptNotKept:
      break
    }
    return answer
  }

  private mutating func follow(_ ticket: Ticket, _ progress: BidProgress) -> [String] {
    guard ticket.number > 0 else { return [] }
    switch progress {
    case .refused, .busy, .neverDecided, .notSent: hasRefused = true
    case .sent, .delivered:
      guard let lot = model.live.lots.values.first(where: { $0.bid?.ticket == ticket }), let bid = lot.bid else { return [] }
      return [page.progress(of: bid, on: lot)]
    case .uncertain, .accepted: break
    }
    return []
  }

  /// The notices that have not been told, oldest first. Some that came close together are one by now.
  private mutating func news() -> [String] {
    var missing = model.live.notices.added - told
    told = model.live.notices.added
    var fresh: [Notice] = []
    for notice in model.live.notices.all where missing > 0 {
      fresh.append(notice)
      missing -= notice.count
    }
    return fresh.reversed().map { page.notice($0) }
  }

  // MARK: What is typed

  package mutating func take(line: String) -> Answer {
    do {
      guard let command = try PlainCommand(line) else { return Answer() }
      return act(command)
    } catch {
      hasMistaken = true
      return Answer(lines: [PlainWords.problem(error, language)])
    }
  }

  private mutating func act(_ command: PlainCommand) -> Answer {
    switch command {
    case .list(let tab): return Answer(lines: page.list(tab))
    case .show(let name): return withLot(name) { session, lot in Answer(lines: session.page.detail(lot)) }
    case .bid(let name, let amount): return bid(name, amount, isMaximum: false)
    case .maximum(let name, let amount):
      return withLot(name) { session, lot in
        guard lot.view.terms.format == .english else { return session.unsent(PlainWords.onlyEnglish(session.language)) }
        return session.bid(name, amount, isMaximum: true)
      }
    case .confirm(let amount):
      switch model.mode {
      case .bidBox, .confirm: return sent { $0.confirm(amount) }
      case .list, .filter, .armed, .notices, .terms, .help, .quit: return unsent(PlainWords.nothingToConfirm(language))
      }
    case .giveUp: return Answer(lines: [drop() ?? PlainWords.nothingToConfirm(language)])
    case .follow(let name):
      return withLot(name) { session, lot in
        var answer = Answer()
        answer.effects = session.model.toggleMark(of: lot.id)
        let isFollowed = session.model.live.lots[lot.id]?.isFollowed ?? false
        answer.lines = [PlainWords.followed(lot.id, isFollowed, session.language)]
        return answer
      }
    case .notices:
      let all = model.live.notices.all.reversed().map { page.notice($0) }
      return Answer(lines: all.isEmpty ? [Text.noNotices.words(language)] : all)
    case .reconnect: return Answer(effects: model.reconnection)
    case .help: return Answer(lines: PlainCommand.help(language))
    case .quit: return Answer(lines: end(), isOver: true)
    }
  }

  /// What was asked about and never confirmed is not sent.
  package mutating func end() -> [String] { drop().map { [$0] } ?? [] }

  private mutating func withLot(_ name: String, _ body: (inout PlainSession, Lot) -> Answer) -> Answer {
    guard let id = AuctionID(name.lowercased()), let lot = model.live.lots[id] else {
      hasMistaken = true
      return Answer(lines: [PlainWords.unknownLot(PlainPage.safe(name), language)])
    }
    return body(&self, lot)
  }

  private mutating func bid(_ name: String, _ amount: String, isMaximum: Bool) -> Answer {
    withLot(name) { session, lot in
      let dropped = session.drop()
      var answer = session.sent { $0.bid(amount, isMaximum: isMaximum, on: lot.id) }
      if let dropped { answer.lines.insert(dropped, at: 0) }
      return answer
    }
  }

  private mutating func drop() -> String? {
    let auction: AuctionID
    switch model.mode {
    case .bidBox(let box): auction = box.auction
    case .confirm(let asked): auction = asked.box.auction
    case .list, .filter, .armed, .notices, .terms, .help, .quit: return nil
    }
    model.mode = .list
    hasRefused = true
    return PlainWords.notSent(auction, language)
  }

  private mutating func unsent(_ line: String) -> Answer {
    hasRefused = true
    return Answer(lines: [line])
  }

  /// What came of sending: it is on its way, or why it is not and what would send it.
  private mutating func sent(_ send: (inout Model) -> [Effect]) -> Answer {
    model.hint = nil
    let effects = send(&model)
    var answer = Answer(lines: news(), effects: effects)
    switch model.mode {
    case .bidBox(let box):
      guard let lot = model.live.lots[box.auction] else { break }
      if !box.doubts.isEmpty, box.obstacle == nil {
        if let hint = model.hint { answer.lines.append(hint.text.words(language)) }
        answer.lines.append(page.doubt(box, on: lot))
      } else {
        // What cannot be sent now is not kept for later.
        answer.lines.append(page.problem(box, on: lot))
        model.mode = .list
        hasRefused = true
      }
    case .confirm(let asked):
      if let lot = model.live.lots[asked.box.auction] { answer.lines += page.question(asked, on: lot) }
    case .list:
      if let hint = model.hint {
        answer.lines.append(hint.text.words(language))
        hasRefused = true
      }
    case .filter, .armed, .notices, .terms, .help, .quit: break
    }
    return answer
  }
}
