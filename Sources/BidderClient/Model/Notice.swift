package import AuctionFacts
package import SharedKernel

/// A line of the notices: a fact, put into words only when it is shown.
package struct Notice: Hashable, Sendable {
  package enum Fact: Hashable, Sendable {
    case outbid(by: PrincipalID?, price: Money, own: Money?)
    /// Nobody: one's own. Without an amount: sealed.
    case voided(by: PrincipalID?, Money?, reason: String)
    /// Zero: an amount that is secret, and not known here. With whether the house's signed word on it is kept, and whether one leads
    /// by it.
    case accepted(Money, isMaximum: Bool = false, hasReceipt: Bool = false, leads: Bool = true)
    case receiptNotKept(reason: String)
    case refused(RefusedBid, Money, isMaximum: Bool = false)
    case busy(Money, isMaximum: Bool = false)
    case uncertain(Money, isMaximum: Bool = false)
    case neverDecided(Money, isMaximum: Bool = false)
    case notSent(Money, isMaximum: Bool = false, reason: String)
    case won(Money)
    case lost(winner: PrincipalID?, Money?)
    case soldToOther(winner: PrincipalID?, Money?)
    case conditional, noBids, reserveMet
    /// Nobody: to oneself.
    case passedOn(to: PrincipalID?, isFromMe: Bool, Money, reason: String)
    case cancelled(reason: String?)
    case suspended(reason: String?)
    case resumed
    case opened
    case lastMinute
    /// By so much in so many times, the last of which was that bidder's, or for that cause.
    case extended(by: PrincipalID?, Extension.Cause, Interval, times: Int = 1, closesAt: Timestamp)
    case chainBroken(reason: String)
    case connectionLost(reason: String)
    case accessRefused(reason: String)
    case reconnected(after: Interval, auctions: Int)
    /// Nothing has come from the broker since, though the connection stands.
    case silent(since: Timestamp)
    case heardAgain
    case brokerBlocked, brokerUnblocked
    case houseWithoutNTP
    case unverified(reason: String)
    case remark(String)
    case eventsLost

    /// Notices of one kind about one lot, close together, become one line.
    package enum Kind: Hashable, Sendable, CaseIterable {
      case outbid, leading, accepted, voided, refused, notSent, uncertain, won, lost, closed, passedOn, cancelled, suspended,
        opened, reserve,
        closing,
        extended
      case chain, receipt
      case connection, house, remark
    }

    package var kind: Kind {
      switch self {
      case .outbid: .outbid
      case .voided: .voided
      case .accepted(_, _, _, let leads): leads ? .leading : .accepted
      case .refused, .busy, .neverDecided: .refused
      case .notSent: .notSent
      case .uncertain: .uncertain
      case .won: .won
      case .lost: .lost
      case .soldToOther, .conditional, .noBids: .closed
      case .passedOn: .passedOn
      case .cancelled: .cancelled
      case .suspended, .resumed: .suspended
      case .opened: .opened
      case .reserveMet: .reserve
      case .lastMinute: .closing
      case .extended: .extended
      case .chainBroken: .chain
      case .receiptNotKept: .receipt
      case .connectionLost, .accessRefused, .reconnected, .silent, .heardAgain, .brokerBlocked, .brokerUnblocked, .eventsLost:
        .connection
      case .houseWithoutNTP, .unverified: .house
      case .remark: .remark
      }
    }
  }

  package var at: Timestamp
  package var auction: AuctionID?
  /// The lot's title and currency, kept because the lot may be gone when the notice is read.
  package var title: String
  package var currency: Currency
  package var fact: Fact
  /// How many have been put together in this line.
  package var count = 1
  package var isRead = false

  package init(at: Timestamp, auction: AuctionID? = nil, title: String = "", currency: Currency = .brl, fact: Fact) {
    (self.at, self.auction, self.title, self.currency, self.fact) = (at, auction, title, currency, fact)
  }
}

/// The newest 500 notices, newest first.
package struct Notices: Hashable, Sendable {
  package static let limit = 500
  package private(set) var all: [Notice] = []
  /// How many there ever were.
  package private(set) var added = 0
  package init() {}

  package var unread: Int { all.count { !$0.isRead } }

  /// Same kind, same lot, within a second: one line with a count. About no lot: the same words.
  ///
  /// - Returns: whether there is a line more.
  @discardableResult
  package mutating func add(_ notice: Notice) -> Bool {
    added += 1
    var notice = notice
    let recent = all.prefix { notice.at - $0.at < .seconds(1) }
    let same = recent.firstIndex {
      $0.auction == notice.auction && (notice.auction == nil ? $0.fact == notice.fact : $0.fact.kind == notice.fact.kind)
    }
    if let same { notice.count = all.remove(at: same).count + 1 }
    all.insert(notice, at: 0)
    if all.count > Notices.limit { all.removeLast() }
    return same == nil
  }

  package mutating func markRead() {
    for i in all.indices { all[i].isRead = true }
  }
}
