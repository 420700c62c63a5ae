import AuctionClient
import AuctionFacts
import AuctionSigning
import MessagingKit
import ServiceKit
import SharedKernel
import SigningKit
import Synchronization

/// Joins the terminal's model to the house: tells it what the session learned, and does what it asks for.
///
/// Until the session is live, and until an auction's past is read, auctions are only gathered and told as wholes, so that a
/// newcomer is not rung for yesterday.
final class TerminalGateway: Gateway {
  /// Where the house is, whom to believe, and what earlier programs of the bidder's left behind.
  struct House: Sendable {
    let broker: BrokerAccess
    let keys: LiveKeyRing
    let recalled: SentBids.Contents
    /// Whether what became of them is asked for: not where nobody would see the answer.
    let asks: Bool
    /// Where its keys are looked for.
    var keyPath: String?
  }

  struct State {
    var auctions: [AuctionID: FollowedAuction] = [:]
    /// This bidder's own bids that count, of the chain as far as it was read, in the order in which the house received them; before
    /// them, without an instant, those that an earlier program knew to count.
    var own: [AuctionID: [(id: BidID, amount: Money, receivedAt: Timestamp?)]] = [:]
    /// What this bidder's bids offer in secret, as far as this machine has sent them: it alone knows until they are revealed.
    var secrets: [BidID: Money] = [:]
    /// Without an order: an earlier program's.
    var tickets: [BidID: (ticket: Ticket, sentAt: Timestamp, order: Order?)] = [:]
    var gathered: Set<AuctionID> = []
    var isLive = false
    var houseClock: ClockReading?
    var epoch = 1
    var attempt = 1
    /// Since when nothing has come from the broker.
    var silentSince: Timestamp?
    /// Why the disk took no receipt last.
    var receiptProblem: Sentence?
    var house: House?
    var driver: SessionDriver?
    /// Who takes signed bids.
    var send: (@Sendable (Bid, Sealed) -> Void)?

    mutating func note(_ change: FollowedAuction.Change, of id: AuctionID, by me: PrincipalID) {
      switch change {
      case .bid(let bid):
        guard bid.bidder == me else { return }
        // What is read of the past comes behind what is heard meanwhile.
        var others = own[id, default: []].filter { $0.id != bid.id }
        let place = others.firstIndex { $0.receivedAt.map { bid.receivedAt < $0 } ?? false } ?? others.endIndex
        others.insert((bid.id, bid.amount, bid.receivedAt), at: place)
        own[id] = others
      case .voided(let bid, let bidder, _): if bidder == me { own[id]?.removeAll { $0.id == bid } }
      case .opened, .extended, .revealed, .reserveRevealed, .suspended, .resumed, .closed, .passedOn, .broken: break
      }
    }

    /// Openly a bidder's accepted bids in an auction only rise; of sealed ones the last counts, whose amount may not be known here.
    /// What an earlier program knew to count does so as long as the past is not read.
    func ownLast(of auction: FollowedAuction) -> Money? {
      let isRead = auction.trustedTo == nil && !auction.isCatchingUp
      return own[auction.terms.auction, default: []].reduce(nil) { last, bid in
        if bid.receivedAt == nil, isRead { return last }
        return bid.amount > .zero
          ? max(bid.amount, last ?? .zero) : (auction.terms.isSealed ? secrets[bid.id] : nil) ?? .zero
      }
    }

    /// How far the house goes for this bidder: as far as his last bid says. A later one without a maximum ends the one before: where
    /// it may have been made in what was not read, nothing is known.
    func ownMaximum(of auction: FollowedAuction) -> Money? {
      guard !auction.terms.isSealed, let last = own[auction.terms.auction]?.last, last.receivedAt != nil else { return nil }
      return secrets[last.id]
    }
  }

  let state = Mutex(State())
  let voice: Voice
  let receipts: ReceiptFolder
  let sent: SentBids
  let clock: any HouseClock
  private let inbox: Inbox
  /// Bids for the thread that writes them down and sends them: a slow disk holds up no screen.
  let orders = Channel<Order>()

  init(voice: Voice, clock: any HouseClock, inbox: Inbox, receipts: ReceiptFolder) {
    self.receipts = receipts
    sent = SentBids(beside: receipts)
    self.voice = voice
    self.clock = clock
    self.inbox = inbox
  }

  /// To be called before `start`.
  func join(_ house: House) { state.withLock { $0.house = house } }

  func start() {
    inbox.post(.gateway(.connecting(attempt: 1), epoch: 1))
    guard let house = state.withLock({ $0.house }) else { return }
    let driver = SessionDriver(
      broker: house.broker, name: voice.principal.text, bidder: voice.principal, keys: house.keys, interest: .everything,
      clock: clock
    ) { [weak self] in self?.hear($0) }
    state.withLock { s in
      s.driver = driver
      s.send = { driver.submit($0, $1) }
    }
    let open = recall(house.recalled)
    if house.asks { for entry in open { driver.resume(entry.bid, entry.sealed) } }
    startThread(named: "envio") { [self] in
      while let orders = orders.takeAll(until: .now + .seconds(3_600)) { orders.forEach(submit) }
    }
  }

  func stop() async {
    orders.close()
    await state.withLock { $0.driver }?.close()
  }

  // MARK: - What the terminal asks for

  func perform(_ effect: Effect) {
    switch effect {
    case .submitBid(let ticket, let auction, let amount, let maximum):
      orders.send(Order(ticket: ticket, auction: auction, amount: amount, maximum: maximum))
    case .reconnect: state.withLock { $0.driver }?.reconnectNow()
    case .resync:
      post(all: state.withLock { $0.auctions.values.filter { !$0.isCatchingUp } }.map { .auction(view(of: $0)) })
    // Every auction is followed already; the terminal keeps for itself which ones it marks.
    case .follow, .unfollow: break
    case .bell, .notify, .record, .title, .mouse, .repaint, .suspend, .remember, .quit: break
    }
  }

  // MARK: - What the session tells

  func hear(_ event: BidderSession.Event) {
    switch event {
    case .connected:
      state.withLock { s in
        s.epoch += 1
        s.attempt = 1
        (s.isLive, s.silentSince) = (false, nil)
      }
      post(.connected)
    case .disconnected(let reason, let retryIn):
      let attempt = state.withLock { s in
        (s.isLive, s.silentSince) = (false, nil)
        s.attempt += 1
        return s.attempt
      }
      post(.disconnected(reason: reason, attempt: attempt, retryAt: clock.now().instant + Interval(retryIn)))
    case .refused(let reason): post(.accessRefused(reason: reason))
    case .blocked(let reason): post(.blocked(reason: reason))
    case .unblocked: post(.unblocked)
    case .silent(let time): hush(since: clock.now().instant - Interval(time))
    case .heard: hush(since: nil)
    case .live: goLive()
    case .incomplete(_, let answered, let count):
      tellGathered()
      post(.resyncing(done: answered, total: count))
    case .auction(let auction, let changes): hear(auction, changes)
    case .past(let id, let changes): note(changes, of: id)
    case .attempt(let attempt): hear(attempt)
    case .concerning(let statement): keep(statement)
    case .dropped(let reason): post(.unverified(reason: missingKeys ?? reason))
    case .decision, .refusedLongAgo: break
    }
  }

  /// Why nothing at all of what the house says can be verified, where that is so.
  private var missingKeys: String? {
    state.withLock { $0.house }.flatMap { HouseKeys.missing(in: $0.keys.ring, of: $0.keyPath) }
  }

  private func goLive() {
    let silentSince = state.withLock { s in
      s.isLive = true
      return s.silentSince
    }
    let count = tellGathered()
    if count > 0 { post(.resyncing(done: count, total: count)) }
    post(.live)
    // The answers came over one connection, the other still says nothing.
    if let silentSince { post(.silent(since: silentSince)) }
  }

  /// - Parameter instant: when something came last; nil: just now.
  private func hush(since instant: Timestamp?) {
    let isLive = state.withLock { s in
      s.silentSince = instant
      return s.isLive
    }
    if isLive { post(instant.map { .silent(since: $0) } ?? .live) }
  }

  /// What was brought up to date meanwhile.
  /// - Returns: of how many auctions that was told.
  @discardableResult
  private func tellGathered() -> Int {
    let gathered = state.withLock { s in
      let gathered = s.gathered.sorted().compactMap { s.auctions[$0] }.filter { !$0.isCatchingUp }
      s.gathered.subtract(gathered.map(\.terms.auction))
      return gathered
    }
    post(
      all: gathered.enumerated().flatMap { i, auction -> [GatewayEvent] in
        [.auction(view(of: auction))] + (i % 50 == 49 ? [.resyncing(done: i + 1, total: gathered.count)] : [])
      })
    if let newest = gathered.max(by: { $0.asOf.instant < $1.asOf.instant }) { tell(newest.asOf) }
    return gathered.count
  }

  private func hear(_ auction: FollowedAuction, _ changes: [FollowedAuction.Change]) {
    let id = auction.terms.auction
    note(changes, of: id)
    let (isTold, isWhole, isMetNow) = state.withLock { s in
      let isMetNow = auction.isReserveMet != s.auctions[id]?.isReserveMet
      s.auctions[id] = auction
      guard s.isLive, !auction.isCatchingUp else {
        s.gathered.insert(id)
        return (false, false, false)
      }
      return (true, s.gathered.remove(id) != nil || changes.isEmpty || changes.contains(.opened), isMetNow)
    }
    guard isTold else { return }
    tell(auction.asOf)
    guard !isWhole else { return post(.auction(view(of: auction))) }
    // What the others come to now is told with the whole.
    var told = changes[...]
    if let last = changes.lastIndex(where: { if case .voided = $0 { true } else { false } }) {
      for case .voided(let bid, let bidder, let reason) in changes[...last] {
        post(
          .voided(id, bid, by: bidder, amount: auction.bids.last { $0.id == bid && $0.bidder == bidder }?.amount, reason: reason))
      }
      post(.auction(view(of: auction)))
      told = changes[(last + 1)...]
    }
    for change in told {
      switch change {
      case .opened, .voided: break
      case .bid(let bid):
        post(
          .bidAccepted(id, BidLine(bid), block: auction.head?.block ?? 0, minimum: auction.minimum, closesAt: auction.closesAt))
      // What they come to is told with the result: until then nobody leads.
      case .revealed, .reserveRevealed: break
      case .suspended(let reason): post(.suspended(id, reason: reason, minimum: auction.minimum))
      case .resumed: post(.resumed(id, closesAt: auction.closesAt))
      // That it goes on says to when.
      case .extended(_, _, _, .resumption): break
      case .extended(_, let to, let by, let cause): post(.extended(id, closesAt: to, by: by, cause: cause))
      case .closed(let result):
        if auction.isRevealed { post(.auction(view(of: auction))) }
        post(.closed(id, result, endedAt: auction.endsAt, reason: auction.cancellation))
      case .passedOn(let passing): post(.passedOn(id, passing))
      case .broken(let reason): post(.chainBroken(id, reason: reason))
      }
    }
    // One move of the end is told by each event; the whole knows of all.
    let moves = changes.count { if case .extended = $0 { true } else { false } }
    if moves > 1 || isMetNow, !auction.isRevealed { post(.auction(view(of: auction))) }
  }

  private func note(_ changes: [FollowedAuction.Change], of id: AuctionID) {
    state.withLock { s in for change in changes { s.note(change, of: id, by: voice.principal) } }
    for change in changes { strike(change) }
  }

  /// A past that was just read says nothing about the clock of today.
  private func tell(_ clock: ClockReading) {
    let isNewer = state.withLock { s in
      guard s.houseClock.map({ $0.instant < clock.instant }) ?? true else { return false }
      s.houseClock = clock
      return true
    }
    if isNewer { post(.houseClock(clock)) }
  }

  private func hear(_ attempt: BidAttempt) {
    guard let (ticket, sentAt, order) = state.withLock({ $0.tickets[attempt.bid.id] }) else { return }
    switch attempt.state {
    case .sent: break
    case .delivered:
      post(.roundTrip(clock.now().instant - sentAt))
      post(.bid(ticket, .delivered))
    case .uncertain: post(.bid(ticket, .uncertain))
    case .decided(let outcome):
      state.withLock { $0.tickets[attempt.bid.id] = nil }
      if let again = order.flatMap({ self.again($0, outcome, of: attempt.bid) }) {
        orders.send(again)
      } else {
        post(.bid(ticket, progress(outcome)))
      }
      let closing = state.withLock { $0.auctions[attempt.bid.auction]?.closesAt }
      sent.strike(attempt.bid.id, decided: outcome, closing: closing)
    }
  }

  func progress(_ outcome: BidAttempt.Outcome) -> BidProgress {
    switch outcome {
    case .accepted: .accepted
    case .refused(let receipt): .refused(receipt.reason, minimum: receipt.minimum)
    case .refusedLongAgo: .refused(nil, minimum: nil)
    case .busy: .busy
    case .unroutable: .notSent(reason: said("o broker não tem a fila dos lances", "the broker has no queue for bids"))
    case .neverDecided: .neverDecided
    }
  }

  private func view(of auction: FollowedAuction) -> AuctionView {
    let chain: Chain =
      switch auction.health {
      case .whole: .whole
      case .broken(let reason): .broken(reason: reason)
      }
    let own = state.withLock { (last: $0.ownLast(of: auction), maximum: $0.ownMaximum(of: auction)) }
    var view = AuctionView(
      terms: auction.terms, status: auction.status, head: auction.head?.block, price: auction.price, leader: auction.leader,
      minimum: auction.minimum, closesAt: auction.endsAt, isReserveMet: auction.isReserveMet,
      bids: auction.bids.filter { !$0.isVoided }.suffix(AuctionView.historyLimit).map(BidLine.init),
      bidCount: auction.acceptedBids, ownLast: own.last, chain: chain, trustedTo: auction.trustedTo,
      result: auction.result, reason: auction.cancellation ?? auction.suspension,
      passedOn: auction.passedOn.last?.passing, ownMaximum: own.maximum)
    view.extensions = auction.extensions
    return view
  }

  private func post(all events: [GatewayEvent]) {
    let epoch = state.withLock { $0.epoch }
    inbox.post(all: events.map { .gateway($0, epoch: epoch) })
  }

  func post(_ event: GatewayEvent) { inbox.post(.gateway(event, epoch: state.withLock { $0.epoch })) }
}

extension BidLine {
  fileprivate init(_ bid: FollowedAuction.RecordedBid) {
    self.init(
      bid: bid.id, bidder: bid.bidder, amount: bid.amount, receivedAt: bid.receivedAt, standing: (bid.price, bid.leader))
  }
}

extension Interval {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .microseconds(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}
