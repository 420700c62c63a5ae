internal import AuctionFacts
package import SharedKernel

// Bids of an earlier run that nobody heard the end of: uncertain until the house has said what became of them.

package struct RecalledBid: Hashable, Sendable {
  /// Below those of this run.
  package var ticket: Ticket
  package var auction: AuctionID
  package var id: BidID
  /// What it offers, in secret too.
  package var amount: Money
  /// Whether that is more than was offered openly.
  package var isSecret: Bool
  package var currency: Currency
  package var sentAt: Timestamp
  /// Whether the house's signed word on it is kept.
  package var hasReceipt = false

  package init(
    ticket: Ticket, auction: AuctionID, id: BidID, amount: Money, isSecret: Bool, currency: Currency, sentAt: Timestamp
  ) {
    (self.ticket, self.auction, self.id, self.amount) = (ticket, auction, id, amount)
    (self.isSecret, self.currency, self.sentAt) = (isSecret, currency, sentAt)
  }
}

extension Model {
  mutating func recall(_ bid: RecalledBid) {
    recalled[bid.ticket] = bid
    note(.uncertain(bid.amount), of: bid)
    adoptRecalled(by: bid.auction)
  }

  /// The lot of a recalled bid shows it as any other of one's own: the newest, where there are several.
  mutating func adoptRecalled(by id: AuctionID) {
    guard let lot = live.lots[id], lot.bid?.stage.isFinal ?? true,
      let bid = recalled.values.filter({ $0.auction == id }).min(by: { $0.ticket < $1.ticket })
    else { return }
    let isMaximum = bid.isSecret && !lot.view.terms.isSealed
    var own = OwnBid(ticket: bid.ticket, amount: bid.amount, isMaximum: isMaximum, at: bid.sentAt)
    (own.id, own.stage, own.since, own.hasReceipt) = (bid.id, .uncertain, now, bid.hasReceipt)
    live.lots[id]?.bid = own
    lastBid = id
    recalled[bid.ticket] = nil
  }

  /// What became of one that no lot shows.
  mutating func settle(_ progress: BidProgress, of ticket: Ticket) {
    guard let bid = recalled[ticket] else { return }
    let fact: Notice.Fact
    switch progress {
    case .sent, .delivered, .uncertain: return
    case .accepted:
      recalled[ticket] = nil
      guard let lot = live.lots[bid.auction] else {
        return note(.accepted(bid.amount, hasReceipt: bid.hasReceipt, leads: false), of: bid)
      }
      let isMaximum = bid.isSecret && !lot.view.terms.isSealed
      return noteAccepted(bid.amount, isMaximum: isMaximum, hasReceipt: bid.hasReceipt, bid.id, isNew: false, on: lot)
    case .refused(let refusal, let minimum): fact = .refused(RefusedBid(refusal, minimum: minimum, span: nil), bid.amount)
    case .busy: fact = .busy(bid.amount)
    case .neverDecided: fact = .neverDecided(bid.amount)
    case .notSent(let reason): fact = .notSent(bid.amount, reason: reason)
    }
    recalled[ticket] = nil
    note(fact, of: bid)
  }

  private mutating func note(_ fact: Notice.Fact, of bid: RecalledBid) {
    if let lot = live.lots[bid.auction] { return note(fact, lot) }
    live.notices.add(Notice(at: now, auction: bid.auction, currency: bid.currency, fact: fact))
  }
}
