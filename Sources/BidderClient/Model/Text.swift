package import AuctionFacts
package import SharedKernel

/// Everything that the terminal says, as typed keys: a sentence that one of the languages lacks does not build.
///
/// Amounts, times and names come in as texts already in the reader's language, except where the key carries the value.
package enum Text: Hashable, Sendable {
  // Connection.
  case link(LinkWords), linkShort(LinkWords)
  case queueDelay(Int64)
  case clockError(Int64), clockHolding(Int64), clockUnknown, clockWithoutNTP, houseWithoutNTP
  case staleSince(String), staleShort(String), reconnectKey
  case frozenSince(String), frozenKey, frozenShort, frozenTiny

  // Tabs and list.
  /// How many are listed, and how many of them have not begun.
  case tab(Model.Tab, Int, waiting: Int), tabLine(Model.Tab, Int, waiting: Int)
  case filtered(String), unfiltered
  case sorted(Model.Sort, reversed: Bool), sorting(Model.Sort)
  case lotColumn, titleColumn, priceColumn, timeColumn, standingColumn
  case begins(String)
  case ends(String), within(Int64)
  case date(Int64, Int64)
  case paused, closing
  case loadingKeys(PrincipalID), quitHelp
  case accessRefused(user: String?, broker: String), accessReason(String), accessHelp, retryIn(Int64)
  case waitingForList, noListYet, reconnectHelp
  case advice(Sentence)
  case nextOpening(String, time: String, seconds: Int64), opensNext(String, time: String, seconds: Int64)
  case opensNextShort(String, time: String, seconds: Int64), inTime(Int64)
  case nothingMatches(String), clearFilterHelp
  case noneOpen, noneOpenHelp, noneRunningHelp, noneMine, noneMineHelp, noneClosed, noneClosedHelp
  case tooSmall(width: Int, height: Int)

  // Detail.
  case you, someone
  case currentBid, askedNow, openingPrice
  case nextPrice, fallsIn, nextPriceIs(String, time: String), nextPriceShort(String, time: String)
  case unverifiedHouse(String), houseKeysHelp
  case by(String, Int64, comma: Bool)
  /// Before it: not who offers most, which nobody knows.
  case newest
  case byWhom(String)
  case lostTo(String)
  case toWhom(String)
  case noBidsYet
  case minimumNow, increment, buyNow, ownLast, standingLabel
  case minimumIs(String), incrementIs(String), ownLastShort(String), ownIs(String), minimumShort(String)
  case priceChart
  case bidCount(Int)
  case history
  case opensAt(String), closesAt(String), closedAt(String)
  case suspendedBecause(String?)
  case formatLabel, format(AuctionFormat), sealed, secret
  case reserve, reserveMet(Bool)
  case plusSeconds(Int64)
  case cause(Extension.Cause, String?)
  case lastCall(LastCall)
  case inTimes(Int)
  /// Only where nobody vouches for it.
  case houseClock(ClockStatus)
  /// From that block on; what led there was not read.
  case chainWhole(from: Int64?, to: Int64), chainBroken

  // Notices.
  case termsTitle, noticesTitle, noticesKey, noNotices
  case freshNotices(Int), unreadNotices(Int)

  // Bidding.
  case bidPrompt(String), maximumPrompt(String), maximumShort
  /// What is offered openly.
  case inSecret(String), inSecretShort, ownMaximum
  case tabMaximum, tabBid
  case isMinimum
  case plusMinus, enterSends, escLeaves
  case amountProblem(AmountField.Problem), amountProblemShort
  case obstacle(Obstacle, Currency), obstacleShort(Obstacle, Currency)
  /// The longest, and for twenty cells.
  case doubt([Doubt]), doubtBrief([Doubt]), doubtShort([Doubt])
  /// The same asked about a maximum.
  indirect case secretDoubt(Text)
  case armed(String, lot: String, seconds: Int64), armedBrief(String, lot: String), armedShort(String)
  case armVoid(minimum: String), armVoidShort(minimum: String)
  case bidStage(lot: String, isMaximum: Bool, amount: String, StageWords), stage(StageWords)
  case stageOn(lot: String, StageWords), stageShort(StageWords)
  /// A bid, with its amount, that may count or not.
  case inDoubt(String), inDoubtShort(String)
  case confirmTitle(isMaximum: Bool), confirmLot, confirmBid, confirmCurrent
  case confirmCurrentValue(String, minimum: String), confirmCurrentShort(String, minimum: String)
  /// Against the price, or where there is none yet against the least.
  case howMuch(times: String, more: String, hasPrice: Bool)
  case missingComma(String), missingCommaShort(String)
  case retype, retypeBrief, retypeShort, retypeMismatch, retypeMismatchShort, escCorrects

  // The rest.
  case filtering(String), searching(String)
  case reallyQuit(leading: Int), reallyQuitBrief(leading: Int), reallyQuitShort(leading: Int), quitTiny
  case sound(Model.Sound)
  case mouse(Bool), mouseKey, mouseKeyShort, noMouse
  case helpTitle
  case tinyKeys

  package func words(_ language: Language) -> String {
    switch language {
    case .portuguese: portuguese
    case .english: english
    }
  }

  /// A length of time in its largest whole unit.
  static func span(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(max(seconds, 0)) s"
    case ..<3_600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) d"
    }
  }

  /// How long an answer took; of one that an earlier program asked for no milliseconds.
  static func lapse(_ milliseconds: Int64) -> String {
    milliseconds < 60_000 ? "\(milliseconds) ms" : span(milliseconds / 1_000)
  }

  static func date(_ first: Int64, _ second: Int64) -> String {
    (first < 10 ? "0\(first)" : "\(first)") + "/" + (second < 10 ? "0\(second)" : "\(second)")
  }
}

/// The connection, ready to be put into words.
package enum LinkWords: Hashable, Sendable {
  case starting
  case connecting(broker: String, seconds: Int64)
  case unreachable(attempt: Int, retryIn: Int64)
  case live
  case silent(seconds: Int64)
  case blocked
  case lost(seconds: Int64, attempt: Int, retryIn: Int64)
  case resyncing(done: Int, total: Int)
  case refused(String)
}

/// How an own bid goes, ready to be put into words.
package enum StageWords: Hashable, Sendable {
  case sending
  case delivered
  /// Nobody has answered for so many seconds.
  case unanswered(Int64)
  case accepted(milliseconds: Int64)
  /// All of it, and for where there is little room.
  case refused(String, short: String)
  /// The house is being asked, or will be once there is a connection.
  case uncertain(isAsking: Bool)
  case busy, neverDecided
  case notSent(String)

  init(_ stage: OwnBid.Stage, waited: Int64, isLinked: Bool, _ language: Language, _ say: NoticeNames) {
    switch stage {
    case .sending: self = waited >= 3 ? .unanswered(waited) : .sending
    case .delivered: self = waited >= 3 ? .unanswered(waited) : .delivered
    case .uncertain: self = .uncertain(isAsking: isLinked)
    case .accepted(let time): self = .accepted(milliseconds: max(time.microseconds, 0) / 1_000)
    case .refused(let refused):
      self = .refused(
        refused.words(language, money: say.money, clock: say.clock),
        short: refused.minimum.map { (language == .portuguese ? "mín " : "min ") + say.money($0) }
          ?? refused.reason.words(language))
    case .busy: self = .busy
    case .neverDecided: self = .neverDecided
    case .notSent(let reason): self = .notSent(reason)
    }
  }
}
