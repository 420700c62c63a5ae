import AuctionClient
import AuctionFacts
import AuctionSigning
import ServiceKit
import SharedKernel
import Synchronization

// How a bid leaves the terminal: written down, then sent, and struck out when it is known what became of it.

extension TerminalGateway {
  struct Order: Sendable {
    let ticket: Ticket
    let auction: AuctionID
    let amount: Money
    /// How far the house may go in secret; nil: no further than what is offered openly.
    let maximum: Money?
    /// Signed already: it takes the place of one that was refused.
    var signed: (bid: Bid, sealed: Sealed, instead: BidAttempt.Outcome)?
  }

  /// The order once more, of a bid that was refused for its clock.
  func again(_ order: Order, _ outcome: BidAttempt.Outcome, of bid: Bid) -> Order? {
    guard case .refused(let receipt) = outcome, let auction = state.withLock({ $0.auctions[order.auction] }),
      let signed = auction.bidAgain(
        after: receipt, refusing: bid, order.amount, upTo: order.maximum, at: clock.now(), by: voice)
    else { return nil }
    var again = order
    again.signed = (signed.bid, signed.sealed, outcome)
    return again
  }

  func submit(_ order: Order) {
    let known = state.withLock { s in s.auctions[order.auction].flatMap { auction in s.send.map { (auction, $0) } } }
    guard let (auction, send) = known else {
      return post(.bid(order.ticket, .notSent(reason: said("leilão desconhecido", "unknown auction"))))
    }
    let reading = clock.now()
    let (bid, sealed) =
      order.signed.map { ($0.bid, $0.sealed) } ?? auction.bid(order.amount, upTo: order.maximum, at: reading, by: voice)
    do {
      try sent.record(bid, sealed, in: auction.terms.currency)
    } catch {
      return post(.bid(order.ticket, order.signed.map { progress($0.instead) } ?? .notSent(reason: said(error))))
    }
    state.withLock { s in
      s.tickets[bid.id] = (order.ticket, reading.instant, order)
      s.secrets[bid.id] = auction.terms.isSealed ? order.amount : order.maximum
    }
    post(.bid(order.ticket, .sent(bid.id)))
    send(bid, sealed)
  }

  /// Tells of what an earlier program left behind: what it kept secret, and bids of which it is not known what became.
  /// - Returns: those that are to be asked for.
  func recall(_ recalled: SentBids.Contents) -> [SentBids.Entry] {
    let mine = recalled.open.filter { $0.bid.bidder == voice.principal }
    state.withLock { s in
      for entry in recalled.secrets + mine { s.secrets[entry.bid.id] = entry.secret }
      for bid in recalled.secrets.map(\.bid) where bid.bidder == voice.principal {
        s.own[bid.auction, default: []].append((bid.id, bid.amount, nil))
      }
      // The terminal counts its own from 1.
      for (i, entry) in mine.enumerated() { s.tickets[entry.bid.id] = (Ticket(-1 - i), entry.bid.clock.instant, nil) }
    }
    for (i, entry) in mine.enumerated() { post(.recalled(RecalledBid(entry, ticket: Ticket(-1 - i)))) }
    return mine
  }

  /// What the ledger tells of an own bid for good need not be kept.
  func strike(_ change: FollowedAuction.Change) {
    switch change {
    case .revealed(let bid, let bidder, _): if bidder == voice.principal { sent.strike(bid, .revealed) }
    case .voided(let bid, let bidder, _): if bidder == voice.principal { sent.strike(bid, .voided) }
    case .opened, .bid, .extended, .reserveRevealed, .suspended, .resumed, .closed, .passedOn, .broken: break
    }
  }
}

extension RecalledBid {
  init(_ entry: SentBids.Entry, ticket: Ticket) {
    self.init(
      ticket: ticket, auction: entry.bid.auction, id: entry.bid.id, amount: entry.secret ?? entry.bid.amount,
      isSecret: entry.secret != nil, currency: entry.currency, sentAt: entry.bid.clock.instant)
  }
}
