internal import AuctionFacts
internal import SharedKernel

extension Text {
  var english: String {
    switch self {
    case .link(let link): link.english
    case .linkShort(let link): link.shortEnglish
    case .queueDelay(let ms): "queue \(ms) ms"
    case .clockError(let ms): "clock ±\(ms) ms"
    case .clockHolding(let ms): "clock holding ±\(ms) ms"
    case .clockUnknown: "clock ?"
    case .clockWithoutNTP: "clock without NTP"
    case .houseWithoutNTP: "house without NTP"
    case .staleSince(let time): "Data of \(time) (may be old). No bids for now."
    case .staleShort(let time): "Data of \(time); no bids"
    case .reconnectKey: "R tries now"
    case .frozenSince(let time): "FROZEN at \(time). No bids for now."
    case .frozenKey: "p unfreezes"
    case .frozenShort: "FROZEN, no bids: p unfreezes"
    case .frozenTiny: "FROZEN: p"
    case .tab(let tab, let count, let waiting): tab.english(count, waiting)
    case .tabLine(let tab, let count, let waiting): tab.lineEnglish(count, waiting)
    case .filtered(let text): "filter: \(text)"
    case .unfiltered: "filter: —"
    case .sorted(let sort, let reversed): "order: \(sort.english)" + (reversed ? " ↑" : "")
    case .sorting(let sort): sort.english
    case .lotColumn: "LOT"
    case .titleColumn: "TITLE"
    case .priceColumn: "CURRENT BID"
    case .timeColumn: "TIME"
    case .standingColumn: "STATUS"
    case .ends(let when): "till \(when)"
    case .within(let seconds): "max \(seconds) s"
    case .begins(let when): "at \(when)"
    case .date(let day, let month): Text.date(month, day)
    case .paused: "halted"
    case .closing: "closing"
    case .loadingKeys(let id): "Loading the keys of \(id)…"
    case .accessRefused(let user?, let broker): "\(broker) does not let “\(user)” in."
    case .accessRefused(nil, let broker): "\(broker) does not let you in."
    case .accessReason(let reason): reason
    case .accessHelp:
      "User and password: --broker, RABBITMQ_URL or --house (certificate: LEILAO_CERT). If right, the operator gives access."
    case .retryIn(let seconds): seconds > 0 ? "Tried again in \(Text.span(seconds))." : "Tried again now."
    case .quitHelp: "?: help   q: quit"
    case .waitingForList: "Waiting for the list of auctions…"
    case .noListYet: "No connection: the list of auctions has not come yet."
    case .advice(let sentence): sentence.english
    case .nextOpening(let lot, let time, let seconds):
      "No auction is open now. Next: \(lot), opens at \(time) (\(Text.span(seconds)))"
    case .opensNext(let lot, let time, let seconds): "Next: \(lot), opens at \(time) (\(Text.span(seconds)))"
    case .opensNextShort(let lot, let time, let seconds): "Next: \(lot), at \(time) (\(Text.span(seconds)))"
    case .inTime(let seconds): "(\(Text.span(seconds)))"
    case .reconnectHelp: "R: try now   ?: help   q: quit"
    case .nothingMatches(let text): "Nothing here with \"\(text)\"."
    case .clearFilterHelp: "Esc: clear the filter"
    case .noneOpen: "No auction is open now."
    case .noneOpenHelp: "3: closed ones   ?: help   q: quit"
    case .noneRunningHelp: "3: closed ones   f: follow   ?: help   q: quit"
    case .noneMine: "No bid of yours, no auction followed."
    case .noneMineHelp: "1: open ones   f: follow   ?: help"
    case .noneClosed: "No auction has closed."
    case .noneClosedHelp: "1: open ones   ?: help   q: quit"
    case .tooSmall(let width, let height): "20x4 min (\(width)x\(height)) q"
    case .you: "you"
    case .someone: "another"
    case .currentBid: "CURRENT BID"
    case .askedNow: "ASKED NOW"
    case .openingPrice: "OPENING PRICE"
    case .nextPrice: "Next price"
    case .fallsIn: "Falls in"
    case .nextPriceIs(let amount, let time): "Next \(amount) in \(time)"
    case .nextPriceShort(let amount, let time): "\(amount) in \(time)"
    case .unverifiedHouse(let reason): "Not verified: \(reason)"
    case .houseKeysHelp: "Ask the house for its public keys."
    case .newest: "the last"
    case .by(let name, let seconds, let comma): "by \(name)\(comma ? "," : "") \(Text.span(seconds)) ago"
    case .byWhom(let name): "by \(name)"
    case .lostTo(let name): "to \(name)"
    case .toWhom(let name): "to \(name)"
    case .noBidsYet: "no bids yet"
    case .minimumNow: "Minimum now"
    case .increment: "Increment"
    case .buyNow: "Buy now"
    case .ownLast: "Your last bid"
    case .standingLabel: "Status"
    case .minimumIs(let amount): "Minimum now \(amount)"
    case .incrementIs(let amount): "inc. \(amount)"
    case .ownLastShort(let amount): "your last \(amount)"
    case .ownIs(let amount): "yours \(amount)"
    case .minimumShort(let amount): "min \(amount)"
    case .priceChart: "Price"
    case .bidCount(let count): count == 1 ? "1 bid" : "\(count) bids"
    case .history: "BIDS"
    case .opensAt(let time): "opens at \(time)"
    case .closesAt(let time): "closes at \(time)"
    case .closedAt(let time): "closed at \(time)"
    case .formatLabel: "format"
    case .reserve: "Reserve"
    case .reserveMet(let isMet): isMet ? "met" : "not met"
    case .sealed: "sealed"
    case .secret: "in secret"
    case .format(.english): "English"
    case .format(.sealed): "sealed bid"
    case .format(.vickrey): "Vickrey"
    case .format(.dutch): "Dutch"
    case .suspendedBecause(let reason): "halted" + (reason.map { ": " + $0 } ?? "")
    case .plusSeconds(let seconds): "+\(seconds) s"
    case .cause(let cause, let name): cause.english(name)
    case .lastCall(let call): call.english
    case .inTimes(let times): "in \(times) times,"
    case .houseClock(let status): status == .systemClock ? "house's clock without NTP" : "house's clock not synchronised"
    case .chainWhole(nil, let block): "chain whole to \(block)"
    case .chainWhole(let first?, let block): first < block ? "whole from \(first) to \(block)" : "chain not read to \(block)"
    case .chainBroken: "CHAIN BROKEN"
    case .noticesTitle: "NOTICES"
    case .noticesKey: "n: see all"
    case .noNotices: "No notices yet."
    case .freshNotices(let count): "↑ \(count) new"
    case .unreadNotices(let count): "\(count) unread"
    case .bidPrompt(let lot): "Bid \(lot):"
    case .maximumPrompt(let lot): "Maximum \(lot):"
    case .inSecret(let openly): "in secret; offers \(openly)"
    case .maximumShort: "max"
    case .inSecretShort: "in secret"
    case .ownMaximum: "Your maximum"
    case .tabMaximum: "Tab maximum"
    case .tabBid: "Tab bid"
    case .isMinimum: "(minimum)"
    case .plusMinus: "+/- increment"
    case .enterSends: "Enter sends"
    case .escLeaves: "Esc closes"
    case .amountProblem(let problem): problem.english
    case .amountProblemShort: "amount?"
    case .obstacle(let obstacle, let currency): obstacle.english(currency)
    case .obstacleShort(let obstacle, let currency): obstacle.shortEnglish(currency)
    case .doubt(let doubts): doubts.compactMap(\.english).map { $0 + "; " }.joined() + "Enter again sends"
    case .doubtBrief(let doubts): doubts.compactMap(\.english).map { $0 + "; " }.joined() + "Enter again"
    case .secretDoubt(let doubt): "in secret; \(doubt.english)"
    case .doubtShort([.always]): "Enter again"
    case .doubtShort(let doubts): doubts.map(\.shortEnglish).joined(separator: "; ") + ": Enter"
    case .armed(let amount, let lot, let seconds): "Armed: \(amount) on \(lot). Enter sends, + raises, Esc drops (\(seconds) s)"
    case .armedBrief(let amount, let lot): "Armed: \(amount) on \(lot): Enter"
    case .armedShort(let amount): "Armed: \(amount)"
    case .armVoid(let minimum): "The price moved: now \(minimum). + renews"
    case .armVoidShort(let minimum): "now \(minimum) +"
    case .bidStage(let lot, let isMaximum, let amount, let stage):
      "\(isMaximum ? "Maximum" : "Bid") \(lot) \(amount): \(stage.english)"
    case .stage(let stage): stage.english
    case .stageOn(let lot, let stage): "\(lot): \(stage.shortEnglish)"
    case .stageShort(let stage): stage.shortEnglish
    case .inDoubt(let bid): "? UNCERTAIN \(bid)"
    case .inDoubtShort(let amount): "? \(amount)"
    case .confirmTitle(let isMaximum): isMaximum ? "CONFIRM HIGH MAXIMUM" : "CONFIRM HIGH BID"
    case .confirmLot: "Lot"
    case .confirmBid: "Your bid"
    case .confirmCurrent: "Current bid"
    case .confirmCurrentValue(let price, let minimum): "\(price)   minimum \(minimum)"
    case .confirmCurrentShort(let price, let minimum): "now \(price)  min \(minimum)"
    case .howMuch(let times, let more, let hasPrice):
      "This is \(times)× the \(hasPrice ? "current bid" : "minimum") (+\(more))."
    case .missingComma(let amount): "A point missing?  \(amount) (key v uses this amount)"
    case .missingCommaShort(let amount): "v: \(amount)"
    case .retype: "To send it, type the amount again:"
    case .retypeBrief: "Type it again:"
    case .retypeShort: "Type it again; Esc"
    case .retypeMismatch: "Not the same amount. Nothing was sent."
    case .retypeMismatchShort: "No match: type again"
    case .escCorrects: "Esc goes back to correct (default)"
    case .filtering(let text): "Filter: \(text)"
    case .searching(let text): "Search: \(text)"
    case .reallyQuit(let leading):
      switch leading {
      case 0: "A bid has no answer yet. Quit anyway? y quits  Esc stays"
      case 1: "You lead 1 auction. Quit anyway? y quits  Esc stays"
      default: "You lead \(leading) auctions. Quit anyway? y quits  Esc stays"
      }
    case .reallyQuitBrief(let leading): (leading > 0 ? "Leading \(leading)" : "A bid has no answer") + ". Quit? y yes  Esc no"
    case .quitTiny: "Quit? y/n"
    case .reallyQuitShort(let leading): (leading > 0 ? "Leading \(leading)" : "No answer") + ": y quits"
    case .sound(let sound): sound.english
    case .mouse(let isTaken):
      isTaken ? "Mouse: on. A click selects, the wheel scrolls" : "Mouse: off; the terminal selects text again"
    case .noMouse: "This terminal has no mouse"
    case .mouseKeyShort: "mouse: M"
    case .mouseKey: "mouse: M frees it"
    case .helpTitle: "HELP"
    case .termsTitle: "RULES"
    case .tinyKeys: "b bid"
    }
  }
}

extension LinkWords {
  fileprivate var english: String {
    switch self {
    case .starting: "… starting"
    case .connecting(let broker, let seconds): "… connecting \(broker) (\(seconds) s)"
    case .unreachable(let attempt, let retryIn): "○ NO CONNECTION · attempt \(attempt)\(Self.when(retryIn))"
    case .live: "● connected"
    case .silent(let seconds): "○ no answer \(seconds) s"
    case .blocked: "○ broker full: bids wait"
    case .lost(let seconds, let attempt, let retryIn):
      "○ NO CONNECTION for \(Text.span(seconds)) · attempt \(attempt)\(Self.when(retryIn))"
    case .resyncing(let done, let total): total > 0 ? "… updating \(done)/\(total)" : "… updating"
    case .refused(let reason): "✗ access refused: \(reason)"
    }
  }

  fileprivate var shortEnglish: String {
    switch self {
    case .starting: "… starting"
    case .connecting: "… connecting"
    case .unreachable: "○ NO CONNECTION"
    case .live: "● ok"
    case .silent(let seconds): "○ silent \(seconds) s"
    case .blocked: "○ broker full"
    case .lost(let seconds, _, _): "○ NO CONNECTION \(Text.span(seconds))"
    case .resyncing(let done, let total): total > 0 ? "… \(done)/\(total)" : "… updating"
    case .refused: "✗ access refused"
    }
  }

  private static func when(_ retryIn: Int64) -> String { retryIn > 0 ? " in \(Text.span(retryIn))" : " now" }
}

extension StageWords {
  fileprivate var english: String {
    switch self {
    case .sending: "sending…"
    case .delivered: "delivered, waiting for the house"
    case .unanswered(let seconds): "no answer for \(Text.span(seconds))"
    case .accepted(let ms): "accepted in \(Text.lapse(ms))"
    case .refused(let words, _): "REFUSED: \(words)"
    case .uncertain(let isAsking):
      "UNCERTAIN: SENT WITHOUT ANSWER, " + (isAsking ? "asking the house" : "asks the house when back")
    case .busy: "REFUSED: house busy, it did not count; try again"
    case .neverDecided: "never reached the house: it did not count"
    case .notSent(let reason): "was not sent: \(reason)"
    }
  }
}

extension StageWords {
  /// For twenty cells.
  fileprivate var shortEnglish: String {
    switch self {
    case .sending: "sending…"
    case .delivered: "waiting for house"
    case .unanswered(let seconds): "no answer \(Text.span(seconds))"
    case .accepted(let ms): "accepted \(Text.lapse(ms))"
    case .refused(_, let short): "✗ \(short)"
    case .uncertain: "? UNCERTAIN"
    case .busy: "✗ house busy"
    case .neverDecided: "✗ never arrived"
    case .notSent: "✗ was not sent"
    }
  }
}

extension Model.Tab {
  fileprivate func english(_ count: Int, _ waiting: Int) -> String {
    switch self {
    case .open: "1 Open \(count - waiting)" + Self.englishWaiting(waiting)
    case .mine: "2 Mine \(count)"
    case .closed: "3 Closed \(count)"
    }
  }
  private static func englishWaiting(_ count: Int) -> String { count == 0 ? "" : ", \(count) waiting" }
  fileprivate func lineEnglish(_ count: Int, _ waiting: Int) -> String {
    switch self {
    case .open: "1/\(count - waiting) open" + Self.englishWaiting(waiting)
    case .mine: "2/\(count) mine"
    case .closed: "3/\(count) closed"
    }
  }
}

extension Model.Sort {
  fileprivate var english: String {
    switch self {
    case .closing: "closes first"
    case .price: "highest bid"
    case .title: "title"
    case .standing: "status"
    }
  }
}

extension Model.Sound {
  fileprivate var english: String {
    switch self {
    case .off: "Sound: off"
    case .bell: "Sound: bell"
    case .bellAndTitle: "Sound: bell and window title"
    }
  }
}

extension Extension.Cause {
  func english(_ name: String?) -> String {
    switch self {
    case .bid: "by \(name ?? "a bid")"
    case .outage: "for the house's outage"
    case .resumption: "for the halt"
    }
  }
}

extension LastCall {
  fileprivate var english: String {
    switch self {
    case .once: "Going once"
    case .twice: "Going twice"
    case .last: "Last call"
    }
  }
}

extension AmountField.Problem {
  fileprivate var english: String {
    switch self {
    case .empty: "type the amount"
    case .foreignSeparator: "use a point for cents: 1,300.50"
    case .threeDecimals: "ambiguous: 1,300.00 or 1.30?"
    case .grouping: "grouping: 1,300.50"
    case .character: "digits, point and comma only"
    case .tooLarge: "amount too high"
    }
  }
}

extension Obstacle {
  fileprivate func english(_ currency: Currency) -> String {
    switch self {
    case .notConnected: "no connection: no bids for now"
    case .brokerBlocked: "broker full: bids wait"
    case .frozen: "the display is frozen: p unfreezes"
    case .chainBroken: "the chain of blocks does not hold: no bids"
    case .notOpen(.scheduled): "the auction has not opened"
    case .notOpen(.suspended): "the auction is halted"
    case .notOpen(.closed), .notOpen(.open): "the auction is closed"
    case .inFlight: "your bid before this has no answer yet"
    case .belowMinimum(let minimum): "under the minimum \(MoneyText.english.format(minimum, in: currency))"
    case .overBuyNow(let price): "more than to buy now, \(MoneyText.english.format(price, in: currency))"
    case .overLimit(let limit): "over your limit \(MoneyText.english.format(limit, in: currency))"
    }
  }
}

extension Obstacle {
  /// For twenty cells.
  fileprivate func shortEnglish(_ currency: Currency) -> String {
    switch self {
    case .notConnected: "no connection"
    case .brokerBlocked: "broker full"
    case .frozen: "frozen"
    case .chainBroken: "CHAIN!"
    case .notOpen(.scheduled): "not open yet"
    case .notOpen(.suspended): "halted"
    case .notOpen(.closed), .notOpen(.open): "closed"
    case .inFlight: "wait"
    case .belowMinimum(let minimum): "min \(MoneyText.english.number(minimum, in: currency))"
    case .overBuyNow(let price): "buy \(MoneyText.english.number(price, in: currency))"
    case .overLimit(let limit): "max \(MoneyText.english.number(limit, in: currency))"
    }
  }
}

extension Doubt {
  fileprivate var english: String? {
    switch self {
    case .replaces: "replaces your earlier bid"
    case .mayReplace: "replaces an earlier bid of yours, if any"
    case .buysAtOnce: "buys at once and ends the auction"
    case .alreadyLeading: "you lead already"
    case .silent: "it may be late"
    case .unsureClock: "clock unsure"
    case .late: "it may come too late"
    case .priceMoved: "the price moved"
    case .always: nil
    }
  }

  /// For twenty cells.
  fileprivate var shortEnglish: String {
    switch self {
    case .replaces: "replaces"
    case .mayReplace: "may replace"
    case .buysAtOnce: "buys now"
    case .alreadyLeading: "you lead"
    case .silent, .late: "maybe late"
    case .unsureClock: "clock unsure"
    case .priceMoved: "price moved"
    case .always: ""
    }
  }
}
