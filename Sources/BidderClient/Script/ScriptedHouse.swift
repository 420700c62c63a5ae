internal import AuctionCore
internal import AuctionFacts
package import SharedKernel

/// The house of a script: tells its lines one by one, and answers the bids of this terminal. Pure: time is what it is asked for.
package struct ScriptedHouse: Sendable {
  /// What was asked of it: a bid with its amounts, or another effect.
  package enum Order: Hashable, Sendable {
    case bid(number: Int, BidID, AuctionID, Money, upTo: Money?)
    case reconnect, resync
    case follow(AuctionID), unfollow(AuctionID)
  }

  private struct Sent {
    let id: BidID
    let auction: AuctionID
    let amount: Money
    let maximum: Money?
    let answering: Script.Answering
  }

  private enum Reply {
    case delivered
    case decided
  }

  private let script: Script
  private let me: PrincipalID
  private var next = 0
  /// In the order in which they are due.
  private var replies: [(at: Interval, ticket: Ticket, reply: Reply)] = []
  /// What fell due while nobody was connected.
  private var held: [(ticket: Ticket, reply: Reply)] = []
  private var answering = Script.Answering()
  private var sent: [Ticket: Sent] = [:]
  private var auctions: [AuctionID: AuctionView] = [:]
  private var bids = 0
  private var isLive = false
  private var epoch = 1

  package init(_ script: Script, for bidder: PrincipalID) { (self.script, me) = (script, bidder) }

  /// When it has something to say next; nil: never again by itself.
  package var nextAt: Interval? {
    [next < script.lines.count ? script.lines[next].at : nil, replies.first?.at].compactMap(\.self).min()
  }

  /// What it says next, in order.
  package mutating func tell() -> [Message] {
    if next < script.lines.count, replies.first.map({ script.lines[next].at <= $0.at }) ?? true {
      let line = script.lines[next]
      next += 1
      if case .typed(let inputs) = line.step { return inputs.map { .input($0) } }
      let told = play(line.step, at: line.at)
      return messages(told)
    }
    guard !replies.isEmpty else { return [] }
    let due = replies.removeFirst()
    guard isLive else {
      if case .decided = due.reply { held.append((due.ticket, due.reply)) }
      return []
    }
    let told = reply(due.reply, to: due.ticket, at: due.at)
    return messages(told)
  }

  /// What the model asks for. Answers with what is told at once, and with what a log of it says.
  package mutating func perform(_ effect: Effect, at: Interval) -> (told: [Message], order: Order?) {
    switch effect {
    case .submitBid(let ticket, let auction, let amount, let maximum):
      let bid = Sent(
        id: Script.id(.own, ticket.number), auction: auction, amount: amount, maximum: maximum, answering: answering)
      sent[ticket] = bid
      let order = Order.bid(number: ticket.number, bid.id, auction, amount, upTo: maximum)
      if case .notSent(let reason) = answering.answer { return (messages([.bid(ticket, .notSent(reason: reason))]), order) }
      schedule(.delivered, of: ticket, at: at + answering.confirmedAfter)
      if case .nothing = answering.answer {} else { schedule(.decided, of: ticket, at: at + answering.after) }
      return (messages([.bid(ticket, .sent(bid.id))]), order)
    case .reconnect: return ([], .reconnect)
    case .resync: return (messages(auctions.values.sorted { $0.terms.auction < $1.terms.auction }.map { .auction($0) }), .resync)
    case .follow(let auction): return ([], .follow(auction))
    case .unfollow(let auction): return ([], .unfollow(auction))
    case .bell, .title, .repaint, .suspend, .remember, .notify, .mouse, .record, .quit: return ([], nil)
    }
  }

  private mutating func schedule(_ reply: Reply, of ticket: Ticket, at: Interval) {
    let place = replies.firstIndex { $0.at > at } ?? replies.endIndex
    replies.insert((at, ticket, reply), at: place)
  }

  private func messages(_ events: [GatewayEvent]) -> [Message] { events.map { .gateway($0, epoch: epoch) } }

  // MARK: Lines

  private mutating func play(_ step: Script.Step, at: Interval) -> [GatewayEvent] {
    let now = script.start + at
    switch step {
    case .told(let event): return hear(event, at: at)
    case .bid(let bid): return take(bid, at: now)
    case .extended(let id, let closesAt, let by, let cause):
      auctions[id]?.closesAt = closesAt
      return [.extended(id, closesAt: closesAt, by: by, cause: cause)]
    case .voided(let id, let bidder, let reason): return void(by: bidder, in: id, reason)
    case .closed(let id, let ending): return close(id, ending, at: now)
    case .own(let number, let progress): return decided(Ticket(number), progress, at: now)
    case .answers(let answering): self.answering = answering
    case .typed: break
    }
    return []
  }

  /// Remembers what it says itself.
  private mutating func hear(_ event: GatewayEvent, at: Interval) -> [GatewayEvent] {
    switch event {
    case .auction(let view): auctions[view.terms.auction] = view
    case .suspended(let id, let reason, let minimum):
      auctions[id]?.status = .suspended
      auctions[id]?.reason = reason
      if let minimum { auctions[id]?.minimum = minimum }
    case .resumed(let id, let closesAt):
      auctions[id]?.status = .open
      auctions[id]?.reason = nil
      auctions[id]?.closesAt = closesAt
    case .chainBroken(let id, let reason): auctions[id]?.chain = .broken(reason: reason)
    case .passedOn(let id, let passing): auctions[id]?.passedOn = passing
    case .recalled(let bid):
      sent[bid.ticket] = Sent(id: bid.id, auction: bid.auction, amount: bid.amount, maximum: nil, answering: answering)
    case .connected: epoch += 1
    case .connecting, .disconnected, .accessRefused: isLive = false
    case .live:
      isLive = true
      defer { held = [] }
      return [.live] + held.flatMap { reply($0.reply, to: $0.ticket, at: at) }
    case .blocked, .unblocked, .silent, .resyncing, .roundTrip, .unverified, .remark, .houseClock, .bidAccepted, .extended,
      .voided,
      .closed, .bid, .receiptKept, .receiptNotKept:
      break
    }
    return [event]
  }

  private mutating func take(_ bid: Script.Bid, at now: Timestamp) -> [GatewayEvent] {
    bids += 1
    return accept(bid, Script.id(.others, bids), at: now)
  }

  private mutating func accept(_ bid: Script.Bid, _ id: BidID, at now: Timestamp) -> [GatewayEvent] {
    guard let old = auctions[bid.auction] else { return [] }
    var view = old
    let terms = view.terms
    let price =
      terms.isSealed ? nil : bid.price ?? terms.asked(at: now, closingAt: view.closesAt) ?? terms.price(after: bid.amount)
    let leader = terms.isSealed ? nil : bid.leader ?? bid.bidder
    let line = BidLine(
      bid: id, bidder: bid.bidder, amount: terms.isSealed ? .zero : terms.fallingPrice == nil ? bid.amount : price ?? bid.amount,
      receivedAt: now, standing: (price, leader))
    view.bids = (view.bids + [line]).suffix(AuctionView.historyLimit)
    view.bidCount += 1
    view.head = (view.head ?? 0) + 1
    view.price = price
    view.leader = leader
    view.minimum = bid.minimum ?? terms.minimum(after: price)
    if bid.bidder == me { view.ownLast = bid.amount }
    view.closesAt = bid.closesAt ?? ((old.price, old.leader) == (price, leader) ? old.closesAt : softClose(of: old, at: now))
    auctions[bid.auction] = view
    var told: [GatewayEvent] = [
      .bidAccepted(bid.auction, line, block: view.head ?? 0, minimum: view.minimum, closesAt: view.closesAt)
    ]
    if view.closesAt > old.closesAt { told.append(.extended(bid.auction, closesAt: view.closesAt, by: bid.bidder, cause: .bid)) }
    if terms.isBought(at: price) { told += close(bid.auction, Script.Ending(), at: now) }
    return told
  }

  private func softClose(of view: AuctionView, at now: Timestamp) -> Timestamp {
    let window = view.terms.rules.extensionWindow
    guard window > .zero else { return view.closesAt }
    return max(view.closesAt, view.terms.rules.latestClose.map { min($0, now + window) } ?? now + window)
  }

  /// The newest bid of that bidder counts no longer; the others stand as they stood before it.
  private mutating func void(by bidder: PrincipalID, in id: AuctionID, _ reason: String) -> [GatewayEvent] {
    guard var view = auctions[id], let i = view.bids.lastIndex(where: { $0.bidder == bidder }) else { return [] }
    let bid = view.bids.remove(at: i)
    view.price = view.bids.last?.price
    view.leader = view.bids.last?.leader
    view.minimum = view.terms.minimum(after: view.price)
    view.head = (view.head ?? 0) + 1
    if bidder == me { view.ownLast = view.bids.last { $0.bidder == me }?.amount }
    auctions[id] = view
    return [.voided(id, bid.bid, by: bidder, amount: bid.amount > .zero ? bid.amount : nil, reason: reason), .auction(view)]
  }

  private mutating func close(_ id: AuctionID, _ ending: Script.Ending, at now: Timestamp) -> [GatewayEvent] {
    guard var view = auctions[id] else { return [] }
    let winner = ending.winner ?? view.leader
    let outcome = ending.outcome ?? (winner == nil ? .noBids : .sold)
    let isSold = outcome == .sold
    let result = AuctionResult(
      outcome: outcome, winner: isSold ? winner : nil, amount: isSold ? ending.amount ?? view.price : nil,
      acceptedBids: Int64(view.bidCount), refusedBids: 0, refusals: Script.noDigest, closesAt: now)
    (view.status, view.result, view.reason, view.closesAt) = (.closed, result, ending.reason, now)
    auctions[id] = view
    return [.closed(id, result, endedAt: now, reason: ending.reason)]
  }

  // MARK: Answers

  private mutating func reply(_ reply: Reply, to ticket: Ticket, at: Interval) -> [GatewayEvent] {
    guard let bid = sent[ticket] else { return [] }
    switch reply {
    case .delivered: return [.roundTrip(bid.answering.confirmedAfter), .bid(ticket, .delivered)]
    case .decided: break
    }
    let progress: BidProgress =
      switch bid.answering.answer {
      case .decide, .nothing: refusal(of: bid, at: script.start + at)
      case .refused(let refusal, let minimum): .refused(refusal, minimum: minimum ?? auctions[bid.auction]?.minimum)
      case .uncertain: .uncertain
      case .busy: .busy
      case .neverDecided: .neverDecided
      case .notSent(let reason): .notSent(reason: reason)
      }
    return decided(ticket, progress, at: script.start + at)
  }

  /// An accepted bid stands in the ledger too.
  private mutating func decided(_ ticket: Ticket, _ progress: BidProgress, at now: Timestamp) -> [GatewayEvent] {
    guard progress == .accepted, let bid = sent[ticket], let view = auctions[bid.auction] else { return [.bid(ticket, progress)] }
    // Who leads and goes further in secret changes nothing that is open.
    let isLeading = view.leader == me && !view.terms.isSealed
    let script = Script.Bid(auction: bid.auction, bidder: me, amount: bid.amount, price: isLeading ? view.price : nil)
    return accept(script, bid.id, at: now) + [.receiptKept(ticket), .bid(ticket, .accepted)]
  }

  private func refusal(of bid: Sent, at now: Timestamp) -> BidProgress {
    guard let view = auctions[bid.auction] else { return .refused(.unknownAuction, minimum: nil) }
    let minimum = view.minimum(at: now)
    switch view.status {
    case .scheduled: return .refused(.notOpenYet, minimum: minimum)
    case .suspended: return .refused(.suspended, minimum: minimum)
    case .closed: return .refused(.closed, minimum: minimum)
    case .open: break
    }
    if now >= view.closesAt { return .refused(.closed, minimum: minimum) }
    if view.leader == me { return bid.maximum == nil ? .refused(.alreadyLeading, minimum: minimum) : .accepted }
    return bid.amount < minimum ? .refused(.belowMinimum, minimum: minimum) : .accepted
  }

}

extension Script {
  /// Whose bids an id of a script is for.
  enum Kept: UInt8 { case own = 0xaa, others = 0xbb, past = 0xcc, recalled = 0xdd }

  /// The same script gives the same ids.
  static func id(_ kept: Kept, _ number: Int) -> BidID {
    let low = withUnsafeBytes(of: Int64(number).bigEndian) { [UInt8]($0) }
    guard let id = UniqueID(random: [kept.rawValue] + [UInt8](repeating: 0, count: 7) + low) else {
      preconditionFailure("sixteen bytes make an id")
    }
    return BidID(id)
  }

  /// What a script does not go into.
  static var noDigest: Digest {
    guard let digest = Digest([UInt8](repeating: 0, count: 32)) else { preconditionFailure("thirty-two bytes make a digest") }
    return digest
  }
}
